/* See driver.h. */
#include "driver.h"

void driver_begin(void)
{
    const struct root_request request = {.operation = ROOT_SETIDS,
                                         .argument = {DRIVER_USER, DRIVER_USER, DRIVER_USER, DRIVER_USER}};
    struct part send = {(uint64_t)(uintptr_t)&request, sizeof request};
    int64_t status = sys_call(HANDLE_ROOT, &send, 1, NULL, 0, CALL_UNINTERRUPTIBLE, DEADLINE_NONE);
    if (status < 0) {
        os_log("driver: cannot give up being root: error %d\n", (int)-status);
        os_exit(1);
    }
}

uint64_t driver_number(const char *text)
{
    uint64_t number = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        number = number * 10 + (uint64_t)(*text - '0');
    }
    return number;
}

/* All of a memory object, mapped. The address or -error. */
static int64_t memory_map(int memory)
{
    int64_t size_bytes = sys_memory_info(memory);
    if (size_bytes < 0) {
        return size_bytes;
    }
    return sys_space_map(SYS_SELF_SPACE, 0, (uint64_t)size_bytes, memory, 0,
                         PROT_R | PROT_W | MAP_FLAG_SHARED | MAP_FLAG_POPULATE);
}

int driver_registers_map(uint64_t *address)
{
    int64_t result = memory_map(SERVER_FD_REGISTERS);
    *address = (uint64_t)result;
    return result < 0 ? (int)result : 0;
}

int driver_memory_map(uint8_t **bytes)
{
    int64_t result = memory_map(SERVER_FD_DEVICE_MEMORY);
    *bytes = (uint8_t *)(uintptr_t)result;
    return result < 0 ? (int)result : 0;
}

int driver_rings_map(struct console_device **rings)
{
    int64_t result = memory_map(SERVER_FD_RINGS);
    *rings = (struct console_device *)(uintptr_t)result;
    if (result < 0) {
        return (int)result;
    }
    return (*rings)->magic == CONSOLE_MAGIC ? 0 : -E_NODEV;
}

uint32_t driver_load(uint64_t place, uint32_t offset_bytes)
{
    return *(const volatile uint32_t *)(uintptr_t)(place + offset_bytes);
}

void driver_store(uint64_t place, uint32_t offset_bytes, uint32_t value)
{
    *(volatile uint32_t *)(uintptr_t)(place + offset_bytes) = value;
}

void driver_interrupts_take(void)
{
    while (sys_receive(SERVER_FD_INTERRUPTS, NULL, 0, 0) >= 0) {
    }
}

void driver_interrupt_ack(void)
{
    sys_interrupt_ack(SERVER_FD_INTERRUPT);
}

uint64_t driver_wait(uint64_t deadline_ns)
{
    uint64_t bits = 0;
    int error = 0;
    do {
        error = sys_notification_wait(SERVER_FD_BELL, &bits, deadline_ns);
    } while (error == -E_INTR);
    if (error < 0) {
        return 0;
    }
    if ((bits & SERVER_BELL_INTERRUPT) != 0) {
        driver_interrupts_take();
    }
    return bits;
}

void driver_tell(void)
{
    sys_notification_signal(SERVER_FD_BELL_OUT, SERVER_BELL_RING);
}
