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
    uint64_t tag;    /* page number << 1 | may be written */
    uint64_t serial; /* of when it was seen; others than the kernel's have ended. 0: never */
    uint8_t *bytes;  /* of the page */
};

struct space_views {
    struct space_view views[SPACE_VIEWS];
};

static inline struct space_view *space_view_place(struct space_views *views, uint64_t page)
{
    return &views->views[page % SPACE_VIEWS];
}

/* The view of a page if it is known; else NULL. */
static inline uint8_t *space_view_known(struct space_views *views, uint64_t serial, uint64_t address, bool write)
{
    uint64_t page = address >> PAGE_SHIFT;
    const struct space_view *view = space_view_place(views, page);
    bool hit = write ? view->tag == (page << 1 | 1u) : view->tag >> 1 == page;

    if (!hit || view->serial != serial)
        return NULL;
    return view->bytes + (address & (PAGE_BYTES - 1));
}

/* Remembers a page. */
static inline void space_view_keep(struct space_views *views, uint64_t serial, uint64_t page, bool write,
                                   uint8_t *bytes)
{
    *space_view_place(views, page) = (struct space_view){.tag = page << 1 | write, .serial = serial, .bytes = bytes};
}

#endif
