/* What must happen at a time: one heap of deadlines per kernel, nodes live in their threads, timers and scheduling
 * contexts. Equal times expire in the order in which they were set. Insertion takes constant time, removal logarithmic
 * (amortised). */
#ifndef KERNEL_DEADLINE_H
#define KERNEL_DEADLINE_H

#include <abi/types.h>

enum deadline_kind { DEADLINE_THREAD = 1, DEADLINE_TIMER = 2, DEADLINE_SCHEDULING = 3 };

struct deadline {
    struct deadline *child;
    struct deadline *sibling;
    struct deadline *previous; /* elder sibling, or parent of an eldest child */
    uint64_t at_ns;
    uint64_t sequence;
    uint8_t kind; /* enum deadline_kind: what it is part of */
    bool queued;
};

struct deadline_heap {
    struct deadline *first;
    uint64_t sequence;
};

void deadline_insert(struct deadline_heap *heap, struct deadline *deadline, uint64_t at_ns);
/* Harmless if it is not queued. */
void deadline_remove(struct deadline_heap *heap, struct deadline *deadline);
/* Time of the earliest one; DEADLINE_NONE if there is none. */
uint64_t deadline_next(const struct deadline_heap *heap);
/* Takes out the earliest one if it is due; else NULL. */
struct deadline *deadline_due(struct deadline_heap *heap, uint64_t now_ns);

#endif
