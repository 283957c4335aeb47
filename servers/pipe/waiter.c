/* Kept reads and writes: a pool and first-in-first-out queues. */
#include "pipes.h"

static struct pipe_waiter *waiter_take(struct pipes *pipes)
{
    if (pipes->waiter_free != 0) {
        struct pipe_waiter *waiter = &pipes->waiters[pipes->waiter_free - 1];
        pipes->waiter_free = waiter->next;
        return waiter;
    }
    return pipes->waiters_used < PIPES_WAITERS_MAX ? &pipes->waiters[pipes->waiters_used++] : NULL;
}

static void waiter_remove(struct pipes *pipes, struct pipe_queue *queue, uint32_t *link)
{
    uint32_t number = *link;
    struct pipe_waiter *waiter = &pipes->waiters[number - 1];
    *link = waiter->next;
    if (queue->last == number) {
        queue->last = 0;
        for (uint32_t i = queue->first; i != 0; i = pipes->waiters[i - 1].next) {
            queue->last = i;
        }
    }
    waiter->id = 0;
    waiter->next = pipes->waiter_free;
    pipes->waiter_free = number;
}

/* Drops waiters whose clients were killed. */
static void queue_prune(struct pipes *pipes, struct pipe_queue *queue)
{
    for (uint32_t *link = &queue->first; *link != 0;) {
        if (server_waiting(pipes->waiters[*link - 1].id)) {
            link = &pipes->waiters[*link - 1].next;
        } else {
            waiter_remove(pipes, queue, link);
        }
    }
}

struct pipe_waiter *pipe_waiter_add(struct pipes *pipes, struct pipe_queue *queue, uint64_t id, uint64_t length)
{
    struct pipe_waiter *waiter = waiter_take(pipes);
    for (uint32_t i = 0; waiter == NULL && i < pipes->pipes_used; i++) {
        queue_prune(pipes, &pipes->pipes[i].queues[PIPE_END_READ]);
        queue_prune(pipes, &pipes->pipes[i].queues[PIPE_END_WRITE]);
        waiter = waiter_take(pipes);
    }
    if (waiter == NULL) {
        return NULL;
    }
    uint32_t number = (uint32_t)(waiter - pipes->waiters) + 1;
    *waiter = (struct pipe_waiter){.id = id, .length = length};
    if (queue->last != 0) {
        pipes->waiters[queue->last - 1].next = number;
    } else {
        queue->first = number;
    }
    queue->last = number;
    return waiter;
}

struct pipe_waiter *pipe_waiter_first(struct pipes *pipes, const struct pipe_queue *queue)
{
    return queue->first != 0 ? &pipes->waiters[queue->first - 1] : NULL;
}

void pipe_waiter_shift(struct pipes *pipes, struct pipe_queue *queue)
{
    waiter_remove(pipes, queue, &queue->first);
}

bool pipe_waiter_unblock(struct pipes *pipes, struct pipe_queue *queue, uint64_t message_id)
{
    for (uint32_t *link = &queue->first; *link != 0; link = &pipes->waiters[*link - 1].next) {
        const struct pipe_waiter *waiter = &pipes->waiters[*link - 1];
        if (waiter->id == message_id) {
            server_reply(message_id, waiter->done > 0 ? (int64_t)waiter->done : -E_INTR, NULL, 0, NULL, 0);
            waiter_remove(pipes, queue, link);
            return true;
        }
    }
    return false;
}
