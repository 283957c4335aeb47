/* What memory.c shares with the files of address spaces: the memory object itself and its pages as runs. */
#ifndef KERNEL_MEMORY_OBJECT_H
#define KERNEL_MEMORY_OBJECT_H

#include <abi/limits.h>

#include "frame.h"
#include "list.h"
#include "memory.h"
#include "page_tree.h"

struct region;

#define MEMORY_PAGES_MAX (1ull << 35) /* of one object: as much as a user address space spans */

struct memory {
    struct object object;
    struct list regions; /* region.memory_link: all that map any of it */
    uint64_t pages;
    uint64_t present_pages; /* charged to object.grant, as are the tree's nodes; fixed ones: 0 */
    uint64_t fixed_frame;   /* of page 0, all others following; FRAME_NONE: a normal object */
    bool is_archive;        /* fixed, in RAM: may be cloned */
    bool keeps_frames;      /* a device knows some: cannot be cloned */
    struct connection *pager; /* NULL: absent pages are zero. Referenced, and counted like a handle */
    uint64_t pager_value;     /* what the pager is told */
    uint64_t pager_serial;    /* of paged objects, never used twice */
    struct page_tree tree;
};

/* An entry of a page tree: */
#define ENTRY_PRESENT 1ull
#define ENTRY_SHARED 2ull /* copy-on-write: the frame may have other references; never with pins */
#define ENTRY_PIN 4ull    /* one pin, of */
#define ENTRY_PINS 0xfffcull
#define ENTRY_FRAME_SHIFT 16u

static inline uint64_t memory_entry_frame(uint64_t entry)
{
    return entry >> ENTRY_FRAME_SHIFT;
}

static inline uint64_t memory_entry_make(uint64_t frame, uint64_t flags)
{
    return frame << ENTRY_FRAME_SHIFT | ENTRY_PRESENT | flags;
}

static inline uint64_t memory_pages_of(uint64_t size_bytes)
{
    return (size_bytes >> PAGE_SHIFT) + ((size_bytes & (PAGE_BYTES - 1)) != 0);
}

/* Pages that are present, have neighbouring frames and are alike. */
struct page_run {
    uint64_t page;
    uint64_t pages;
    uint64_t frame;
    bool is_shared; /* copy-on-write: must not be mapped writable */
};

/* An object without pages yet. -E_NOMEM. */
int memory_make(struct kernel *kernel, struct grant *grant, uint64_t pages, struct memory **memory);
/* Shares a bounded part of [*page, end) of `from` copy-on-write with `to`, where pages have numbers greater by
 * `distance` (modulo 2^64); *page is then where to go on. Pages that `to` has got already stay. -E_NOMEM: *page could
 * not be shared. Up to *copies (NULL: none) of those that nothing shares yet are copied at once; it counts down. */
int memory_clone_some(struct kernel *kernel, struct memory *to, uint64_t distance, struct memory *from, uint64_t *page,
                      uint64_t end, uint32_t *copies);
/* The first run in [from, end); false: there is none. end is at most the object's. */
bool memory_run_next(struct memory *memory, uint64_t from, uint64_t end, struct page_run *run);
/* Finds the first page that is present from *page on, looking at a few nodes. False: none is there yet; the search goes
 * on at *page, if that is below `end`. */
bool memory_seek(struct memory *memory, uint64_t *page, uint64_t end);
/* The first of the absent pages that reach down from `page` without a gap, not below `first`; `page` if it is there. */
uint64_t memory_absent_from(struct memory *memory, uint64_t first, uint64_t page);
/* Brings in what is absent of [first, end), zeroed; stops where the grant has not got room for the next run. */
void memory_populate(struct kernel *kernel, struct memory *memory, uint64_t first, uint64_t end);
/* If all of [first, end), whose entries are neighbours, is absent: brings in a run of it, zeroed, and returns how many
 * pages. 0: something is there, or the grant has not got room for all. */
uint64_t memory_group_add(struct kernel *kernel, struct memory *memory, uint64_t first, uint64_t end);
/* Makes the object's own what it shares of [first, end), copying where others still refer to the frame. `mapper` as
 * below. */
void memory_unshare(struct kernel *kernel, struct memory *memory, struct region *mapper, uint64_t first, uint64_t end);
/* As memory_page; `mapper` is going to map the page itself, so need not be told when its frame changes. */
int memory_page_for(struct kernel *kernel, struct memory *memory, struct region *mapper, uint64_t page, bool write,
                    uint64_t *frame);
bool memory_is_fixed(const struct memory *memory);
/* May other objects share its pages on write? Else space_clone shows the same object. */
bool memory_is_clonable(const struct memory *memory);
/* Recounts pages and nodes; panics if the object's own numbers are wrong. */
void memory_check(struct kernel *kernel, struct memory *memory);

#endif
