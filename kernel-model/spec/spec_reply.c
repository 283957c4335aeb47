/* Answers in the reference model: reply, and access to an unanswered message. */
#include "spec_private.h"

/* The client of an unanswered message that the current thread may answer. */
static int message_find(const struct spec *spec, uint64_t serial)
{
    for (int i = 0; i < SPEC_THREADS; i++) {
        const struct spec_thread *thread = &spec->threads[i];

        if (thread->exists && thread->state == THREAD_REPLY && thread->message.serial == serial)
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
    error = spec_transfers_check(spec, transfers);
    if (error != 0)
        return error;
    to = spec_side(thread->table, &thread->message.vectors[1]);
    from = spec_side(spec->threads[spec->current].table, &answer);
    copied = spec_copy(spec, &to, &from);
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

void spec_reply(struct spec *spec, uint64_t serial, int64_t status, const struct spec_vector *vector,
                const struct spec_transfers *transfers)
{
    spec_enter(spec);
    spec_leave(spec, reply(spec, serial, status, vector, transfers, false));
}

void spec_reply_receive(struct spec *spec, uint64_t serial, int64_t status, const struct spec_vector *reply_vector,
                        const struct spec_vector *receive_vector, int64_t handle,
                        const struct spec_transfers *transfers)
{
    int channel;
    int64_t result;

    spec_enter(spec);
    result = spec_lookup(spec, handle, OBJECT_CHANNEL, RIGHT_MANAGE, &channel);
    if (result == 0 && (receive_vector->count > PARTS_MAX ||
                        (reply_vector->is_words && reply_vector->count > MESSAGE_WORDS_MAX)))
        result = -E_INVAL;
    if (result == 0 && serial != 0)
        result = reply(spec, serial, status, reply_vector, transfers, true);
    if (result >= 0)
        result = spec_receive_next(spec, handle, receive_vector, DEADLINE_NONE);
    spec_leave(spec, result);
}

void spec_access(struct spec *spec, uint64_t serial, unsigned direction, uint64_t offset,
                 const struct spec_vector *vector)
{
    const struct spec_thread *own = spec_enter(spec);
    int client = message_find(spec, serial);
    struct spec_thread *thread;
    struct exception_message exception = {0};
    struct spec_side ours = {.table = own->table, .vector = vector};
    struct spec_side theirs;
    struct spec_copied copied;
    int our_error, their_error;

    if (client == SPEC_NONE || vector->count > PARTS_MAX) {
        spec_leave(spec, client == SPEC_NONE ? -E_SRCH : -E_INVAL);
        return;
    }
    thread = &spec->threads[client];
    theirs = spec_side(thread->table, &thread->message.vectors[direction]);
    theirs.offset = offset;
    if (thread->message.kind == RECEIVED_EXCEPTION) {
        exception.info = thread->message.exception;
        theirs.table = SPEC_NONE;
        theirs.bytes = (uint8_t *)&exception;
        theirs.byte_count = direction == 0 ? sizeof(exception) : 0;
    }
    copied = direction == 0 ? spec_copy(spec, &ours, &theirs) : spec_copy(spec, &theirs, &ours);
    our_error = direction == 0 ? copied.to_error : copied.from_error;
    their_error = direction == 0 ? copied.from_error : copied.to_error;
    if (our_error != 0) {
        spec_leave(spec, our_error);
    } else if (their_error != 0) {
        spec_message_fail(spec, client, their_error);
        spec_leave(spec, -E_SRCH);
    } else {
        spec_leave(spec, (int64_t)copied.bytes);
    }
}
