/* C's beginning: entered by boot.S with the MMU on. */
#include "clock.h"
#include "context.h"
#include "cpu.h"
#include <device_tree.h>
#include "layout.h"
#include "space.h"
#include "start.h"
#include "window.h"

#include <arch.h>
#include <board.h>
#include <machine.h>

#define BLOCK_BYTES (1ull << 21)
#define DEBUG_FEATURES_COUNTERS(features) ((features) >> 8 & 0xf)
#define COUNTERS_NONE 0xf
#define COUNTER_ENABLE 1u
#define COUNTER_CYCLES (1u << 31)
#define USER_READS_CYCLES 4u

extern const char image_start[], image_end[];

/* Programs may count cycles; nothing else of the performance monitors is theirs. */
static void cycles_show(void)
{
    uint64_t counters = DEBUG_FEATURES_COUNTERS(CPU_READ(id_aa64dfr0_el1));
    if (counters != 0 && counters != COUNTERS_NONE) {
        CPU_WRITE(pmccfiltr_el0, 0);
        CPU_WRITE(pmcntenset_el0, COUNTER_CYCLES);
        CPU_WRITE(pmcr_el0, COUNTER_ENABLE);
        CPU_WRITE(pmuserenr_el0, USER_READS_CYCLES);
    }
}

/* RAM is shown and used in blocks of 2 MiB; what is left over at either end is nobody's. */
static void ram_show(void)
{
    for (uint32_t i = 0; i < machine.ram_count; i++) {
        struct machine_range *range = &machine.ram[i];
        uint64_t end = (range->start + range->size_bytes) & ~(BLOCK_BYTES - 1);
        range->start = (range->start + BLOCK_BYTES - 1) & ~(BLOCK_BYTES - 1);
        range->size_bytes = end > range->start ? end - range->start : 0;
        window_show(range->start, range->start + range->size_bytes);
    }
}

static void archive_find(uint64_t image_physical)
{
    uint64_t given = machine.archive.start, given_end = given + machine.archive.size_bytes;
    machine.archive = (struct machine_range){0};
    if (given_end > given) {
        machine_archive_probe(given, given_end);
    }
    machine_archive_probe(image_physical + (uint64_t)(image_end - image_start), UINT64_MAX);
}

_Noreturn void arch_start(uint64_t tree_physical, uint64_t image_physical, uint64_t level)
{
    device_tree.entry_level = level;
    window_init(image_physical);
    board_console_init(tree_physical);
    clock_init();
    space_init();
    context_init();
    CPU_WRITE(mdscr_el1, 0);
    cycles_show();
    device_tree_read(tree_physical);
    ram_show();
    machine_reserve(image_physical & ~(BLOCK_BYTES - 1),
                    (image_physical & (BLOCK_BYTES - 1)) + (uint64_t)(image_end - image_start));
    archive_find(image_physical);
    board_interrupts_init();
    machine_start();
}

/* libfdt is compiled with a stack protector. */
uintptr_t __stack_chk_guard = 0x595e9fbd94fda766;

_Noreturn void __stack_chk_fail(void)
{
    machine_fail("libfdt has overrun its stack");
}
