/* A queue ordered by priority, FIFO within one. Nodes of one priority form a ring behind their leader; the leaders are
 * linked from the highest priority down. Nothing is allocated; every operation takes at most one step per priority. */
#ifndef KERNEL_PRIOQUEUE_H
#define KERNEL_PRIOQUEUE_H

#include "list.h"

#include <abi/types.h>

struct prioqueue {
    struct list levels;
};

struct prioqueue_node {
    struct list level; /* leaders: in prioqueue.levels */
    struct list peers; /* the ring of one priority */
    uint8_t priority;
    bool leader;
    bool queued;
    uint8_t tag; /* the owner's: what the node is part of */
};

void prioqueue_init(struct prioqueue *queue);
/* Last of its priority. */
void prioqueue_push(struct prioqueue *queue, struct prioqueue_node *node, uint8_t priority);
/* First of its priority. */
void prioqueue_push_front(struct prioqueue *queue, struct prioqueue_node *node, uint8_t priority);
/* The oldest of the highest priority; NULL if empty. */
struct prioqueue_node *prioqueue_first(struct prioqueue *queue);
/* Takes a queued node out. */
void prioqueue_remove(struct prioqueue_node *node);
/* Whether order and links hold. */
bool prioqueue_check(struct prioqueue *queue);

#endif
