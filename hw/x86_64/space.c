/* What a table entry is, which user space is seen, and the ports that it may use. */
#include "space.h"

#include "cpu.h"
#include "layout.h"

#include <abi/device.h>
#include <abi/errno.h>
#include <abi/limits.h>
#include <abi/types.h>
#include <arch.h>
#include <machine.h>
#include <page_table.h>

#define ENTRY_ADDRESS 0xffffffffff000ull
#define FLUSH_PAGES_MAX 32u /* more at once: the whole space */
#define PORT_PAGES 8192u    /* of 8 ports each */
#define WINDOWS (sizeof((struct plat_space *)0)->arch / sizeof(uint64_t))
/* A window of ports in space->arch: page of its address, first of its pages of ports, how many. 0: none. How many
 * windows a space has, nearly always none, is space->number. */
#define WINDOW(address, first, pages) ((address) >> PAGE_SHIFT << 28 | (first) << 14 | (pages))
#define WINDOW_PAGE(window) ((window) >> 28)
#define WINDOW_FIRST(window) ((window) >> 14 & 0x3fff)
#define WINDOW_PAGES(window) ((window)&0x3fff)

static struct plat_space *current;
static struct plat_space *ports_owner; /* whose ports the task segment shows; NULL: nobody's */

static uint64_t entry_bits(uint32_t prot)
{
    uint64_t bits = (prot & PROT_W) != 0 ? ENTRY_WRITE : 0;
    return (prot & PROT_X) != 0 ? bits : bits | ENTRY_NO_EXECUTE;
}

uint64_t arch_entry_page(uint64_t physical, uint32_t prot, uint32_t kind)
{
    uint64_t cache = kind == PAGE_KIND_DEVICE ? ENTRY_UNCACHED : 0;
    return physical | ENTRY_VALID | ENTRY_USER | cache | entry_bits(prot);
}

uint64_t arch_entry_protect(uint64_t entry, uint32_t prot)
{
    return (entry & ~(ENTRY_WRITE | ENTRY_NO_EXECUTE)) | entry_bits(prot);
}

uint64_t arch_entry_table(uint64_t physical)
{
    return physical | ENTRY_VALID | ENTRY_WRITE | ENTRY_USER;
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
    table[TOP_MEMORY] = table_top[TOP_MEMORY];
    table[TOP_DEVICE] = table_top[TOP_DEVICE];
    table[TOP_IMAGE] = table_top[TOP_IMAGE];
}

void arch_entries_written(void)
{
}

static void ports_set(const struct plat_space *space, bool show)
{
    for (unsigned i = 0; i < WINDOWS; i++) {
        for (uint64_t page = 0; page < WINDOW_PAGES(space->arch[i]); page++) {
            segments_ports_show((unsigned)(WINDOW_FIRST(space->arch[i]) + page), show);
        }
    }
}

static void ports_hide(void)
{
    if (ports_owner != NULL) {
        ports_set(ports_owner, false);
        ports_owner = NULL;
    }
}

static void space_leave(void)
{
    current = NULL;
    CPU_WRITE(cr3, arch_physical(table_top));
}

void arch_space_flush(struct plat_space *space, uint64_t address, uint64_t pages)
{
    if (space != current) {
        return; /* switching to it will flush */
    }
    if (space->top == 0) {
        space_leave();
        machine.entered = NULL;
    } else if (pages == 0 || pages > FLUSH_PAGES_MAX) {
        CPU_WRITE(cr3, space->top);
    } else {
        for (uint64_t page = 0; page < pages; page++) {
            page_flush(address + (page << PAGE_SHIFT));
        }
    }
}

bool arch_space_is_prepared(const struct plat_space *space)
{
    return space->top != 0 && ports_owner == (space->number != 0 ? space : NULL);
}

void arch_space_prepare(struct plat_space *space)
{
    ports_hide();
    if (space->number != 0) {
        ports_set(space, true);
        ports_owner = space;
    }
}

void arch_space_switch(struct plat_space *space)
{
    if (space != current) {
        current = space;
        CPU_WRITE(cr3, space->top);
    }
}

void arch_space_forget(struct plat_space *space)
{
    if (space == ports_owner) {
        ports_hide();
    }
    if (space == current) {
        space_leave();
    }
}

/* The CPU sees what is written. */
void arch_code_sync(void *bytes, size_t length_bytes)
{
    (void)bytes, (void)length_bytes;
}

int arch_ports_map(struct plat_space *space, uint64_t address, uint64_t physical, uint64_t pages)
{
    uint64_t first = (physical - DEVICE_PORTS_PHYSICAL) >> PAGE_SHIFT;
    if (first >= PORT_PAGES || pages > PORT_PAGES - first) {
        return -E_NOENT;
    }
    for (unsigned i = 0; i < WINDOWS; i++) {
        if (space->arch[i] == 0) {
            space->arch[i] = WINDOW(address, first, pages);
            space->number++;
            if (space == current) {
                arch_space_prepare(space);
            }
            return 0;
        }
    }
    return -E_NOMEM;
}

static bool window_touches(uint64_t window, uint64_t page, uint64_t pages)
{
    return WINDOW_PAGE(window) < page + pages && page < WINDOW_PAGE(window) + WINDOW_PAGES(window);
}

void arch_ports_unmap(struct plat_space *space, uint64_t address, uint64_t pages)
{
    for (unsigned i = 0; i < WINDOWS && space->number != 0; i++) {
        if (space->arch[i] == 0 || !window_touches(space->arch[i], address >> PAGE_SHIFT, pages)) {
            continue;
        }
        if (space == ports_owner) {
            ports_hide();
        }
        space->arch[i] = 0; /* all of it, also if only a part goes */
        space->number--;
        if (space == current) {
            arch_space_prepare(space);
        }
    }
}

bool space_shows_ports(const struct plat_space *space, uint64_t address)
{
    for (unsigned i = 0; i < WINDOWS && space->number != 0; i++) {
        if (space->arch[i] != 0 && window_touches(space->arch[i], address >> PAGE_SHIFT, 1)) {
            return true;
        }
    }
    return false;
}

struct plat_space *space_current(void)
{
    return current;
}
