/* Answering: reply, and access to the buffers of an unanswered message. */
#include "kernel_state.h"

#include "copy.h"
#include "transfer.h"

#include <abi/errno.h>

/* The answer has been copied: handles follow, the client goes on. */
static void reply_finish(struct kernel *kernel, struct thread *client, int64_t status, uint64_t bytes, bool direct,
                         struct transfer_set *set)
{
    client->control->info.received_bytes = bytes;
    client->control->info.handle_count = transfer_deliver(kernel, client, set);
    if (direct)
        thread_wake_direct(kernel, client, status);
    else
        thread_wake(kernel, client, status);
    transfer_drop(kernel, set);
}

int64_t message_reply(struct kernel *kernel, struct thread *thread, uint64_t id, int64_t status,
                      const struct vector_arguments *vector, bool direct)
{
    struct thread *client = message_find(kernel, thread, id);
    struct message *message;
    struct transfer_plan plan;
    struct transfer_set set = {.count = 0};
    struct copy_result copied;
    struct cursor from, to;
    int error;

    if (client == NULL)
        return -E_SRCH;
    if (vector->count > PARTS_MAX)
        return -E_INVAL;
    message = &client->message;
    if (message->kind == RECEIVED_EXCEPTION)
        return exception_reply(kernel, thread, client, status, vector);
    error = transfer_plan_read(thread, &plan);
    if (error != 0)
        return error;
    cursor_init(&from, thread->space, vector->parts, vector->count, ACCESS_READ);
    cursor_init(&to, client->space, message->parts[1], message->part_counts[1], ACCESS_WRITE);
    copied = copy_vectors(kernel, &to, &from);
    if (copied.from_error != 0)
        return copied.from_error;
    if (copied.to_error != 0) {
        message_fail(kernel, client, copied.to_error);
        return (int64_t)copied.bytes;
    }
    transfer_take(kernel, thread, &plan, &set);
    /* What moved away may have been the channel's last handle: then its clients have been sent off. */
    if (message_find(kernel, thread, id) != client) {
        transfer_drop(kernel, &set);
    } else {
        trace_record(kernel, TRACE_REPLY, thread, client, id, (uint64_t)status, copied.bytes);
        reply_finish(kernel, client, status, copied.bytes, direct, &set);
    }
    return (int64_t)copied.bytes;
}

int64_t message_access(struct kernel *kernel, struct thread *thread, uint64_t id, unsigned direction, uint64_t offset,
                       const struct vector_arguments *vector)
{
    struct thread *client = message_find(kernel, thread, id);
    struct message *message;
    struct copy_result copied;
    struct exception_message exception;
    struct cursor ours, theirs;
    int error;

    if (client == NULL)
        return -E_SRCH;
    if (vector->count > PARTS_MAX)
        return -E_INVAL;
    message = &client->message;
    cursor_init(&ours, thread->space, vector->parts, vector->count, direction == 0 ? ACCESS_WRITE : ACCESS_READ);
    if (message->kind == RECEIVED_EXCEPTION) {
        exception_message_get(kernel, client, &exception);
        cursor_init_bytes(&theirs, &exception, direction == 0 ? sizeof(exception) : 0);
    } else {
        cursor_init(&theirs, client->space, message->parts[direction], message->part_counts[direction],
                    direction == 0 ? ACCESS_READ : ACCESS_WRITE);
    }
    error = cursor_skip(kernel, &theirs, offset);
    if (error != 0)
        copied = (struct copy_result){.from_error = error, .to_error = error};
    else
        copied = direction == 0 ? copy_vectors(kernel, &ours, &theirs) : copy_vectors(kernel, &theirs, &ours);
    trace_record(kernel, TRACE_COPY, thread, client, id, direction, copied.bytes);
    if ((direction == 0 ? copied.from_error : copied.to_error) != 0) {
        message_fail(kernel, client, direction == 0 ? copied.from_error : copied.to_error);
        return -E_SRCH;
    }
    error = direction == 0 ? copied.to_error : copied.from_error;
    return error != 0 ? error : (int64_t)copied.bytes;
}
