/* Answering: reply, and access to the buffers of an unanswered message. */
#include "kernel_state.h"

#include "copy.h"
#include "fault.h"
#include "memory.h"
#include "transfer.h"

#include <abi/errno.h>

/* The answer has been copied: handles follow, the client goes on. */
static void reply_finish(struct kernel *kernel, struct thread *client, int64_t status, uint64_t bytes, bool direct,
                         struct transfer_set *set)
{
    client->control->info.received_bytes = bytes;
    if (client->message.is_short)
        message_words_put(&client->message, 1, client->control);
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
    struct transfer_set set;
    struct copy *copy = &thread->job.copy;
    int64_t error;

    if (client == NULL)
        return -E_SRCH;
    if (vector->count > (vector->words != NULL ? MESSAGE_WORDS_MAX : PARTS_MAX))
        return -E_INVAL;
    message = &client->message;
    if (message->kind == RECEIVED_EXCEPTION)
        return exception_reply(kernel, thread, client, status, vector);
    if (message->kind == RECEIVED_FAULT)
        return fault_reply(kernel, client, status, direct);
    error = transfer_plan_read(thread, &plan);
    if (error != 0)
        return error;
    if (!job_resumes(thread, JOB_ANSWER, id)) {
        vector_cursor(thread, vector, ACCESS_READ, &copy->from);
        message_cursor(client, 1, &copy->to);
    }
    error = copy_run(kernel, copy);
    if (error != 0) {
        message_claim(kernel, client, thread);
        return error;
    }
    if (copy->result.from_error != 0)
        return copy->result.from_error;
    if (copy->result.to_error != 0) {
        message_fail(kernel, client, copy->result.to_error);
        return (int64_t)copy->result.bytes;
    }
    transfer_take(kernel, thread, &plan, &set);
    /* What moved away may have been the channel's last handle: then its clients have been sent off. */
    if (message_find(kernel, thread, id) != client) {
        transfer_drop(kernel, &set);
    } else {
        trace_record(kernel, TRACE_REPLY, thread, client, id, (uint64_t)status, copy->result.bytes);
        reply_finish(kernel, client, status, copy->result.bytes, direct, &set);
    }
    return (int64_t)copy->result.bytes;
}

/* The handler looks at an exception or a fault again; there is nothing to write into. */
static int64_t exception_access(struct kernel *kernel, struct thread *thread, struct thread *client,
                                unsigned direction, uint64_t offset, const struct vector_arguments *vector)
{
    struct exception_message exception;
    struct copy_result copied;
    struct cursor ours, theirs;

    if (direction != 0) {
        cursor_init(&ours, thread->space, vector->parts, vector->count, ACCESS_READ);
        cursor_init_bytes(&theirs, &exception, 0);
        return copy_vectors(kernel, &theirs, &ours).from_error;
    }
    cursor_init(&ours, thread->space, vector->parts, vector->count, ACCESS_WRITE);
    if (client->message.kind == RECEIVED_FAULT) {
        cursor_init_bytes(&theirs, &client->message.fault, sizeof(client->message.fault));
    } else {
        exception_message_get(kernel, client, &exception);
        cursor_init_bytes(&theirs, &exception, sizeof(exception));
    }
    (void)cursor_skip(kernel, &theirs, offset); /* kernel memory cannot fail */
    copied = copy_vectors(kernel, &ours, &theirs);
    return copied.to_error != 0 ? copied.to_error : (int64_t)copied.bytes;
}

/* Sets the cursors of an access to where it begins. 0, or the error of the client's vector. */
static int access_begin(struct kernel *kernel, struct thread *thread, struct thread *client, unsigned direction,
                        uint64_t offset, const struct vector_arguments *vector)
{
    struct copy *copy = &thread->job.copy;
    struct cursor *ours = direction == 0 ? &copy->to : &copy->from;
    struct cursor *theirs = direction == 0 ? &copy->from : &copy->to;

    vector_cursor(thread, vector, direction == 0 ? ACCESS_WRITE : ACCESS_READ, ours);
    message_cursor(client, direction, theirs);
    return cursor_skip(kernel, theirs, offset);
}

int64_t message_access(struct kernel *kernel, struct thread *thread, uint64_t id, unsigned direction, uint64_t offset,
                       const struct vector_arguments *vector)
{
    struct thread *client = message_find(kernel, thread, id);
    struct copy *copy = &thread->job.copy;
    int64_t stopped = 0;
    int theirs = 0, ours;

    if (client == NULL)
        return -E_SRCH;
    if (vector->count > PARTS_MAX)
        return -E_INVAL;
    if (client->message.kind != RECEIVED_MESSAGE)
        return exception_access(kernel, thread, client, direction, offset, vector);
    if (!job_resumes(thread, JOB_ACCESS, id))
        theirs = access_begin(kernel, thread, client, direction, offset, vector);
    if (theirs == PAGE_ABSENT) {
        thread->job.kind = JOB_NONE; /* it has not begun yet */
        return PAGE_ABSENT;
    }
    stopped = theirs == 0 ? copy_run(kernel, copy) : 0;
    if (stopped != 0)
        return stopped;
    trace_record(kernel, TRACE_COPY, thread, client, id, direction, copy->result.bytes);
    ours = theirs != 0 ? 0 : direction == 0 ? copy->result.to_error : copy->result.from_error;
    if (ours != 0)
        return ours; /* also if the client's memory is bad at the same byte: it is not to blame yet */
    if (theirs == 0)
        theirs = direction == 0 ? copy->result.from_error : copy->result.to_error;
    if (theirs != 0) {
        message_fail(kernel, client, theirs);
        return -E_SRCH;
    }
    return (int64_t)copy->result.bytes;
}
