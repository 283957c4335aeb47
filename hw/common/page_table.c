/* Page tables of user spaces. The core knows every mapping itself, so tables may vanish at any time: if the pool runs
 * dry, a space gives all of its own back; spaces do so in turn. A table is given back with all that is below it, in
 * constant time; it is taken apart when it is wanted for something else. */
#include "page_table.h"

#include "arch.h"
#include "machine.h"
#include "start_code.h"

#include <abi/limits.h>

#define ENTRIES 512u
#define TOP_ENTRIES 256u /* of user addresses */
#define TOP_LEVEL 3u     /* the level of tables whose entries are pages is 0 */
#define PHYSICAL_NONE 0u /* RAM begins with other things than tables */
#define LEVEL_BITS 7ull  /* of an address in the list of what has been given back */

static struct {
    uint64_t next, end; /* never used yet */
    uint64_t free;      /* given back: address and level; entry 0 of each is the same of the next one */
    struct plat_space *first;
    struct plat_space **last;
} pool;

static unsigned level_shift(unsigned level)
{
    return PAGE_SHIFT + 9 * level;
}

static unsigned level_index(uint64_t address, unsigned level)
{
    return (address >> level_shift(level)) % ENTRIES;
}

/* The first address past the entry that `address` belongs to. */
static uint64_t level_end(uint64_t address, unsigned level)
{
    return (address | ((1ull << level_shift(level)) - 1)) + 1;
}

START_CODE void page_table_init(uint64_t physical, uint64_t pages)
{
    pool.next = physical;
    pool.end = physical + (pages << PAGE_SHIFT);
    pool.free = PHYSICAL_NONE;
    pool.first = NULL;
    pool.last = &pool.first;
}

/* With what its entries lead to. */
static void table_give(uint64_t physical, unsigned level)
{
    for (;; level--) {
        uint64_t *table = arch_memory(physical);
        uint64_t first = level == 0 ? 0 : table[0];
        table[0] = pool.free;
        pool.free = physical | level;
        if (!arch_entry_valid(first)) {
            return;
        }
        physical = arch_entry_address(first);
    }
}

void page_table_give(uint64_t physical, uint64_t pages)
{
    for (; pages > 0; pages--, physical += PAGE_BYTES) {
        table_give(physical, 0);
    }
}

/* Are these eight entries of tables as they were made? Most are. */
static bool are_empty(const uint64_t *entry)
{
    return (entry[0] | entry[1] | entry[2] | entry[3] | entry[4] | entry[5] | entry[6] | entry[7]) == 0;
}

/* Takes the first off the list, and puts those below it there. */
static uint64_t table_take(void)
{
    uint64_t physical = pool.free & ~LEVEL_BITS;
    unsigned level = pool.free & LEVEL_BITS;
    uint64_t *table = arch_memory(physical);
    unsigned count = level == 0 ? 0 : level == TOP_LEVEL ? TOP_ENTRIES : ENTRIES;
    pool.free = table[0];
    table[0] = 0;
    for (unsigned i = 0; i < count; i++) {
        if (i % 8 == 0 && are_empty(&table[i])) {
            i += 7;
        } else if (arch_entry_valid(table[i])) {
            table_give(arch_entry_address(table[i]), level - 1);
        }
    }
    return physical;
}

static uint64_t page_get(void)
{
    if (pool.free != PHYSICAL_NONE) {
        return table_take();
    }
    if (pool.next == pool.end) {
        return PHYSICAL_NONE;
    }
    pool.next += PAGE_BYTES;
    return pool.next - PAGE_BYTES;
}

static void list_append(struct plat_space *space)
{
    space->next = NULL;
    space->link = pool.last;
    *pool.last = space;
    pool.last = &space->next;
}

static void list_remove(struct plat_space *space)
{
    *space->link = space->next;
    if (space->next != NULL) {
        space->next->link = space->link;
    } else {
        pool.last = space->link;
    }
}

static void tables_take_back(struct plat_space *space)
{
    uint64_t top = space->top;
    space->top = 0;
    arch_space_flush(space, 0, 0);
    table_give(top, TOP_LEVEL);
    list_remove(space);
    list_append(space);
}

/* A zeroed page for a table of `space`; PHYSICAL_NONE: all are its own. */
static uint64_t page_take(struct plat_space *space)
{
    uint64_t page = page_get();
    if (page == PHYSICAL_NONE) {
        struct plat_space *victim = pool.first;
        while (victim != NULL && (victim == space || victim->top == 0)) {
            victim = victim->next;
        }
        if (victim == NULL) {
            return PHYSICAL_NONE;
        }
        tables_take_back(victim);
        page = page_get();
    }
    __builtin_memset(arch_memory(page), 0, PAGE_BYTES);
    return page;
}

void page_table_create(struct plat_space *space)
{
    list_append(space);
}

void page_table_destroy(struct plat_space *space)
{
    if (space->top != 0) {
        tables_take_back(space);
    }
    list_remove(space);
    arch_space_forget(space);
}

void page_table_each(void (*visit)(struct plat_space *space))
{
    for (struct plat_space *space = pool.first; space != NULL; space = space->next) {
        visit(space);
    }
}

void page_table_ready(struct plat_space *space)
{
    if (space->top != 0) {
        return;
    }
    uint64_t top = page_take(space);
    if (top == PHYSICAL_NONE) {
        machine_fail("no page for a page table");
    }
    arch_top_init(arch_memory(top));
    space->top = top;
}

/* The table with the entries of pages around `address`, made if need be; NULL: no page for it. */
static uint64_t *leaf_make(struct plat_space *space, uint64_t address)
{
    page_table_ready(space);
    uint64_t *table = arch_memory(space->top);
    for (unsigned level = TOP_LEVEL; level > 0; level--) {
        uint64_t *entry = &table[level_index(address, level)];
        if (!arch_entry_valid(*entry)) {
            uint64_t page = page_take(space);
            if (page == PHYSICAL_NONE) {
                return NULL;
            }
            *entry = arch_entry_table(page);
        }
        table = arch_memory(arch_entry_address(*entry));
    }
    return table;
}

/* Writes the entries from `address` to `end`, as far as one table goes. Those that were something else before are made
 * invalid instead: then true, and the caller must flush and call again, since some CPUs must never see one page turn
 * into another. */
static bool leaf_fill(uint64_t *table, uint64_t address, uint64_t end, uint64_t entry)
{
    bool broken = false;
    for (; address < end; address += PAGE_BYTES, entry += PAGE_BYTES) {
        uint64_t *place = &table[level_index(address, 0)];
        bool other = arch_entry_valid(*place) && *place != entry;
        *place = other ? 0 : entry;
        broken = broken || other;
    }
    return broken;
}

int page_table_map(struct plat_space *space, uint64_t address, uint64_t physical, uint64_t pages, uint32_t prot,
                   uint32_t kind)
{
    if (kind == PAGE_KIND_PORTS) {
        page_table_unmap(space, address, pages);
        return arch_ports_map(space, address, physical, pages);
    }
    uint64_t end = address + (pages << PAGE_SHIFT);
    bool taken_back = false;
    arch_ports_unmap(space, address, pages);
    for (uint64_t at = address, next; at < end; at = next) {
        uint64_t *table = leaf_make(space, at);
        if (table == NULL && taken_back) {
            break; /* what is left will be faulted in */
        }
        if (table == NULL) {
            tables_take_back(space);
            taken_back = true;
            next = at;
            continue;
        }
        next = level_end(at, 1) < end ? level_end(at, 1) : end;
        uint64_t entry = arch_entry_page(physical + (at - address), prot, kind);
        if (leaf_fill(table, at, next, entry)) {
            arch_space_flush(space, at, (next - at) >> PAGE_SHIFT);
            (void)leaf_fill(table, at, next, entry);
        }
    }
    arch_entries_written();
    return 0;
}

/* The entry of the highest table that concerns `address`: of its page (*level 0), of a whole table within the range, or
 * an invalid one. */
static uint64_t *entry_find(struct plat_space *space, uint64_t address, uint64_t end, unsigned *level)
{
    uint64_t *table = arch_memory(space->top);
    for (*level = TOP_LEVEL;; --*level) {
        uint64_t *entry = &table[level_index(address, *level)];
        bool whole = level_end(address, *level) - address == 1ull << level_shift(*level) &&
                     level_end(address, *level) <= end;
        if (*level == 0 || whole || !arch_entry_valid(*entry)) {
            return entry;
        }
        table = arch_memory(arch_entry_address(*entry));
    }
}

/* Makes the entries from `address` to `end` invalid, as far as one table goes. Was one of them valid? */
static bool leaf_clear(uint64_t *entry, uint64_t address, uint64_t end)
{
    bool changed = false;
    for (; address < end; address += PAGE_BYTES, entry++) {
        changed = changed || arch_entry_valid(*entry);
        *entry = 0;
    }
    return changed;
}

void page_table_unmap(struct plat_space *space, uint64_t address, uint64_t pages)
{
    uint64_t end = address + (pages << PAGE_SHIFT);
    bool changed = false;
    arch_ports_unmap(space, address, pages);
    for (uint64_t at = address, next; space->top != 0 && at < end; at = next) {
        unsigned level;
        uint64_t *entry = entry_find(space, at, end, &level);
        next = level_end(at, level);
        if (level == 0) {
            next = level_end(at, 1) < end ? level_end(at, 1) : end;
            changed = leaf_clear(entry, at, next) || changed;
        } else if (arch_entry_valid(*entry)) {
            table_give(arch_entry_address(*entry), level - 1);
            *entry = 0;
            changed = true;
        }
    }
    if (changed) {
        arch_space_flush(space, address, pages);
    }
}

/* Pages below one entry, from `address` on; returns where the next entry begins. */
static uint64_t range_protect(uint64_t *entry, unsigned level, uint64_t address, uint32_t prot)
{
    if (arch_entry_valid(*entry) && level == 0) {
        *entry = arch_entry_protect(*entry, prot);
    } else if (arch_entry_valid(*entry)) {
        uint64_t *table = arch_memory(arch_entry_address(*entry));
        for (unsigned i = 0; i < ENTRIES; i++) {
            (void)range_protect(&table[i], level - 1, address, prot);
        }
    }
    return level_end(address, level);
}

void page_table_protect(struct plat_space *space, uint64_t address, uint64_t pages, uint32_t prot)
{
    uint64_t end = address + (pages << PAGE_SHIFT);
    if (prot == 0) {
        page_table_unmap(space, address, pages);
        return;
    }
    for (uint64_t at = address; space->top != 0 && at < end;) {
        unsigned level;
        uint64_t *entry = entry_find(space, at, end, &level);
        at = range_protect(entry, level, at, prot);
    }
    if (space->top != 0) {
        arch_space_flush(space, address, pages);
    }
}
