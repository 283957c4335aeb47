/* Pulses of the reference model. */
#include "spec_private.h"

static void pulse_tell(struct spec *spec, int receiver, const struct spec_pulse *pulse)
{
    spec->threads[receiver].info = (struct receive_info){
        .kind = RECEIVED_PULSE,
        .pulse_code = pulse->code,
        .pulse_value = pulse->value,
        .cookie = pulse->cookie,
        .identity = pulse->identity,
        .priority = pulse->priority,
    };
    spec->threads[receiver].own_work = true;
    spec_lending_changed(spec, receiver);
}

int spec_pulses_queued(const struct spec *spec, int channel, enum spec_pulse_kind kind)
{
    int count = 0;

    for (int i = 0; i < SPEC_PULSES; i++)
        count += spec->pulses[i].kind == kind && spec->pulses[i].channel == channel;
    return count;
}

/* To a thread that waits; false: there is none. */
static bool pulse_hand_over(struct spec *spec, const struct spec_pulse *pulse)
{
    int receiver = spec_receiver_first(spec, pulse->channel);

    if (receiver == SPEC_NONE)
        return false;
    pulse_tell(spec, receiver, pulse);
    spec_wake(spec, receiver, 0);
    return true;
}

static void pulse_queue(struct spec *spec, const struct spec_pulse *pulse)
{
    for (int i = 0; i < SPEC_PULSES; i++) {
        if (spec->pulses[i].kind == 0) {
            spec->pulses[i] = *pulse;
            spec->pulses[i].place = spec_place_last(spec);
            spec_channel_tell(spec, pulse->channel);
            return;
        }
    }
    assert(false && "the world has fewer pulses");
}

/* Of the kernel: once at a time for each owner, to a channel that lives. */
void spec_pulse_send(struct spec *spec, const struct spec_pulse *pulse)
{
    if (spec->channels[pulse->channel].dead)
        return;
    for (int i = 0; i < SPEC_PULSES; i++) {
        if (spec->pulses[i].kind == pulse->kind && spec->pulses[i].owner == pulse->owner)
            return;
    }
    if (!pulse_hand_over(spec, pulse))
        pulse_queue(spec, pulse);
}

void spec_pulse_cancel(struct spec *spec, enum spec_pulse_kind kind, int owner)
{
    for (int i = 0; i < SPEC_PULSES; i++) {
        if (spec->pulses[i].kind == kind && spec->pulses[i].owner == owner)
            spec->pulses[i] = (struct spec_pulse){0};
    }
}

void spec_pulse_deliver(struct spec *spec, int pulse, int receiver)
{
    pulse_tell(spec, receiver, &spec->pulses[pulse]);
    spec->pulses[pulse] = (struct spec_pulse){0};
}

static int pulse_user(struct spec *spec, int64_t handle, int64_t code, uint64_t value, int64_t priority)
{
    int own = spec->current;
    int connection;
    int error = spec_lookup(spec, handle, OBJECT_CONNECTION, RIGHT_SIGNAL, &connection);
    struct spec_pulse pulse;

    if (error != 0)
        return error;
    if (code < 0 || code > INT32_MAX || priority < -1 || priority > (int64_t)PRIORITY_MAX)
        return -E_INVAL;
    if (priority > spec_priority(spec, own))
        return -E_PERM;
    pulse = (struct spec_pulse){
        .kind = SPEC_PULSE_USER,
        .owner = SPEC_NONE,
        .channel = spec->connections[connection].channel,
        .code = (int32_t)code,
        .value = value,
        .cookie = spec->connections[connection].cookie,
        .identity = spec->threads[own].identity,
        .priority = priority < 0 ? spec_priority(spec, own) : (uint8_t)priority,
    };
    if (spec->channels[pulse.channel].dead)
        return -E_BADF;
    if (pulse_hand_over(spec, &pulse))
        return 0;
    if (spec_pulses_queued(spec, pulse.channel, SPEC_PULSE_USER) ==
        (int)spec->channels[pulse.channel].pulse_slots)
        return -E_AGAIN;
    pulse_queue(spec, &pulse);
    return 0;
}

void spec_pulse(struct spec *spec, int64_t handle, int64_t code, uint64_t value, int64_t priority)
{
    spec_enter(spec);
    spec_leave(spec, pulse_user(spec, handle, code, value, priority));
}
