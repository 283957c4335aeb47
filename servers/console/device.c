/* The other end of the rings: the hosted machine's device, or a driver. init lends the way there: the rings' memory,
 * and either an interrupt with the channel that its pulses come to, or two notifications. */
#include <abi/errno.h>

#include "console.h"

#define BELL_RETRY_NS 1000000ull
#define BELL_STACK_BYTES 16384u

/* Maps the rings. 0 or -error. */
static int rings_map(struct console *console)
{
    int64_t address = sys_space_map(SYS_SELF_SPACE, 0, CONSOLE_DEVICE_BYTES, SERVER_FD_RINGS, 0, PROT_R | PROT_W);
    if (address < 0) {
        return (int)address;
    }
    console->device = (struct console_device *)(uintptr_t)address;
    return console->device->magic == CONSOLE_MAGIC ? 0 : -E_NODEV;
}

int console_device_open(struct console *console)
{
    int error = rings_map(console);
    if (error < 0) {
        return error;
    }
    struct console_device *device = console->device;
    console->has_interrupt = sys_handle_info(SYS_SELF_TABLE, SERVER_FD_INTERRUPT) >= 0;
    console->output = (struct console_output){.ring = &device->output, .bytes = device->output_bytes};
    console->error = (struct console_output){.ring = &device->error, .bytes = device->error_bytes};
    console->one_output = device->one_output != 0;
    if (device->output.is_terminal != 0) {
        console->screen = &console->output;
    } else if (device->error.is_terminal != 0 && !console->one_output) {
        console->screen = &console->error;
    }
    console->rows = device->rows;
    console->columns = device->columns;
    console->window_changes = device->window_changes;
    console->break_count = device->break_count;
    return 0;
}

/* Waits until the other end has done something. -error: that will never be. */
static int bell_wait(const struct console *console)
{
    uint64_t bits = 0;
    return console->has_interrupt ? sys_receive(SERVER_FD_INTERRUPTS, NULL, 0, DEADLINE_NONE)
                                  : sys_notification_wait(SERVER_FD_BELL, &bits, DEADLINE_NONE);
}

/* A thread of its own: makes pulses for the server's channel of what rings elsewhere, one until the server looks. */
static void bell_thread(void *argument)
{
    struct console *console = argument;
    for (;;) {
        int error = bell_wait(console);
        if (error < 0 && error != -E_INTR) {
            os_log("console: the device is gone: error %d\n", -error);
            return;
        }
        if (__atomic_exchange_n(&console->bell_told, true, __ATOMIC_ACQ_REL)) {
            continue;
        }
        while (sys_pulse(console->self, CONSOLE_PULSE_DEVICE, 0, -1) == -E_AGAIN) {
            sys_thread_sleep((uint64_t)sys_clock_read() + BELL_RETRY_NS);
        }
    }
}

int console_device_listen(struct console *console)
{
    int thread = os_thread_create(bell_thread, console, BELL_STACK_BYTES);
    return thread < 0 ? thread : 0;
}

void console_device_heard(struct console *console)
{
    __atomic_store_n(&console->bell_told, false, __ATOMIC_RELEASE);
}

void console_device_ring(const struct console *console)
{
    if (console->has_interrupt) {
        sys_interrupt_ack(SERVER_FD_INTERRUPT);
    } else {
        sys_notification_signal(SERVER_FD_BELL_OUT, SERVER_BELL_RING);
    }
}
