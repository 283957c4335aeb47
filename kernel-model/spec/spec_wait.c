/* Waits in the reference model for notifications, with the channels bound to them, and for words. */
#include "spec_private.h"

/* The thread that has waited longest in `state` for `what`; SPEC_NONE: nobody does. */
static int waiter_first(const struct spec *spec, enum thread_state state, int what, int table)
{
    int first = SPEC_NONE;

    for (int i = 0; i < SPEC_THREADS; i++) {
        const struct spec_thread *thread = &spec->threads[i];

        if (!thread->exists || thread->state != state || thread->waits_for != what)
            continue;
        if (table != SPEC_NONE && thread->table != table)
            continue;
        if (first == SPEC_NONE || thread->wait_place.sequence < spec->threads[first].wait_place.sequence)
            first = i;
    }
    return first;
}

static void wait_begin(struct spec *spec, int thread, enum thread_state state, int what, uint64_t deadline_ns)
{
    spec_block(spec, thread, state, deadline_ns);
    spec->threads[thread].waits_for = what;
    spec->threads[thread].wait_place = spec_place_last(spec);
}

static void wake_all(struct spec *spec, int notification, int64_t result)
{
    int thread;

    while ((thread = waiter_first(spec, THREAD_NOTIFICATION_WAIT, notification, SPEC_NONE)) != SPEC_NONE)
        spec_wake(spec, thread, result);
}

/* All bits go to a thread; an error of its memory leaves them. */
static int bits_give(struct spec *spec, int notification, int thread, uint64_t address)
{
    struct spec_notification *it = &spec->notifications[notification];

    int error = spec_word_write(spec, spec->threads[thread].table, address, it->bits);

    if (error == 0)
        it->bits = 0;
    return error;
}

static void signal_bits(struct spec *spec, int notification, uint64_t bits)
{
    int thread;

    spec->notifications[notification].bits |= bits;
    while (spec->notifications[notification].bits != 0 &&
           (thread = waiter_first(spec, THREAD_NOTIFICATION_WAIT, notification, SPEC_NONE)) != SPEC_NONE) {
        int job = spec->job;
        int error;

        spec->job = SPEC_NONE; /* it is not for the caller that bytes are written */
        error = bits_give(spec, notification, thread, spec->threads[thread].bits_address);
        spec->job = job;
        if (error == SPEC_ABSENT)
            spec_wake_again(spec, thread, false);
        else
            spec_wake(spec, thread, error);
    }
}

void spec_signal(struct spec *spec, int64_t handle, uint64_t bits)
{
    int notification;
    int error;

    spec_enter(spec);
    error = spec_lookup(spec, handle, OBJECT_NOTIFICATION, RIGHT_SIGNAL, &notification);
    if (error == 0)
        signal_bits(spec, notification, bits);
    spec_leave(spec, error);
}

/* Someone may signal it: by a handle, or as a channel that is bound. */
static bool has_signallers(const struct spec *spec, int notification)
{
    bool has = spec_has_handles(spec, OBJECT_NOTIFICATION, notification, RIGHT_SIGNAL);

    for (int i = 0; i < SPEC_CHANNELS; i++)
        has |= spec->channels[i].exists && spec->channels[i].notification == notification;
    return has;
}

void spec_notification_gone(struct spec *spec, int notification)
{
    bool waitable = spec_has_handles(spec, OBJECT_NOTIFICATION, notification, RIGHT_WAIT);

    if (!waitable) {
        for (int i = 0; i < SPEC_CHANNELS; i++) {
            if (spec->channels[i].notification != notification)
                continue;
            spec->channels[i].notification = SPEC_NONE;
            spec->channels[i].bits = 0;
        }
    }
    if (!waitable || !has_signallers(spec, notification))
        wake_all(spec, notification, -E_BADF);
}

void spec_channel_unbind(struct spec *spec, int channel)
{
    int notification = spec->channels[channel].notification;

    if (notification == SPEC_NONE)
        return;
    spec->channels[channel].notification = SPEC_NONE;
    spec->channels[channel].bits = 0;
    spec_notification_gone(spec, notification);
}

void spec_channel_tell(struct spec *spec, int channel)
{
    if (spec->channels[channel].notification != SPEC_NONE)
        signal_bits(spec, spec->channels[channel].notification, spec->channels[channel].bits);
}

static int notification_bind(struct spec *spec, int64_t notification_handle, int64_t channel_handle, uint64_t bits)
{
    int notification, channel;
    int error = spec_lookup(spec, notification_handle, OBJECT_NOTIFICATION, RIGHT_WAIT, &notification);
    struct spec_channel *it;
    bool is_pulse;

    if (error == -E_ACCES)
        error = spec_lookup(spec, notification_handle, OBJECT_NOTIFICATION, RIGHT_MANAGE, &notification);
    if (error == 0)
        error = spec_lookup(spec, channel_handle, OBJECT_CHANNEL, RIGHT_MANAGE, &channel);
    if (error != 0)
        return error;
    it = &spec->channels[channel];
    if (it->notification != SPEC_NONE && it->notification != notification)
        return -E_BUSY;
    if (bits == 0) {
        spec_channel_unbind(spec, channel);
        return 0;
    }
    if (!spec_has_handles(spec, OBJECT_NOTIFICATION, notification, RIGHT_WAIT))
        return -E_BADF;
    it->notification = notification;
    it->bits = bits;
    if (spec_queue_first(spec, channel, &is_pulse) != SPEC_NONE)
        spec_channel_tell(spec, channel);
    return 0;
}

void spec_notification_bind(struct spec *spec, int64_t notification, int64_t channel, uint64_t bits)
{
    spec_enter(spec);
    spec_leave(spec, notification_bind(spec, notification, channel, bits));
}

int64_t spec_make_notification_wait(struct spec *spec, const struct spec_again *call)
{
    int own = spec->current;
    int notification;
    int error = spec_lookup(spec, call->handle, OBJECT_NOTIFICATION, RIGHT_WAIT, &notification);

    if (error == 0 && spec->notifications[notification].bits != 0)
        return bits_give(spec, notification, own, call->bits_address);
    if (error == 0 && !has_signallers(spec, notification))
        error = -E_BADF;
    if (error == 0)
        error = spec_may_block(spec, own, call->deadline_ns);
    if (error != 0)
        return error;
    wait_begin(spec, own, THREAD_NOTIFICATION_WAIT, notification, call->deadline_ns);
    spec->threads[own].bits_address = call->bits_address;
    return SPEC_BLOCKED;
}

void spec_notification_wait(struct spec *spec, int64_t handle, uint64_t bits_address, uint64_t deadline_ns)
{
    spec_make(spec, &(struct spec_again){.kind = SPEC_CALL_NOTIFICATION_WAIT,
                                         .handle = handle,
                                         .bits_address = bits_address,
                                         .deadline_ns = deadline_ns});
}

void spec_address_wait(struct spec *spec, int word, uint32_t expected, uint64_t deadline_ns)
{
    int own = spec->current;
    const struct spec_thread *thread = spec_enter(spec);
    int error = spec->words[thread->table][word] == expected ? 0 : -E_AGAIN;

    if (error == 0)
        error = spec_may_block(spec, own, deadline_ns);
    if (error == 0)
        wait_begin(spec, own, THREAD_ADDRESS_WAIT, word, deadline_ns);
    spec_leave(spec, error == 0 ? SPEC_BLOCKED : error);
}

void spec_address_wake(struct spec *spec, int word, uint64_t count)
{
    int table = spec_enter(spec)->table;
    int64_t woken = 0;
    int thread;

    while ((uint64_t)woken < count &&
           (thread = waiter_first(spec, THREAD_ADDRESS_WAIT, word, table)) != SPEC_NONE) {
        spec_wake(spec, thread, 0);
        woken++;
    }
    spec_leave(spec, woken);
}
