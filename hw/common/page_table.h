/* Page tables of user spaces: a cache of what the core knows, kept in a pool of table pages. If the pool is empty,
 * the tables of another space are taken back: its threads fault and the core fills them again. */
#ifndef HW_PAGE_TABLE_H
#define HW_PAGE_TABLE_H

#include <kernel/platform.h>

#include <stdint.h>

/* struct plat_space, at most PLAT_SPACE_BYTES. */
struct plat_space {
    uint64_t top;             /* physical address of the top table; 0: none right now */
    struct plat_space *next;  /* all spaces, the one that had its tables taken back last at the end */
    struct plat_space **link; /* what points to it */
    uint64_t number;          /* the arch's: ASID or PCID and its generation */
    uint64_t arch[8];         /* the arch's own */
};

_Static_assert(sizeof(struct plat_space) <= PLAT_SPACE_BYTES, "the platform's part of a space");

#define PAGE_TABLE_POOL_MIN 16u /* pages; fewer cannot hold what one instruction touches */

/* The pool: `pages` pages of RAM from `physical` on. */
void page_table_init(uint64_t physical, uint64_t pages);
/* More of them. */
void page_table_give(uint64_t physical, uint64_t pages);

/* On a zeroed space. */
void page_table_create(struct plat_space *space);
/* Also tells the arch (arch_space_forget). */
void page_table_destroy(struct plat_space *space);
void page_table_each(void (*visit)(struct plat_space *space));
/* Before a space is switched to: makes sure that it has a top table. */
void page_table_ready(struct plat_space *space);
/* As plat_space_map; kind: PAGE_KIND_*. Errors of arch_ports_map for that kind, none else: what there are no tables
 * for, even with those of all other spaces, is left out. */
int page_table_map(struct plat_space *space, uint64_t address, uint64_t physical, uint64_t pages, uint32_t prot,
                   uint32_t kind);
void page_table_unmap(struct plat_space *space, uint64_t address, uint64_t pages);
void page_table_protect(struct plat_space *space, uint64_t address, uint64_t pages, uint32_t prot);

#endif
