/* Messages of the reference model: call, receive, and how they end. */
#include "spec_private.h"

void spec_message_open(struct spec *spec, int client, int connection, enum received_kind kind,
                       const struct spec_vector *send, const struct spec_vector *reply)
{
    spec->threads[client].message = (struct spec_message){
        .serial = ++spec->serial,
        .connection = connection,
        .server = SPEC_NONE,
        .copier = SPEC_NONE,
        .table = SPEC_NONE,
        .kind = kind,
        .vectors = {*send, *reply},
    };
}

static int message_channel(const struct spec *spec, int client)
{
    return spec->connections[spec->threads[client].message.connection].channel;
}

/* An unanswered message whose channel wants to hear of clients that want out. */
static bool wants_unblock(const struct spec *spec, int client)
{
    const struct spec_thread *thread = &spec->threads[client];

    return thread->state == THREAD_REPLY && thread->message.kind == RECEIVED_MESSAGE &&
           (spec->channels[message_channel(spec, client)].flags & CHANNEL_UNBLOCK) != 0;
}

static void unblock_send(struct spec *spec, int client)
{
    struct spec_thread *thread = &spec->threads[client];
    const struct spec_connection *connection = &spec->connections[thread->message.connection];

    thread->message.unblocking = true;
    spec_pulse_send(spec, &(struct spec_pulse){
                              .kind = SPEC_PULSE_UNBLOCK,
                              .owner = client,
                              .channel = connection->channel,
                              .code = PULSE_UNBLOCK,
                              .value = thread->message.serial,
                              .cookie = connection->cookie,
                              .identity = thread->identity,
                              .priority = spec_priority(spec, client),
                          });
}

/* A client that is killed tells a server that wants to know. */
void spec_message_close(struct spec *spec, int client, bool killed)
{
    struct spec_thread *thread = &spec->threads[client];
    struct spec_message message = thread->message;
    int closer = spec->closer;

    spec_pulse_cancel(spec, SPEC_PULSE_UNBLOCK, client);
    if (killed && wants_unblock(spec, client))
        unblock_send(spec, client);
    thread->message = (struct spec_message){.server = SPEC_NONE, .connection = SPEC_NONE, .copier = SPEC_NONE};
    thread->message.handle_count = message.handle_count; /* they go one after another, below */
    for (uint32_t i = 0; i < message.handle_count; i++)
        thread->message.handles[i] = message.handles[i];
    if (thread->state == THREAD_REPLY && message.server != SPEC_NONE) {
        thread->state = THREAD_READY;
        spec_lending_changed(spec, message.server);
    }
    thread->state = THREAD_READY;
    spec_priorities_settle(spec);
    spec->closer = client;
    spec_handle_gone(spec, OBJECT_CONNECTION, message.connection, RIGHTS_ALL);
    spec_handles_drop(spec, thread->message.handles, &thread->message.handle_count);
    spec->closer = closer;
    /* Who copies it and waits for a page finds that it need not. */
    if (message.copier != SPEC_NONE && spec->threads[message.copier].message.serial != 0 &&
        spec->threads[message.copier].message.kind == RECEIVED_FAULT)
        spec_fault_end(spec, message.copier, false);
}

void spec_message_fail(struct spec *spec, int client, int error)
{
    if (spec->threads[client].message.kind == RECEIVED_EXCEPTION)
        spec_doom(spec, client);
    else if (spec->threads[client].message.kind == RECEIVED_FAULT)
        spec_fault_end(spec, client, true);
    else
        spec_wake(spec, client, error);
}

void spec_message_unblock(struct spec *spec, int client, int error)
{
    struct spec_thread *thread = &spec->threads[client];

    if (!wants_unblock(spec, client)) {
        if (error == -E_INTR)
            thread->interrupt_pending = false;
        spec_message_fail(spec, client, error);
    } else if (!thread->message.unblocking) {
        unblock_send(spec, client);
    }
}

int spec_receiver_first(const struct spec *spec, int channel)
{
    int first = SPEC_NONE;

    for (int i = 0; i < SPEC_THREADS; i++) {
        const struct spec_thread *thread = &spec->threads[i];

        if (!thread->exists || thread->state != THREAD_RECEIVE || thread->waits_for != channel)
            continue;
        if (first == SPEC_NONE || thread->wait_place.sequence < spec->threads[first].wait_place.sequence)
            first = i;
    }
    return first;
}

static bool comes_before(int priority, struct spec_place place, int other_priority, struct spec_place other)
{
    return priority > other_priority || (priority == other_priority && place.sequence < other.sequence);
}

/* Highest priority first, then who came first: a client or a pulse. */
int spec_queue_first(const struct spec *spec, int channel, bool *is_pulse)
{
    int first = SPEC_NONE;
    int priority = -1;
    struct spec_place place = {0};

    *is_pulse = false;
    for (int i = 0; i < SPEC_THREADS; i++) {
        const struct spec_thread *thread = &spec->threads[i];

        if (!thread->exists || thread->state != THREAD_SEND || message_channel(spec, i) != channel ||
            thread->message.copier != SPEC_NONE)
            continue;
        if (comes_before(thread->priority, thread->wait_place, priority, place)) {
            first = i;
            priority = thread->priority;
            place = thread->wait_place;
        }
    }
    for (int i = 0; i < SPEC_PULSES; i++) {
        const struct spec_pulse *pulse = &spec->pulses[i];

        if (pulse->kind == 0 || pulse->channel != channel)
            continue;
        if (comes_before(pulse->priority, pulse->place, priority, place)) {
            first = i;
            priority = pulse->priority;
            place = pulse->place;
            *is_pulse = true;
        }
    }
    return first;
}

/* Words that are received without a vector stay words. */
static bool stays_words(const struct spec_message *message, const struct spec_vector *vector)
{
    return message->vectors[0].is_words && vector->count == 0;
}

/* What the client sends: 0, SPEC_STOPPED or SPEC_ABSENT; what the kernel sends for it is short. */
static int client_copy(struct spec *spec, int client, int server, const struct spec_vector *vector,
                       struct spec_copied *copied)
{
    struct spec_thread *thread = &spec->threads[client];
    struct exception_message exception = {.info = thread->message.exception};
    struct fault_message fault = thread->message.fault;
    struct spec_side to = {.table = spec->threads[server].table, .vector = vector};
    struct spec_side from = spec_side(thread->table, &thread->message.vectors[0]);

    if (stays_words(&thread->message, vector)) {
        for (unsigned i = 0; i < MESSAGE_WORDS_MAX; i++)
            spec->threads[server].words[i] =
                i < thread->message.vectors[0].count ? thread->message.vectors[0].words[i] : 0;
        *copied = (struct spec_copied){.bytes = thread->message.bytes[0]};
        return 0;
    }
    if (thread->message.kind == RECEIVED_MESSAGE)
        return spec_copy_message(spec, server, SPEC_COPY_RECEIVE, thread->message.serial, &to, &from, copied);
    from = (struct spec_side){.table = SPEC_NONE, .bytes = (uint8_t *)&exception, .byte_count = sizeof(exception)};
    if (thread->message.kind == RECEIVED_FAULT) {
        from.bytes = (uint8_t *)&fault;
        from.byte_count = sizeof(fault);
    }
    *copied = spec_copy(spec, &to, &from);
    return 0;
}

/* What the server is told of a message that it got. */
static void message_tell(struct spec *spec, int client, int server, const struct spec_vector *vector, uint64_t bytes)
{
    struct spec_thread *from = &spec->threads[client];

    spec->threads[server].info = (struct receive_info){
        .kind = from->message.kind,
        .message_id = from->message.serial,
        .cookie = spec->connections[from->message.connection].cookie,
        .identity = from->identity,
        .send_bytes = from->message.bytes[0],
        .reply_bytes = from->message.bytes[1],
        .received_bytes = bytes,
        .rights = from->message.rights,
        .priority = spec_priority(spec, client),
        .handle_count = from->message.handle_count,
        .word_count = stays_words(&from->message, vector) ? from->message.vectors[0].count : 0,
    };
    spec_transfers_put(spec, server, from->message.handles, from->message.handle_count);
    spec_handles_drop(spec, from->message.handles, &from->message.handle_count);
}

/* The server gets the message: 0; or *error is the client's or the server's own and nothing has changed; or its copy
 * has begun, and *error is why it stopped. */
enum hand_over { HANDED_OVER, HANDING_OVER, CLIENT_FAILED, SERVER_FAILED };
static enum hand_over hand_over(struct spec *spec, int client, int server, const struct spec_vector *vector, int *error)
{
    struct spec_thread *from = &spec->threads[client];
    struct spec_thread *to = &spec->threads[server];
    struct spec_copied copied;

    *error = client_copy(spec, client, server, vector, &copied);
    if (*error != 0) {
        spec_message_claim(spec, client, server);
        return HANDING_OVER;
    }
    *error = copied.to_error != 0 ? copied.to_error : copied.from_error;
    if (*error != 0)
        return copied.to_error != 0 ? SERVER_FAILED : CLIENT_FAILED;
    from->state = THREAD_REPLY;
    from->message.copier = SPEC_NONE;
    from->message.table = to->table;
    from->message.server = server;
    from->message.receipt = ++spec->receipts;
    to->own_work = false;
    spec_lending_changed(spec, server);
    spec_priorities_settle(spec);
    message_tell(spec, client, server, vector, copied.bytes);
    return HANDED_OVER;
}

int spec_message_send(struct spec *spec, int client)
{
    struct spec_thread *thread = &spec->threads[client];
    int channel = message_channel(spec, client);
    int server = spec_receiver_first(spec, channel);
    int error;

    while (server != SPEC_NONE) {
        switch (hand_over(spec, client, server, &spec->threads[server].vector, &error)) {
        case HANDED_OVER:
            spec_wake_direct(spec, server, 0);
            return 0;
        case HANDING_OVER:
            spec_wake_again(spec, server, true);
            return 0;
        case CLIENT_FAILED:
            return error;
        case SERVER_FAILED:
            spec->passed_over++;
            if (error == SPEC_ABSENT)
                spec_wake_again(spec, server, false);
            else
                spec_wake(spec, server, error);
        }
        server = spec_receiver_first(spec, channel);
    }
    thread->wait_place = spec_place_last(spec);
    thread->message.server = spec->channels[channel].last_server;
    spec_priorities_settle(spec);
    spec_channel_tell(spec, channel);
    return 0;
}

static int call_check(struct spec *spec, int64_t handle, uint32_t flags, int64_t lengths[2],
                      const struct spec_transfers *transfers, uint64_t deadline_ns, int *connection)
{
    const struct spec_handle *entry = spec_handle_find(spec, spec->threads[spec->current].table, handle);
    int error;

    if (entry == NULL || entry->type != OBJECT_CONNECTION)
        return -E_BADF;
    *connection = entry->index;
    if ((entry->rights & (RIGHT_READ | RIGHT_WRITE)) == 0)
        return -E_ACCES;
    if (spec->channels[spec->connections[*connection].channel].dead)
        return -E_BADF;
    if ((flags & ~CALL_UNINTERRUPTIBLE) != 0)
        return -E_INVAL;
    if (lengths[0] < 0 || lengths[1] < 0)
        return (int)(lengths[0] < 0 ? lengths[0] : lengths[1]);
    error = spec_transfers_check(spec, transfers);
    if (error != 0)
        return error;
    if ((flags & CALL_UNINTERRUPTIBLE) != 0)
        return deadline_ns <= spec->now_ns ? -E_TIMEDOUT : 0;
    return spec_may_block(spec, spec->current, deadline_ns);
}

void spec_call(struct spec *spec, int64_t handle, const struct spec_vector *send, const struct spec_vector *reply,
               uint32_t flags, uint64_t deadline_ns, const struct spec_transfers *transfers)
{
    int own = spec->current;
    struct spec_thread *thread = spec_enter(spec);
    int64_t lengths[2] = {spec_vector_length(send), spec_vector_length(reply)};
    int connection;
    int error = call_check(spec, handle, flags, lengths, transfers, deadline_ns, &connection);

    if (error != 0) {
        spec_leave(spec, error);
        return;
    }
    uint32_t rights = spec_handle_find(spec, thread->table, handle)->rights;

    spec_message_open(spec, own, connection, RECEIVED_MESSAGE, send, reply);
    thread->message.bytes[0] = (uint64_t)lengths[0];
    thread->message.bytes[1] = (uint64_t)lengths[1];
    thread->message.rights = rights;
    thread->message.uninterruptible = (flags & CALL_UNINTERRUPTIBLE) != 0;
    spec_transfers_take(spec, transfers, thread->message.handles, &thread->message.handle_count);
    spec_block(spec, own, THREAD_SEND, deadline_ns);
    error = spec->channels[spec->connections[connection].channel].dead ? -E_SRCH : spec_message_send(spec, own);
    if (error != 0)
        spec_message_fail(spec, own, error);
    spec_leave(spec, SPEC_BLOCKED);
}

/* Goes on with the message that it was receiving, or serves the first of the queue. 1: nothing is queued; else the
 * result of the call. */
static int receive_queued(struct spec *spec, int own, int channel, const struct spec_vector *vector)
{
    int client = spec_claimed(spec, own);

    for (;;) {
        bool is_pulse = false;
        int first = client != SPEC_NONE ? client : spec_queue_first(spec, channel, &is_pulse);
        int error;

        if (first == SPEC_NONE)
            return 1;
        if (is_pulse) {
            spec_pulse_deliver(spec, first, own);
            return 0;
        }
        switch (hand_over(spec, first, own, vector, &error)) {
        case HANDED_OVER:
            return 0;
        case HANDING_OVER:
            return error;
        case SERVER_FAILED:
            if (client == SPEC_NONE)
                spec->threads[first].message.server = own;
            spec_priorities_settle(spec);
            return error;
        case CLIENT_FAILED:
            spec_message_fail(spec, first, error);
        }
        client = SPEC_NONE;
    }
}

/* The channel to receive from; a call that is made again goes on where it began. */
static int receive_channel(struct spec *spec, int own, int64_t handle, const struct spec_vector *vector, int *channel)
{
    int error;

    *channel = spec->threads[own].job.held;
    if (*channel != SPEC_NONE)
        return spec->channels[*channel].dead ? -E_BADF : 0;
    error = spec_lookup(spec, handle, OBJECT_CHANNEL, RIGHT_MANAGE, channel);
    if (error == 0 && vector->count > PARTS_MAX)
        error = -E_INVAL;
    if (error == 0)
        spec->channels[*channel].last_server = own;
    return error;
}

int64_t spec_receive_next(struct spec *spec, int64_t handle, const struct spec_vector *vector, uint64_t deadline_ns)
{
    int own = spec->current;
    struct spec_thread *thread = &spec->threads[own];
    int channel;
    int status = receive_channel(spec, own, handle, vector, &channel);

    if (status != 0)
        return status;
    status = receive_queued(spec, own, channel, vector);
    if (status == SPEC_STOPPED || status == SPEC_ABSENT)
        thread->job.held = channel;
    if (status != 1)
        return status;
    if (spec->channels[channel].dead) /* its last handle was in a message that failed */
        return -E_BADF;
    status = spec_may_block(spec, own, deadline_ns);
    if (status != 0)
        return status;
    spec_block(spec, own, THREAD_RECEIVE, deadline_ns);
    thread->waits_for = channel;
    thread->vector = *vector;
    thread->wait_place = thread->job.held != SPEC_NONE ? spec_place_first(spec) : spec_place_last(spec);
    thread->job.held = SPEC_NONE;
    return SPEC_BLOCKED;
}

int64_t spec_make_receive(struct spec *spec, const struct spec_again *call)
{
    return spec_receive_next(spec, call->handle, &call->receive, call->deadline_ns);
}

void spec_receive(struct spec *spec, int64_t handle, const struct spec_vector *vector, uint64_t deadline_ns)
{
    spec_make(spec, &(struct spec_again){
                        .kind = SPEC_CALL_RECEIVE, .handle = handle, .receive = *vector, .deadline_ns = deadline_ns});
}
