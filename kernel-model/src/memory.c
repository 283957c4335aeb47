/* Memory objects: making them, and their pages, brought in on demand. Clones: memory_clone.c. */
#include "memory_object.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <kernel/platform.h>

#include "assert.h"
#include "connection.h"
#include "grant.h"
#include "kernel_state.h"
#include "region.h"

#define POPULATE_PAGES PAGE_TREE_NEIGHBOURS /* brought in at once */

bool memory_is_fixed(const struct memory *memory)
{
    return memory->fixed_frame != FRAME_NONE;
}

bool memory_is_clonable(const struct memory *memory)
{
    return memory->pager == NULL && !memory->keeps_frames && (!memory_is_fixed(memory) || memory->is_archive);
}

int memory_make(struct kernel *kernel, struct grant *grant, uint64_t pages, struct memory **memory)
{
    struct object *object;
    int error = object_create(kernel, grant, OBJECT_MEMORY, sizeof(struct memory), &object);

    if (error != 0)
        return error;
    *memory = (struct memory *)(void *)object;
    list_init(&(*memory)->regions);
    (*memory)->pages = pages;
    (*memory)->fixed_frame = FRAME_NONE;
    page_tree_init(&(*memory)->tree, pages);
    return 0;
}

int memory_create(struct kernel *kernel, struct grant *grant, uint64_t size_bytes, struct memory **memory)
{
    uint64_t pages = memory_pages_of(size_bytes);

    if (pages == 0 || pages > MEMORY_PAGES_MAX)
        return -E_INVAL;
    return memory_make(kernel, grant, pages, memory);
}

int memory_create_paged(struct kernel *kernel, struct grant *grant, uint64_t size_bytes, struct connection *pager,
                        uint64_t value, struct memory **memory)
{
    int error = memory_create(kernel, grant, size_bytes, memory);

    if (error != 0)
        return error;
    (*memory)->pager = pager;
    (*memory)->pager_value = value;
    (*memory)->pager_serial = ++kernel->memory.pager_serial;
    object_reference(&pager->object);
    connection_handle_added(pager);
    return 0;
}

/* 1: the run lies in the archive, 0: wholly outside RAM, -E_INVAL: it would show frames that programs must not see. */
static int fixed_check(struct kernel *kernel, uint64_t first_frame, uint64_t pages)
{
    struct frames *frames = &kernel->frames;

    if (pages == 0 || pages > MEMORY_PAGES_MAX || first_frame > PAGE_TREE_PAGES_MAX)
        return -E_INVAL;
    if (first_frame >= frames->archive_first && first_frame - frames->archive_first < frames->archive_count &&
        pages <= frames->archive_count - (first_frame - frames->archive_first))
        return 1;
    if (first_frame < frames->first + frames->count && first_frame + pages > frames->first)
        return -E_INVAL;
    return 0;
}

int memory_create_fixed(struct kernel *kernel, struct grant *grant, uint64_t first_frame, uint64_t pages,
                        struct memory **memory)
{
    int is_archive = fixed_check(kernel, first_frame, pages);
    int error;

    if (is_archive < 0)
        return is_archive;
    error = memory_make(kernel, grant, pages, memory);
    if (error != 0)
        return error;
    (*memory)->fixed_frame = first_frame;
    (*memory)->is_archive = is_archive == 1;
    return 0;
}

int memory_create_identity(struct kernel *kernel, struct grant *grant, uint64_t pages, struct memory **memory)
{
    int error;

    KERNEL_ASSERT(kernel, pages <= MEMORY_PAGES_MAX);
    error = memory_make(kernel, grant, pages, memory);
    if (error == 0)
        (*memory)->fixed_frame = 0;
    return error;
}

uint64_t memory_size(struct memory *memory)
{
    return memory->pages << PAGE_SHIFT;
}

struct object *memory_object(struct memory *memory)
{
    return &memory->object;
}

/* Drops the platform's mappings of a page, but the one of `except`. */
static void mappings_unmap(struct kernel *kernel, struct memory *memory, struct region *except, uint64_t page)
{
    LIST_EACH(entry, &memory->regions) {
        struct region *region = LIST_ENTRY(entry, struct region, memory_link);

        if (region != except && page >= region->first_page && page < region_end_page(region))
            plat_space_unmap(kernel, space_platform(region->space), region_address(region, page), 1);
    }
}

/* Puts new zeroed frames at up to `wanted` absent pages from `page` on, all below one node. Returns how many, 0: the
 * grant has not got room for all of them. */
static uint64_t pages_add(struct kernel *kernel, struct memory *memory, uint64_t page, uint64_t wanted)
{
    uint64_t nodes = page_tree_missing(&memory->tree, page);
    uint64_t frame, count;
    uint64_t *entry;

    if (grant_charge(kernel, memory->object.grant, wanted + nodes) != 0)
        return 0;
    count = frame_allocate_run(kernel, wanted, &frame);
    KERNEL_ASSERT(kernel, count > 0);
    if (count < wanted)
        grant_uncharge(kernel, memory->object.grant, wanted - count);
    __builtin_memset(frame_bytes(kernel, frame), 0, count << PAGE_SHIFT);
    entry = page_tree_make(kernel, &memory->tree, page);
    for (uint64_t i = 0; i < count; i++)
        entry[i] = memory_entry_make(frame + i, 0);
    memory->present_pages += count;
    return count;
}

/* Makes a shared page the object's own. Its charge has been paid, so there is a frame. */
static void page_unshare(struct kernel *kernel, struct memory *memory, struct region *mapper, uint64_t page,
                         uint64_t *entry)
{
    uint64_t from = memory_entry_frame(*entry);
    uint64_t to;

    if (frame_is_private(kernel, from)) {
        *entry &= ~ENTRY_SHARED;
        return;
    }
    to = frame_allocate(kernel);
    KERNEL_ASSERT(kernel, to != FRAME_NONE);
    __builtin_memcpy(frame_bytes(kernel, to), frame_bytes(kernel, from), PAGE_BYTES);
    *entry = memory_entry_make(to, 0);
    space_views_forget(kernel);
    frame_release(kernel, from);
    mappings_unmap(kernel, memory, mapper, page);
}

int memory_page_for(struct kernel *kernel, struct memory *memory, struct region *mapper, uint64_t page, bool write,
                    uint64_t *frame)
{
    uint64_t *entry;

    if (page >= memory->pages)
        return -E_INVAL;
    if (memory_is_fixed(memory)) {
        *frame = memory->fixed_frame + page;
        return 0;
    }
    entry = page_tree_find(&memory->tree, page);
    if (entry == NULL || *entry == 0) {
        if (memory->pager != NULL)
            return PAGE_ABSENT;
        if (pages_add(kernel, memory, page, 1) == 0)
            return -E_NOMEM;
        entry = page_tree_find(&memory->tree, page);
    } else if (write && (*entry & ENTRY_SHARED) != 0) {
        page_unshare(kernel, memory, mapper, page, entry);
    }
    *frame = memory_entry_frame(*entry);
    return 0;
}

int memory_page(struct kernel *kernel, struct memory *memory, uint64_t page, bool write, uint64_t *frame)
{
    return memory_page_for(kernel, memory, NULL, page, write, frame);
}

static bool page_is_absent(struct memory *memory, uint64_t page)
{
    const uint64_t *entry = page_tree_find(&memory->tree, page);

    return entry == NULL || *entry == 0;
}

uint64_t memory_absent_from(struct memory *memory, uint64_t first, uint64_t page)
{
    uint64_t from = page;

    if (memory_is_fixed(memory))
        return page;
    while (from > first && page_is_absent(memory, from - 1))
        from--;
    return page_is_absent(memory, page) ? from : page;
}

void memory_populate(struct kernel *kernel, struct memory *memory, uint64_t first, uint64_t end)
{
    uint64_t page = first;

    while (!memory_is_fixed(memory) && memory->pager == NULL && page < end) {
        uint64_t present = page;
        uint64_t added;

        if (page_tree_next(&memory->tree, &present, end) == NULL)
            present = end;
        if (present == page) {
            page++;
            continue;
        }
        /* Within one node: no run crosses a multiple of what a node's entries are a multiple of. */
        added = POPULATE_PAGES - page % POPULATE_PAGES;
        if (added > present - page)
            added = present - page;
        added = pages_add(kernel, memory, page, added);
        if (added == 0)
            return;
        page += added;
    }
}

void memory_unshare(struct kernel *kernel, struct memory *memory, struct region *mapper, uint64_t first, uint64_t end)
{
    uint64_t *entry;

    if (memory_is_fixed(memory))
        return;
    for (uint64_t page = first; (entry = page_tree_next(&memory->tree, &page, end)) != NULL; page++) {
        if ((*entry & ENTRY_SHARED) != 0)
            page_unshare(kernel, memory, mapper, page, entry);
    }
}

bool memory_seek(struct memory *memory, uint64_t *page, uint64_t end)
{
    return memory_is_fixed(memory) ? *page < end : page_tree_seek(&memory->tree, page, end) != NULL;
}

bool memory_run_next(struct memory *memory, uint64_t from, uint64_t end, struct page_run *run)
{
    uint64_t page = from;
    uint64_t *entry;
    uint64_t expected; /* for the run to go on */

    if (from >= end)
        return false;
    if (memory_is_fixed(memory)) {
        *run = (struct page_run){.page = from, .pages = end - from, .frame = memory->fixed_frame + from};
        return true;
    }
    entry = page_tree_next(&memory->tree, &page, end);
    if (entry == NULL)
        return false;
    *run = (struct page_run){.page = page, .frame = memory_entry_frame(*entry),
                             .is_shared = (*entry & ENTRY_SHARED) != 0};
    expected = *entry & ~ENTRY_PINS;
    do {
        page++;
        entry++;
        expected += 1ull << ENTRY_FRAME_SHIFT;
        if (page < end && page % PAGE_TREE_NEIGHBOURS == 0)
            entry = page_tree_find(&memory->tree, page);
    } while (page < end && entry != NULL && (*entry & ~ENTRY_PINS) == expected);
    run->pages = page - run->page;
    return true;
}

uint64_t memory_group_add(struct kernel *kernel, struct memory *memory, uint64_t first, uint64_t end)
{
    const uint64_t *entry = page_tree_find(&memory->tree, first);

    for (uint64_t i = 0; entry != NULL && i < end - first; i++) {
        if (entry[i] != 0)
            return 0;
    }
    return pages_add(kernel, memory, first, end - first);
}

int memory_pin(struct kernel *kernel, struct memory *memory, uint64_t page, uint64_t *frame)
{
    uint64_t *entry;
    int error = memory->pager != NULL ? -E_INVAL : memory_page(kernel, memory, page, true, frame);

    if (error != 0 || memory_is_fixed(memory))
        return error;
    entry = page_tree_find(&memory->tree, page);
    if ((*entry & ENTRY_PINS) == ENTRY_PINS)
        return -E_NOMEM;
    *entry += ENTRY_PIN;
    return 0;
}

void memory_unpin(struct kernel *kernel, struct memory *memory, uint64_t page)
{
    uint64_t *entry;

    if (memory_is_fixed(memory))
        return;
    entry = page_tree_find(&memory->tree, page);
    KERNEL_ASSERT(kernel, entry != NULL && (*entry & ENTRY_PINS) != 0);
    *entry -= ENTRY_PIN;
}

int memory_physical(struct kernel *kernel, struct memory *memory, uint64_t page, uint64_t *frame)
{
    int error = memory->pager != NULL ? -E_INVAL : memory_page(kernel, memory, page, true, frame);

    if (error == 0)
        memory->keeps_frames = true;
    return error;
}

void memory_destroy(struct kernel *kernel, struct object *object)
{
    struct memory *memory = (struct memory *)(void *)object;

    KERNEL_ASSERT(kernel, list_is_empty(&memory->regions));
    if (memory->pager != NULL) {
        connection_handle_removed(kernel, memory->pager);
        object_release(kernel, &memory->pager->object);
    }
    if (memory_is_fixed(memory))
        return;
    grant_uncharge(kernel, object->grant, memory->present_pages + memory->tree.node_pages);
    remains_take(kernel, &memory->tree, memory->present_pages);
}

void memory_check(struct kernel *kernel, struct memory *memory)
{
    uint64_t pages = 0;
    uint64_t *entry;

    if (memory->pager != NULL)
        object_recount(&memory->pager->object);
    if (memory_is_fixed(memory)) {
        KERNEL_ASSERT(kernel, memory->present_pages == 0);
        return;
    }
    for (uint64_t page = 0; (entry = page_tree_next(&memory->tree, &page, memory->pages)) != NULL; page++) {
        uint64_t frame = memory_entry_frame(*entry);

        KERNEL_ASSERT(kernel, (*entry & ENTRY_PRESENT) != 0);
        KERNEL_ASSERT(kernel, (*entry & ENTRY_SHARED) == 0 || (*entry & ENTRY_PINS) == 0);
        KERNEL_ASSERT(kernel, (*entry & ENTRY_SHARED) != 0 || frame_is_private(kernel, frame));
        frame_recount(kernel, frame);
        pages++;
    }
    KERNEL_ASSERT(kernel, pages == memory->present_pages);
    grant_recount(memory->object.grant, pages + page_tree_check(kernel, &memory->tree));
}
