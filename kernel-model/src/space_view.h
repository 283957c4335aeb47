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
    uint64_t page;       /* its number */
    uint64_t serials[2]; /* of when it was seen to be read [0], written [1]; others than the kernel's have ended */
    uint64_t shift;      /* from its address to where the kernel sees it */
};

struct space_views {
    struct space_view views[SPACE_VIEWS];
};

/* The view of the page if it is known, else of another one; read in one go. */
static inline struct space_view space_view_of(const struct space_views *views, uint64_t address)
{
    return views->views[(address >> PAGE_SHIFT) % SPACE_VIEWS];
}

/* Whether it shows `length` bytes: they lie in one page, and that is known. Of no bytes it may say either; of
 * SPACE_VIEWS pages and more it may say so wrongly. */
static inline bool space_view_shows(struct space_view view, uint64_t serial, uint64_t address, uint64_t length,
                                    bool write)
{
    /* Had they begun in the page before, its place would be another one. */
    return (view.page == (address + length - 1) >> PAGE_SHIFT) & (view.serials[write] == serial);
}

static inline uint8_t *space_view_bytes(struct space_view view, uint64_t address)
{
    return (uint8_t *)(uintptr_t)(address + view.shift);
}

/* The view of such bytes; NULL if they are not known. */
static inline uint8_t *space_view_span(const struct space_views *views, uint64_t serial, uint64_t address,
                                       uint64_t length, bool write)
{
    const struct space_view view = space_view_of(views, address);

    return space_view_shows(view, serial, address, length, write) ? space_view_bytes(view, address) : NULL;
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
        .serials = {serial, write ? serial : 0},
        .shift = (uintptr_t)bytes - (page << PAGE_SHIFT),
    };
}

#endif
