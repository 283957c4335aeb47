/* An architecture for unit tests: see fake_arch.h. */
#include "fake_arch.h"

#include "machine.h"
#include "window.h"

#include <abi/errno.h>
#include <check.h>
#include <stdarg.h>
#include <string.h>

#define VALID 1ull
#define TABLE 2ull
#define PROT_SHIFT 2u
#define KIND_SHIFT 5u
#define ADDRESS_BITS 0x0000fffffffff000ull
#define TLB_ENTRIES 512u

static _Alignas(4096) uint8_t pool[FAKE_POOL_PAGES_MAX * PAGE_BYTES];
static struct {
    struct plat_space *space;
    uint64_t address, entry;
} tlb[TLB_ENTRIES];

unsigned fake_port_windows;

void *arch_memory(uint64_t physical)
{
    if (physical < FAKE_POOL || physical - FAKE_POOL >= sizeof(pool)) { /* an assertion of Check is too slow here */
        ck_abort_msg("no memory of the pool");
    }
    return pool + (physical - FAKE_POOL);
}

/* Of x86_64's window.h. */
uint64_t window_show(uint64_t start, uint64_t end)
{
    return start >= FAKE_POOL && end - FAKE_POOL <= sizeof(pool) ? end : start;
}

uint64_t arch_entry_page(uint64_t physical, uint32_t prot, uint32_t kind)
{
    return physical | VALID | (uint64_t)prot << PROT_SHIFT | (uint64_t)kind << KIND_SHIFT;
}

uint64_t arch_entry_protect(uint64_t entry, uint32_t prot)
{
    return (entry & ~(7ull << PROT_SHIFT)) | (uint64_t)prot << PROT_SHIFT;
}

uint64_t arch_entry_table(uint64_t physical)
{
    return physical | VALID | TABLE;
}

bool arch_entry_valid(uint64_t entry)
{
    return (entry & VALID) != 0;
}

uint64_t arch_entry_address(uint64_t entry)
{
    return entry & ADDRESS_BITS;
}

/* The upper half is the kernel's: whoever takes it for tables of the space falls over this. */
void arch_top_init(uint64_t *table)
{
    memset(table + 256, 0xff, 256 * sizeof(*table));
}

void arch_entries_written(void)
{
}

static uint64_t walk(const struct plat_space *space, uint64_t address);

/* What the cache holds of a page must not have become another page: there are CPUs that mix both up. */
static void turn_check(unsigned i)
{
    uint64_t entry = walk(tlb[i].space, tlb[i].address);
    if (arch_entry_valid(entry) && arch_entry_address(entry) != arch_entry_address(tlb[i].entry)) {
        ck_abort_msg("a page has turned into another one");
    }
}

void arch_space_flush(struct plat_space *space, uint64_t address, uint64_t pages)
{
    for (unsigned i = 0; i < TLB_ENTRIES; i++) {
        bool in_range = pages == 0 || (tlb[i].address >= address && tlb[i].address - address < pages * PAGE_BYTES);
        if (tlb[i].space == space && in_range) {
            turn_check(i);
            tlb[i].space = NULL;
        }
    }
}

void arch_space_forget(struct plat_space *space)
{
    arch_space_flush(space, 0, 0);
}

int arch_ports_map(struct plat_space *space, uint64_t address, uint64_t physical, uint64_t pages)
{
    (void)space, (void)address, (void)physical, (void)pages;
    fake_port_windows++;
    return 0;
}

void arch_ports_unmap(struct plat_space *space, uint64_t address, uint64_t pages)
{
    (void)space, (void)address, (void)pages;
}

_Noreturn void machine_fail(const char *format, ...)
{
    ck_abort_msg("machine_fail: %s", format);
}

static uint64_t walk(const struct plat_space *space, uint64_t address)
{
    uint64_t entry = space->top | VALID;
    for (unsigned level = 4; level > 0 && arch_entry_valid(entry) && space->top != 0; level--) {
        const uint64_t *table = arch_memory(arch_entry_address(entry));
        entry = table[(address >> (12 + 9 * (level - 1))) % 512];
        if (arch_entry_valid(entry) && ((entry & TABLE) != 0) != (level > 1)) {
            ck_abort_msg("an entry of the wrong level");
        }
    }
    return space->top == 0 ? 0 : entry;
}

bool fake_touch(struct plat_space *space, uint64_t address, uint64_t *physical, uint32_t *prot, uint32_t *kind)
{
    uint64_t entry = walk(space, address);
    if (!arch_entry_valid(entry)) {
        return false;
    }
    unsigned place = (unsigned)((address >> PAGE_SHIFT) * 31 + (uintptr_t)space / 64) % TLB_ENTRIES;
    tlb[place].space = space;
    tlb[place].address = address & ~(uint64_t)(PAGE_BYTES - 1);
    tlb[place].entry = entry;
    *physical = arch_entry_address(entry);
    *prot = entry >> PROT_SHIFT & 7;
    *kind = entry >> KIND_SHIFT & 3;
    return true;
}

void fake_reset(void)
{
    memset(tlb, 0, sizeof(tlb));
    fake_port_windows = 0;
}

void fake_tlb_check(void)
{
    for (unsigned i = 0; i < TLB_ENTRIES; i++) {
        if (tlb[i].space != NULL && walk(tlb[i].space, tlb[i].address) != tlb[i].entry) {
            ck_abort_msg("the cache holds what the tables do not");
        }
    }
}
