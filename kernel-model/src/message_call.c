/* Sending and receiving: call, receive. */
#include "kernel_state.h"

#include "channel.h"
#include "connection.h"
#include "copy.h"
#include "memory.h"
#include "table.h"
#include "transfer.h"

#include <abi/errno.h>
#include <kernel/canary.h>

/* The connection named, and the rights it is named with. */
static int call_connection(struct thread *thread, int64_t handle, struct connection **connection, uint32_t *rights)
{
    struct handle_entry entry;

    if (table_entry_get(thread->table, handle, &entry) != 0 || entry.object->type != OBJECT_CONNECTION)
        return -E_BADF;
    *connection = (struct connection *)entry.object;
    *rights = entry.rights;
    if ((entry.rights & (RIGHT_READ | RIGHT_WRITE)) == 0)
        return -E_ACCES;
    return (*connection)->channel->dead ? -E_BADF : 0;
}

/* May it block now? A call that cannot be interrupted may, whatever is pending. */
static int call_may_block(struct kernel *kernel, struct thread *thread, const struct call_arguments *arguments)
{
    if ((arguments->flags & CALL_UNINTERRUPTIBLE) == 0)
        return thread_may_block(kernel, thread, arguments->deadline_ns);
    return arguments->deadline_ns <= kernel->now_ns ? -E_TIMEDOUT : 0;
}

static int call_lengths(struct kernel *kernel, struct thread *thread, const struct call_arguments *arguments,
                        uint64_t bytes[2])
{
    for (unsigned i = 0; i < 2; i++) {
        int error;

        if (arguments->words != NULL) {
            bytes[i] = arguments->part_counts[i] * sizeof(*arguments->words);
            if (arguments->part_counts[i] > MESSAGE_WORDS_MAX)
                return -E_INVAL;
            continue;
        }
        error = vector_length(kernel, thread->space, arguments->parts[i], arguments->part_counts[i], &bytes[i]);

        if (error != 0)
            return error;
    }
    return 0;
}

/* What it sends and where the answer goes. */
static void call_fill(struct message *message, const struct call_arguments *arguments, const uint64_t bytes[2])
{
    for (unsigned i = 0; i < 2; i++) {
        message->parts[i] = arguments->parts[i];
        message->part_counts[i] = arguments->part_counts[i];
        message->bytes[i] = bytes[i];
    }
    message->is_short = arguments->words != NULL;
    for (unsigned i = 0; message->is_short && i < MESSAGE_WORDS_MAX; i++) {
        message->words[0][i] = i < arguments->part_counts[0] ? arguments->words[i] : 0;
        message->words[1][i] = 0;
    }
}

int64_t message_call(struct kernel *kernel, struct thread *thread, const struct call_arguments *arguments)
{
    struct message *message = &thread->message;
    struct connection *connection;
    struct transfer_plan plan;
    uint64_t bytes[2];
    uint32_t rights;
    int error = call_connection(thread, arguments->connection, &connection, &rights);

    if (error == 0 && (arguments->flags & ~CALL_UNINTERRUPTIBLE) != 0)
        error = -E_INVAL;
    if (error == 0)
        error = call_lengths(kernel, thread, arguments, bytes);
    if (error == 0)
        error = transfer_plan_read(thread, &plan);
    if (error == 0)
        error = call_may_block(kernel, thread, arguments);
    if (error != 0)
        return error;
    message_open(kernel, thread, connection, RECEIVED_MESSAGE);
    call_fill(message, arguments, bytes);
    message->rights = rights;
    message->uninterruptible = (arguments->flags & CALL_UNINTERRUPTIBLE) != 0;
    transfer_take(kernel, thread, &plan, &message->transfer);
    thread_block(kernel, thread, THREAD_SEND, arguments->deadline_ns);
    error = message->channel->dead ? -E_SRCH : message_send(kernel, thread);
    if (error != 0 && thread->state == THREAD_SEND)
        message_fail(kernel, thread, error);
    return SYSCALL_BLOCKED;
}

/* Goes on with the message it was receiving, if any, or serves the first of the queue. 1: nothing is queued. */
static int64_t receive_next(struct kernel *kernel, struct thread *thread, struct channel *channel,
                        const struct vector_arguments *vector)
{
    struct thread *client = job_client(kernel, thread);
    struct prioqueue_node *node;

    while (client != NULL || (node = prioqueue_first(&channel->queue)) != NULL) {
        int64_t error;

        if (client == NULL && node->tag == QUEUE_PULSE) {
            pulse_deliver(kernel, LIST_ENTRY(node, struct pulse, node), thread);
            return 0;
        }
        if (client == NULL)
            client = LIST_ENTRY(node, struct thread, message.queue_node);
        switch (message_hand_over(kernel, client, thread, vector, &error)) {
        case HANDED_OVER:
            return 0;
        case HANDING_OVER:
            return error;
        case CLIENT_FAILED:
            message_fail(kernel, client, (int)error);
            break;
        case SERVER_FAILED:
            return error;
        }
        client = NULL;
    }
    return 1;
}

/* The channel to receive from; a call that is made again goes on where it began. */
static int receive_channel(struct kernel *kernel, struct thread *thread, int64_t handle,
                           const struct vector_arguments *vector, struct channel **channel)
{
    struct object *object;
    int error;

    *channel = thread->job.channel;
    if (*channel != NULL)
        return (*channel)->dead ? -E_BADF : 0;
    error = table_lookup(thread->table, handle, OBJECT_CHANNEL, RIGHT_MANAGE, &object);
    if (error == 0 && vector->count > PARTS_MAX)
        error = -E_INVAL;
    if (error != 0)
        return error;
    *channel = (struct channel *)object;
    channel_server_set(kernel, *channel, thread);
    return 0;
}

/* Waits behind the others, if it has not waited before them already. */
static void receive_block(struct kernel *kernel, struct thread *thread, struct channel *channel,
                          const struct vector_arguments *vector, uint64_t deadline_ns)
{
    thread_block(kernel, thread, THREAD_RECEIVE, deadline_ns);
    thread->channel = channel;
    thread->receive_vector = *vector;
    if (thread->job.channel != NULL || canary(RECEIVER_LAST_FIRST))
        list_push_front(&channel->receivers, &thread->wait_link);
    else
        list_push_back(&channel->receivers, &thread->wait_link);
    job_hold(kernel, thread, NULL);
}

int64_t message_receive(struct kernel *kernel, struct thread *thread, int64_t handle,
                        const struct vector_arguments *vector, uint64_t deadline_ns)
{
    struct channel *channel;
    int64_t status = receive_channel(kernel, thread, handle, vector, &channel);

    if (status != 0)
        return status;
    status = receive_next(kernel, thread, channel, vector);
    if (status == SYSCALL_PREEMPTED || status == PAGE_ABSENT)
        job_hold(kernel, thread, channel);
    if (status != 1)
        return status;
    if (channel->dead) /* its last handle was in a message that failed */
        return -E_BADF;
    status = thread_may_block(kernel, thread, deadline_ns);
    if (status != 0)
        return status;
    receive_block(kernel, thread, channel, vector, deadline_ns);
    return SYSCALL_BLOCKED;
}
