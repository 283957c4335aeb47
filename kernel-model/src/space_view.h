/* What the kernel has seen of a space lately: pages that are there, by address, so that most accesses need no walk of
 * regions and page trees. Only a cache. Whatever takes a page, its frame or its writability away from a space calls
 * space_views_forget, and from then on nothing seen before counts, in any space. */
#ifndef KERNEL_SPACE_VIEW_H
#define KERNEL_SPACE_VIEW_H

#include <abi/limits.h>
#include <abi/types.h>

#define SPACE_VIEWS 64u /* two runs of 64 KiB and what else a call touches */

struct kernel;
struct space;

struct space_view {
    uint64_t page;   /* its number */
    uint64_t serial; /* of when it was seen, one less if it may only be read; others than the kernel's have ended */
    uint64_t shift;  /* from its address to where the kernel sees it */
};

struct space_views {
    struct space_view views[SPACE_VIEWS];
};

/* Of the kernel's serial numbers, which are odd. */
static inline bool space_view_is_valid(const struct space_view *view, uint64_t serial, bool write)
{
    return (write ? view->serial : view->serial | 1u) == serial;
}

/* The view of `length` bytes, 1 to PAGE_BYTES, if they lie in one page and that is known; else NULL. */
static inline uint8_t *space_view_span(const struct space_views *views, uint64_t serial, uint64_t address,
                                       uint64_t length, bool write)
{
    const struct space_view *view = &views->views[(address >> PAGE_SHIFT) % SPACE_VIEWS];

    /* The next page's place would be another one. */
    if (view->page != (address + length - 1) >> PAGE_SHIFT || !space_view_is_valid(view, serial, write))
        return NULL;
    return (uint8_t *)(uintptr_t)(address + view->shift);
}

/* The same for one byte. */
static inline uint8_t *space_view_known(const struct space_views *views, uint64_t serial, uint64_t address, bool write)
{
    return space_view_span(views, serial, address, 1, write);
}

/* Remembers a page. */
static inline void space_view_keep(struct space_views *views, uint64_t serial, uint64_t page, bool write,
                                   const uint8_t *bytes)
{
    views->views[page % SPACE_VIEWS] = (struct space_view){
        .page = page,
        .serial = write ? serial : serial - 1,
        .shift = (uintptr_t)bytes - (page << PAGE_SHIFT),
    };
}

#endif
