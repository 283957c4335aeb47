/* The kernel's view of physical memory: 2 MiB and 1 GiB blocks in the cached window, for RAM only, so that nothing else
 * is ever read ahead. */
#include "window.h"

#include "layout.h"
#include "cpu.h"

#include <abi/limits.h>
#include <arch.h>
#include <machine.h>
#include <start_code.h>

#define ENTRIES 512u
#define BLOCK_BYTES (1ull << 21)
#define GIANT_BYTES (1ull << 30)
#define TABLES_MAX 16u
#define BLOCK_BITS                                                                                  \
    (ENTRY_BLOCK | ENTRY_KIND(MEMORY_NORMAL) | ENTRY_SHARED | ENTRY_ACCESSED | ENTRY_KERNEL_NO_EXECUTE | \
     ENTRY_USER_NO_EXECUTE)

extern uint64_t memory_upper[ENTRIES]; /* boot.S */
extern const char image_start[], image_end[];

static _Alignas(PAGE_BYTES) uint64_t tables[TABLES_MAX][ENTRIES];
static uint32_t table_count;
static uint64_t image_above; /* image addresses less physical ones */

START_CODE void window_init(uint64_t image_physical)
{
    image_above = (uint64_t)(uintptr_t)image_start - image_physical;
}

/* The table of blocks for a GiB; NULL: it is shown as one block already. */
static START_CODE uint64_t *blocks_of(uint64_t physical)
{
    uint64_t *entry = &memory_upper[physical / GIANT_BYTES];
    if (*entry == 0) {
        if (table_count == TABLES_MAX) {
            machine_fail("RAM is in too many pieces");
        }
        *entry = arch_entry_table(arch_physical(tables[table_count++]));
    }
    if ((*entry & ENTRY_TABLE) != ENTRY_TABLE) {
        return NULL;
    }
    /* By way of the image, whose tables these are. */
    return (uint64_t *)(uintptr_t)(arch_entry_address(*entry) + image_above);
}

START_CODE void window_show(uint64_t start, uint64_t end)
{
    for (uint64_t at = start & ~(BLOCK_BYTES - 1); at < end && at < WINDOW_REACH;) {
        if (at % GIANT_BYTES == 0 && end - at >= GIANT_BYTES && memory_upper[at / GIANT_BYTES] == 0) {
            memory_upper[at / GIANT_BYTES] = at | BLOCK_BITS;
            at += GIANT_BYTES;
            continue;
        }
        uint64_t *blocks = blocks_of(at);
        if (blocks != NULL) {
            blocks[at / BLOCK_BYTES % ENTRIES] = at | BLOCK_BITS;
        }
        at += BLOCK_BYTES;
    }
    CPU_DO("dsb ishst");
    CPU_DO("isb");
}

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
    return address >= IMAGE_BASE ? address - image_above : address - WINDOW_MEMORY;
}
