/* console: driver and terminal of the machine's console. `console NAME`: the port is /port/NAME. Needs the authority,
 * for the device's memory and its interrupt. */
#include "console.h"

/* Maps the device. 0 or -error. */
static int device_open(struct console *console)
{
    int memory = sys_memory_device(HANDLE_GRANT, CONSOLE_PHYSICAL, CONSOLE_DEVICE_BYTES);
    if (memory < 0) {
        return memory;
    }
    int64_t address = sys_space_map(SYS_SELF_SPACE, 0, CONSOLE_DEVICE_BYTES, memory, 0, PROT_R | PROT_W);
    if (address < 0) {
        return (int)address;
    }
    console->device = (struct console_device *)(uintptr_t)address;
    return console->device->magic == CONSOLE_MAGIC ? 0 : -E_NODEV;
}

static void streams_init(struct console *console)
{
    struct console_device *device = console->device;
    console->output = (struct console_output){.ring = &device->output, .bytes = device->output_bytes};
    console->error = (struct console_output){.ring = &device->error, .bytes = device->error_bytes};
    if (device->output.is_terminal != 0) {
        console->screen = &console->output;
    } else if (device->error.is_terminal != 0) {
        console->screen = &console->error;
    }
    console->rows = device->rows;
    console->columns = device->columns;
    console->window_changes = device->window_changes;
    console->break_count = device->break_count;
    tty_init(&console->tty, (struct tty_sink){console, console_emit, console_signal_group});
}

/* The device's interrupt and the terminal's timer pulse the port's channel. 0 or -error. */
static int pulses_init(struct console *console)
{
    int self = server_self(&console->server);
    if (self < 0) {
        return self;
    }
    console->interrupt = sys_interrupt_create(HANDLE_GRANT, CONSOLE_INTERRUPT, self, CONSOLE_PULSE_DEVICE);
    if (console->interrupt < 0) {
        return console->interrupt;
    }
    console->timer = sys_timer_create(HANDLE_GRANT, self, CONSOLE_PULSE_TIMER, 0);
    return console->timer < 0 ? console->timer : 0;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        os_log("console: usage: console NAME\n");
        return 2;
    }
    sys_handle_duplicate(SYS_SELF_TABLE, SERVER_FD_AUTHORITY, SYS_SELF_TABLE, HANDLE_AUTHORITY, DUPLICATE_EXACT,
                         RIGHTS_ALL, 0);
    sys_handle_close(SYS_SELF_TABLE, SERVER_FD_AUTHORITY);
    struct console *console = server_memory(sizeof *console);
    console->server.operations = &console_operations;
    console->server.context = console;
    int error = device_open(console);
    if (error < 0) {
        os_log("console: the device: error %d\n", -error);
        return 1;
    }
    streams_init(console);
    if (server_open(&console->server, argv[1], CONSOLE_SESSIONS_MAX) < 0) {
        return 1;
    }
    error = pulses_init(console);
    if (error < 0) {
        os_log("console: the interrupt: error %d\n", -error);
        return 1;
    }
    sys_interrupt_ack(console->interrupt);
    server_ready();
    os_log("console: error %d\n", -server_run(&console->server));
    return 1;
}
