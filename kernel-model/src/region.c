/* The tree of a space's regions, their making, splitting and joining, and their showing on the platform. */
#include "region.h"

#include <abi/limits.h>

#include "assert.h"
#include "grant.h"
#include "kernel_state.h"
#include "memory_object.h"

#define SHOW_PAGES 512u /* looked at between two preemption points */
#define SHOW_RUNS 32u   /* of them shown */

struct region *region_at_or_after(struct space *space, uint64_t address)
{
    struct region *region = space->root;
    struct region *best = NULL;

    while (region != NULL) {
        if (region->end > address) {
            best = region;
            region = region->left;
        } else {
            region = region->right;
        }
    }
    return best;
}

struct region *region_at(struct space *space, uint64_t address)
{
    struct region *region = region_at_or_after(space, address);

    return region != NULL && region->start <= address ? region : NULL;
}

int region_allocate(struct kernel *kernel, struct space *space, struct region **region)
{
    void *bytes;
    int error = grant_slab_allocate(kernel, space->object.grant, sizeof(struct region), &bytes);

    if (error == 0)
        *region = bytes;
    return error;
}

void region_free(struct kernel *kernel, struct space *space, struct region *region)
{
    grant_slab_free(kernel, space->object.grant, region, sizeof(struct region));
}

/* A linear generator modulo 2^64; its upper half is good enough to balance trees. */
static uint32_t random_next(struct kernel *kernel)
{
    kernel->memory.random_state = kernel->memory.random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(kernel->memory.random_state >> 32);
}

static void tree_insert(struct space *space, struct region *region)
{
    struct region **place = &space->root;
    struct region **lower = &region->left;
    struct region **upper = &region->right;
    struct region *rest;

    while (*place != NULL && (*place)->balance >= region->balance)
        place = region->start < (*place)->start ? &(*place)->left : &(*place)->right;
    rest = *place;
    *place = region;
    while (rest != NULL) {
        if (rest->start < region->start) {
            *lower = rest;
            lower = &rest->right;
            rest = rest->right;
        } else {
            *upper = rest;
            upper = &rest->left;
            rest = rest->left;
        }
    }
    *lower = NULL;
    *upper = NULL;
}

static void tree_remove(struct space *space, struct region *region)
{
    struct region **place = &space->root;
    struct region *lower = region->left;
    struct region *upper = region->right;

    while (*place != region)
        place = region->start < (*place)->start ? &(*place)->left : &(*place)->right;
    while (lower != NULL && upper != NULL) {
        if (lower->balance >= upper->balance) {
            *place = lower;
            place = &lower->right;
            lower = lower->right;
        } else {
            *place = upper;
            place = &upper->left;
            upper = upper->left;
        }
    }
    *place = lower != NULL ? lower : upper;
}

void region_insert(struct kernel *kernel, struct space *space, struct region *region)
{
    region->space = space;
    region->balance = random_next(kernel);
    tree_insert(space, region);
    space->region_count++;
    list_push_back(&region->memory->regions, &region->memory_link);
    object_reference(&region->memory->object);
}

void space_views_forget(struct kernel *kernel)
{
    kernel->memory.view_serial++;
}

void region_delete(struct kernel *kernel, struct region *region)
{
    struct space *space = region->space;
    struct memory *memory = region->memory;

    space_views_forget(kernel);
    tree_remove(space, region);
    space->region_count--;
    list_remove(&region->memory_link);
    region_free(kernel, space, region);
    object_release(kernel, &memory->object);
}

void region_split(struct kernel *kernel, struct region *region, uint64_t address, struct region *upper)
{
    KERNEL_ASSERT(kernel, address > region->start && address < region->end);
    *upper = *region;
    upper->memory_link = (struct list){0};
    upper->first_page = region_page(region, address);
    upper->start = address;
    region->end = address;
    region_insert(kernel, region->space, upper);
}

static bool can_join(const struct region *lower, const struct region *upper)
{
    return lower->end == upper->start && lower->memory == upper->memory &&
           region_end_page(lower) == upper->first_page && lower->prot == upper->prot &&
           lower->flags == upper->flags && lower->rights == upper->rights;
}

void region_join(struct kernel *kernel, struct space *space, uint64_t start, uint64_t end)
{
    struct region *lower = region_at_or_after(space, start - 1);

    while (lower != NULL && lower->end <= end) {
        struct region *upper = region_at_or_after(space, lower->end);

        if (upper == NULL || !can_join(lower, upper)) {
            lower = upper;
            continue;
        }
        lower->end = upper->end;
        tree_remove(space, upper);
        space->region_count--;
        list_remove(&upper->memory_link);
        object_release(kernel, &upper->memory->object);
        region_free(kernel, space, upper);
    }
}

void region_show_some(struct kernel *kernel, struct region *region, uint64_t *page, uint64_t end)
{
    struct page_run run;
    uint64_t most, stop;

    if (region->prot == 0)
        *page = end;
    if (*page >= end || !memory_seek(region->memory, page, end)) {
        *page = *page < end ? *page : end;
        return;
    }
    most = (region->prot & PROT_X) != 0 ? SHOW_CODE_PAGES : SHOW_PAGES;
    stop = end - *page > most ? *page + most : end;
    for (unsigned runs = 0; runs < SHOW_RUNS; runs++) {
        if (!memory_run_next(region->memory, *page, stop, &run)) {
            *page = stop;
            return;
        }
        (void)plat_space_map(kernel, space_platform(region->space), region_address(region, run.page), run.frame,
                             run.pages, region_prot_shown(region, run.is_shared));
        *page = run.page + run.pages;
    }
}

int region_map_present(struct kernel *kernel, struct region *region, uint64_t first, uint64_t end)
{
    struct page_run run;
    int error = 0;

    for (uint64_t page = first;
         region->prot != 0 && error == 0 && memory_run_next(region->memory, page, end, &run);
         page = run.page + run.pages)
        error = plat_space_map(kernel, space_platform(region->space), region_address(region, run.page), run.frame,
                               run.pages, region_prot_shown(region, run.is_shared));
    return error;
}
