/* Memory objects: their pages, brought in on demand, and the copy-on-write shares between them. */
#include "memory_object.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <kernel/platform.h>

#include "assert.h"
#include "grant.h"
#include "kernel_state.h"
#include "region.h"

/* An entry of the page tree: */
#define ENTRY_PRESENT 1ull
#define ENTRY_SHARED 2ull /* copy-on-write: the frame may have other references; never with pins */
#define ENTRY_PIN 4ull    /* one pin, of */
#define ENTRY_PINS 0xfffcull
#define ENTRY_FRAME_SHIFT 16u

#define POPULATE_PAGES 64u /* brought in at once */

static uint64_t entry_frame(uint64_t entry)
{
    return entry >> ENTRY_FRAME_SHIFT;
}

static uint64_t entry_make(uint64_t frame, uint64_t flags)
{
    return frame << ENTRY_FRAME_SHIFT | ENTRY_PRESENT | flags;
}

bool memory_is_fixed(const struct memory *memory)
{
    return memory->fixed_frame != FRAME_NONE;
}

static int memory_make(struct kernel *kernel, struct grant *grant, uint64_t pages, struct memory **memory)
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

static uint64_t pages_of(uint64_t size_bytes)
{
    return (size_bytes >> PAGE_SHIFT) + ((size_bytes & (PAGE_BYTES - 1)) != 0);
}

int memory_create(struct kernel *kernel, struct grant *grant, uint64_t size_bytes, struct memory **memory)
{
    uint64_t pages = pages_of(size_bytes);

    if (pages == 0 || pages > MEMORY_PAGES_MAX)
        return -E_INVAL;
    return memory_make(kernel, grant, pages, memory);
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

/* Puts new zeroed frames at up to `wanted` absent pages from `page` on, all below one node. Returns how many, 0: the
 * grant has not got room for all of them. */
static uint64_t pages_add(struct kernel *kernel, struct memory *memory, uint64_t page, uint64_t wanted)
{
    uint64_t nodes = page_tree_missing(&memory->tree, page);
    uint64_t frame, count;

    if (grant_charge(kernel, memory->object.grant, wanted + nodes) != 0)
        return 0;
    count = frame_allocate_run(kernel, wanted, &frame);
    KERNEL_ASSERT(kernel, count > 0);
    if (count < wanted)
        grant_uncharge(kernel, memory->object.grant, wanted - count);
    __builtin_memset(frame_bytes(kernel, frame), 0, count << PAGE_SHIFT);
    for (uint64_t i = 0; i < count; i++)
        *page_tree_make(kernel, &memory->tree, page + i) = entry_make(frame + i, 0);
    memory->present_pages += count;
    return count;
}

/* Makes a shared page the object's own. Its charge has been paid, so there is a frame. */
static void page_unshare(struct kernel *kernel, struct memory *memory, struct region *mapper, uint64_t page,
                         uint64_t *entry)
{
    uint64_t from = entry_frame(*entry);
    uint64_t to;

    if (frame_is_private(kernel, from)) {
        *entry &= ~ENTRY_SHARED;
        return;
    }
    to = frame_allocate(kernel);
    KERNEL_ASSERT(kernel, to != FRAME_NONE);
    __builtin_memcpy(frame_bytes(kernel, to), frame_bytes(kernel, from), PAGE_BYTES);
    *entry = entry_make(to, 0);
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
        if (pages_add(kernel, memory, page, 1) == 0)
            return -E_NOMEM;
        entry = page_tree_find(&memory->tree, page);
    } else if (write && (*entry & ENTRY_SHARED) != 0) {
        page_unshare(kernel, memory, mapper, page, entry);
    }
    *frame = entry_frame(*entry);
    return 0;
}

int memory_page(struct kernel *kernel, struct memory *memory, uint64_t page, bool write, uint64_t *frame)
{
    return memory_page_for(kernel, memory, NULL, page, write, frame);
}

uint64_t memory_absent_from(struct memory *memory, uint64_t first, uint64_t page)
{
    uint64_t from = page;
    uint64_t present = from;

    while (!memory_is_fixed(memory) && page_tree_next(&memory->tree, &present, page + 1) == NULL) {
        if (from == first)
            return from;
        from--;
        present = from;
    }
    return from < page ? from + 1 : page;
}

void memory_populate(struct kernel *kernel, struct memory *memory, uint64_t first, uint64_t end)
{
    uint64_t page = first;

    while (!memory_is_fixed(memory) && page < end) {
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

bool memory_run_next(struct memory *memory, uint64_t from, uint64_t end, struct page_run *run)
{
    uint64_t page = from;
    uint64_t *entry;

    if (from >= end)
        return false;
    if (memory_is_fixed(memory)) {
        *run = (struct page_run){.page = from, .pages = end - from, .frame = memory->fixed_frame + from};
        return true;
    }
    entry = page_tree_next(&memory->tree, &page, end);
    if (entry == NULL)
        return false;
    *run = (struct page_run){.page = page, .pages = 1, .frame = entry_frame(*entry),
                             .is_shared = (*entry & ENTRY_SHARED) != 0};
    while (page + run->pages < end) {
        entry = page_tree_find(&memory->tree, page + run->pages);
        if (entry == NULL || *entry == 0 || entry_frame(*entry) != run->frame + run->pages ||
            ((*entry & ENTRY_SHARED) != 0) != run->is_shared)
            break;
        run->pages++;
    }
    return true;
}

int memory_pin(struct kernel *kernel, struct memory *memory, uint64_t page, uint64_t *frame)
{
    uint64_t *entry;
    int error = memory_page(kernel, memory, page, true, frame);

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

/* The entry for a clone of the page: pinned ones are copied, all others become shared on both sides. */
static uint64_t entry_clone(struct kernel *kernel, uint64_t *from)
{
    uint64_t copy;

    if ((*from & ENTRY_PINS) == 0) {
        *from |= ENTRY_SHARED;
        frame_reference(kernel, entry_frame(*from));
        return *from;
    }
    copy = frame_allocate(kernel);
    KERNEL_ASSERT(kernel, copy != FRAME_NONE);
    __builtin_memcpy(frame_bytes(kernel, copy), frame_bytes(kernel, entry_frame(*from)), PAGE_BYTES);
    return entry_make(copy, 0);
}

/* Charges the page and what nodes it needs, and sets its entry. */
static int clone_page_charge(struct kernel *kernel, struct memory *memory, uint64_t page)
{
    return grant_charge(kernel, memory->object.grant, 1 + page_tree_missing(&memory->tree, page));
}

static int clone_fixed_pages(struct kernel *kernel, struct memory *to, struct memory *from, uint64_t first)
{
    for (uint64_t page = 0; page < to->pages; page++) {
        int error = clone_page_charge(kernel, to, page);

        if (error != 0)
            return error;
        *page_tree_make(kernel, &to->tree, page) =
            entry_make(from->fixed_frame + first + page, ENTRY_SHARED);
        to->present_pages++;
    }
    return 0;
}

static int clone_pages(struct kernel *kernel, struct memory *to, struct memory *from, uint64_t first)
{
    uint64_t protect_from = first; /* [protect_from, protect_to): became shared, is mapped writable yet */
    uint64_t protect_to = first;
    uint64_t *entry;
    int error = 0;

    for (uint64_t page = first; (entry = page_tree_next(&from->tree, &page, first + to->pages)) != NULL; page++) {
        bool was_shared = (*entry & ENTRY_SHARED) != 0;

        error = clone_page_charge(kernel, to, page - first);
        if (error != 0)
            break;
        *page_tree_make(kernel, &to->tree, page - first) = entry_clone(kernel, entry);
        to->present_pages++;
        if (was_shared || (*entry & ENTRY_SHARED) == 0)
            continue;
        if (page != protect_to) {
            if (protect_to > protect_from)
                mappings_write_protect(kernel, from, protect_from, protect_to);
            protect_from = page;
        }
        protect_to = page + 1;
    }
    if (protect_to > protect_from)
        mappings_write_protect(kernel, from, protect_from, protect_to);
    return error;
}

int memory_clone(struct kernel *kernel, struct grant *grant, struct memory *from, uint64_t offset_bytes,
                 uint64_t size_bytes, struct memory **memory)
{
    uint64_t first = offset_bytes >> PAGE_SHIFT;
    uint64_t pages = pages_of(size_bytes);
    int error;

    if ((offset_bytes & (PAGE_BYTES - 1)) != 0 || pages == 0 || first > from->pages || pages > from->pages - first)
        return -E_INVAL;
    if (memory_is_fixed(from) && !from->is_archive)
        return -E_INVAL;
    error = memory_make(kernel, grant, pages, memory);
    if (error != 0)
        return error;
    if (memory_is_fixed(from))
        error = clone_fixed_pages(kernel, *memory, from, first);
    else
        error = clone_pages(kernel, *memory, from, first);
    if (error != 0)
        object_release(kernel, &(*memory)->object);
    return error;
}

void memory_destroy(struct kernel *kernel, struct object *object)
{
    struct memory *memory = (struct memory *)(void *)object;
    uint64_t *entry;

    KERNEL_ASSERT(kernel, list_is_empty(&memory->regions));
    if (memory_is_fixed(memory))
        return;
    for (uint64_t page = 0; (entry = page_tree_next(&memory->tree, &page, memory->pages)) != NULL; page++) {
        KERNEL_ASSERT(kernel, (*entry & ENTRY_PINS) == 0);
        frame_release(kernel, entry_frame(*entry));
    }
    grant_uncharge(kernel, object->grant, memory->present_pages + page_tree_clear(kernel, &memory->tree));
}

void memory_check(struct kernel *kernel, struct memory *memory)
{
    uint64_t pages = 0;
    uint64_t *entry;

    if (memory_is_fixed(memory)) {
        KERNEL_ASSERT(kernel, memory->present_pages == 0);
        return;
    }
    for (uint64_t page = 0; (entry = page_tree_next(&memory->tree, &page, memory->pages)) != NULL; page++) {
        uint64_t frame = entry_frame(*entry);

        KERNEL_ASSERT(kernel, (*entry & ENTRY_PRESENT) != 0);
        KERNEL_ASSERT(kernel, (*entry & ENTRY_SHARED) == 0 || (*entry & ENTRY_PINS) == 0);
        KERNEL_ASSERT(kernel, (*entry & ENTRY_SHARED) != 0 || frame_is_private(kernel, frame));
        frame_recount(kernel, frame);
        pages++;
    }
    KERNEL_ASSERT(kernel, pages == memory->present_pages);
    grant_recount(memory->object.grant, pages + page_tree_check(kernel, &memory->tree));
}
