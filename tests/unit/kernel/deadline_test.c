/* The deadline heap against a plain sorted array. */
#include "deadline.h"
#include "unit.h"

#include <stdlib.h>

#define NODES 200u

static struct deadline *earliest(struct deadline *nodes)
{
    struct deadline *best = NULL;

    for (unsigned i = 0; i < NODES; i++) {
        struct deadline *node = &nodes[i];

        if (node->queued && (best == NULL || node->at_ns < best->at_ns ||
                             (node->at_ns == best->at_ns && node->sequence < best->sequence)))
            best = node;
    }
    return best;
}

START_TEST(expiry_is_by_time_then_by_order_SCH_7)
{
    struct deadline_heap heap = {0};
    struct deadline nodes[NODES] = {{0}};
    uint32_t random = 1;

    for (unsigned step = 0; step < 20000; step++) {
        struct deadline *node;
        unsigned which;

        random = random * 1664525u + 1013904223u;
        which = random >> 8 & 0xffu;
        node = &nodes[which % NODES];
        if (which >= NODES) {
            struct deadline *first = earliest(nodes);

            ck_assert_uint_eq(deadline_next(&heap), first == NULL ? DEADLINE_NONE : first->at_ns);
            ck_assert_ptr_eq(deadline_due(&heap, UINT64_MAX), first);
        } else if (node->queued) {
            deadline_remove(&heap, node);
            ck_assert(!node->queued);
        } else {
            deadline_insert(&heap, node, random >> 24 & 31u);
        }
    }
}
END_TEST

START_TEST(nothing_is_due_before_its_time)
{
    struct deadline_heap heap = {0};
    struct deadline node = {0};

    deadline_remove(&heap, &node);
    ck_assert_uint_eq(deadline_next(&heap), DEADLINE_NONE);
    deadline_insert(&heap, &node, 10);
    ck_assert_ptr_null(deadline_due(&heap, 9));
    ck_assert_ptr_eq(deadline_due(&heap, 10), &node);
    ck_assert_ptr_null(deadline_due(&heap, 10));
}
END_TEST

UNIT_MAIN("deadline", expiry_is_by_time_then_by_order_SCH_7, nothing_is_due_before_its_time)
