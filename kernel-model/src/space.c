/* Address spaces: making and destroying them, mapping, unmapping and protecting ranges. */
#include <abi/errno.h>
#include <abi/limits.h>

#include "assert.h"
#include "grant.h"
#include "kernel_state.h"
#include "memory_object.h"
#include "region.h"

#define POPULATE_PAGES 16u /* brought in between two preemption points */
#define PAGE_MASK ((uint64_t)PAGE_BYTES - 1)
#define PROT_ALL (PROT_R | PROT_W | PROT_X)
#define MAP_FLAGS_ALL (MAP_FLAG_FIXED | MAP_FLAG_SHARED | MAP_FLAG_NO_CLONE | MAP_FLAG_POPULATE)

int space_create(struct kernel *kernel, struct grant *grant, struct space **space)
{
    struct object *object;
    int error = object_create(kernel, grant, OBJECT_SPACE, sizeof(struct space), &object);

    if (error != 0)
        return error;
    *space = (struct space *)(void *)object;
    (*space)->search_from = MAP_BASE;
    error = plat_space_create(kernel, space_platform(*space));
    if (error != 0) {
        (*space)->has_no_platform = true;
        object_release(kernel, object);
    }
    return error;
}

void space_destroy(struct kernel *kernel, struct object *object)
{
    struct space *space = (struct space *)(void *)object;

    if (!space->has_no_platform)
        plat_space_destroy(kernel, space_platform(space));
    while (space->root != NULL)
        region_delete(kernel, space->root);
}

struct plat_space *space_platform(struct space *space)
{
    return (struct plat_space *)(void *)space->platform;
}

struct object *space_object(struct space *space)
{
    return &space->object;
}

/* May programs map there? */
static bool range_is_valid(uint64_t address, uint64_t size_bytes)
{
    if (((address | size_bytes) & PAGE_MASK) != 0 || size_bytes == 0)
        return false;
    if (address < USER_BASE || address >= USER_END || size_bytes > USER_END - address)
        return false;
    return address >= PLATFORM_END || address + size_bytes <= PLATFORM_BASE;
}

static bool range_is_free(struct space *space, uint64_t address, uint64_t size_bytes)
{
    struct region *region = region_at_or_after(space, address);

    return region == NULL || region->start >= address + size_bytes;
}

/* Does a handle with these rights allow this protection? Whatever is mapped can be read. */
static bool rights_allow(uint32_t rights, uint32_t prot)
{
    uint32_t needed = prot == 0 ? 0 : RIGHT_READ;

    if ((prot & PROT_W) != 0)
        needed |= RIGHT_WRITE;
    if ((prot & PROT_X) != 0)
        needed |= RIGHT_EXECUTE;
    return (rights & needed) == needed;
}

/* The lowest gap at or above search_from, or 0. */
static uint64_t gap_find(struct space *space, uint64_t size_bytes)
{
    uint64_t address = space->search_from;

    while (size_bytes <= MAP_END - MAP_BASE && address <= MAP_END - size_bytes) {
        struct region *region = region_at_or_after(space, address);

        if (region == NULL || region->start >= address + size_bytes)
            return address;
        address = region->end;
    }
    return 0;
}

/* The address for a map call, or 0: there is no room. */
static uint64_t place_find(struct space *space, uint64_t wanted, uint64_t size_bytes)
{
    if (wanted != 0 && range_is_valid(wanted, size_bytes) && range_is_free(space, wanted, size_bytes))
        return wanted;
    return gap_find(space, size_bytes);
}

/* Keeps search_from below all gaps, and as high as is cheap. */
static void search_advance(struct space *space, uint64_t start, uint64_t end)
{
    if (start <= space->search_from && end > space->search_from)
        space->search_from = end;
}

static void search_retreat(struct space *space, uint64_t start, uint64_t end)
{
    if (end > MAP_BASE && start < space->search_from)
        space->search_from = start > MAP_BASE ? start : MAP_BASE;
}

/* Regions for the cuts at the ends of a range: NULL where none is needed. */
struct cuts {
    struct region *at_start;
    struct region *at_end;
};

static bool needs_cut(struct space *space, uint64_t address)
{
    struct region *region = region_at(space, address);

    return region != NULL && region->start < address;
}

static void cuts_free(struct kernel *kernel, struct space *space, struct cuts *cuts)
{
    if (cuts->at_start != NULL)
        region_free(kernel, space, cuts->at_start);
    if (cuts->at_end != NULL)
        region_free(kernel, space, cuts->at_end);
}

static int cuts_allocate(struct kernel *kernel, struct space *space, uint64_t start, uint64_t end, struct cuts *cuts)
{
    int error = 0;

    *cuts = (struct cuts){0};
    if (space->region_count > REGIONS_MAX - 3)
        return -E_NOMEM;
    if (needs_cut(space, start))
        error = region_allocate(kernel, space, &cuts->at_start);
    if (error == 0 && needs_cut(space, end))
        error = region_allocate(kernel, space, &cuts->at_end);
    if (error != 0)
        cuts_free(kernel, space, cuts);
    return error;
}

/* Cuts the regions at both ends, so that the range holds whole ones only. */
static void cuts_make(struct kernel *kernel, struct space *space, uint64_t start, uint64_t end, struct cuts *cuts)
{
    if (cuts->at_start != NULL)
        region_split(kernel, region_at(space, start), start, cuts->at_start);
    if (cuts->at_end != NULL)
        region_split(kernel, region_at(space, end), end, cuts->at_end);
}

static void range_unmap(struct kernel *kernel, struct space *space, uint64_t start, uint64_t end, struct cuts *cuts)
{
    struct region *region;
    bool any = false;

    cuts_make(kernel, space, start, end, cuts);
    while ((region = region_at_or_after(space, start)) != NULL && region->start < end) {
        if (!any)
            plat_space_unmap(kernel, space_platform(space), start, (end - start) >> PAGE_SHIFT);
        any = true;
        region_delete(kernel, region);
    }
    search_retreat(space, start, end);
}

static int map_check(struct space *space, uint64_t *address, uint64_t size_bytes, struct memory *memory,
                     uint32_t rights, uint64_t offset_bytes, uint32_t prot_flags)
{
    if ((prot_flags & ~(PROT_ALL | MAP_FLAGS_ALL)) != 0 || ((offset_bytes | size_bytes) & PAGE_MASK) != 0)
        return -E_INVAL;
    if (size_bytes == 0 || offset_bytes > memory_size(memory) || size_bytes > memory_size(memory) - offset_bytes)
        return -E_INVAL;
    if (!rights_allow(rights, prot_flags & PROT_ALL))
        return -E_ACCES;
    if ((prot_flags & MAP_FLAG_FIXED) != 0)
        return range_is_valid(*address, size_bytes) ? 0 : -E_INVAL;
    *address = place_find(space, *address, size_bytes);
    return *address == 0 ? -E_NOMEM : 0;
}

bool space_show(struct kernel *kernel, struct space *space, struct show *show)
{
    struct region *region;

    while (show->at < show->end && (region = region_at_or_after(space, show->at)) != NULL &&
           region->start < show->end) {
        uint64_t page = region_page(region, show->at > region->start ? show->at : region->start);
        uint64_t end = region_page(region, show->end < region->end ? show->end : region->end);

        if (show->populate) {
            uint64_t stop = page + POPULATE_PAGES - page % POPULATE_PAGES;

            stop = stop < end ? stop : end;
            memory_populate(kernel, region->memory, page, stop);
            end = stop;
        }
        region_show_some(kernel, region, &page, end);
        show->at = region_address(region, page);
        if (show->at < show->end && plat_preempt_pending(kernel, 0))
            return false;
    }
    return true;
}

/* All of it at once, whatever else is pending. */
static void space_show_all(struct kernel *kernel, struct space *space, const struct show *show)
{
    struct region *region = region_at(space, show->at);
    uint64_t first = region_page(region, show->at);
    uint64_t end = region_page(region, show->end);

    if (show->populate)
        memory_populate(kernel, region->memory, first, end);
    (void)region_map_present(kernel, region, first, end);
}

int space_place(struct kernel *kernel, struct space *space, uint64_t *address, uint64_t size_bytes,
                struct memory *memory, uint32_t rights, uint64_t offset_bytes, uint32_t prot_flags, struct show *show)
{
    uint64_t start = *address;
    uint64_t first = offset_bytes >> PAGE_SHIFT;
    uint64_t end;
    struct region *region;
    struct cuts cuts;
    int error = map_check(space, &start, size_bytes, memory, rights, offset_bytes, prot_flags);

    if (error != 0)
        return error;
    end = start + size_bytes;
    error = cuts_allocate(kernel, space, start, end, &cuts);
    if (error != 0)
        return error;
    error = region_allocate(kernel, space, &region);
    if (error != 0) {
        cuts_free(kernel, space, &cuts);
        return error;
    }
    *region = (struct region){.memory = memory, .start = start, .end = end, .first_page = first,
                              .prot = prot_flags & PROT_ALL, .rights = rights,
                              .flags = prot_flags & (MAP_FLAG_SHARED | MAP_FLAG_NO_CLONE)};
    range_unmap(kernel, space, start, end, &cuts);
    region_insert(kernel, space, region);
    search_advance(space, start, end);
    region_join(kernel, space, start, end);
    *address = start;
    /* What little there is will be touched soon, and a fault costs more than a page. */
    *show = (struct show){.at = start, .end = end, .result = (int64_t)start,
                          .populate = (prot_flags & MAP_FLAG_POPULATE) != 0 ||
                                      ((prot_flags & PROT_W) != 0 && size_bytes <= FAULT_AROUND_PAGES * PAGE_BYTES)};
    return 0;
}

int space_map(struct kernel *kernel, struct space *space, uint64_t *address, uint64_t size_bytes, struct memory *memory,
              uint32_t rights, uint64_t offset_bytes, uint32_t prot_flags)
{
    struct show show;
    int error = space_place(kernel, space, address, size_bytes, memory, rights, offset_bytes, prot_flags, &show);

    if (error == 0)
        space_show_all(kernel, space, &show);
    return error;
}

int space_unmap(struct kernel *kernel, struct space *space, uint64_t address, uint64_t size_bytes)
{
    struct cuts cuts;
    int error;

    if (!range_is_valid(address, size_bytes))
        return -E_INVAL;
    error = cuts_allocate(kernel, space, address, address + size_bytes, &cuts);
    if (error != 0)
        return error;
    range_unmap(kernel, space, address, address + size_bytes, &cuts);
    return 0;
}

static int protect_check(struct space *space, uint64_t start, uint64_t end, uint32_t prot)
{
    while (start < end) {
        struct region *region = region_at(space, start);

        if (region == NULL)
            return -E_FAULT;
        if (!rights_allow(region->rights, prot))
            return -E_ACCES;
        start = region->end;
    }
    return 0;
}

static void region_protect(struct kernel *kernel, struct region *region, uint32_t prot)
{
    uint64_t pages = (region->end - region->start) >> PAGE_SHIFT;
    uint32_t old = region->prot;

    region->prot = prot;
    if (prot == old)
        return;
    space_views_forget(kernel);
    if (prot == 0)
        plat_space_unmap(kernel, space_platform(region->space), region->start, pages);
    else if (old != 0 && (prot & PROT_W) == 0)
        plat_space_protect(kernel, space_platform(region->space), region->start, pages, prot);
    else
        region_map_present(kernel, region, region->first_page, region_end_page(region));
}

int space_protect(struct kernel *kernel, struct space *space, uint64_t address, uint64_t size_bytes, uint32_t prot)
{
    uint64_t end = address + size_bytes;
    struct region *region;
    struct cuts cuts;
    int error;

    if (!range_is_valid(address, size_bytes) || (prot & ~PROT_ALL) != 0)
        return -E_INVAL;
    error = protect_check(space, address, end, prot);
    if (error == 0)
        error = cuts_allocate(kernel, space, address, end, &cuts);
    if (error != 0)
        return error;
    cuts_make(kernel, space, address, end, &cuts);
    for (region = region_at(space, address); region != NULL && region->start < end;
         region = region_at_or_after(space, region->end))
        region_protect(kernel, region, prot);
    region_join(kernel, space, address, end);
    return 0;
}

void space_query(struct space *space, uint64_t address, struct region_info *info)
{
    struct region *region = region_at_or_after(space, address);
    struct page_run run;
    uint64_t end;

    *info = (struct region_info){0};
    if (region == NULL)
        return;
    end = region_end_page(region);
    info->start = region->start;
    info->end = region->end;
    info->offset_bytes = region->first_page << PAGE_SHIFT;
    info->prot = region->prot;
    info->flags = region->flags;
    for (uint64_t page = region->first_page; memory_run_next(region->memory, page, end, &run);
         page = run.page + run.pages)
        info->present_pages += run.pages;
}
