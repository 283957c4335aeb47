/* C's beginning: entered by boot.S with paging on. */
#include "start.h"

#include "cpu.h"
#include "layout.h"
#include "space.h"
#include "window.h"

#include <abi/limits.h>
#include <arch.h>
#include <board.h>
#include <clock.h>
#include <machine.h>
#include <pvh.h>

#define FEATURES_MORE 7u
#define FEATURE_FSGSBASE (1u << 0)
#define FEATURE_SMEP (1u << 7)
#define FEATURE_SMAP (1u << 20)
#define FEATURE_UMIP (1u << 2) /* in c */
#define CR0_KEPT 0x80000011ull /* paging, protected mode */
#define CR0_WANTED 0x1002aull  /* read-only pages are so for us too; floating point traps at its first use */
#define CR4_PAE 0x20ull
#define CR4_SSE 0x600ull
#define CR4_UMIP 0x800ull
#define CR4_FSGSBASE 0x10000ull
#define CR4_SMEP 0x100000ull
#define CR4_SMAP 0x200000ull
#define RAM_START 0x100000ull /* below, PCs keep this and that */

extern const char image_start[], image_end[];

uint64_t start_acpi;

static void features_enable(void)
{
    struct cpuid id = cpuid(FEATURES_MORE, 0);
    uint64_t control = CR4_PAE | CR4_GLOBAL | CR4_SSE | CR4_FSGSBASE;
    if (cpuid(0, 0).a < FEATURES_MORE || (id.b & FEATURE_FSGSBASE) == 0) {
        machine_fail("this CPU is too old: it has no FSGSBASE (QEMU: -cpu max)");
    }
    control |= (id.b & FEATURE_SMEP) != 0 ? CR4_SMEP : 0;
    control |= (id.b & FEATURE_SMAP) != 0 ? CR4_SMAP : 0;
    control |= (id.c & FEATURE_UMIP) != 0 ? CR4_UMIP : 0;
    CPU_WRITE(cr4, control);
    CPU_WRITE(cr0, CR0_KEPT | CR0_WANTED);
}

static void range_add(const struct pvh_range *range)
{
    uint64_t start = range->start, end = range->start + range->size_bytes;
    start = start > RAM_START ? (start + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1) : RAM_START;
    end &= ~(uint64_t)(PAGE_BYTES - 1);
    if (range->kind != PVH_RAM || end <= start) {
        return;
    }
    uint64_t shown = window_show(start, end);
    if (shown < end) {
        console_print("baton: %lu MiB of memory left out\n", (end - shown) >> 20);
    }
    machine_ram_add(start, shown - start);
}

/* The archive lies behind the image, or is the boot loader's first module. */
static void archive_find(const struct pvh_start *start, uint64_t image_physical)
{
    if (start->module_count != 0) {
        const struct pvh_module *module = arch_memory(start->modules);
        machine_archive_probe(module->start, module->start + module->size_bytes);
    }
    machine_archive_probe(image_physical + (uint64_t)(image_end - image_start), UINT64_MAX);
}

_Noreturn void arch_start(uint64_t start_physical, uint64_t image_physical)
{
    window_init(image_physical);
    board_console_init(0);
    segments_init();
    features_enable();
    const struct pvh_start *start = arch_memory(start_physical);
    if (start->magic != PVH_MAGIC || start->version == 0) {
        machine_fail("the boot loader gave no memory map");
    }
    clock_init();
    const struct pvh_range *ranges = arch_memory(start->ranges);
    for (uint32_t i = 0; i < start->range_count; i++) {
        range_add(&ranges[i]);
    }
    start_acpi = start->acpi;
    machine_reserve(image_physical, (uint64_t)(image_end - image_start));
    archive_find(start, image_physical);
    board_interrupts_init();
    machine_start();
}
