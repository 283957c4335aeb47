/* A pairing heap; see deadline.h. */
#include "deadline.h"

static bool deadline_before(const struct deadline *a, const struct deadline *b)
{
    return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->sequence < b->sequence;
}

/* Two roots become one. */
static struct deadline *heap_meld(struct deadline *a, struct deadline *b)
{
    if (a == NULL)
        return b;
    if (b == NULL)
        return a;
    if (deadline_before(b, a)) {
        struct deadline *swap = a;

        a = b;
        b = swap;
    }
    b->previous = a;
    b->sibling = a->child;
    if (b->sibling != NULL)
        b->sibling->previous = b;
    a->child = b;
    return a;
}

static void node_isolate(struct deadline *node)
{
    node->sibling = NULL;
    node->previous = NULL;
}

/* A row of siblings becomes one heap: pairs from left to right, then the pairs from right to left. */
static struct deadline *heap_join(struct deadline *row)
{
    struct deadline *pairs = NULL;
    struct deadline *root = NULL;

    while (row != NULL) {
        struct deadline *a = row;
        struct deadline *b = a->sibling;
        struct deadline *pair;

        row = b == NULL ? NULL : b->sibling;
        node_isolate(a);
        if (b != NULL)
            node_isolate(b);
        pair = heap_meld(a, b);
        pair->sibling = pairs;
        pairs = pair;
    }
    while (pairs != NULL) {
        struct deadline *pair = pairs;

        pairs = pair->sibling;
        node_isolate(pair);
        root = heap_meld(root, pair);
    }
    return root;
}

void deadline_insert(struct deadline_heap *heap, struct deadline *deadline, uint64_t at_ns)
{
    deadline->at_ns = at_ns;
    deadline->sequence = ++heap->sequence;
    deadline->child = NULL;
    deadline->queued = true;
    node_isolate(deadline);
    heap->first = heap_meld(heap->first, deadline);
}

void deadline_remove(struct deadline_heap *heap, struct deadline *deadline)
{
    struct deadline *below;

    if (!deadline->queued)
        return;
    below = heap_join(deadline->child);
    deadline->child = NULL;
    deadline->queued = false;
    if (heap->first == deadline) {
        heap->first = below;
        return;
    }
    if (deadline->previous->child == deadline)
        deadline->previous->child = deadline->sibling;
    else
        deadline->previous->sibling = deadline->sibling;
    if (deadline->sibling != NULL)
        deadline->sibling->previous = deadline->previous;
    node_isolate(deadline);
    heap->first = heap_meld(heap->first, below);
}

uint64_t deadline_next(const struct deadline_heap *heap)
{
    return heap->first == NULL ? DEADLINE_NONE : heap->first->at_ns;
}

struct deadline *deadline_due(struct deadline_heap *heap, uint64_t now_ns)
{
    struct deadline *first = heap->first;

    if (first == NULL || first->at_ns > now_ns)
        return NULL;
    deadline_remove(heap, first);
    return first;
}
