/* Remains of memory objects: a stack of nodes. Slot 0 of each is given back when it is pushed, to make room for the
 * link: the next node's address and, in the bits that a page's address has not got, the node's level and its first slot
 * that is not given back yet. So they need no memory, and no end of a large object can fail. */
#include "remains.h"

#include <kernel/platform.h>

#include "assert.h"
#include "frame.h"
#include "kernel_state.h"
#include "memory_object.h"

#define STEP_FRAMES 64u /* given back between two preemption points */
#define STEP_SLOTS 512u /* looked at between them */
#define LINK_SLOT 0x1ffull
#define LINK_LEVEL_SHIFT 9u
#define LINK_LEVEL 0x3ull
#define LINK_BITS (PAGE_BYTES - 1ull)

_Static_assert(NODE_ENTRIES == LINK_SLOT + 1 && PAGE_TREE_PAGES_MAX == 1ull << (LINK_LEVEL + 1) * PAGE_TREE_BITS,
               "a link holds all slots and levels");

static uint64_t link_make(const void *next, uint32_t level, uint64_t slot)
{
    return (uintptr_t)next | (uint64_t)(level - 1) << LINK_LEVEL_SHIFT | slot;
}

static union node *link_next(uint64_t link)
{
    return (union node *)(uintptr_t)(link & ~LINK_BITS);
}

static uint32_t link_level(uint64_t link)
{
    return (uint32_t)(link >> LINK_LEVEL_SHIFT & LINK_LEVEL) + 1;
}

static void entry_release(struct kernel *kernel, uint64_t entry)
{
    KERNEL_ASSERT(kernel, (entry & ENTRY_PINS) == 0);
    frame_release(kernel, memory_entry_frame(entry));
}

/* Puts a node on the stack, and those below its slot 0. Returns how many frames of entries this has given back. */
static uint64_t node_push(struct kernel *kernel, union node *node, uint32_t level)
{
    struct remains *remains = &kernel->memory.remains;

    for (; node != NULL; level--) {
        union node *below = level > 1 ? node->below[0] : NULL;
        uint64_t entry = level > 1 ? 0 : node->entries[0];

        node->entries[0] = link_make(remains->first, level, 1);
        remains->first = node;
        if (entry != 0)
            entry_release(kernel, entry);
        if (level == 1)
            return entry != 0;
        node = below;
    }
    return 0;
}

void remains_take(struct kernel *kernel, struct page_tree *tree, uint64_t pages)
{
    struct remains *remains = &kernel->memory.remains;

    if (tree->height == 0) {
        for (unsigned i = 0; i < PAGE_TREE_DIRECT; i++) {
            if (tree->direct[i] != 0)
                entry_release(kernel, tree->direct[i]);
        }
        return;
    }
    remains->taken += pages + tree->node_pages;
    remains->left += pages + tree->node_pages;
    remains->left -= node_push(kernel, tree->root, tree->height);
}

/* Gives back slots of the first node, at most STEP_FRAMES of entries; ends where there is another node before it.
 * Returns the frames. */
static uint64_t node_work(struct kernel *kernel, unsigned *slots)
{
    struct remains *remains = &kernel->memory.remains;
    union node *node = remains->first;
    uint64_t link = node->entries[0];
    uint32_t level = link_level(link);
    uint64_t slot = link & LINK_SLOT;
    uint64_t frames = 0;

    for (; slot < NODE_ENTRIES && *slots < STEP_SLOTS && frames < STEP_FRAMES; slot++, ++*slots) {
        uint64_t entry = node->entries[slot];

        if (entry == 0)
            continue;
        if (level > 1) {
            /* A last slot goes with its node, which nothing refers to any more. */
            node->entries[0] = link_make(link_next(link), level, slot + 1 < NODE_ENTRIES ? slot + 1 : slot);
            node->entries[slot] = 0;
            return frames + node_push(kernel, (union node *)(uintptr_t)entry, level - 1);
        }
        entry_release(kernel, entry);
        frames++;
    }
    node->entries[0] = link_make(link_next(link), level, slot < NODE_ENTRIES ? slot : LINK_SLOT);
    if (slot == NODE_ENTRIES) {
        remains->first = link_next(link);
        frame_release(kernel, frame_of_bytes(kernel, node));
        frames++;
    }
    return frames;
}

uint64_t remains_step(struct kernel *kernel)
{
    struct remains *remains = &kernel->memory.remains;
    uint64_t frames = 0;

    for (unsigned slots = 0; remains->first != NULL && slots < STEP_SLOTS && frames < STEP_FRAMES; slots++)
        frames += node_work(kernel, &slots);
    remains->left -= frames;
    return frames;
}

bool remains_work(struct kernel *kernel, uint64_t *pages)
{
    while (*pages != 0 && kernel->memory.remains.first != NULL) {
        uint64_t frames = remains_step(kernel);

        *pages -= frames < *pages ? frames : *pages;
        if (plat_preempt_pending(kernel, 0))
            return *pages == 0 || kernel->memory.remains.first == NULL;
    }
    return true;
}

bool remains_clear(struct kernel *kernel)
{
    uint64_t pages = UINT64_MAX;

    return remains_work(kernel, &pages);
}

/* Recounts what a slot leads to; returns its frames. */
static uint64_t slot_check(struct kernel *kernel, union node *node, uint32_t level, uint64_t slot)
{
    struct page_tree tree = {.height = level - 1, .root = level > 1 ? node->below[slot] : NULL};
    uint64_t frames = 0;
    uint64_t *entry;

    if (node->entries[slot] == 0)
        return 0;
    if (level == 1) {
        frame_recount(kernel, memory_entry_frame(node->entries[slot]));
        return 1;
    }
    for (uint64_t page = 0; (entry = page_tree_next(&tree, &page, 1ull << tree.height * PAGE_TREE_BITS)) != NULL;
         page++, frames++)
        frame_recount(kernel, memory_entry_frame(*entry));
    return frames + page_tree_check(kernel, &tree);
}

void remains_check(struct kernel *kernel)
{
    struct remains *remains = &kernel->memory.remains;
    uint64_t frames = 0;

    for (union node *node = remains->first; node != NULL; node = link_next(node->entries[0])) {
        uint64_t link = node->entries[0];

        frame_recount(kernel, frame_of_bytes(kernel, node));
        frames++;
        for (uint64_t slot = link & LINK_SLOT; slot < NODE_ENTRIES; slot++)
            frames += slot_check(kernel, node, link_level(link), slot);
    }
    KERNEL_ASSERT(kernel, frames == remains->left && remains->left <= remains->taken);
}
