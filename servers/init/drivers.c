/* From devices to drivers: see drivers.h. Tests: tests/unit/init. */
#include "drivers.h"

#include <string.h>

#include <abi/console.h>
#include <abi/limits.h>

#include "virtio/virtio.h"

#define PORTS_PER_PAGE 8u
#define PORTS_END (DEVICE_PORTS_PHYSICAL + 65536ull / PORTS_PER_PAGE * PAGE_BYTES)
#define DEVICE_BYTES_MAX (1ull << 30)
#define NO_DEVICE UINT32_MAX

/* Drivers by kind of device, and of what stands at a virtio transport. Without a name: none. */
struct known {
    const char *path;
    const char *name;
    const char *word;    /* kind; a serial driver's first argument */
    uint32_t page_count; /* see struct driver */
    bool is_console;
};

static const struct known known_kinds[] = {
    [DEVICE_CONSOLE_RINGS] = {.name = "rings", .word = "rings", .is_console = true},
    [DEVICE_SERIAL_PL011] = {"sbin/serial", "serial", "pl011", 0, true},
    [DEVICE_SERIAL_16550] = {"sbin/serial", "serial", "16550", 0, true},
    [DEVICE_SERIAL_BCM2835] = {"sbin/serial", "serial", "bcm2835", 0, true},
};

static const struct known known_virtio[] = {
    [VIRTIO_ID_CONSOLE] = {"sbin/virtio_console", "virtio_console", "virtio", 2, true},
    [VIRTIO_ID_ENTROPY] = {"sbin/entropy", "entropy", "entropy", 1, false},
};

/* NULL: nobody drives it. */
static const struct known *known_find(const struct device_list *list, uint32_t index)
{
    uint32_t kind = list->table->devices[index].kind;
    uint32_t id = list->virtio_ids[index];
    const struct known *known = NULL;
    if (kind == DEVICE_VIRTIO_MMIO) {
        known = id < sizeof known_virtio / sizeof known_virtio[0] ? &known_virtio[id] : NULL;
    } else {
        known = kind < sizeof known_kinds / sizeof known_kinds[0] ? &known_kinds[kind] : NULL;
    }
    return known != NULL && known->name != NULL ? known : NULL;
}

bool drivers_table_good(const struct device_table *table)
{
    return table->magic == DEVICE_TABLE_MAGIC && table->count <= DEVICES_MAX;
}

uint32_t drivers_console(const struct device_list *list, const char *preferred)
{
    uint32_t serial = NO_DEVICE;
    uint32_t virtio = NO_DEVICE;
    for (uint32_t i = 0; i < list->table->count; i++) {
        const struct known *known = known_find(list, i);
        if (known == NULL || !known->is_console) {
            continue;
        }
        if (preferred != NULL && strcmp(known->word, preferred) == 0) {
            return i;
        }
        uint32_t *first = list->table->devices[i].kind == DEVICE_VIRTIO_MMIO ? &virtio : &serial;
        *first = *first == NO_DEVICE ? i : *first;
    }
    return serial != NO_DEVICE ? serial : virtio;
}

uint32_t drivers_entropy(const struct device_list *list)
{
    for (uint32_t i = 0; i < list->table->count; i++) {
        if (list->table->devices[i].kind == DEVICE_VIRTIO_MMIO && list->virtio_ids[i] == VIRTIO_ID_ENTROPY) {
            return i;
        }
    }
    return NO_DEVICE;
}

void drivers_word_add(struct driver *driver, uint64_t number)
{
    char *word = driver->words[driver->word_count++];
    char digits[DRIVER_WORD_BYTES];
    uint32_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    for (uint32_t i = 0; i < count; i++) {
        word[i] = digits[count - 1 - i];
    }
    word[count] = '\0';
}

static bool is_ports(const struct device *device)
{
    return device->physical >= DEVICE_PORTS_PHYSICAL && device->physical < PORTS_END;
}

bool drivers_pages(const struct device *device, uint64_t *physical, uint64_t *size_bytes)
{
    uint64_t offset_bytes = device->physical % PAGE_BYTES;
    if (device->size_bytes == 0 || device->size_bytes > DEVICE_BYTES_MAX ||
        device->physical > UINT64_MAX - DEVICE_BYTES_MAX - PAGE_BYTES) {
        return false;
    }
    *physical = device->physical - offset_bytes;
    *size_bytes =
        is_ports(device) ? PAGE_BYTES : (offset_bytes + device->size_bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    return true;
}

/* The byte in the pages, or the port, where the registers begin. */
static uint64_t place_of(const struct device *device)
{
    return is_ports(device) ? (device->physical - DEVICE_PORTS_PHYSICAL) / PAGE_BYTES * PORTS_PER_PAGE
                            : device->physical % PAGE_BYTES;
}

bool drivers_describe(const struct device_list *list, uint32_t index, struct driver *driver)
{
    const struct device *device = &list->table->devices[index];
    const struct known *known = known_find(list, index);
    if (known == NULL) {
        return false;
    }
    *driver = (struct driver){
        .path = known->path, .name = known->name, .interrupt = device->interrupt, .page_count = known->page_count};
    if (!drivers_pages(device, &driver->registers_physical, &driver->registers_bytes)) {
        return false;
    }
    if (device->kind == DEVICE_CONSOLE_RINGS) {
        return driver->registers_physical == device->physical && device->size_bytes == CONSOLE_DEVICE_BYTES &&
               device->interrupt != UINT32_MAX;
    }
    if (device->kind == DEVICE_VIRTIO_MMIO) {
        drivers_word_add(driver, place_of(device));
        return true;
    }
    strcpy(driver->words[driver->word_count++], known->word);
    drivers_word_add(driver, place_of(device));
    drivers_word_add(driver, device->clock_hz);
    return true;
}
