/* What a PVH boot loader hands over (Xen's public interface "hvm_start_info"). The UEFI loader speaks it too. All
 * addresses are physical. */
#ifndef HW_PC_PVH_H
#define HW_PC_PVH_H

#include <stdint.h>

#define PVH_MAGIC 0x336ec578u
#define PVH_RAM 1u

struct pvh_start {
    uint32_t magic;
    uint32_t version; /* from 1 on with a memory map */
    uint32_t flags;
    uint32_t module_count;
    uint64_t modules; /* struct pvh_module[module_count] */
    uint64_t command_line;
    uint64_t acpi;
    uint64_t ranges; /* struct pvh_range[range_count] */
    uint32_t range_count;
    uint32_t reserved;
};

struct pvh_module {
    uint64_t start, size_bytes, command_line, reserved;
};

struct pvh_range {
    uint64_t start, size_bytes;
    uint32_t kind; /* PVH_RAM, or something that is not ours */
    uint32_t reserved;
};

#endif
