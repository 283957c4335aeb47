/* Cloning an address space, and checking one. */
#include <abi/errno.h>
#include <abi/limits.h>

#include "assert.h"
#include "kernel_state.h"
#include "memory_object.h"
#include "region.h"

static struct region *region_next(struct space *space, const struct region *region)
{
    return region_at_or_after(space, region->end);
}

static bool is_left_out(const struct region *region)
{
    return (region->flags & MAP_FLAG_NO_CLONE) != 0;
}

/* Both spaces show the same object: also where it is a device's or paged, or nobody can write. */
static bool is_shared(const struct region *region)
{
    if ((region->flags & MAP_FLAG_SHARED) != 0 || !memory_is_clonable(region->memory))
        return true;
    return region->memory->is_archive && (region->rights & RIGHT_WRITE) == 0;
}

static int clone_check(struct space *to, struct space *from)
{
    if (to->region_count + from->region_count > REGIONS_MAX - 3)
        return -E_NOMEM;
    for (struct region *region = region_at_or_after(from, 0); region != NULL; region = region_next(from, region)) {
        struct region *other = region_at_or_after(to, region->start);

        if (!is_left_out(region) && other != NULL && other->start < region->end)
            return -E_EXIST;
    }
    return 0;
}

static int region_clone(struct kernel *kernel, struct space *to, const struct region *from, struct grant *grant)
{
    struct memory *memory = from->memory;
    struct region *region;
    int error = region_allocate(kernel, to, &region);

    if (error != 0)
        return error;
    *region = *from;
    region->memory_link = (struct list){0};
    if (!is_shared(from)) {
        error = memory_clone(kernel, grant, memory, from->first_page << PAGE_SHIFT, from->end - from->start,
                             &region->memory);
        if (error != 0) {
            region_free(kernel, to, region);
            return error;
        }
        region->first_page = 0;
    }
    region_insert(kernel, to, region);
    if (!is_shared(from))
        object_release(kernel, memory_object(region->memory)); /* the region's is the only reference */
    region_map_present(kernel, region, region->first_page, region_end_page(region));
    return 0;
}

/* Takes the regions of `to` out again that stand where those of `from` below `end` do. */
static void clone_undo(struct kernel *kernel, struct space *to, struct space *from, uint64_t end)
{
    struct region *region = region_at_or_after(from, 0);

    for (; region != NULL && region->start < end; region = region_next(from, region)) {
        if (is_left_out(region))
            continue;
        plat_space_unmap(kernel, space_platform(to), region->start, (region->end - region->start) >> PAGE_SHIFT);
        region_delete(kernel, region_at(to, region->start));
    }
}

int space_clone(struct kernel *kernel, struct space *to, struct space *from, struct grant *grant)
{
    int error = clone_check(to, from);

    if (error != 0)
        return error;
    for (struct region *region = region_at_or_after(from, 0); region != NULL; region = region_next(from, region)) {
        if (is_left_out(region))
            continue;
        error = region_clone(kernel, to, region, grant);
        if (error != 0) {
            clone_undo(kernel, to, from, region->start);
            return error;
        }
    }
    if (to->search_from < from->search_from && to->region_count <= from->region_count)
        to->search_from = from->search_from;
    return 0;
}

static void view_check(struct kernel *kernel, struct space *space, const struct space_view *view)
{
    uint64_t address = view->tag >> 1 << PAGE_SHIFT;
    struct region *region = region_at(space, address);
    struct page_run run;
    bool write = (view->tag & 1u) != 0;
    uint64_t page;

    KERNEL_ASSERT(kernel, region != NULL && (region->prot & (write ? PROT_W : PROT_R | PROT_W)) != 0);
    page = region_page(region, address);
    KERNEL_ASSERT(kernel, memory_run_next(region->memory, page, page + 1, &run) && !(write && run.is_shared));
    KERNEL_ASSERT(kernel, view->bytes == plat_frame_bytes(kernel, run.frame));
}

/* What is known of pages must still be so. */
static void views_check(struct kernel *kernel, struct space *space)
{
    const struct space_views *views = &space->views;

    for (unsigned i = 0; i < SPACE_VIEWS; i++) {
        if (views->views[i].serial == kernel->memory.view_serial)
            view_check(kernel, space, &views->views[i]);
    }
}

void space_check(struct kernel *kernel, struct space *space)
{
    uint64_t end = 0;
    uint32_t count = 0;

    for (struct region *region = region_at_or_after(space, 0); region != NULL; region = region_next(space, region)) {
        KERNEL_ASSERT(kernel, region->space == space);
        KERNEL_ASSERT(kernel, region->start >= end && region->start < region->end);
        KERNEL_ASSERT(kernel, region_end_page(region) <= region->memory->pages);
        KERNEL_ASSERT(kernel, list_is_linked(&region->memory_link));
        KERNEL_ASSERT(kernel, region->left == NULL || region->left->balance <= region->balance);
        KERNEL_ASSERT(kernel, region->right == NULL || region->right->balance <= region->balance);
        object_recount(memory_object(region->memory));
        end = region->end;
        count++;
    }
    KERNEL_ASSERT(kernel, count == space->region_count);
    views_check(kernel, space);
}
