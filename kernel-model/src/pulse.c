/* Pulses: queueing, delivery, storage. */
#include "kernel_state.h"

#include "channel.h"
#include "connection.h"
#include "grant.h"
#include "lending.h"

#include <abi/errno.h>
#include <kernel/canary.h>

#define PULSES_PER_PAGE (PAGE_BYTES / sizeof(struct pulse))

_Static_assert(PULSE_PAGES_MAX * PULSES_PER_PAGE >= PULSES_MAX, "PULSES_MAX slots fit their pages");

static void pulse_tell(struct kernel *kernel, struct thread *receiver, const struct pulse *pulse, uint8_t priority)
{
    receiver->control->info = (struct receive_info){
        .kind = RECEIVED_PULSE,
        .pulse_code = pulse->code,
        .pulse_value = pulse->value,
        .cookie = pulse->cookie,
        .identity = pulse->identity,
        .priority = priority,
    };
    lending_pulse(kernel, receiver);
}

/* To a thread that waits; false: there is none. */
static bool pulse_hand_over(struct kernel *kernel, struct channel *channel, const struct pulse *pulse, uint8_t priority)
{
    struct thread *receiver = channel_receiver(channel);

    if (receiver == NULL)
        return false;
    trace_record(kernel, TRACE_PULSE_RECEIVE, receiver, NULL, pulse->cookie, pulse->value, (uint32_t)pulse->code);
    pulse_tell(kernel, receiver, pulse, priority);
    thread_wake(kernel, receiver, 0);
    return true;
}

static void pulse_enqueue(struct kernel *kernel, struct channel *channel, struct pulse *pulse, uint8_t priority)
{
    pulse->channel = channel;
    pulse->node.tag = QUEUE_PULSE;
    prioqueue_push(&channel->queue, &pulse->node, priority);
    channel_tell(kernel, channel);
}

static void pulse_trace(struct kernel *kernel, const struct pulse *pulse, const struct thread *sender)
{
    trace_record(kernel, TRACE_PULSE, sender, NULL, pulse->cookie, pulse->value, (uint32_t)pulse->code);
}

void pulse_send(struct kernel *kernel, struct channel *channel, struct pulse *pulse, uint8_t priority)
{
    if (!channel->dead && !pulse->node.queued)
        pulse_trace(kernel, pulse, NULL);
    if (channel->dead || pulse->node.queued || pulse_hand_over(kernel, channel, pulse, priority))
        return;
    if (pulse->owner == PULSE_OF_REFERENCE)
        object_reference(pulse->holder);
    pulse_enqueue(kernel, channel, pulse, priority);
}

int pulse_send_user(struct kernel *kernel, struct channel *channel, const struct pulse *model, uint8_t priority)
{
    struct list *slot;
    struct pulse *pulse;

    if (channel->dead)
        return -E_BADF;
    pulse_trace(kernel, model, schedule_current(kernel));
    if (pulse_hand_over(kernel, channel, model, priority))
        return 0;
    slot = list_pop_front(&channel->free_pulses);
    if (slot == NULL)
        return canary(PULSE_LOST) ? 0 : -E_AGAIN;
    pulse = LIST_ENTRY(slot, struct pulse, node.peers);
    pulse->owner = PULSE_OF_SLOT;
    pulse->code = model->code;
    pulse->value = model->value;
    pulse->cookie = model->cookie;
    pulse->identity = model->identity;
    pulse_enqueue(kernel, channel, pulse, priority);
    return 0;
}

void pulse_cancel(struct kernel *kernel, struct pulse *pulse)
{
    struct channel *channel = pulse->channel;

    if (!pulse->node.queued)
        return;
    prioqueue_remove(&pulse->node);
    pulse->channel = NULL;
    if (pulse->owner == PULSE_OF_SLOT && !canary(SLOT_LEAKS))
        list_push_back(&channel->free_pulses, &pulse->node.peers);
    else if (pulse->owner == PULSE_OF_REFERENCE)
        object_release(kernel, pulse->holder);
}

void pulse_deliver(struct kernel *kernel, struct pulse *pulse, struct thread *receiver)
{
    trace_record(kernel, TRACE_PULSE_RECEIVE, receiver, NULL, pulse->cookie, pulse->value, (uint32_t)pulse->code);
    pulse_tell(kernel, receiver, pulse, pulse->node.priority);
    pulse_cancel(kernel, pulse);
}

int pulse_slots_create(struct kernel *kernel, struct channel *channel, uint32_t count)
{
    for (uint32_t page = 0; page * PULSES_PER_PAGE < count; page++) {
        struct pulse *slots;
        uint32_t here = count - page * (uint32_t)PULSES_PER_PAGE;
        int error = grant_page_allocate(kernel, channel->object.grant, &channel->pulse_pages[page]);

        if (error != 0)
            return error;
        slots = channel->pulse_pages[page];
        for (uint32_t i = 0; i < here && i < PULSES_PER_PAGE; i++)
            list_push_back(&channel->free_pulses, &slots[i].node.peers);
    }
    channel->pulse_count = count;
    return 0;
}

void pulse_slots_destroy(struct kernel *kernel, struct channel *channel)
{
    for (uint32_t page = 0; page < PULSE_PAGES_MAX; page++) {
        if (channel->pulse_pages[page] != NULL)
            grant_page_free(kernel, channel->object.grant, channel->pulse_pages[page]);
        channel->pulse_pages[page] = NULL;
    }
}
