/* Priority queues against a plain array. */
#include "prioqueue.h"
#include "unit.h"

#define NODES 64u

struct item {
    struct prioqueue_node node;
    unsigned long order;
};

static struct item *model_first(struct item *items)
{
    struct item *best = NULL;

    for (unsigned i = 0; i < NODES; i++) {
        struct item *item = &items[i];

        if (item->node.queued && (best == NULL || item->node.priority > best->node.priority ||
                                  (item->node.priority == best->node.priority && item->order < best->order)))
            best = item;
    }
    return best;
}

START_TEST(order_is_by_priority_then_first_in_first_out_IPC_13)
{
    struct prioqueue queue;
    struct item items[NODES] = {{.order = 0}};
    unsigned long order = 0;
    uint32_t random = 7;

    prioqueue_init(&queue);
    for (unsigned step = 0; step < 20000; step++) {
        struct item *item;
        struct item *first = model_first(items);

        ck_assert_ptr_eq(prioqueue_first(&queue), first == NULL ? NULL : &first->node);
        ck_assert(prioqueue_check(&queue));
        random = random * 1664525u + 1013904223u;
        item = &items[random >> 10 & (NODES - 1)];
        if (item->node.queued) {
            prioqueue_remove(&item->node);
        } else {
            prioqueue_push(&queue, &item->node, (uint8_t)(random >> 28));
            item->order = ++order;
        }
    }
}
END_TEST

UNIT_MAIN("prioqueue", order_is_by_priority_then_first_in_first_out_IPC_13)
