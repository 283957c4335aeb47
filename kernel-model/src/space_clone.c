/* Cloning an address space, and checking one. */
#include <abi/errno.h>
#include <abi/limits.h>
#include <kernel/platform.h>

#include "assert.h"
#include "kernel_state.h"
#include "memory_object.h"
#include "region.h"

#define STEP_REGIONS 8u      /* looked at between two preemption points */
#define COPIES_MAX 64u       /* pages of a clone */
#define COPIED_PAGES_MAX 16u /* of an object: with more, most are not written soon */

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

/* The region of `to` that shows what `from` does from `at` on: the one that this clone has made, or a new one.
 * -E_EXIST, -E_NOMEM. */
static int target_find(struct kernel *kernel, const struct space_clone *clone, struct space *to,
                       const struct region *from, uint64_t at, struct grant *grant, struct region **target)
{
    struct region *other = region_at_or_after(to, at);
    struct region *region;
    uint64_t end = from->end;
    int error;

    *target = other;
    if (other != NULL && other->start < end) {
        if (other->clone != clone->serial)
            return -E_EXIST;
        if (other->start <= at)
            return 0;
        end = other->start; /* what was between has been unmapped meanwhile */
    }
    if (to->region_count > REGIONS_MAX - 3)
        return -E_NOMEM;
    error = region_allocate(kernel, to, &region);
    if (error != 0)
        return error;
    *region = *from;
    region->memory_link = (struct list){0};
    region->start = at;
    region->end = end;
    region->first_page = is_shared(from) ? region_page(from, at) : 0;
    region->clone = clone->serial;
    if (!is_shared(from))
        error = memory_make(kernel, grant, (end - at) >> PAGE_SHIFT, &region->memory);
    if (error != 0) {
        region_free(kernel, to, region);
        return error;
    }
    region_insert(kernel, to, region);
    if (!is_shared(from))
        object_release(kernel, memory_object(region->memory)); /* the region's is the only reference */
    *target = region;
    return 0;
}

/* Stack, data and the library's state are written right after a fork, by both sides: that would cost each a fault, and
 * the copy all the same. */
static bool is_copied(const struct region *region)
{
    return (region->prot & PROT_W) != 0 && region->memory->present_pages <= COPIED_PAGES_MAX;
}

/* Goes on with one region: returns the address up to which it has come. */
static uint64_t region_clone(struct kernel *kernel, struct space_clone *clone, struct space *to, struct region *from,
                             struct grant *grant)
{
    uint64_t at = clone->at > from->start ? clone->at : from->start;
    struct region *target;
    uint64_t page, first, end;

    clone->error = target_find(kernel, clone, to, from, at, grant, &target);
    if (clone->error != 0)
        return at;
    end = from->end < target->end ? from->end : target->end;
    first = region_page(target, at);
    if (target->memory == from->memory) {
        page = first;
        region_show_some(kernel, target, &page, region_page(target, end));
        return region_address(target, page);
    }
    if (is_shared(from)) /* it was not when this began */
        return end;
    if ((target->prot & PROT_X) != 0 && end - at > SHOW_CODE_PAGES * (uint64_t)PAGE_BYTES)
        end = at + SHOW_CODE_PAGES * (uint64_t)PAGE_BYTES;
    page = region_page(from, at);
    clone->error = memory_clone_some(kernel, target->memory, first - page, from->memory, &page, region_page(from, end),
                                     is_copied(from) ? &clone->copies : NULL);
    (void)region_map_present(kernel, target, first, region_page(target, region_address(from, page)));
    return region_address(from, page);
}

/* A bounded part. False: there is no more. */
static bool clone_step(struct kernel *kernel, struct space_clone *clone, struct space *to, struct space *from,
                       struct grant *grant)
{
    for (unsigned regions = 0; regions < STEP_REGIONS; regions++) {
        struct region *region = region_at_or_after(from, clone->at);

        if (region == NULL)
            return false;
        if (!is_left_out(region)) {
            clone->at = region_clone(kernel, clone, to, region, grant);
            return true;
        }
        clone->at = region->end;
    }
    return true;
}

/* Takes some of what the clone has made out again. False: there is no more. */
static bool undo_step(struct kernel *kernel, struct space_clone *clone, struct space *to)
{
    for (unsigned regions = 0; regions < STEP_REGIONS; regions++) {
        struct region *region = region_at_or_after(to, clone->at);

        if (region == NULL)
            return false;
        clone->at = region->end;
        if (region->clone != clone->serial)
            continue;
        plat_space_unmap(kernel, space_platform(to), region->start, (region->end - region->start) >> PAGE_SHIFT);
        region_delete(kernel, region);
    }
    return true;
}

void space_clone_begin(struct kernel *kernel, struct space_clone *clone)
{
    *clone = (struct space_clone){.serial = ++kernel->memory.clone_serial, .copies = COPIES_MAX};
}

void space_clone_fail(struct space_clone *clone, int error)
{
    if (clone->error == 0)
        clone->at = 0;
    clone->error = error;
}

int64_t space_clone_run(struct kernel *kernel, struct space_clone *clone, struct space *to, struct space *from,
                        struct grant *grant)
{
    while (clone->error == 0) {
        if (!clone_step(kernel, clone, to, from, grant)) {
            if (to->search_from < from->search_from && to->region_count <= from->region_count)
                to->search_from = from->search_from;
            return 0;
        }
        if (clone->error != 0)
            clone->at = 0; /* from here on it is undone */
        if (plat_preempt_pending(kernel, 0))
            return SYSCALL_PREEMPTED;
    }
    while (undo_step(kernel, clone, to)) {
        if (plat_preempt_pending(kernel, 0))
            return SYSCALL_PREEMPTED;
    }
    return clone->error;
}

int space_clone(struct kernel *kernel, struct space *to, struct space *from, struct grant *grant)
{
    struct space_clone clone;
    int64_t result;

    space_clone_begin(kernel, &clone);
    do
        result = space_clone_run(kernel, &clone, to, from, grant);
    while (result == SYSCALL_PREEMPTED);
    return (int)result;
}

static void view_check(struct kernel *kernel, struct space *space, const struct space_view *view)
{
    uint64_t address = view->page << PAGE_SHIFT;
    struct region *region = region_at(space, address);
    struct page_run run;
    bool write = view->serials[1] == kernel->memory.view_serial;
    uint64_t page;

    KERNEL_ASSERT(kernel, region != NULL && (region->prot & (write ? PROT_W : PROT_R | PROT_W)) != 0);
    page = region_page(region, address);
    KERNEL_ASSERT(kernel, memory_run_next(region->memory, page, page + 1, &run) && !(write && run.is_shared));
    KERNEL_ASSERT(kernel, address + view->shift == (uintptr_t)plat_frame_bytes(kernel, run.frame));
}

/* What is known of pages must still be so. */
static void views_check(struct kernel *kernel, struct space *space)
{
    const struct space_views *views = &space->views;

    for (unsigned i = 0; i < SPACE_VIEWS; i++) {
        if (views->views[i].serials[0] == kernel->memory.view_serial)
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
