/* The little of UEFI's interface that the loader uses (UEFI specification 2.9: 4.3, 4.4, 7.2, 12.4). */
#ifndef HW_PC_FIRMWARE_H
#define HW_PC_FIRMWARE_H

#include <stdint.h>

#define FIRMWARE_CALL __attribute__((ms_abi))
#define FIRMWARE_OUT_OF_RESOURCES 0x8000000000000009ull

#define FIRMWARE_BELOW 1u /* pages_allocate: at or below *address */

/* Kinds of memory. */
#define FIRMWARE_LOADER_CODE 1u
#define FIRMWARE_LOADER_DATA 2u
#define FIRMWARE_BOOT_CODE 3u
#define FIRMWARE_BOOT_DATA 4u
#define FIRMWARE_FREE 7u

struct firmware_range {
    uint32_t kind, reserved;
    uint64_t start, virtual_start, pages, attributes;
};

struct firmware_table {
    uint64_t signature;
    uint32_t revision, header_bytes, checksum, reserved;
};

struct firmware_output {
    void *reset;
    uint64_t FIRMWARE_CALL (*write)(struct firmware_output *output, const uint16_t *text);
};

struct firmware_boot {
    struct firmware_table header;
    void *priority[2];
    uint64_t FIRMWARE_CALL (*pages_allocate)(uint32_t how, uint32_t kind, uint64_t pages, uint64_t *address);
    void *pages_free;
    uint64_t FIRMWARE_CALL (*map_get)(uint64_t *map_bytes, void *map, uint64_t *key, uint64_t *descriptor_bytes,
                                      uint32_t *version);
    void *others[21]; /* memory pool 2, events 6, protocols 9, images 4 */
    uint64_t FIRMWARE_CALL (*leave)(void *handle, uint64_t key);
};

/* Of the configuration table: what has this number lies there. */
struct firmware_entry {
    uint64_t number[2];
    const void *bytes;
};

#define FIRMWARE_ACPI_LOW 0x11d3e4f18868e871ull /* 8868e871-e4f1-11d3-bc22-0080c73c8881 */
#define FIRMWARE_ACPI_HIGH 0x81883cc7800022bcull

struct firmware_system {
    struct firmware_table header;
    uint16_t *vendor;
    uint32_t revision, reserved;
    void *input_handle, *input, *output_handle;
    struct firmware_output *output;
    void *error_handle, *error, *runtime;
    struct firmware_boot *boot;
    uint64_t entry_count;
    const struct firmware_entry *entries;
};

#endif
