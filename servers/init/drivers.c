/* From devices to drivers: see drivers.h. */
#include "drivers.h"

#include <string.h>

#include <abi/console.h>
#include <abi/limits.h>

#define PORTS_PER_PAGE 8u
#define PORTS_END (DEVICE_PORTS_PHYSICAL + 65536ull / PORTS_PER_PAGE * PAGE_BYTES)
#define DEVICE_BYTES_MAX (1ull << 30)

/* Drivers by kind of device; a kind without a word has no driver. */
static const struct {
    const char *path;
    const char *name;
    const char *word;
} known[] = {
    [DEVICE_CONSOLE_RINGS] = {.name = "rings", .word = "rings"},
    [DEVICE_SERIAL_PL011] = {"sbin/serial", "serial", "pl011"},
    [DEVICE_SERIAL_16550] = {"sbin/serial", "serial", "16550"},
    [DEVICE_SERIAL_BCM2835] = {"sbin/serial", "serial", "bcm2835"},
};
#define KNOWN_COUNT (sizeof known / sizeof known[0])

bool drivers_table_good(const struct device_table *table)
{
    return table->magic == DEVICE_TABLE_MAGIC && table->count <= DEVICES_MAX;
}

const struct device *drivers_console(const struct device_table *table)
{
    for (uint32_t i = 0; i < table->count; i++) {
        uint32_t kind = table->devices[i].kind;
        if (kind < KNOWN_COUNT && known[kind].word != NULL) {
            return &table->devices[i];
        }
    }
    return NULL;
}

static void number_write(char word[DRIVER_WORD_BYTES], uint64_t number)
{
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

bool drivers_describe(const struct device *device, struct driver *driver)
{
    if (device->kind >= KNOWN_COUNT || known[device->kind].word == NULL || device->size_bytes == 0 ||
        device->size_bytes > DEVICE_BYTES_MAX || device->physical > UINT64_MAX - DEVICE_BYTES_MAX - PAGE_BYTES) {
        return false;
    }
    uint64_t offset_bytes = device->physical % PAGE_BYTES;
    *driver = (struct driver){
        .path = known[device->kind].path,
        .name = known[device->kind].name,
        .pages_physical = device->physical - offset_bytes,
        .pages_bytes = (offset_bytes + device->size_bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES,
        .interrupt = device->interrupt,
        .word_count = DRIVER_WORDS_MAX,
    };
    if (device->kind == DEVICE_CONSOLE_RINGS) {
        return offset_bytes == 0 && device->size_bytes == CONSOLE_DEVICE_BYTES && device->interrupt != UINT32_MAX;
    }
    if (is_ports(device)) {
        driver->pages_bytes = PAGE_BYTES;
        offset_bytes = (driver->pages_physical - DEVICE_PORTS_PHYSICAL) / PAGE_BYTES * PORTS_PER_PAGE;
    }
    strcpy(driver->words[0], known[device->kind].word);
    number_write(driver->words[1], offset_bytes);
    number_write(driver->words[2], device->clock_hz);
    return true;
}
