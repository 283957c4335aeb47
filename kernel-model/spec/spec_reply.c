/* Answers in the reference model: reply, and access to an unanswered message. */
#include "spec_private.h"

/* The client of an unanswered message that the current thread may answer. */
static int message_find(const struct spec *spec, uint64_t serial)
{
    for (int i = 0; i < SPEC_THREADS; i++) {
        const struct spec_thread *thread = &spec->threads[i];

        if (thread->exists && thread->state == THREAD_REPLY && thread->message.serial == serial &&
            (thread->message.copier == SPEC_NONE || thread->message.copier == spec->current))
            return thread->message.table == spec->threads[spec->current].table ? i : SPEC_NONE;
    }
    return SPEC_NONE;
}

static int64_t exception_reply(struct spec *spec, int client, int64_t status, const struct spec_vector *vector)
{
    struct registers registers;
    struct spec_vector answer = *vector;
    struct spec_side from = spec_side(spec->threads[spec->current].table, &answer);
    struct spec_side to = {.table = SPEC_NONE, .bytes = (uint8_t *)&registers, .byte_count = sizeof(registers)};
    struct spec_copied copied;

    if (status != EXCEPTION_RESUME && status != EXCEPTION_KILL && status != EXCEPTION_UPCALL)
        return -E_INVAL;
    copied = spec_copy(spec, &to, &from);
    if (copied.from_error != 0)
        return copied.from_error;
    if (status == EXCEPTION_RESUME)
        spec_wake_quietly(spec, client);
    else
        spec_doom(spec, client); /* no library here, so no upcall */
    return (int64_t)copied.bytes;
}

static int64_t reply(struct spec *spec, uint64_t serial, int64_t status, const struct spec_vector *vector,
                     const struct spec_transfers *transfers, bool direct)
{
    int client = message_find(spec, serial);
    struct spec_vector answer = *vector;
    struct spec_side to, from;
    struct spec_thread *thread;
    struct spec_copied copied;
    int error;

    if (client == SPEC_NONE)
        return -E_SRCH;
    if (vector->count > (vector->is_words ? MESSAGE_WORDS_MAX : PARTS_MAX))
        return -E_INVAL;
    thread = &spec->threads[client];
    if (thread->message.kind == RECEIVED_EXCEPTION)
        return exception_reply(spec, client, status, vector);
    if (thread->message.kind == RECEIVED_FAULT) {
        bool goes_on = direct && status == 0 && !thread->message.in_call;

        spec_fault_end(spec, client, status != 0);
        if (goes_on)
            spec_hand_cpu(spec, client);
        return 0;
    }
    error = spec_transfers_check(spec, transfers);
    if (error != 0)
        return error;
    to = spec_side(thread->table, &thread->message.vectors[1]);
    from = spec_side(spec->threads[spec->current].table, &answer);
    error = spec_copy_message(spec, spec->current, SPEC_COPY_ANSWER, serial, &to, &from, &copied);
    if (error != 0) {
        spec_message_claim(spec, client, spec->current);
        return error;
    }
    if (copied.from_error != 0)
        return copied.from_error;
    if (copied.to_error != 0) {
        spec_message_fail(spec, client, copied.to_error);
        return (int64_t)copied.bytes;
    }
    spec_transfers_take(spec, transfers, spec->replied, &spec->replied_count);
    if (message_find(spec, serial) == client) {
        thread->info.received_bytes = copied.bytes;
        thread->info.handle_count = spec->replied_count;
        for (unsigned i = 0; thread->message.vectors[1].is_words && i < MESSAGE_WORDS_MAX; i++)
            thread->words[i] = thread->message.vectors[1].words[i];
        spec_transfers_put(spec, client, spec->replied, spec->replied_count);
        if (direct)
            spec_wake_direct(spec, client, status);
        else
            spec_wake(spec, client, status);
    }
    spec_handles_drop(spec, spec->replied, &spec->replied_count);
    return (int64_t)copied.bytes;
}

int64_t spec_make_reply(struct spec *spec, const struct spec_again *call)
{
    return reply(spec, call->serial, call->status, &call->send, &call->transfers, false);
}

void spec_reply(struct spec *spec, uint64_t serial, int64_t status, const struct spec_vector *vector,
                const struct spec_transfers *transfers)
{
    spec_make(spec, &(struct spec_again){.kind = SPEC_CALL_REPLY,
                                         .serial = serial,
                                         .status = status,
                                         .send = *vector,
                                         .transfers = *transfers});
}

int64_t spec_make_reply_receive(struct spec *spec, const struct spec_again *call)
{
    struct spec_job *job = &spec->threads[spec->current].job;
    int channel;
    int64_t result = 0;

    if (job->held == SPEC_NONE)
        result = spec_lookup(spec, call->handle, OBJECT_CHANNEL, RIGHT_MANAGE, &channel);
    if (result == 0 && (call->receive.count > PARTS_MAX ||
                        (call->send.is_words && call->send.count > MESSAGE_WORDS_MAX)))
        result = -E_INVAL;
    if (result == 0 && call->serial != 0 && !job->answered) {
        result = reply(spec, call->serial, call->status, &call->send, &call->transfers, true);
        job->answered = result >= 0;
    }
    return result < 0 ? result : spec_receive_next(spec, call->handle, &call->receive, DEADLINE_NONE);
}

void spec_reply_receive(struct spec *spec, uint64_t serial, int64_t status, const struct spec_vector *reply_vector,
                        const struct spec_vector *receive_vector, int64_t handle,
                        const struct spec_transfers *transfers)
{
    spec_make(spec, &(struct spec_again){.kind = SPEC_CALL_REPLY_RECEIVE,
                                         .serial = serial,
                                         .status = status,
                                         .send = *reply_vector,
                                         .receive = *receive_vector,
                                         .handle = handle,
                                         .transfers = *transfers});
}

/* What the kernel sends for a thread: its handler looks at it again; there is nothing to write into. */
static int64_t kernel_message_access(struct spec *spec, const struct spec_message *message, unsigned direction,
                                     uint64_t offset, const struct spec_side *ours)
{
    struct exception_message exception = {.info = message->exception};
    struct fault_message fault = message->fault;
    struct spec_side theirs = {.table = SPEC_NONE, .bytes = (uint8_t *)&exception, .byte_count = sizeof(exception)};
    struct spec_copied copied;
    int error;

    if (message->kind == RECEIVED_FAULT) {
        theirs.bytes = (uint8_t *)&fault;
        theirs.byte_count = sizeof(fault);
    }
    theirs.offset = offset;
    if (direction != 0)
        theirs.offset = theirs.byte_count = 0;
    copied = direction == 0 ? spec_copy(spec, ours, &theirs) : spec_copy(spec, &theirs, ours);
    error = direction == 0 ? copied.to_error : copied.from_error;
    return error != 0 ? error : (int64_t)copied.bytes;
}

int64_t spec_make_access(struct spec *spec, const struct spec_again *call)
{
    int own = spec->current;
    int client = message_find(spec, call->serial);
    struct spec_side ours = {.table = spec->threads[own].table, .vector = &call->receive};
    struct spec_message *message;
    struct spec_side theirs;
    struct spec_copied copied;
    int our_error, their_error, stopped;

    if (client == SPEC_NONE || call->receive.count > PARTS_MAX)
        return client == SPEC_NONE ? -E_SRCH : -E_INVAL;
    message = &spec->threads[client].message;
    if (message->kind != RECEIVED_MESSAGE)
        return kernel_message_access(spec, message, call->direction, call->offset, &ours);
    theirs = spec_side(spec->threads[client].table, &message->vectors[call->direction]);
    theirs.offset = call->offset;
    stopped = spec_copy_message(spec, own, SPEC_COPY_ACCESS, call->serial, call->direction == 0 ? &ours : &theirs,
                                call->direction == 0 ? &theirs : &ours, &copied);
    if (stopped != 0)
        return stopped;
    our_error = call->direction == 0 ? copied.to_error : copied.from_error;
    their_error = call->direction == 0 ? copied.from_error : copied.to_error;
    if (our_error != 0)
        return our_error;
    if (their_error == 0)
        return (int64_t)copied.bytes;
    spec_message_fail(spec, client, their_error);
    return -E_SRCH;
}

void spec_access(struct spec *spec, uint64_t serial, unsigned direction, uint64_t offset,
                 const struct spec_vector *vector)
{
    spec_make(spec, &(struct spec_again){.kind = SPEC_CALL_ACCESS,
                                         .serial = serial,
                                         .direction = direction,
                                         .offset = offset,
                                         .receive = *vector});
}
