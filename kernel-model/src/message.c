/* Life of a message: opening, queueing, handing over, lending priority, closing. Who calls is in message_call.c, who
 * answers in message_reply.c. */
#include "kernel_state.h"

#include "channel.h"
#include "connection.h"
#include "copy.h"
#include "copy_fast.h"
#include "fault.h"
#include "lending.h"
#include "memory.h"
#include "message_tell.h"
#include "transfer.h"

#include <abi/errno.h>
#include <kernel/canary.h>

/* From now on the message lends its client's priority to `server` (NULL: to nobody). */
static void server_set(struct kernel *kernel, struct thread *client, struct thread *server)
{
    struct message *message = &client->message;
    struct thread *before = message->server;

    if (server == client)
        server = NULL;
    if (before == server)
        return;
    if (before != NULL)
        prioqueue_remove(&message->server_node);
    message->server = server;
    if (server != NULL)
        prioqueue_push(&server->served, &message->server_node, client->priority);
    if (before != NULL && !canary(PRIORITY_KEPT))
        thread_priority_update(kernel, before);
    if (server != NULL)
        thread_priority_update(kernel, server);
}

struct thread *message_priority_changed(struct kernel *kernel, struct thread *client)
{
    struct message *message = &client->message;

    (void)kernel;
    if (message->id == 0)
        return NULL;
    if (message->queue_node.queued && !canary(PLACE_KEPT)) {
        prioqueue_remove(&message->queue_node);
        prioqueue_push(&message->channel->queue, &message->queue_node, client->priority);
    }
    if (message->server == NULL)
        return NULL;
    prioqueue_remove(&message->server_node);
    prioqueue_push(&message->server->served, &message->server_node, client->priority);
    return message->server;
}

void message_server_gone(struct kernel *kernel, struct thread *server)
{
    struct prioqueue_node *node;

    lending_server_gone(kernel, server);
    while ((node = prioqueue_first(&server->served)) != NULL) {
        prioqueue_remove(node);
        LIST_ENTRY(node, struct message, server_node)->server = NULL;
    }
}

void message_open(struct kernel *kernel, struct thread *client, struct connection *connection, uint8_t kind)
{
    struct message *message = &client->message;
    struct thread_slot *slot = &kernel->slots[client->slot];

    KERNEL_ASSERT(kernel, message->id == 0 && slot->generation < MESSAGE_GENERATION_MAX);
    slot->generation++;
    message->id = slot->generation << MESSAGE_SLOT_BITS | client->slot;
    message->kind = kind;
    message->connection = connection;
    message->channel = connection->channel;
    message->unblocking = false;
    object_reference(&connection->object);
    connection_handle_added(connection);
}

/* Takes it out of every queue and gives back what it holds, but its notice to the server. */
static void message_release(struct kernel *kernel, struct thread *client)
{
    struct message *message = &client->message;
    struct connection *connection = message->connection;
    struct thread *copier = message->copier;
    struct transfer_set transfer;
    const struct thread *closer = kernel->closer; /* one message may take another along */

    transfer.count = 0;
    if (message->transfer.count != 0)
        transfer = message->transfer;
    lending_end(kernel, client);
    server_set(kernel, client, NULL);
    if (message->queue_node.queued)
        prioqueue_remove(&message->queue_node);
    list_remove(&message->unanswered_link);
    message->transfer.count = 0;
    message->id = 0;
    message->plain_id = 0;
    message->copier = NULL;
    message->channel = NULL;
    message->connection = NULL;
    message->table = NULL;
    kernel->closer = client;
    connection_handle_removed(kernel, connection);
    if (canary(DOUBLE_FREE) && client->state == THREAD_REPLY)
        object_release(kernel, &connection->object);
    object_release(kernel, &connection->object);
    transfer_drop(kernel, &transfer);
    kernel->closer = closer;
    if (copier != NULL)
        job_client_gone(kernel, copier);
}

void message_close(struct kernel *kernel, struct thread *client)
{
    pulse_cancel(kernel, &client->message.unblock);
    message_release(kernel, client);
}

/* Tells the server once that the client wants out. */
static void unblock_send(struct kernel *kernel, struct thread *client, enum pulse_owner owner)
{
    struct message *message = &client->message;
    struct pulse *pulse = &message->unblock;

    pulse->owner = (uint8_t)owner;
    pulse->holder = &client->object;
    pulse->code = PULSE_UNBLOCK;
    pulse->value = message->id;
    pulse->cookie = message->connection->cookie;
    pulse->identity = client->identity;
    message->unblocking = true;
    message->plain_id = 0;
    pulse_send(kernel, message->channel, pulse, client->priority);
}

static bool message_wants_unblock(const struct thread *client)
{
    const struct message *message = &client->message;

    return client->state == THREAD_REPLY && message->kind == RECEIVED_MESSAGE &&
           (message->channel->flags & CHANNEL_UNBLOCK) != 0;
}

void message_close_killed(struct kernel *kernel, struct thread *client)
{
    pulse_cancel(kernel, &client->message.unblock);
    if (message_wants_unblock(client))
        unblock_send(kernel, client, PULSE_OF_REFERENCE);
    message_release(kernel, client);
}

void message_fail(struct kernel *kernel, struct thread *client, int error)
{
    trace_record(kernel, TRACE_FAIL, client, NULL, client->message.id, (uint64_t)-error, 0);
    if (client->message.kind == RECEIVED_EXCEPTION)
        thread_doom(kernel, client);
    else if (client->message.kind == RECEIVED_FAULT)
        fault_end(kernel, client, true);
    else
        thread_wake(kernel, client, error);
}

void message_unblock(struct kernel *kernel, struct thread *client, int error)
{
    if (!message_wants_unblock(client)) {
        if (error == -E_INTR)
            client->interrupt_pending = false;
        message_fail(kernel, client, error);
    } else if (!client->message.unblocking || canary(UNBLOCK_TWICE)) {
        unblock_send(kernel, client, PULSE_OF_OBJECT);
    }
}

void message_table_gone(struct kernel *kernel, struct table *table)
{
    for (uint32_t i = 0; i < kernel->slot_used; i++) {
        struct thread *client = kernel->slots[i].thread;

        if (client != NULL && client->state == THREAD_REPLY && client->message.table == table)
            message_fail(kernel, client, -E_SRCH);
    }
}

struct thread *message_client(struct kernel *kernel, uint64_t id)
{
    struct thread *client = thread_of_slot(kernel, id & ((1ull << MESSAGE_SLOT_BITS) - 1u));

    return id != 0 && client != NULL && (client->message.id == id || canary(STALE_ID)) ? client : NULL;
}

void message_claim(struct kernel *kernel, struct thread *client, struct thread *copier)
{
    struct message *message = &client->message;

    message->copier = copier;
    message->plain_id = 0;
    if (client->state != THREAD_SEND)
        return;
    if (message->queue_node.queued)
        prioqueue_remove(&message->queue_node);
    if (!list_is_linked(&message->unanswered_link))
        list_push_back(&message->channel->unanswered, &message->unanswered_link);
    server_set(kernel, client, copier);
}

void message_unclaim(struct kernel *kernel, struct thread *client)
{
    struct message *message = &client->message;
    int error;

    message->copier = NULL;
    if (client->state != THREAD_SEND)
        return;
    list_remove(&message->unanswered_link);
    if (channel_receiver(message->channel) == NULL) {
        if (canary(PLACE_LOST))
            prioqueue_push(&message->channel->queue, &message->queue_node, client->priority);
        else
            prioqueue_push_front(&message->channel->queue, &message->queue_node, client->priority);
        server_set(kernel, client, channel_server(kernel, message->channel));
        channel_tell(kernel, message->channel);
        return;
    }
    error = message_send(kernel, client);
    if (error != 0 && client->state == THREAD_SEND)
        message_fail(kernel, client, error);
}

/* A pager that has room for a fault's message in one page that is there: the usual. False: it is not so simple. */
static bool fault_put(struct kernel *kernel, const struct fault_message *fault, struct thread *server,
                      const struct vector_arguments *vector)
{
    const uint8_t *vector_view;
    struct part part;
    uint8_t *view;

    if (vector->count != 1)
        return false;
    vector_view = space_view(kernel, server->space, vector->parts, sizeof(part), false);
    if (vector_view == NULL)
        return false;
    __builtin_memcpy(&part, vector_view, sizeof(part));
    if (part.length_bytes < sizeof(*fault))
        return false;
    view = space_view(kernel, server->space, part.base, sizeof(*fault), true);
    if (view == NULL)
        return false;
    __builtin_memcpy(view, fault, sizeof(*fault));
    return true;
}

/* What the kernel sends for a thread: short, so in one go. */
static struct copy_result exception_copy(struct kernel *kernel, struct thread *client, struct thread *server,
                                         const struct vector_arguments *vector)
{
    struct exception_message exception;
    struct cursor from, to;

    if (client->message.kind == RECEIVED_FAULT && fault_put(kernel, &client->message.fault, server, vector))
        return (struct copy_result){.bytes = sizeof(client->message.fault)};
    cursor_init(&to, server->space, vector->parts, vector->count, ACCESS_WRITE);
    if (client->message.kind == RECEIVED_FAULT) {
        cursor_init_bytes(&from, &client->message.fault, sizeof(client->message.fault));
    } else {
        exception_message_get(kernel, client, &exception);
        cursor_init_bytes(&from, &exception, sizeof(exception));
    }
    return copy_vectors(kernel, &to, &from);
}

/* Copies what the client sends. 0, or as copy_run. */
static int64_t message_copy(struct kernel *kernel, struct thread *client, struct thread *server,
                            const struct vector_arguments *vector, struct copy_result *result)
{
    struct message *message = &client->message;
    struct copy *copy = &server->job.copy;
    int64_t stopped;

    if (message->kind != RECEIVED_MESSAGE) {
        *result = exception_copy(kernel, client, server, vector);
        return 0;
    }
    if (message_in_words(message, vector)) {
        message_words_put(message, 0, server->control);
        *result = (struct copy_result){.bytes = message->bytes[0]};
        return 0;
    }
    if (!job_resumes(server, JOB_RECEIVE, message->id)) {
        vector_cursor(server, vector, ACCESS_WRITE, &copy->to);
        message_cursor(client, 0, &copy->from);
    }
    stopped = copy_run(kernel, copy);
    *result = copy->result;
    return stopped;
}

/* Tells the server of a message whose bytes it has, and gives it the handles. */
static void message_deliver(struct kernel *kernel, struct thread *client, struct thread *server, uint64_t received,
                            bool in_words)
{
    struct message *message = &client->message;
    uint32_t words = in_words && !canary(WORDS_UNCOUNTED) ? (uint32_t)(received / sizeof(message->words[0][0])) : 0;

    message_tell(client, server, message->kind, canary(SHORT_TELLS_ALL) ? message->bytes[0] : received, words);
    if (message->transfer.count != 0)
        server->control->info.handle_count = transfer_deliver(kernel, server, &message->transfer);
}

enum hand_over message_hand_over(struct kernel *kernel, struct thread *client, struct thread *server,
                                 const struct vector_arguments *vector, int64_t *error)
{
    struct message *message = &client->message;
    struct copy_result copied;

    *error = message_copy(kernel, client, server, vector, &copied);
    if (*error != 0) {
        message_claim(kernel, client, server);
        return HANDING_OVER;
    }
    if (copied.to_error != 0) {
        *error = copied.to_error;
        if (message->queue_node.queued)
            server_set(kernel, client, server); /* the last to receive there */
        return SERVER_FAILED;
    }
    if (copied.from_error != 0) {
        *error = copied.from_error;
        return canary(FAULT_OF_OTHER) ? SERVER_FAILED : CLIENT_FAILED;
    }
    if (message->queue_node.queued)
        prioqueue_remove(&message->queue_node);
    trace_record(kernel, TRACE_RECEIVE, server, client, message->id, 0, copied.bytes);
    client->state = THREAD_REPLY;
    message->copier = NULL;
    message->table = server->table;
    if (!list_is_linked(&message->unanswered_link))
        list_push_back(&message->channel->unanswered, &message->unanswered_link);
    server_set(kernel, client, server);
    lending_begin(kernel, client, server);
    message_deliver(kernel, client, server, copied.bytes, message_in_words(message, vector));
    if (message->kind == RECEIVED_MESSAGE && message->transfer.count == 0)
        message->plain_id = message->id;
    return HANDED_OVER;
}

int message_send(struct kernel *kernel, struct thread *client)
{
    struct message *message = &client->message;
    struct channel *channel = message->channel;
    struct thread *server;
    int64_t error;

    trace_record(kernel, TRACE_CALL, client, NULL, message->id, message->kind, message->bytes[0]);
    while ((server = channel_receiver(channel)) != NULL) {
        switch (message_hand_over(kernel, client, server, &server->receive_vector, &error)) {
        case HANDED_OVER:
            thread_wake_direct(kernel, server, 0);
            return 0;
        case HANDING_OVER:
            job_wake_direct(kernel, server);
            return 0;
        case CLIENT_FAILED:
            message_close(kernel, client);
            return (int)error;
        case SERVER_FAILED:
            if (error == PAGE_ABSENT)
                job_wake(kernel, server);
            else
                thread_wake(kernel, server, error);
            break;
        }
    }
    if (canary(LAST_IS_FIRST))
        prioqueue_push_front(&channel->queue, &message->queue_node, client->priority);
    else
        prioqueue_push(&channel->queue, &message->queue_node, client->priority);
    server_set(kernel, client, channel_server(kernel, channel));
    channel_tell(kernel, channel);
    return 0;
}

struct thread *message_find(struct kernel *kernel, struct thread *server, uint64_t id)
{
    struct thread *client = message_client(kernel, id);
    struct message *message;

    if (client == NULL || client->state != THREAD_REPLY)
        return NULL;
    message = &client->message;
    if (message->copier != NULL && message->copier != server)
        return NULL;
    return message->table == server->table || canary(FOREIGN_REPLY) ? client : NULL;
}

/* Whether what plain_id promises holds. */
static bool plain_is_true(const struct thread *thread)
{
    const struct message *message = &thread->message;

    return message->plain_id == message->id && thread->state == THREAD_REPLY && message->kind == RECEIVED_MESSAGE &&
           message->copier == NULL && !message->unblocking && message->transfer.count == 0 &&
           (message->server == NULL || message->server->table == message->table);
}

unsigned message_check(struct kernel *kernel, struct thread *thread)
{
    const struct message *message = &thread->message;
    bool open = thread->state == THREAD_SEND || thread->state == THREAD_REPLY;

    if (message->plain_id != 0 && !plain_is_true(thread))
        return 411;
    if (open != (message->id != 0) || open != (message->channel != NULL))
        return 401;
    if (!open)
        return message->queue_node.queued || message->server != NULL || list_is_linked(&message->unanswered_link)
                   ? 402
                   : 0;
    if ((thread->state == THREAD_SEND && message->copier == NULL) != message->queue_node.queued)
        return 403;
    if ((thread->state == THREAD_REPLY || message->copier != NULL) != list_is_linked(&message->unanswered_link))
        return 404;
    if (message->copier != NULL && job_client(kernel, message->copier) != thread)
        return 410;
    if (message->channel->dead || message->connection->channel != message->channel)
        return 405;
    if (message->queue_node.queued && message->queue_node.priority != thread->priority)
        return 406;
    if (message->server != NULL && (!message->server_node.queued || message->server_node.priority != thread->priority))
        return 407;
    if (message->id >> MESSAGE_SLOT_BITS != kernel->slots[thread->slot].generation)
        return 408;
    return message->server == thread ? 409 : 0;
}
