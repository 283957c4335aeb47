/* Kept messages: a pool and first-in-first-out queues. */
#include "console.h"

static struct console_waiter *waiter_take(struct console *console)
{
    if (console->waiter_free != 0) {
        struct console_waiter *waiter = &console->waiters[console->waiter_free - 1];
        console->waiter_free = waiter->next;
        return waiter;
    }
    return console->waiters_used < CONSOLE_WAITERS_MAX ? &console->waiters[console->waiters_used++] : NULL;
}

/* Takes the waiter behind `link` out of its queue and frees it. */
static void waiter_remove(struct console *console, struct console_queue *queue, uint32_t *link)
{
    uint32_t number = *link;
    struct console_waiter *waiter = &console->waiters[number - 1];
    *link = waiter->next;
    if (queue->last == number) {
        queue->last = 0;
        for (uint32_t i = queue->first; i != 0; i = console->waiters[i - 1].next) {
            queue->last = i;
        }
    }
    waiter->id = 0;
    waiter->next = console->waiter_free;
    console->waiter_free = number;
}

/* Drops waiters whose clients were killed. */
static void queue_prune(struct console *console, struct console_queue *queue)
{
    for (uint32_t *link = &queue->first; *link != 0;) {
        if (server_waiting(console->waiters[*link - 1].id)) {
            link = &console->waiters[*link - 1].next;
        } else {
            waiter_remove(console, queue, link);
        }
    }
}

struct console_waiter *console_waiter_add(struct console *console, struct console_queue *queue,
                                          const struct server_request *request, enum console_wait kind)
{
    struct console_waiter *waiter = waiter_take(console);
    if (waiter == NULL) {
        queue_prune(console, &console->readers);
        queue_prune(console, &console->output.queue);
        queue_prune(console, &console->error.queue);
        waiter = waiter_take(console);
    }
    if (waiter == NULL) {
        return NULL;
    }
    uint32_t number = (uint32_t)(waiter - console->waiters) + 1;
    *waiter = (struct console_waiter){.id = request->id,
                                      .session = request->session,
                                      .kind = kind,
                                      .length = request->header.length,
                                      .deadline_ns = DEADLINE_NONE};
    if (queue->last != 0) {
        console->waiters[queue->last - 1].next = number;
    } else {
        queue->first = number;
    }
    queue->last = number;
    return waiter;
}

struct console_waiter *console_waiter_first(struct console *console, const struct console_queue *queue)
{
    return queue->first != 0 ? &console->waiters[queue->first - 1] : NULL;
}

void console_waiter_shift(struct console *console, struct console_queue *queue)
{
    waiter_remove(console, queue, &queue->first);
}

static bool queue_unblock(struct console *console, struct console_queue *queue, uint64_t message_id)
{
    for (uint32_t *link = &queue->first; *link != 0; link = &console->waiters[*link - 1].next) {
        const struct console_waiter *waiter = &console->waiters[*link - 1];
        if (waiter->id == message_id) {
            server_reply(message_id, waiter->done > 0 ? (int64_t)waiter->done : -E_INTR, NULL, 0, NULL, 0);
            waiter_remove(console, queue, link);
            return true;
        }
    }
    return false;
}

void console_unblock(struct server *server, uint64_t message_id)
{
    struct console *console = console_of(server);
    if (queue_unblock(console, &console->readers, message_id) ||
        queue_unblock(console, &console->output.queue, message_id) ||
        queue_unblock(console, &console->error.queue, message_id)) {
        console_pump(console);
    }
}
