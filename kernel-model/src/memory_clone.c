/* Clones of memory objects, and supplies from one to another: entries are copied, pages become shared on both sides
 * until one of them is written. */
#include "memory_object.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <kernel/platform.h>

#include "assert.h"
#include "grant.h"
#include "kernel_state.h"
#include "region.h"

/* What is done between two preemption points, in pages: a run of neighbouring frames, which is protected and shown as
 * one, costs as much as some, and copying one as much as many. */
#define CLONE_BUDGET 64
#define CLONE_RUN 4
#define CLONE_COPY 24

/* Makes all mappings of the pages [first, end) read-only. */
static void mappings_write_protect(struct kernel *kernel, struct memory *memory, uint64_t first, uint64_t end)
{
    LIST_EACH(entry, &memory->regions) {
        struct region *region = LIST_ENTRY(entry, struct region, memory_link);
        uint64_t from = first > region->first_page ? first : region->first_page;
        uint64_t to = end < region_end_page(region) ? end : region_end_page(region);

        if (from < to && (region->prot & PROT_W) != 0)
            plat_space_protect(kernel, space_platform(region->space), region_address(region, from), to - from,
                               region_prot_shown(region, true));
    }
}

/* The entry for a clone of the page: pinned ones are copied, others become shared on both sides; with `copies`, only
 * those that are so already. */
static uint64_t entry_clone(struct kernel *kernel, uint64_t *from, bool copies)
{
    uint64_t copy;

    if ((*from & ENTRY_PINS) == 0 && (!copies || (*from & ENTRY_SHARED) != 0)) {
        *from |= ENTRY_SHARED;
        space_views_forget(kernel);
        frame_reference(kernel, memory_entry_frame(*from));
        return *from;
    }
    copy = frame_allocate(kernel);
    KERNEL_ASSERT(kernel, copy != FRAME_NONE);
    __builtin_memcpy(frame_bytes(kernel, copy), frame_bytes(kernel, memory_entry_frame(*from)), PAGE_BYTES);
    return memory_entry_make(copy, 0);
}

/* Where the caller is to write the page's entry; the page and what nodes it needs are charged. NULL: it is there
 * already, or *error. */
static uint64_t *place_make(struct kernel *kernel, struct memory *memory, uint64_t page, int *error)
{
    uint64_t *place = page_tree_find(&memory->tree, page);

    *error = 0;
    if (place != NULL && *place != 0)
        return NULL;
    *error = grant_charge(kernel, memory->object.grant,
                          place != NULL ? 1 : 1 + page_tree_missing(&memory->tree, page));
    if (*error != 0)
        return NULL;
    memory->present_pages++;
    return place != NULL ? place : page_tree_make(kernel, &memory->tree, page);
}

/* A page of a clone: the entry's, or if there is none the archive's frame. Costs *budget, a copy *copies too. */
static int page_clone(struct kernel *kernel, struct memory *to, uint64_t page, uint64_t *from, uint64_t frame,
                      uint32_t *copies, int *budget)
{
    bool may_copy = copies != NULL && *copies > 0;
    int error;
    uint64_t *place = place_make(kernel, to, page, &error);

    if (place == NULL)
        return error;
    *place = from == NULL ? memory_entry_make(frame, ENTRY_SHARED) : entry_clone(kernel, from, may_copy);
    if ((*place & ENTRY_SHARED) == 0) {
        *budget -= CLONE_COPY;
        if (may_copy)
            --*copies;
    }
    return 0;
}

int memory_clone_some(struct kernel *kernel, struct memory *to, uint64_t distance, struct memory *from, uint64_t *page,
                      uint64_t end, uint32_t *copies)
{
    uint64_t protect_from = *page; /* [protect_from, protect_to): became shared, is mapped writable yet */
    uint64_t protect_to = *page;
    uint64_t frame = FRAME_NONE, next_frame;
    int budget = CLONE_BUDGET;
    int error = 0;

    for (; *page < end && budget > 0; ++*page, budget--) {
        uint64_t *entry = memory_is_fixed(from) ? NULL : page_tree_seek(&from->tree, page, end);
        bool was_shared = entry == NULL || (*entry & ENTRY_SHARED) != 0;

        if (entry == NULL && !memory_is_fixed(from))
            break;
        next_frame = entry == NULL ? from->fixed_frame + *page : memory_entry_frame(*entry);
        error = page_clone(kernel, to, *page + distance, entry, next_frame, copies, &budget);
        if (error != 0)
            break;
        if (next_frame != frame + 1)
            budget -= CLONE_RUN;
        frame = next_frame;
        if (was_shared || (*entry & ENTRY_SHARED) == 0)
            continue;
        if (*page != protect_to) {
            if (protect_to > protect_from)
                mappings_write_protect(kernel, from, protect_from, protect_to);
            protect_from = *page;
        }
        protect_to = *page + 1;
    }
    if (protect_to > protect_from)
        mappings_write_protect(kernel, from, protect_from, protect_to);
    *page = *page < end ? *page : end;
    return error;
}

int memory_clone(struct kernel *kernel, struct grant *grant, struct memory *from, uint64_t offset_bytes,
                 uint64_t size_bytes, struct memory **memory)
{
    uint64_t first = offset_bytes >> PAGE_SHIFT;
    uint64_t pages = memory_pages_of(size_bytes);
    int error;

    if ((offset_bytes & (PAGE_BYTES - 1)) != 0 || pages == 0 || first > from->pages || pages > from->pages - first)
        return -E_INVAL;
    if (!memory_is_clonable(from))
        return -E_INVAL;
    error = memory_make(kernel, grant, pages, memory);
    if (error != 0)
        return error;
    for (uint64_t page = first; error == 0 && page < first + pages;)
        error = memory_clone_some(kernel, *memory, 0 - first, from, &page, first + pages, NULL);
    if (error != 0)
        object_release(kernel, &(*memory)->object);
    return error;
}

static bool supply_range_is_good(const struct memory *memory, uint64_t offset_bytes, uint64_t size_bytes)
{
    uint64_t size = memory->pages << PAGE_SHIFT;

    return offset_bytes % PAGE_BYTES == 0 && offset_bytes <= size && size_bytes <= size - offset_bytes;
}

static bool supply_is_good(const struct memory *memory, const struct memory *from)
{
    return memory->pager != NULL && memory_is_clonable(from);
}

/* The entry for a page supplied; its charge has been paid. */
static uint64_t supply_entry(struct kernel *kernel, struct memory *from, uint64_t page)
{
    uint64_t *entry = memory_is_fixed(from) ? NULL : page_tree_find(&from->tree, page);
    bool was_shared;
    uint64_t frame;

    if (memory_is_fixed(from))
        return memory_entry_make(from->fixed_frame + page, ENTRY_SHARED);
    if (entry != NULL && *entry != 0) {
        was_shared = (*entry & ENTRY_SHARED) != 0;
        frame = entry_clone(kernel, entry, false);
        if (!was_shared)
            mappings_write_protect(kernel, from, page, page + 1);
        return frame;
    }
    frame = frame_allocate(kernel);
    KERNEL_ASSERT(kernel, frame != FRAME_NONE);
    __builtin_memset(frame_bytes(kernel, frame), 0, PAGE_BYTES);
    return memory_entry_make(frame, 0);
}

/* One page, unless it is there. -E_NOMEM: the grant has no room for it. */
static int supply_page(struct kernel *kernel, struct memory *to, uint64_t page, struct memory *from,
                       uint64_t from_page)
{
    int error;
    uint64_t *place = place_make(kernel, to, page, &error);

    if (place != NULL)
        *place = supply_entry(kernel, from, from_page);
    return error;
}

int64_t memory_supply(struct kernel *kernel, struct memory *memory, uint64_t offset_bytes, struct memory *from,
                      uint64_t from_offset_bytes, uint64_t size_bytes)
{
    uint64_t first = offset_bytes >> PAGE_SHIFT;
    uint64_t pages = size_bytes >> PAGE_SHIFT;

    if (!supply_is_good(memory, from) || pages == 0 || pages > SUPPLY_PAGES_MAX || size_bytes % PAGE_BYTES != 0)
        return -E_INVAL;
    if (!supply_range_is_good(memory, offset_bytes, size_bytes) ||
        !supply_range_is_good(from, from_offset_bytes, size_bytes))
        return -E_INVAL;
    for (uint64_t i = 0; i < pages; i++) {
        int error = supply_page(kernel, memory, first + i, from, (from_offset_bytes >> PAGE_SHIFT) + i);

        if (error != 0)
            return i == 0 ? error : (int64_t)(i << PAGE_SHIFT);
    }
    return (int64_t)size_bytes;
}
