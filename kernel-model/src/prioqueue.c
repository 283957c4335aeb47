/* Priority queues as rings of peers; see prioqueue.h. */
#include "prioqueue.h"

static struct prioqueue_node *level_node(struct list *level)
{
    return LIST_ENTRY(level, struct prioqueue_node, level);
}

void prioqueue_init(struct prioqueue *queue)
{
    list_init(&queue->levels);
}

/* The leader of `priority`, or NULL; *after is where a new level belongs. */
static struct prioqueue_node *level_find(struct prioqueue *queue, uint8_t priority, struct list **after)
{
    LIST_EACH (entry, &queue->levels) {
        struct prioqueue_node *leader = level_node(entry);

        *after = entry;
        if (leader->priority == priority)
            return leader;
        if (leader->priority < priority)
            return NULL;
    }
    *after = &queue->levels;
    return NULL;
}

static void node_prepare(struct prioqueue_node *node, uint8_t priority)
{
    node->priority = priority;
    node->queued = true;
    node->leader = false;
    list_init(&node->level);
    list_init(&node->peers);
}

void prioqueue_push(struct prioqueue *queue, struct prioqueue_node *node, uint8_t priority)
{
    struct list *place;
    struct prioqueue_node *leader = level_find(queue, priority, &place);

    node_prepare(node, priority);
    if (leader != NULL) {
        list_push_back(&leader->peers, &node->peers);
        return;
    }
    node->leader = true;
    list_insert_before(place, &node->level);
}

/* `node`, already a peer, takes the lead from `leader`. */
static void lead_take(struct prioqueue_node *leader, struct prioqueue_node *node)
{
    list_insert_before(&leader->level, &node->level);
    list_remove(&leader->level);
    leader->leader = false;
    node->leader = true;
}

void prioqueue_push_front(struct prioqueue *queue, struct prioqueue_node *node, uint8_t priority)
{
    struct list *place;
    struct prioqueue_node *leader = level_find(queue, priority, &place);

    node_prepare(node, priority);
    if (leader != NULL) {
        list_push_back(&leader->peers, &node->peers);
        lead_take(leader, node);
        return;
    }
    node->leader = true;
    list_insert_before(place, &node->level);
}

struct prioqueue_node *prioqueue_first(struct prioqueue *queue)
{
    struct list *first = list_first(&queue->levels);

    return first == NULL ? NULL : level_node(first);
}

void prioqueue_remove(struct prioqueue_node *node)
{
    if (node->leader) {
        if (list_is_linked(&node->peers))
            lead_take(node, LIST_ENTRY(node->peers.next, struct prioqueue_node, peers));
        else
            list_remove(&node->level);
    }
    list_remove(&node->peers);
    node->leader = false;
    node->queued = false;
}

bool prioqueue_check(struct prioqueue *queue)
{
    unsigned above = 256;

    LIST_EACH (entry, &queue->levels) {
        struct prioqueue_node *leader = level_node(entry);

        if (leader->priority >= above || !leader->leader || !leader->queued)
            return false;
        above = leader->priority;
        LIST_EACH (peer_entry, &leader->peers) {
            struct prioqueue_node *peer = LIST_ENTRY(peer_entry, struct prioqueue_node, peers);

            if (peer->priority != above || peer->leader || !peer->queued)
                return false;
        }
    }
    return true;
}
