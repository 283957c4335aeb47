/* Calls of the reference model that stop in their middle: because they are preempted, or because a page is absent. The
 * call is made again when its thread's turn comes, checks its arguments again, and goes on where it stopped. */
#include "spec_private.h"

void spec_job_begin(struct spec *spec, int thread)
{
    spec->threads[thread].job = (struct spec_job){.held = SPEC_NONE, .refused_object = SPEC_NONE};
}

int spec_claimed(const struct spec *spec, int copier)
{
    for (int i = 0; i < SPEC_THREADS; i++) {
        const struct spec_thread *client = &spec->threads[i];

        if (client->exists && client->message.serial != 0 && client->message.copier == copier)
            return i;
    }
    return SPEC_NONE;
}

void spec_message_claim(struct spec *spec, int client, int copier)
{
    struct spec_thread *it = &spec->threads[client];

    it->message.copier = copier;
    if (it->state == THREAD_SEND)
        it->message.server = copier;
    spec_priorities_settle(spec);
}

/* Who was receiving it does not: it is the first of its priority again, or goes to another that waits. */
static void message_unclaim(struct spec *spec, int client)
{
    struct spec_thread *it = &spec->threads[client];
    int channel = spec->connections[it->message.connection].channel;
    int error;

    it->message.copier = SPEC_NONE;
    if (it->state != THREAD_SEND)
        return;
    if (spec_receiver_first(spec, channel) == SPEC_NONE) {
        it->wait_place = spec_place_first(spec);
        it->message.server = spec->channels[channel].last_server;
        spec_priorities_settle(spec);
        spec_channel_tell(spec, channel);
        return;
    }
    error = spec_message_send(spec, client);
    if (error != 0)
        spec_message_fail(spec, client, error);
}

void spec_job_end(struct spec *spec, int thread)
{
    int client = spec_claimed(spec, thread);

    spec->threads[thread].again = false;
    spec_job_begin(spec, thread);
    if (client != SPEC_NONE)
        message_unclaim(spec, client);
}

void spec_wake_again(struct spec *spec, int thread, bool direct)
{
    struct spec_thread *it = &spec->threads[thread];

    if (it->state == THREAD_RECEIVE)
        it->job.held = it->waits_for;
    it->job.answered = true; /* what it had to answer was answered before it waited */
    it->again = true;
    spec_wake_quietly(spec, thread);
    if (direct)
        spec_hand_cpu(spec, thread);
}

static int64_t make(struct spec *spec, const struct spec_again *call)
{
    switch (call->kind) {
    case SPEC_CALL_RECEIVE:
        return spec_make_receive(spec, call);
    case SPEC_CALL_REPLY:
        return spec_make_reply(spec, call);
    case SPEC_CALL_REPLY_RECEIVE:
        return spec_make_reply_receive(spec, call);
    case SPEC_CALL_ACCESS:
        return spec_make_access(spec, call);
    default:
        return spec_make_notification_wait(spec, call);
    }
}

void spec_make_again(struct spec *spec)
{
    int own = spec->current;
    struct spec_thread *thread = &spec->threads[own];
    int64_t result;

    thread->again = false;
    spec->job = own;
    result = make(spec, &thread->call);
    spec->job = SPEC_NONE;
    if (result == SPEC_STOPPED) {
        thread->again = true;
        result = SPEC_BLOCKED;
    } else if (result == SPEC_ABSENT) {
        spec_fault_raise(spec, own, true, 0);
        result = SPEC_BLOCKED;
    } else if (result != SPEC_BLOCKED) {
        spec_job_end(spec, own);
    }
    spec_leave(spec, result);
}

void spec_make(struct spec *spec, const struct spec_again *call)
{
    spec_enter(spec)->call = *call;
    spec_make_again(spec);
}
