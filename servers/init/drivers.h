/* Which driver serves which device, and with what arguments. Pure logic over the device table (abi/device.h), which the
 * platform filled from what firmware says: checked before it is believed. */
#ifndef INIT_DRIVERS_H
#define INIT_DRIVERS_H

#include <stdbool.h>
#include <stdint.h>

#include <abi/device.h>

#define DRIVER_WORD_BYTES 24u
#define DRIVER_WORDS_MAX 3u

/* What init needs to know to start a device's driver. */
struct driver {
    const char *path; /* in the boot archive; NULL: the console server is on its rings itself */
    const char *name;
    uint64_t pages_physical; /* whole pages that hold the device's registers */
    uint64_t pages_bytes;
    uint32_t interrupt; /* UINT32_MAX: none */
    uint32_t word_count;
    char words[DRIVER_WORDS_MAX][DRIVER_WORD_BYTES]; /* arguments behind the name */
};

/* Is it a device table? */
bool drivers_table_good(const struct device_table *table);
/* The system's console: the first device that is one; NULL: there is none. */
const struct device *drivers_console(const struct device_table *table);
/* Fills in how the device is driven. False: its driver does not exist or its place is unsound. */
bool drivers_describe(const struct device *device, struct driver *driver);

#endif
