/* Kept messages: of readers, and of those who write to each ring. */
#include "console.h"

struct console_waiter *console_wait_add(struct console *console, struct server_queue *queue,
                                        const struct server_request *request, enum console_wait kind)
{
    uint64_t length = request->header.length;
    struct server_wait *wait = server_wait_add(&console->waits, queue, request->id, length);
    if (wait == NULL) {
        server_wait_prune(&console->waits, &console->readers);
        server_wait_prune(&console->waits, &console->output.queue);
        server_wait_prune(&console->waits, &console->error.queue);
        wait = server_wait_add(&console->waits, queue, request->id, length);
    }
    struct console_waiter *waiter = (struct console_waiter *)wait;
    if (waiter != NULL) {
        waiter->session = request->session;
        waiter->kind = kind;
        waiter->deadline_ns = DEADLINE_NONE;
    }
    return waiter;
}

void console_unblock(struct server *server, uint64_t message_id)
{
    struct console *console = console_of(server);
    if (server_wait_unblock(&console->waits, &console->readers, message_id) ||
        server_wait_unblock(&console->waits, &console->output.queue, message_id) ||
        server_wait_unblock(&console->waits, &console->error.queue, message_id)) {
        console_pump(console);
    }
}

/* One who waits on the session, or NULL. */
static const struct console_waiter *waiter_of(const struct server_queue *queue, const struct server_session *session)
{
    const struct server_wait *wait = queue->first;
    while (wait != NULL && ((const struct console_waiter *)wait)->session != session) {
        wait = wait->next;
    }
    return (const struct console_waiter *)wait;
}

void console_wait_forget(struct server *server, const struct server_session *session)
{
    struct console *console = console_of(server);
    const struct server_queue *queues[] = {&console->readers, &console->output.queue, &console->error.queue};
    for (uint32_t i = 0; i < sizeof queues / sizeof queues[0]; i++) {
        const struct console_waiter *waiter = NULL;
        while ((waiter = waiter_of(queues[i], session)) != NULL) {
            console_unblock(server, waiter->wait.id);
        }
    }
}
