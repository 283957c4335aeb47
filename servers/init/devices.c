/* What init makes for the drivers and lends to them, each no more than its own device: memory of the registers, memory
 * that the device reaches by itself, the interrupt and the channel for its pulses, a bell, and for the console the
 * rings that it shares with the console server. All of it stays init's, so a driver that is started again finds
 * everything where the dead one left it. */
#include <abi/errno.h>

#include "driver/driver.h"
#include "driver/ring.h"
#include "init.h"
#include "virtio/virtio.h"

#define TERMINAL_ROWS 24
#define TERMINAL_COLUMNS 80
#define RIGHTS_LENT RIGHT_DUPLICATE
#define INTERRUPT_CODE 0
#define NO_DEVICE UINT32_MAX

/* Maps `size_bytes` of a memory object; NULL: there is no room, or no object. */
static void *memory_map(int memory, uint64_t size_bytes, uint32_t prot)
{
    int64_t address = memory < 0 ? memory : sys_space_map(SYS_SELF_SPACE, 0, size_bytes, memory, 0, prot);
    return address < 0 ? NULL : (void *)(uintptr_t)address;
}

/* Maps device memory that init looks at itself; NULL as above. */
static void *device_map(uint64_t physical, uint64_t size_bytes)
{
    int memory = sys_memory_device(HANDLE_GRANT, physical, size_bytes);
    void *bytes = memory_map(memory, size_bytes, PROT_R);
    if (memory >= 0) {
        sys_handle_close(SYS_SELF_TABLE, memory);
    }
    return bytes;
}

/* What stands at a virtio transport. */
static uint32_t virtio_probe(const struct device *device)
{
    uint64_t physical = 0;
    uint64_t size_bytes = 0;
    if (device->kind != DEVICE_VIRTIO_MMIO || !drivers_pages(device, &physical, &size_bytes)) {
        return 0;
    }
    void *pages = device_map(physical, size_bytes);
    if (pages == NULL) {
        return 0;
    }
    struct virtio virtio = {.load = driver_load, .place = (uint64_t)(uintptr_t)pages + device->physical % PAGE_BYTES};
    uint32_t id = virtio_identify(&virtio);
    sys_space_unmap(SYS_SELF_SPACE, (uint64_t)(uintptr_t)pages, size_bytes);
    return id;
}

int devices_find(struct init *init)
{
    struct kernel_info info;
    if (sys_kernel_info(&info) < 0 || info.device_table == 0) {
        return -E_NODEV;
    }
    init->devices.table = device_map(info.device_table, PAGE_BYTES);
    if (init->devices.table == NULL || !drivers_table_good(init->devices.table)) {
        return -E_NODEV;
    }
    for (uint32_t i = 0; i < init->devices.table->count; i++) {
        init->devices.virtio_ids[i] = virtio_probe(&init->devices.table->devices[i]);
    }
    return 0;
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
    int interrupt =
        connection < 0 ? connection : sys_interrupt_create(HANDLE_GRANT, driver->interrupt, connection, INTERRUPT_CODE);
    if (interrupt < 0) {
        return interrupt;
    }
    service_lend(service, SERVER_FD_INTERRUPT, interrupt, RIGHT_MANAGE | RIGHTS_LENT);
    service_lend(service, SERVER_FD_INTERRUPTS, channel, RIGHT_MANAGE | RIGHTS_LENT);
    return bell < 0 ? 0 : sys_notification_bind(bell, channel, SERVER_BELL_INTERRUPT);
}

static int registers_lend(struct service_state *service, const struct driver *driver, int fd)
{
    int memory = sys_memory_device(HANDLE_GRANT, driver->registers_physical, driver->registers_bytes);
    if (memory >= 0) {
        service_lend(service, fd, memory, RIGHT_READ | RIGHT_WRITE | RIGHTS_LENT);
    }
    return memory < 0 ? memory : 0;
}

/* Makes memory that the device reaches by itself, and tells the driver where its pages are. */
static int pages_lend(struct service_state *service, struct driver *driver)
{
    if (driver->page_count == 0) {
        return 0;
    }
    int memory = sys_memory_create(HANDLE_GRANT, driver->page_count * PAGE_BYTES);
    if (memory < 0) {
        return memory;
    }
    for (uint32_t i = 0; i < driver->page_count; i++) {
        int64_t physical = sys_memory_physical(memory, i * PAGE_BYTES);
        if (physical < 0) {
            return (int)physical;
        }
        drivers_word_add(driver, (uint64_t)physical);
    }
    service_lend(service, SERVER_FD_DEVICE_MEMORY, memory, RIGHT_READ | RIGHT_WRITE | RIGHTS_LENT);
    return 0;
}

/* Adds the service of a driver, with its arguments and what it needs but the rings. 0 or -error. */
static int driver_add(struct init *init, const struct driver *driver, struct init_driver **added)
{
    struct init_driver *place = &init->drivers[init->driver_count++];
    place->driver = *driver;
    place->service = (struct service){.path = driver->path, .arguments = {driver->name}};
    place->state = service_add(init, &place->service);
    place->bell = sys_notification_create(HANDLE_GRANT);
    *added = place;
    if (place->bell < 0) {
        return place->bell;
    }
    service_lend(place->state, SERVER_FD_BELL, place->bell, RIGHT_WAIT | RIGHTS_LENT);
    int error = registers_lend(place->state, driver, SERVER_FD_REGISTERS);
    if (error == 0) {
        error = pages_lend(place->state, &place->driver);
    }
    if (error == 0) {
        error = interrupt_lend(place->state, driver, place->bell);
    }
    for (uint32_t i = 0; i < place->driver.word_count; i++) {
        place->service.arguments[i + 1] = place->driver.words[i];
    }
    return error;
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
    rings->input.closed = init->config.input_ended;
    rings->input_escapes = init->config.input_escapes;
    if (rings->input_escapes != 0) {
        ring_put(&rings->output, rings->output_bytes, (const uint8_t[]){CONSOLE_ESCAPE, CONSOLE_READY}, 2);
    }
    rings->input.is_terminal = is_terminal[0];
    rings->output.is_terminal = is_terminal[1];
    rings->error.is_terminal = is_terminal[2];
    init->rings = rings;
    return memory;
}

/* The rings and both bells: each side waits on the one that the other rings. 0 or -error. */
static int rings_lend(struct init *init, struct service_state *console, const struct init_driver *driver)
{
    int rings = rings_make(init);
    int bell = sys_notification_create(HANDLE_GRANT);
    if (rings < 0 || bell < 0) {
        return rings < 0 ? rings : bell;
    }
    service_lend(console, SERVER_FD_RINGS, rings, RIGHT_READ | RIGHT_WRITE | RIGHTS_LENT);
    service_lend(console, SERVER_FD_BELL, bell, RIGHT_WAIT | RIGHTS_LENT);
    service_lend(console, SERVER_FD_BELL_OUT, driver->bell, RIGHT_SIGNAL | RIGHTS_LENT);
    service_lend(driver->state, SERVER_FD_RINGS, rings, RIGHT_READ | RIGHT_WRITE | RIGHTS_LENT);
    service_lend(driver->state, SERVER_FD_BELL_OUT, bell, RIGHT_SIGNAL | RIGHTS_LENT);
    return 0;
}

int devices_console(struct init *init, struct service_state *console)
{
    uint32_t index = drivers_console(&init->devices, init->config.console);
    struct init_driver *added = NULL;
    struct driver driver;
    if (index == NO_DEVICE || !drivers_describe(&init->devices, index, &driver)) {
        return -E_NODEV;
    }
    if (driver.path == NULL) {
        int error = registers_lend(console, &driver, SERVER_FD_RINGS);
        return error < 0 ? error : interrupt_lend(console, &driver, -1);
    }
    int error = driver_add(init, &driver, &added);
    init->console_driver = added;
    return error < 0 ? error : rings_lend(init, console, added);
}

int devices_entropy(struct init *init)
{
    uint32_t index = drivers_entropy(&init->devices);
    struct driver driver;
    if (index == NO_DEVICE || !drivers_describe(&init->devices, index, &driver)) {
        return -E_NODEV;
    }
    return driver_add(init, &driver, &init->entropy_driver);
}

void devices_service_lost(struct init *init, const struct service_state *service)
{
    if (init->console_driver != NULL && service == init->console_driver->state && init->rings != NULL) {
        __atomic_store_n(&init->rings->output.closed, 1, __ATOMIC_RELEASE);
        __atomic_store_n(&init->rings->input.closed, 1, __ATOMIC_RELEASE);
    }
}

void devices_random_new(const struct init *init)
{
    if (init->entropy_driver != NULL) {
        sys_notification_signal(init->entropy_driver->bell, SERVER_BELL_RING);
    }
}
