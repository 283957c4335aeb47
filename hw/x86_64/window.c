/* Physical memory at WINDOW_MEMORY, in pages of 1 GiB, or of 2 MiB where the CPU knows no larger ones; the first 4 GiB
 * again at WINDOW_DEVICE, uncached. Every space shares these tables. */
#include "window.h"

#include "cpu.h"
#include "layout.h"
#include "space.h"

#include <abi/limits.h>
#include <arch.h>
#include <machine.h>
#include <start_code.h>

#define UPPER_BYTES (1ull << 30) /* of an entry of table_window */
#define LARGE_BYTES (1ull << 21)
#define WINDOW_BYTES (512 * UPPER_BYTES)
#define DEVICE_BYTES (4 * UPPER_BYTES)
#define LOW_TABLES 16u
#define FLAGS_DATA (ENTRY_VALID | ENTRY_WRITE | ENTRY_GLOBAL | ENTRY_NO_EXECUTE)
#define FEATURES_EXTENDED 0x80000001u
#define FEATURE_1_GIB (1u << 26)

extern const char image_start[], text_end[], rodata_end[], image_end[], stack_guard[];

static _Alignas(PAGE_BYTES) uint64_t low_tables[LOW_TABLES][512], device_table[512], device_low[512];
static _Alignas(PAGE_BYTES) uint64_t image_pages[512];
static unsigned low_tables_used;
static uint64_t image_physical;

void *arch_memory(uint64_t physical)
{
    return (void *)(uintptr_t)(WINDOW_MEMORY + physical);
}

volatile void *arch_device(uint64_t physical)
{
    return (volatile void *)(uintptr_t)(WINDOW_DEVICE + physical);
}

uint64_t arch_physical(const void *bytes)
{
    uint64_t address = (uint64_t)(uintptr_t)bytes;
    return address >= IMAGE_BASE ? address - (IMAGE_BASE + IMAGE_OFFSET) + image_physical : address - WINDOW_MEMORY;
}

/* Text is executed, the rest is not; only data is written. */
static START_CODE void image_protect(void)
{
    uint64_t address = (uint64_t)(uintptr_t)image_start;
    for (unsigned i = 0; address < (uint64_t)(uintptr_t)image_end; i++, address += PAGE_BYTES) {
        uint64_t flags = address < (uint64_t)(uintptr_t)text_end     ? ENTRY_VALID | ENTRY_GLOBAL
                         : address < (uint64_t)(uintptr_t)rodata_end ? FLAGS_DATA & ~(uint64_t)ENTRY_WRITE
                                                                     : FLAGS_DATA;
        image_pages[i] = (image_physical + i * PAGE_BYTES) | flags;
    }
    image_pages[(stack_guard - image_start) / PAGE_BYTES] = 0;
    table_image[IMAGE_OFFSET / LARGE_BYTES] = arch_physical(image_pages) | ENTRY_VALID | ENTRY_WRITE;
}

static START_CODE void large_fill(uint64_t *table, uint64_t physical, uint64_t flags)
{
    for (unsigned i = 0; i < 512; i++, physical += LARGE_BYTES) {
        table[i] = physical | ENTRY_LARGE | flags;
    }
}

START_CODE void window_init(uint64_t physical)
{
    image_physical = physical;
    large_fill(table_low, 0, FLAGS_DATA);
    large_fill(device_low, DEVICE_BYTES - UPPER_BYTES, FLAGS_DATA | ENTRY_UNCACHED);
    device_table[DEVICE_BYTES / UPPER_BYTES - 1] = arch_physical(device_low) | ENTRY_VALID | ENTRY_WRITE;
    table_top[TOP_DEVICE] = arch_physical(device_table) | ENTRY_VALID | ENTRY_WRITE;
    image_protect();
    table_top[0] = 0;
    CPU_WRITE(cr3, arch_physical(table_top));
    CPU_WRITE(cr4, CPU_READ(cr4) | CR4_GLOBAL);
}

START_CODE uint64_t window_show(uint64_t start, uint64_t end)
{
    bool large = (cpuid(FEATURES_EXTENDED, 0).d & FEATURE_1_GIB) != 0;
    for (uint64_t at = start & ~(UPPER_BYTES - 1); at < end; at += UPPER_BYTES) {
        uint64_t *entry = &table_window[at / UPPER_BYTES];
        if (at >= WINDOW_BYTES || (*entry == 0 && !large && low_tables_used == LOW_TABLES)) {
            return at > start ? at : start;
        }
        if (*entry == 0 && large) {
            *entry = at | ENTRY_LARGE | FLAGS_DATA;
        } else if (*entry == 0) {
            large_fill(low_tables[low_tables_used], at, FLAGS_DATA);
            *entry = arch_physical(low_tables[low_tables_used++]) | ENTRY_VALID | ENTRY_WRITE;
        }
    }
    return end;
}
