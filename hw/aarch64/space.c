/* What a table entry is, which user space is seen, and the TLB. Spaces have ASIDs of a generation: when they run out
 * the TLB is emptied and a new generation begins; a space with an old number gets a new one when it is switched to. */
#include "layout.h"
#include "space.h"

#include "cpu.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <abi/types.h>
#include <arch.h>
#include <machine.h>
#include <page_table.h>
#include <start_code.h>

#define ENTRY_ADDRESS 0xfffffffff000ull
#define ASID_BITS 16u /* their place in space->number, below the generation; a CPU may have but 8 */
#define TTBR_ASID_SHIFT 48u
#define FLUSH_PAGES_MAX 32u /* more at once: the whole space */
#define LINE_BYTES(shift) (4u << (CPU_READ(ctr_el0) >> (shift) & 0xf))
#define LINE_DATA 16
#define LINE_INSTRUCTION 0

static uint64_t asid_next = 1, asid_limit = 256; /* 0 is nobody's: of the empty table */
static uint64_t generation = 1;

START_CODE void space_init(void)
{
    if ((CPU_READ(id_aa64mmfr0_el1) >> 4 & 0xf) == 2) {
        asid_limit = 1u << ASID_BITS;
    }
}

static uint64_t entry_bits(uint32_t prot)
{
    uint64_t bits = ENTRY_KERNEL_NO_EXECUTE;
    bits |= (prot & PROT_W) == 0 ? ENTRY_READ_ONLY : 0;
    bits |= (prot & PROT_X) == 0 ? ENTRY_USER_NO_EXECUTE : 0;
    return bits;
}

uint64_t arch_entry_page(uint64_t physical, uint32_t prot, uint32_t kind)
{
    uint64_t attribute = kind == PAGE_KIND_DEVICE ? ENTRY_KIND(MEMORY_DEVICE)
                                                  : ENTRY_KIND(MEMORY_NORMAL) | ENTRY_SHARED;
    return physical | ENTRY_PAGE | ENTRY_USER | ENTRY_ACCESSED | ENTRY_NOT_GLOBAL | attribute | entry_bits(prot);
}

uint64_t arch_entry_protect(uint64_t entry, uint32_t prot)
{
    return (entry & ~(uint64_t)(ENTRY_READ_ONLY | ENTRY_USER_NO_EXECUTE)) | entry_bits(prot);
}

uint64_t arch_entry_table(uint64_t physical)
{
    return physical | ENTRY_TABLE;
}

bool arch_entry_valid(uint64_t entry)
{
    return (entry & ENTRY_VALID) != 0;
}

uint64_t arch_entry_address(uint64_t entry)
{
    return entry & ENTRY_ADDRESS;
}

void arch_top_init(uint64_t *table)
{
    (void)table;
}

void arch_entries_written(void)
{
    CPU_DO("dsb ishst");
    CPU_DO("isb");
}

static bool asid_is_valid(const struct plat_space *space)
{
    return space->number >> ASID_BITS == generation;
}

/* space->arch[0] is what switching to it writes into TTBR0; 0: it has no tables or no valid number. */
static bool space_is_current(struct plat_space *space)
{
    return space->arch[0] != 0 && CPU_READ(ttbr0_el1) == space->arch[0];
}

static void space_none(void)
{
    CPU_WRITE(ttbr0_el1, arch_physical(empty_table));
    CPU_DO("isb");
}

static void switch_word_clear(struct plat_space *space)
{
    space->arch[0] = 0;
}

static void asid_give(struct plat_space *space)
{
    if (asid_next == asid_limit) {
        space_none(); /* so that nothing is read ahead by an old number */
        asid_next = 1;
        generation++;
        page_table_each(switch_word_clear);
        CPU_DO("tlbi vmalle1is");
        CPU_DO("dsb ish");
    }
    space->number = generation << ASID_BITS | asid_next++;
}

void arch_space_flush(struct plat_space *space, uint64_t address, uint64_t pages)
{
    if (space->top == 0) {
        if (space_is_current(space)) {
            space_none();
            machine.entered = NULL;
        }
        switch_word_clear(space);
    }
    if (!asid_is_valid(space)) {
        return;
    }
    uint64_t asid = space->number << TTBR_ASID_SHIFT;
    CPU_DO("dsb ishst");
    if (pages == 0 || pages > FLUSH_PAGES_MAX) {
        CPU_DO_WITH("tlbi aside1is", asid);
    } else {
        for (uint64_t page = address >> PAGE_SHIFT; pages > 0; page++, pages--) {
            CPU_DO_WITH("tlbi vae1is", asid | page);
        }
    }
    CPU_DO("dsb ish");
    CPU_DO("isb");
}

bool arch_space_is_prepared(const struct plat_space *space)
{
    return space->arch[0] != 0;
}

void arch_space_prepare(struct plat_space *space)
{
    if (!asid_is_valid(space)) {
        asid_give(space);
    }
    space->arch[0] = space->top | space->number << TTBR_ASID_SHIFT;
}

void arch_space_switch(struct plat_space *space)
{
    CPU_WRITE(ttbr0_el1, space->arch[0]); /* in effect when the trap ends */
}

void arch_space_forget(struct plat_space *space)
{
    if (space_is_current(space)) {
        space_none();
    }
}

/* Whole pages are most of what comes, and what a start spends its time on. */
#define EACH_LINE(instruction, start, end, bytes)                            \
    for (uint64_t line = (start); line < (end); line += 4 * (bytes)) {       \
        CPU_DO_WITH(instruction, line);                                      \
        CPU_DO_WITH(instruction, line + (bytes));                            \
        CPU_DO_WITH(instruction, line + 2 * (bytes));                        \
        CPU_DO_WITH(instruction, line + 3 * (bytes));                        \
    }

void arch_code_sync(void *bytes, size_t length_bytes)
{
    uint64_t data_line = LINE_BYTES(LINE_DATA), instruction_line = LINE_BYTES(LINE_INSTRUCTION);
    uint64_t start = (uint64_t)(uintptr_t)bytes, end = start + length_bytes;
    EACH_LINE("dc cvau", start, end, data_line)
    CPU_DO("dsb ish");
    EACH_LINE("ic ivau", start, end, instruction_line)
    CPU_DO("dsb ish");
    CPU_DO("isb");
}

int arch_ports_map(struct plat_space *space, uint64_t address, uint64_t physical, uint64_t pages)
{
    (void)space, (void)address, (void)physical, (void)pages;
    return -E_NOENT;
}

void arch_ports_unmap(struct plat_space *space, uint64_t address, uint64_t pages)
{
    (void)space, (void)address, (void)pages;
}
