/* Which driver serves which device, and with what arguments. Pure logic over the device table (abi/device.h), which the
 * platform filled from what firmware says: checked before it is believed. */
#ifndef INIT_DRIVERS_H
#define INIT_DRIVERS_H

#include <stdbool.h>
#include <stdint.h>

#include <abi/device.h>

#define DRIVER_WORD_BYTES 24u
#define DRIVER_WORDS_MAX 3u

/* The devices, and what stands at the virtio transports among them: VIRTIO_ID_*, 0 elsewhere. */
struct device_list {
    const struct device_table *table;
    uint32_t virtio_ids[DEVICES_MAX];
};

/* What init needs to know to start a device's driver. */
struct driver {
    const char *path; /* in the boot archive; NULL: the console server is on its rings itself */
    const char *name;
    uint64_t registers_physical; /* whole pages that hold the device's registers */
    uint64_t registers_bytes;
    uint32_t interrupt;  /* UINT32_MAX: none */
    uint32_t page_count; /* pages that the device reaches by itself; their physical addresses are further words */
    uint32_t word_count;
    char words[DRIVER_WORDS_MAX][DRIVER_WORD_BYTES]; /* arguments behind the name */
};

/* Is it a device table? */
bool drivers_table_good(const struct device_table *table);
/* The system's console, as an index: the first of the kind preferred (NULL: none), else the first that is no virtio
 * console, else the first of those. UINT32_MAX: there is none. */
uint32_t drivers_console(const struct device_list *list, const char *preferred);
/* The first entropy device, or UINT32_MAX. */
uint32_t drivers_entropy(const struct device_list *list);
/* Fills in how the device is driven. False: its driver does not exist or its place is unsound. */
bool drivers_describe(const struct device_list *list, uint32_t index, struct driver *driver);
/* One more argument, for which there is room. */
void drivers_word_add(struct driver *driver, uint64_t number);
/* The whole pages around the device's registers; false: its place is unsound. */
bool drivers_pages(const struct device *device, uint64_t *physical, uint64_t *size_bytes);

#endif
