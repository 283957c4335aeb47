/* What large memory objects leave behind: the nodes of their page trees, whose frames are given back a few at a time.
 * The objects themselves are gone, and their grants have got the charges back: nobody can tell but by counting frames.
 * Whoever made the remains works off as many (kernel.c); what is left is worked off before the machine idles, and where
 * frames run short. */
#ifndef KERNEL_REMAINS_H
#define KERNEL_REMAINS_H

#include <abi/types.h>

struct kernel;
struct page_tree;

struct remains {
    void *first;    /* node of a page tree; its word 0 leads to the next one */
    uint64_t left;  /* frames to give back: of entries and nodes */
    uint64_t taken; /* ever: only grows */
};

/* Takes over a tree's nodes and the frames of its `pages` entries. A tree without nodes is given back at once. Constant
 * time. */
void remains_take(struct kernel *kernel, struct page_tree *tree, uint64_t pages);
/* Works off a bounded part; returns the frames given back. */
uint64_t remains_step(struct kernel *kernel);
/* Works off until *pages frames are given back, counting down, or nothing is left: true; or until the platform wants to
 * be heard. */
bool remains_work(struct kernel *kernel, uint64_t *pages);
/* The same until nothing is left. */
bool remains_clear(struct kernel *kernel);
/* Recounts the frames that wait; panics if there are more or fewer than `left`. */
void remains_check(struct kernel *kernel);

#endif
