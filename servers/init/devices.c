/* What init makes for the drivers and lends to them, each no more than its own device: memory of the registers, the
 * interrupt and the channel for its pulses, and for the console the rings and bells that it shares with the console
 * server. All of it stays init's, so a driver that is started again finds everything where the dead one left it. */
#include <abi/errno.h>

#include "init.h"

#define TERMINAL_ROWS 24
#define TERMINAL_COLUMNS 80
#define RIGHTS_LENT RIGHT_DUPLICATE
#define INTERRUPT_CODE 0

/* Maps `size_bytes` of a memory object; NULL: there is no room. */
static void *memory_map(int memory, uint64_t size_bytes, uint32_t prot)
{
    int64_t address = memory < 0 ? memory : sys_space_map(SYS_SELF_SPACE, 0, size_bytes, memory, 0, prot);
    return address < 0 ? NULL : (void *)(uintptr_t)address;
}

/* The device table, or NULL: the machine has none. */
static const struct device_table *table_map(void)
{
    struct kernel_info info;
    if (sys_kernel_info(&info) < 0 || info.device_table == 0) {
        return NULL;
    }
    int memory = sys_memory_device(HANDLE_GRANT, info.device_table, PAGE_BYTES);
    const struct device_table *table = memory_map(memory, PAGE_BYTES, PROT_R);
    if (memory >= 0) {
        sys_handle_close(SYS_SELF_TABLE, memory);
    }
    return table != NULL && drivers_table_good(table) ? table : NULL;
}

/* Lends the interrupt, if the device has one, and the channel that its pulses come to. If `bell` is a notification,
 * they also ring it. 0 or -error. */
static int interrupt_lend(struct service_state *service, const struct driver *driver, int bell)
{
    if (driver->interrupt == UINT32_MAX) {
        return 0;
    }
    int channel = sys_channel_create(HANDLE_GRANT, 0, 0);
    if (channel < 0) {
        return channel;
    }
    int connection = sys_connection_create(HANDLE_GRANT, channel, 0, RIGHT_SIGNAL);
    int interrupt = connection < 0
                        ? connection
                        : sys_interrupt_create(HANDLE_GRANT, driver->interrupt, connection, INTERRUPT_CODE);
    if (interrupt < 0) {
        return interrupt;
    }
    service_lend(service, SERVER_FD_INTERRUPT, interrupt, RIGHT_MANAGE | RIGHTS_LENT);
    service_lend(service, SERVER_FD_INTERRUPTS, channel, RIGHT_MANAGE | RIGHTS_LENT);
    return bell < 0 ? 0 : sys_notification_bind(bell, channel, SERVER_BELL_INTERRUPT);
}

static int registers_lend(struct service_state *service, const struct driver *driver, int fd)
{
    int memory = sys_memory_device(HANDLE_GRANT, driver->pages_physical, driver->pages_bytes);
    if (memory >= 0) {
        service_lend(service, fd, memory, RIGHT_READ | RIGHT_WRITE | RIGHTS_LENT);
    }
    return memory < 0 ? memory : 0;
}

/* Makes the rings; what is a terminal says boot/config. Memory object or -error. */
static int rings_make(struct init *init)
{
    const bool *is_terminal = init->config.is_terminal;
    int memory = sys_memory_create(HANDLE_GRANT, CONSOLE_DEVICE_BYTES);
    struct console_device *rings = memory_map(memory, CONSOLE_DEVICE_BYTES, PROT_R | PROT_W);
    if (rings == NULL) {
        return memory < 0 ? memory : -E_NOMEM;
    }
    rings->magic = CONSOLE_MAGIC;
    rings->rows = TERMINAL_ROWS;
    rings->columns = TERMINAL_COLUMNS;
    rings->one_output = 1;
    rings->input.is_terminal = is_terminal[0];
    rings->output.is_terminal = is_terminal[1];
    rings->error.is_terminal = is_terminal[2];
    init->rings = rings;
    return memory;
}

/* The rings and both bells: each side waits on the one that the other rings. 0 or -error. */
static int rings_lend(struct init *init, struct service_state *console, struct service_state *driver, int *driver_bell)
{
    int rings = rings_make(init);
    int console_bell = sys_notification_create(HANDLE_GRANT);
    *driver_bell = sys_notification_create(HANDLE_GRANT);
    if (rings < 0 || console_bell < 0 || *driver_bell < 0) {
        return rings < 0 ? rings : -E_NOMEM;
    }
    service_lend(console, SERVER_FD_RINGS, rings, RIGHT_READ | RIGHT_WRITE | RIGHTS_LENT);
    service_lend(console, SERVER_FD_BELL, console_bell, RIGHT_WAIT | RIGHTS_LENT);
    service_lend(console, SERVER_FD_BELL_OUT, *driver_bell, RIGHT_SIGNAL | RIGHTS_LENT);
    service_lend(driver, SERVER_FD_RINGS, rings, RIGHT_READ | RIGHT_WRITE | RIGHTS_LENT);
    service_lend(driver, SERVER_FD_BELL, *driver_bell, RIGHT_WAIT | RIGHTS_LENT);
    service_lend(driver, SERVER_FD_BELL_OUT, console_bell, RIGHT_SIGNAL | RIGHTS_LENT);
    return 0;
}

/* A service for the driver, with its arguments. */
static struct service_state *driver_add(struct init *init, const struct driver *driver)
{
    struct init_driver *place = &init->drivers[init->driver_count++];
    place->driver = *driver;
    place->service = (struct service){.path = driver->path, .arguments = {driver->name}};
    for (uint32_t i = 0; i < driver->word_count; i++) {
        place->service.arguments[i + 1] = place->driver.words[i];
    }
    return service_add(init, &place->service);
}

int devices_console(struct init *init, struct service_state *console)
{
    const struct device_table *table = table_map();
    const struct device *device = table == NULL ? NULL : drivers_console(table);
    struct driver driver;
    if (device == NULL || !drivers_describe(device, &driver)) {
        return -E_NODEV;
    }
    if (driver.path == NULL) {
        int error = registers_lend(console, &driver, SERVER_FD_RINGS);
        return error < 0 ? error : interrupt_lend(console, &driver, -1);
    }
    struct service_state *service = driver_add(init, &driver);
    int bell = -1;
    int error = rings_lend(init, console, service, &bell);
    if (error == 0) {
        error = registers_lend(service, &driver, SERVER_FD_REGISTERS);
    }
    return error < 0 ? error : interrupt_lend(service, &driver, bell);
}

void devices_lost(struct init *init, const struct service_state *service)
{
    bool is_driver = init->driver_count > 0 && service->service == &init->drivers[0].service;
    if (is_driver && init->rings != NULL) {
        __atomic_store_n(&init->rings->output.closed, 1, __ATOMIC_RELEASE);
        __atomic_store_n(&init->rings->input.closed, 1, __ATOMIC_RELEASE);
    }
}
