/* A hash of what matters for the future. Left out: results and bytes, and, because exploration gives the CPU to whom it
 * likes, the order of the ready and who runs. Places in queues count by their order, messages by who sent them, times
 * from now. */
#include "spec_private.h"

struct hash {
    uint64_t value;
};

static void add(struct hash *hash, uint64_t number)
{
    hash->value ^= number + 0x9e3779b97f4a7c15ull + (hash->value << 6) + (hash->value >> 2);
    hash->value *= 0xff51afd7ed558ccdull;
    hash->value ^= hash->value >> 33;
}

static uint64_t from_now(const struct spec *spec, uint64_t deadline_ns)
{
    return deadline_ns == DEADLINE_NONE ? DEADLINE_NONE : deadline_ns - spec->now_ns;
}

static int channel_of(const struct spec *spec, const struct spec_thread *thread)
{
    return thread->state == THREAD_SEND ? spec->connections[thread->message.connection].channel : thread->waits_for;
}

/* How many wait before a place in the same queue: threads in `state` at `what`, and pulses if it is a channel's. */
static uint64_t rank(const struct spec *spec, struct spec_place place, enum thread_state state, int what)
{
    uint64_t before = 0;

    for (int i = 0; i < SPEC_THREADS; i++) {
        const struct spec_thread *thread = &spec->threads[i];

        before += thread->exists && thread->state == state && channel_of(spec, thread) == what &&
                  thread->wait_place.sequence < place.sequence;
    }
    for (int i = 0; i < SPEC_PULSES && state == THREAD_SEND; i++)
        before += spec->pulses[i].kind != 0 && spec->pulses[i].channel == what &&
                  spec->pulses[i].place.sequence < place.sequence;
    return before;
}

static void add_handle(struct hash *hash, const struct spec_handle *handle)
{
    add(hash, (uint64_t)handle->type << 40 | (uint64_t)handle->index << 32 | handle->rights);
}

static void add_vector(struct hash *hash, const struct spec_vector *vector)
{
    add(hash, vector->count);
    for (uint32_t i = 0; i < vector->count && i < SPEC_PARTS; i++) {
        add(hash, vector->parts[i].base);
        add(hash, vector->parts[i].length_bytes);
    }
}

static void add_message(struct hash *hash, const struct spec_message *message, bool received)
{
    add(hash, (uint64_t)message->connection);
    add(hash, (uint64_t)message->server + 1u);
    add(hash, received ? (uint64_t)message->table : SPEC_TABLES);
    add(hash, (uint64_t)message->kind << 2 | (uint64_t)message->uninterruptible << 1 | message->unblocking);
    add_vector(hash, &message->vectors[0]);
    add_vector(hash, &message->vectors[1]);
    for (uint32_t i = 0; i < message->handle_count; i++)
        add_handle(hash, &message->handles[i]);
}

static void add_thread(struct hash *hash, const struct spec *spec, const struct spec_thread *thread)
{
    enum thread_state state = thread->state;

    add(hash, (uint64_t)state << 8 | thread->base_priority);
    if (state == THREAD_DEAD)
        return;
    add(hash, (uint64_t)thread->suspended << 2 | (uint64_t)thread->interrupt_pending << 1 | thread->interrupted);
    add(hash, from_now(spec, thread->deadline_ns));
    if (state == THREAD_SEND || state == THREAD_REPLY)
        add_message(hash, &thread->message, state == THREAD_REPLY);
    if (state == THREAD_SEND || state == THREAD_RECEIVE || state == THREAD_NOTIFICATION_WAIT ||
        state == THREAD_ADDRESS_WAIT) {
        add(hash, (uint64_t)channel_of(spec, thread));
        add(hash, rank(spec, thread->wait_place, state, channel_of(spec, thread)));
    }
}

/* A message by its client. */
static uint64_t client_of(const struct spec *spec, uint64_t serial)
{
    uint64_t client = 0;

    while (client < SPEC_THREADS && (!spec->threads[client].exists || spec->threads[client].message.serial != serial))
        client++;
    return client;
}

/* What a call goes on with when it is made again. */
static void add_job(struct hash *hash, const struct spec *spec, const struct spec_job *job)
{
    add(hash, (uint64_t)(job->held + 1) << 1 | job->answered);
    add(hash, (uint64_t)job->copying);
    if (job->copying != SPEC_COPY_NONE) {
        add(hash, client_of(spec, job->serial));
        add(hash, job->copied);
    }
    add(hash, (uint64_t)(job->refused_object + 1) << 32 | (job->refused_object == SPEC_NONE ? 0 : job->refused_page));
}

static void add_call(struct hash *hash, const struct spec *spec, const struct spec_again *call)
{
    add(hash, (uint64_t)call->kind << 32 | call->direction);
    add(hash, (uint64_t)call->handle);
    add(hash, client_of(spec, call->serial));
    add(hash, (uint64_t)call->status);
    add(hash, call->offset);
    add(hash, call->bits_address);
    add(hash, call->deadline_ns <= spec->now_ns ? 0 : from_now(spec, call->deadline_ns));
    add_vector(hash, &call->send);
    add_vector(hash, &call->receive);
}

/* Where there is paged memory: calls that may be made again, faults, and whose messages are being copied. */
static void add_paging(struct hash *hash, const struct spec *spec, const struct spec_thread *thread)
{
    bool faults = thread->message.serial != 0 && thread->message.kind == RECEIVED_FAULT;
    bool in_call = thread->again || (faults && thread->message.in_call);

    if (thread->state == THREAD_DEAD)
        return;
    add(hash, (uint64_t)in_call << 1 | thread->again);
    if (in_call)
        add_call(hash, spec, &thread->call);
    if (in_call || thread->state != THREAD_READY)
        add_job(hash, spec, &thread->job);
    if (thread->state == THREAD_RECEIVE)
        add_vector(hash, &thread->vector);
    if (thread->state == THREAD_NOTIFICATION_WAIT)
        add(hash, thread->bits_address);
    if (thread->message.serial != 0)
        add(hash, (uint64_t)(thread->message.copier + 1));
    if (faults) {
        add(hash, thread->message.fault.value);
        add(hash, thread->message.fault.offset_bytes << 8 | thread->message.fault.access);
    }
}

static void add_paged(struct hash *hash, const struct spec *spec)
{
    for (int i = 0; i < SPEC_PAGED_OBJECTS; i++) {
        for (unsigned page = 0; page < SPEC_PAGED_PAGES; page++)
            add(hash, spec->paged[i].present[page]);
    }
    for (int i = 0; i < SPEC_THREADS && spec->threads[i].exists; i++)
        add_paging(hash, spec, &spec->threads[i]);
}

/* How many messages of the same server were received before. */
static uint64_t receipt_rank(const struct spec *spec, const struct spec_message *message)
{
    uint64_t before = 0;

    for (int i = 0; i < SPEC_THREADS; i++) {
        const struct spec_thread *other = &spec->threads[i];

        before += other->exists && other->state == THREAD_REPLY && other->message.server == message->server &&
                  other->message.receipt < message->receipt;
    }
    return before;
}

/* On what a thread works. */
static void add_lending(struct hash *hash, const struct spec *spec, const struct spec_thread *thread)
{
    add(hash, (uint64_t)(thread->budget + 1) << 8 | (uint64_t)(thread->budget_wait + 1) << 1 | thread->own_work);
    if (thread->state == THREAD_REPLY && thread->message.server != SPEC_NONE)
        add(hash, receipt_rank(spec, &thread->message));
}

static void add_budget(struct hash *hash, const struct spec *spec, const struct spec_budget *budget)
{
    add(hash, budget->budget_ns);
    add(hash, budget->period_ns);
    add(hash, (uint64_t)budget->available_ns << 1 | budget->empty);
    for (uint32_t i = 0; i < budget->refill_count; i++) {
        add(hash, from_now(spec, budget->refills[i].at_ns));
        add(hash, budget->refills[i].amount_ns);
    }
}

/* Pulses are in no order of their own: their hashes are summed. */
static uint64_t pulse_hash(const struct spec *spec, const struct spec_pulse *pulse)
{
    struct hash hash = {1};

    add(&hash, (uint64_t)pulse->kind << 32 | (uint64_t)pulse->channel << 16 | pulse->priority);
    add(&hash, (uint64_t)pulse->owner);
    add(&hash, (uint64_t)pulse->code);
    add(&hash, rank(spec, pulse->place, THREAD_SEND, pulse->channel));
    if (pulse->kind == SPEC_PULSE_UNBLOCK)
        add(&hash, spec->threads[pulse->owner].message.serial == pulse->value);
    return hash.value;
}

uint64_t spec_hash(const struct spec *spec)
{
    struct hash hash = {0};
    uint64_t pulses = 0;

    for (int i = 0; i < SPEC_THREADS && spec->threads[i].exists; i++)
        add_thread(&hash, spec, &spec->threads[i]);
    for (int i = 0; i < SPEC_TABLES; i++) {
        for (int j = 0; j < SPEC_HANDLES; j++)
            add_handle(&hash, &spec->tables[i].handles[j]);
    }
    for (int i = 0; i < SPEC_CHANNELS && spec->channels[i].exists; i++)
        add(&hash, (spec->channels[i].bits << 8) + (uint64_t)(spec->channels[i].notification + 1) * 31 +
                       ((uint64_t)(spec->channels[i].last_server + 1) << 1 | spec->channels[i].dead));
    for (int i = 0; i < SPEC_CONNECTIONS; i++)
        add(&hash, (uint64_t)spec->connections[i].exists << 1 | spec->connections[i].closed);
    for (int i = 0; i < SPEC_NOTIFICATIONS; i++)
        add(&hash, spec->notifications[i].bits);
    for (int i = 0; i < SPEC_INTERRUPTS; i++)
        add(&hash, spec->interrupts[i].exists ? (uint64_t)spec->interrupts[i].connection + 1 : 0);
    for (int i = 0; i < SPEC_TIMERS; i++)
        add(&hash, spec->timers[i].exists ? from_now(spec, spec->timers[i].deadline_ns) : 0);
    for (int i = 0; i < SPEC_BUDGETS; i++) {
        if (spec->budgets[i].exists)
            add_budget(&hash, spec, &spec->budgets[i]);
        for (int j = 0; j < SPEC_THREADS && spec->budgets[i].exists; j++)
            add_lending(&hash, spec, &spec->threads[j]);
    }
    if (spec->paged[0].exists)
        add_paged(&hash, spec);
    for (int i = 0; i < SPEC_PULSES; i++)
        pulses += spec->pulses[i].kind == 0 ? 0 : pulse_hash(spec, &spec->pulses[i]);
    add(&hash, pulses);
    return hash.value;
}
