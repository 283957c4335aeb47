/* Regions of an address space: disjoint ranges, each showing a range of one memory object. They form a search tree by
 * address, balanced by random priorities (a treap), and a list at each memory object. */
#ifndef KERNEL_REGION_H
#define KERNEL_REGION_H

#include <kernel/platform.h>

#include "list.h"
#include "memory.h"
#include "object.h"
#include "space_view.h"

#define REGIONS_MAX 65536u /* of one space */
#define SHOW_CODE_PAGES 32u /* shown between two preemption points: the platform may have to sync caches */

struct region {
    struct region *left;
    struct region *right;
    struct space *space;
    struct memory *memory; /* referenced */
    uint64_t start;
    uint64_t end;
    uint64_t first_page; /* of the memory object, at start */
    uint32_t balance;    /* not below those of the regions under it */
    uint32_t prot;       /* PROT_* */
    uint32_t flags;      /* MAP_FLAG_SHARED, MAP_FLAG_NO_CLONE */
    uint32_t rights;     /* of the handle it was mapped by: what prot may become */
    uint64_t clone; /* the clone that made it, if that may still go on or be undone: its serial */
    struct list memory_link;
};

struct space {
    struct object object;
    struct region *root;
    uint64_t search_from; /* no gap of any use is below, down to MAP_BASE */
    uint32_t region_count;
    bool has_no_platform; /* its making failed */
    struct space_views views;
    _Alignas(16) uint8_t platform[PLAT_SPACE_BYTES];
};

/* Lowest region that ends above the address; NULL: none. */
struct region *region_at_or_after(struct space *space, uint64_t address);
/* The region that holds the address; NULL: none. */
struct region *region_at(struct space *space, uint64_t address);
/* Takes memory for a region from the space's grant, or gives it back. */
int region_allocate(struct kernel *kernel, struct space *space, struct region **region);
void region_free(struct kernel *kernel, struct space *space, struct region *region);
/* Puts a filled region into the space's tree and its memory's list, and references the memory. */
void region_insert(struct kernel *kernel, struct space *space, struct region *region);
/* The reverse; the region is freed. */
void region_delete(struct kernel *kernel, struct region *region);
/* Cuts a region in two at an address inside it; `upper` is allocated and becomes the part from there on. */
void region_split(struct kernel *kernel, struct region *region, uint64_t address, struct region *upper);
/* Joins regions that touch, show neighbouring pages and are alike, from the one before `start` to the one at `end`. */
void region_join(struct kernel *kernel, struct space *space, uint64_t start, uint64_t end);

/* Pages may have gone, changed their frames or become read-only: in any space. */
void space_views_forget(struct kernel *kernel);

static inline uint64_t region_page(const struct region *region, uint64_t address)
{
    return region->first_page + ((address - region->start) >> 12);
}

static inline uint64_t region_end_page(const struct region *region)
{
    return region_page(region, region->end);
}

static inline uint64_t region_address(const struct region *region, uint64_t page)
{
    return region->start + ((page - region->first_page) << 12);
}

/* Protection of a page on the platform: no machine has pages that can be written and not read. */
static inline uint32_t region_prot_shown(const struct region *region, bool is_shared)
{
    uint32_t prot = (region->prot & PROT_W) != 0 ? region->prot | PROT_R : region->prot;

    return is_shared ? prot & ~PROT_W : prot;
}

/* Maps what is present of the region's pages [first, end) on the platform. -E_NOMEM: the platform's limit. */
int region_map_present(struct kernel *kernel, struct region *region, uint64_t first, uint64_t end);
/* The same for a bounded part of [*page, end): *page is then where to go on, at most end. */
void region_show_some(struct kernel *kernel, struct region *region, uint64_t *page, uint64_t end);

#endif
