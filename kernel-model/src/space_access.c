/* Reaching the memory of an address space: by faults, and by the kernel's own copies. */
#include <abi/errno.h>
#include <abi/limits.h>

#include "assert.h"
#include "copy_fast.h"
#include "fault.h"
#include "kernel_state.h"
#include "memory_object.h"
#include "region.h"

#define ACCESS_RUN_PAGES 16u     /* most that space_access shows at once */
#define UNSHARE_AROUND_PAGES 16u /* aligned; regions around a page whose share is broken have theirs broken too */

static bool page_is_shared(struct region *region, uint64_t page)
{
    struct page_run run;

    return memory_run_next(region->memory, page, page + 1, &run) && run.is_shared;
}

/* After a fork a process writes to its data, its heap and what lies between: small regions, side by side. */
static void neighbours_unshare(struct kernel *kernel, struct region *region, uint64_t address)
{
    uint64_t start = address & ~(UNSHARE_AROUND_PAGES * (uint64_t)PAGE_BYTES - 1);
    uint64_t end = start + UNSHARE_AROUND_PAGES * (uint64_t)PAGE_BYTES;
    struct region *other = region_at_or_after(region->space, start);

    for (; other != NULL && other->start < end; other = region_at_or_after(region->space, other->end)) {
        uint64_t from = region_page(other, other->start > start ? other->start : start);
        uint64_t to = region_page(other, other->end < end ? other->end : end);

        if (other == region || (other->prot & PROT_W) == 0 || memory_is_fixed(other->memory))
            continue;
        memory_unshare(kernel, other->memory, other, from, to);
        (void)region_map_present(kernel, other, from, to);
    }
}

/* The pages around one that are mapped together. */
static void group_find(const struct region *region, uint64_t page, uint64_t *first, uint64_t *end)
{
    *first = page - page % FAULT_AROUND_PAGES;
    *end = *first + FAULT_AROUND_PAGES;
    if (*first < region->first_page || memory_is_fixed(region->memory))
        *first = region->first_page;
    if (*end > region_end_page(region) || memory_is_fixed(region->memory))
        *end = region_end_page(region);
}

/* As page_bring, with all the ways there are. */
static __attribute__((noinline)) int group_bring(struct kernel *kernel, struct region *region, uint64_t page,
                                                 bool write, uint64_t *frame)
{
    struct memory *memory = region->memory;
    bool breaks_share = write && page_is_shared(region, page);
    uint64_t first, end, from;
    int error;

    group_find(region, page, &first, &end);
    /* The page's own neighbours first, so that they come as one run; if there is no room for all, the page alone. */
    from = memory_absent_from(memory, first, page);
    memory_populate(kernel, memory, from, end);
    error = memory_page_for(kernel, memory, region, page, write, frame);
    if (error == PAGE_ABSENT)
        error = fault_note(kernel, memory, page, write ? ACCESS_WRITE : ACCESS_READ);
    if (error != 0)
        return error;
    memory_populate(kernel, memory, first, from);
    if (write)
        memory_unshare(kernel, memory, region, first, end);
    if (breaks_share)
        neighbours_unshare(kernel, region, region_address(region, page));
    return region_map_present(kernel, region, first, end);
}

/* The page's frame, if it can be used as it is. */
static bool page_is_ready(struct region *region, uint64_t page, bool write, uint64_t *frame)
{
    struct memory *memory = region->memory;
    const uint64_t *entry;

    if (memory_is_fixed(memory)) {
        *frame = memory->fixed_frame + page;
        return true;
    }
    entry = page_tree_find(&memory->tree, page);
    if (entry == NULL || *entry == 0 || (write && (*entry & ENTRY_SHARED) != 0))
        return false;
    *frame = memory_entry_frame(*entry);
    return true;
}

/* The page and some neighbours come in and are mapped; *frame is the page's. The usual: nothing is there yet. */
static int page_bring(struct kernel *kernel, struct region *region, uint64_t page, bool write, uint64_t *frame)
{
    struct memory *memory = region->memory;
    const uint64_t *entry = memory_is_fixed(memory) ? NULL : page_tree_find(&memory->tree, page);
    uint64_t first, end;

    if (memory_is_fixed(memory) || (entry != NULL && *entry != 0))
        return group_bring(kernel, region, page, write, frame);
    if (memory->pager != NULL)
        return fault_note(kernel, memory, page, write ? ACCESS_WRITE : ACCESS_READ);
    group_find(region, page, &first, &end);
    if (memory_group_add(kernel, memory, first, end) != end - first)
        return group_bring(kernel, region, page, write, frame);
    (void)page_is_ready(region, page, write, frame);
    return region_map_present(kernel, region, first, end);
}

static bool prot_allows(uint32_t prot, uint32_t access)
{
    switch (access) {
    case ACCESS_READ: /* no machine has pages that can be written and not read */
        return (prot & (PROT_R | PROT_W)) != 0;
    case ACCESS_WRITE:
        return (prot & PROT_W) != 0;
    default:
        return (prot & PROT_X) != 0;
    }
}

int space_fault(struct kernel *kernel, struct space *space, uint64_t address, uint32_t access)
{
    struct region *region = region_at(space, address);
    uint64_t frame;

    if (region == NULL || !prot_allows(region->prot, access))
        return -E_FAULT;
    return page_bring(kernel, region, region_page(region, address), access == ACCESS_WRITE, &frame);
}

void space_fault_show(struct kernel *kernel, struct space *space, uint64_t address, uint32_t access)
{
    struct region *region = region_at(space, address);
    uint64_t page, first, end, frame;
    struct page_run run;

    if (region == NULL || !prot_allows(region->prot, access))
        return;
    page = region_page(region, address);
    if (!page_is_ready(region, page, access == ACCESS_WRITE, &frame))
        return;
    group_find(region, page, &first, &end);
    if (memory_run_next(region->memory, page, end, &run))
        (void)plat_space_map(kernel, space_platform(space), region_address(region, page), run.frame, run.pages,
                             region_prot_shown(region, run.is_shared));
}

static bool access_is_allowed(const struct region *region, uint32_t access, bool force)
{
    if (force)
        return (region->rights & (access == ACCESS_WRITE ? RIGHT_WRITE : RIGHT_READ)) != 0;
    return prot_allows(region->prot, access);
}

/* Past the last page that an access may show: no further than it needs. */
static uint64_t wanted_end_page(const struct region *region, uint64_t page, uint64_t in_page, uint64_t wanted)
{
    uint64_t end = region_end_page(region);
    uint64_t pages = wanted >> PAGE_SHIFT >= ACCESS_RUN_PAGES
                         ? ACCESS_RUN_PAGES
                         : (in_page + wanted + PAGE_BYTES - 1) >> PAGE_SHIFT;

    pages = pages < ACCESS_RUN_PAGES ? pages : ACCESS_RUN_PAGES;
    return page + pages < end ? page + pages : end;
}

uint8_t *space_view_find(struct kernel *kernel, struct space *space, uint64_t address, bool write)
{
    struct region *region = region_at(space, address);
    uint64_t frame;
    uint8_t *bytes;

    if (region == NULL || !prot_allows(region->prot, write ? ACCESS_WRITE : ACCESS_READ) ||
        !page_is_ready(region, region_page(region, address), write, &frame))
        return NULL;
    bytes = plat_frame_bytes(kernel, frame);
    if (bytes == NULL)
        return NULL;
    space_view_keep(&space->views, kernel->memory.view_serial, address >> PAGE_SHIFT, write, bytes);
    return bytes + (address & (PAGE_BYTES - 1));
}

/* Neighbouring pages from `page` on whose frames are neighbours too. Their entries lie behind the page's;
 * those of absent pages have no frame. */
static uint64_t access_run(struct kernel *kernel, struct region *region, uint64_t page, uint64_t end, bool write,
                           uint64_t frame)
{
    struct memory *memory = region->memory;
    uint64_t most = PAGE_TREE_NEIGHBOURS - page % PAGE_TREE_NEIGHBOURS;
    uint64_t pages = 1;
    const uint64_t *entry;

    most = most < end - page ? most : end - page;
    if (memory_is_fixed(memory))
        return frame_is_ram(kernel, frame) && frame_is_ram(kernel, frame + most - 1) ? most : 1;
    entry = page_tree_find(&memory->tree, page);
    while (pages < most && memory_entry_frame(entry[pages]) == frame + pages &&
           !(write && (entry[pages] & ENTRY_SHARED) != 0))
        pages++;
    return pages;
}

/* The same for pages that are not known. */
static int access_find(struct kernel *kernel, struct space *space, uint64_t address, uint32_t access, bool force,
                       void **bytes, uint64_t *length)
{
    struct region *region = region_at(space, address);
    uint64_t in_page = address & (PAGE_BYTES - 1);
    bool write = access == ACCESS_WRITE;
    uint64_t page, frame, pages = 1;
    uint8_t *start;
    int error;

    if (region == NULL || !access_is_allowed(region, access, force))
        return -E_FAULT;
    page = region_page(region, address);
    if (!page_is_ready(region, page, write, &frame)) {
        error = page_bring(kernel, region, page, write, &frame);
        if (error != 0)
            return error;
    }
    start = plat_frame_bytes(kernel, frame);
    if (start == NULL)
        return -E_FAULT;
    if (*length > PAGE_BYTES - in_page)
        pages = access_run(kernel, region, page, wanted_end_page(region, page, in_page, *length), write, frame);
    for (uint64_t i = 0; i < pages && !force; i++)
        space_view_keep(&space->views, kernel->memory.view_serial, (address >> PAGE_SHIFT) + i, write,
                        start + (i << PAGE_SHIFT));
    *bytes = start + in_page;
    *length = (pages << PAGE_SHIFT) - in_page;
    return 0;
}

int space_access(struct kernel *kernel, struct space *space, uint64_t address, uint32_t access, bool force,
                 void **bytes, uint64_t *length)
{
    uint64_t in_page = address & (PAGE_BYTES - 1);
    uint8_t *known;

    if (force || *length > PAGE_BYTES - in_page)
        return access_find(kernel, space, address, access, force, bytes, length);
    known = space_view_known(&space->views, kernel->memory.view_serial, address, access == ACCESS_WRITE);
    if (known == NULL)
        return access_find(kernel, space, address, access, force, bytes, length);
    *bytes = known;
    *length = PAGE_BYTES - in_page;
    return 0;
}

int space_copy_in(struct kernel *kernel, struct space *space, void *to, uint64_t from, uint64_t length)
{
    char *target = to;

    while (length > 0) {
        uint64_t run = length;
        void *bytes;
        int error = space_access(kernel, space, from, ACCESS_READ, false, &bytes, &run);

        if (error != 0)
            return error;
        run = run < length ? run : length;
        __builtin_memcpy(target, bytes, run);
        target += run;
        from += run;
        length -= run;
    }
    return 0;
}

int space_copy_out(struct kernel *kernel, struct space *space, uint64_t to, const void *from, uint64_t length)
{
    const char *source = from;

    while (length > 0) {
        uint64_t run = length;
        void *bytes;
        int error = space_access(kernel, space, to, ACCESS_WRITE, false, &bytes, &run);

        if (error != 0)
            return error;
        run = run < length ? run : length;
        __builtin_memcpy(bytes, source, run);
        source += run;
        to += run;
        length -= run;
    }
    return 0;
}

int space_key(struct space *space, uint64_t address, struct memory **memory, uint64_t *offset_bytes)
{
    struct region *region = region_at(space, address);

    if (region == NULL)
        return -E_FAULT;
    *memory = region->memory;
    *offset_bytes = (region->first_page << PAGE_SHIFT) + (address - region->start);
    return 0;
}
