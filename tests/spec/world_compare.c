/* The core's state against the model's. */
#include "world_private.h"

#include <inttypes.h>
#include <string.h>

/* What the control page says of the message or pulse received last. */
static enum world_result compare_info(struct world *world, int index)
{
    const struct receive_info *found = &world->controls[index]->info;
    struct receive_info due = world->now.spec.threads[index].info;

    if (due.kind != RECEIVED_PULSE && due.kind != 0) {
        uint64_t serial = due.message_id;
        uint64_t id = world_id_of(world, serial);

        if (id == 0 && found->message_id != 0 && world_serial_of(world, found->message_id) == UINT64_MAX) {
            world_id_learn(world, serial, found->message_id);
            id = found->message_id;
        }
        due.message_id = id;
    } else if (due.kind == RECEIVED_PULSE && due.pulse_code == PULSE_UNBLOCK) {
        due.pulse_value = world_id_of(world, due.pulse_value);
    }
    if (memcmp(found, &due, sizeof(due)) == 0)
        return WORLD_SAME;
    return world_differs(world,
                         "thread %d is told: kind %u code %d value %" PRIu64 " id %" PRIx64 " cookie %" PRIu64
                         " identity %" PRIu64 " send %" PRIu64 " reply %" PRIu64 " received %" PRIu64
                         " rights %x priority %u handles %u; due: kind %u code %d value %" PRIu64 " id %" PRIx64
                         " cookie %" PRIu64 " identity %" PRIu64 " send %" PRIu64 " reply %" PRIu64
                         " received %" PRIu64 " rights %x priority %u handles %u",
                         index, found->kind, found->pulse_code, found->pulse_value, found->message_id, found->cookie,
                         found->identity, found->send_bytes, found->reply_bytes, found->received_bytes, found->rights,
                         found->priority, found->handle_count, due.kind, due.pulse_code, due.pulse_value,
                         due.message_id, due.cookie, due.identity, due.send_bytes, due.reply_bytes,
                         due.received_bytes, due.rights, due.priority, due.handle_count);
}

static enum world_result compare_window(struct world *world, int index)
{
    const uint8_t *due = world->now.spec.windows[index];
    unsigned pages = world->config.small ? 1 : WORLD_PAGES;
    unsigned bytes = world->config.small ? WORLD_SMALL_BYTES : PAGE_BYTES;

    for (unsigned page = 0; page < pages; page++) {
        const uint8_t *found = world->windows[index][page];

        if (memcmp(found, due + page * PAGE_BYTES, bytes) == 0)
            continue;
        for (unsigned i = 0; i < bytes; i++) {
            if (found[i] != due[page * PAGE_BYTES + i])
                return world_differs(world, "thread %d: byte %u is %u and not %u", index, page * PAGE_BYTES + i,
                                     found[i], due[page * PAGE_BYTES + i]);
        }
    }
    return WORLD_SAME;
}

static enum world_result compare_waits(struct world *world, int index)
{
    const struct spec_thread *due = &world->now.spec.threads[index];
    const struct thread *found = world->threads[index];
    void *object = NULL;

    if (due->state == THREAD_RECEIVE)
        object = world->now.objects[OBJECT_CHANNEL][due->waits_for];
    if (due->state == THREAD_RECEIVE && (void *)found->channel != object)
        return world_differs(world, "thread %d receives on another channel than %d", index, due->waits_for);
    if (due->state == THREAD_NOTIFICATION_WAIT)
        object = world->now.objects[OBJECT_NOTIFICATION][due->waits_for];
    if (due->state == THREAD_NOTIFICATION_WAIT && (void *)found->notification != object)
        return world_differs(world, "thread %d waits for another notification than %d", index, due->waits_for);
    if (found->deadline.queued != (due->deadline_ns != DEADLINE_NONE) ||
        (found->deadline.queued && found->deadline.at_ns != due->deadline_ns))
        return world_differs(world, "thread %d: its deadline is not %" PRIu64, index, due->deadline_ns);
    return WORLD_SAME;
}

/* What the core keeps of a wait and of a message while there is one, and of nothing else. */
static enum world_result compare_left(struct world *world, int index)
{
    const struct spec_thread *due = &world->now.spec.threads[index];
    const struct thread *found = world->threads[index];
    bool in_call = due->state != THREAD_READY;

    if (due->state == THREAD_SEND || due->state == THREAD_REPLY)
        in_call = due->message.kind == RECEIVED_MESSAGE ||
                  (due->message.kind == RECEIVED_FAULT && due->message.in_call);
    if (due->state != THREAD_READY && found->in_call != in_call)
        return world_differs(world, "thread %d: that it is in a call is %d", index, found->in_call);
    if (due->state != THREAD_RECEIVE && found->channel != NULL)
        return world_differs(world, "thread %d receives no more and keeps its channel", index);
    if (due->message.serial == 0 && (found->message.table != NULL || found->message.connection != NULL))
        return world_differs(world, "thread %d has no message and keeps what it had", index);
    return WORLD_SAME;
}

/* What a thread in the middle of a call has begun. */
static enum world_result compare_job(struct world *world, int index)
{
    const struct spec_thread *due = &world->now.spec.threads[index];
    const struct thread *found = world->threads[index];
    int claimed = spec_claimed(&world->now.spec, index);
    struct thread *client = job_client(world->kernel, world->threads[index]);

    if (found->again != due->again)
        return world_differs(world, "thread %d: that its call is made again is %d", index, found->again);
    if (client != (claimed == SPEC_NONE ? NULL : world->threads[claimed]))
        return world_differs(world, "thread %d does not copy the message of thread %d", index, claimed);
    if (found->job.channel !=
        (due->job.held == SPEC_NONE ? NULL : world->now.objects[OBJECT_CHANNEL][due->job.held]))
        return world_differs(world, "thread %d has not begun to receive from channel %d", index, due->job.held);
    return WORLD_SAME;
}

static enum world_result compare_thread(struct world *world, int index)
{
    struct spec_thread *due = &world->now.spec.threads[index];
    struct thread *thread = world->threads[index];
    const struct control *control = world->controls[index];
    struct thread_info found;

    if (due->state == THREAD_DEAD) /* it may be gone already */
        return thread_of_slot(world->kernel, (uint64_t)index) == thread && thread->state != THREAD_DEAD
                   ? world_differs(world, "thread %d is not dead", index)
                   : WORLD_SAME;
    thread_info_get(thread, &found);
    if (found.state == THREAD_RUNNING)
        found.state = THREAD_READY;
    if (found.state != (uint32_t)due->state)
        return world_differs(world, "thread %d is in state %u and not %d", index, found.state, (int)due->state);
    if (found.suspended != due->suspended)
        return world_differs(world, "thread %d: suspended is %u", index, found.suspended);
    if (found.base_priority != due->base_priority || found.priority != spec_priority(&world->now.spec, index))
        return world_differs(world, "thread %d has priority %u (own %u) and not %u (own %u)", index, found.priority,
                             found.base_priority, spec_priority(&world->now.spec, index), due->base_priority);
    if (world_context(thread)->results != due->results)
        return world_differs(world, "thread %d got %u results and not %u", index, world_context(thread)->results,
                             due->results);
    if (due->results != 0 && world_context(thread)->result != due->result)
        return world_differs(world, "thread %d got %" PRId64 " and not %" PRId64, index, world_context(thread)->result,
                             due->result);
    if ((control->interrupted != 0) != due->interrupted || thread->interrupt_pending != due->interrupt_pending)
        return world_differs(world, "thread %d: interrupted is %u, pending %d", index, control->interrupted,
                             thread->interrupt_pending);
    if (memcmp(control->received_handles, due->received_handles, sizeof(due->received_handles)) != 0)
        return world_differs(world, "thread %d received other handles", index);
    if (memcmp(control->words, due->words, sizeof(due->words)) != 0)
        return world_differs(world, "thread %d has the words %" PRIx64 " %" PRIx64 " %" PRIx64 " %" PRIx64
                             " and not %" PRIx64 " %" PRIx64 " %" PRIx64 " %" PRIx64, index, control->words[0],
                             control->words[1], control->words[2], control->words[3], due->words[0], due->words[1],
                             due->words[2], due->words[3]);
    if (thread->lent != (due->lent == SPEC_NONE ? NULL : world->now.objects[OBJECT_SCHEDULING][due->lent]))
        return world_differs(world, "thread %d does not work on budget %d", index, due->lent);
    if (compare_left(world, index) != WORLD_SAME || compare_job(world, index) != WORLD_SAME ||
        compare_info(world, index) != WORLD_SAME || compare_waits(world, index) != WORLD_SAME)
        return WORLD_DIFFERS;
    return compare_window(world, index);
}

static bool table_lives(const struct world *world, int table)
{
    for (int i = 0; i < world->config.threads; i++) {
        if (world->now.spec.threads[i].table == table && world->now.spec.threads[i].state != THREAD_DEAD)
            return true;
    }
    return false;
}

static enum world_result compare_table(struct world *world, int table)
{
    if (!table_lives(world, table))
        return WORLD_SAME;
    for (int i = 0; i < SPEC_HANDLES; i++) {
        const struct spec_handle *due = &world->now.spec.tables[table].handles[i];
        struct handle_entry found;
        bool there = table_entry_get(world->tables[table], HANDLE_DYNAMIC + i, &found) == 0;

        if (there != (due->type != OBJECT_NONE))
            return world_differs(world, "table %d, place %d: there is %s handle", table, i, there ? "a" : "no");
        if (there && (void *)found.object != world->now.objects[due->type][due->index])
            return world_differs(world, "table %d, place %d names another object", table, i);
        if (there && (found.rights != due->rights || found.flags != due->flags))
            return world_differs(world, "table %d, place %d: rights %x, flags %x and not %x, %x", table, i,
                                 found.rights, found.flags, due->rights, due->flags);
    }
    return WORLD_SAME;
}

static int list_length(const struct list *list)
{
    int count = 0;

    LIST_EACH (entry, list)
        count++;
    return count;
}

static const void *notification_due(const struct world *world, int channel)
{
    int index = world->now.spec.channels[channel].notification;

    return index == SPEC_NONE ? NULL : world->now.objects[OBJECT_NOTIFICATION][index];
}

static enum world_result compare_channel(struct world *world, int index)
{
    const struct spec *spec = &world->now.spec;
    struct channel *channel = world->now.objects[OBJECT_CHANNEL][index];
    int unanswered = 0;
    int free_pulses;

    if (!spec->channels[index].exists || spec->channels[index].dead || !spec_channel_is_used(spec, index))
        return WORLD_SAME;
    if (channel->object.type != OBJECT_CHANNEL || channel->dead)
        return world_differs(world, "channel %d is dead", index);
    if (channel->notification != notification_due(world, index) ||
        channel->notification_bits != spec->channels[index].bits)
        return world_differs(world, "channel %d is not bound to %d with %" PRIx64, index,
                             spec->channels[index].notification, spec->channels[index].bits);
    for (int i = 0; i < world->config.threads; i++) {
        const struct spec_thread *thread = &spec->threads[i];

        if (thread->state == THREAD_REPLY || (thread->state == THREAD_SEND && thread->message.copier != SPEC_NONE))
            unanswered += spec->connections[thread->message.connection].channel == index;
    }
    if (list_length(&channel->unanswered) != unanswered)
        return world_differs(world, "channel %d: %d are unanswered and not %d", index,
                             list_length(&channel->unanswered), unanswered);
    free_pulses = (int)spec->channels[index].pulse_slots - spec_pulses_queued(spec, index, SPEC_PULSE_USER);
    if (list_length(&channel->free_pulses) != free_pulses)
        return world_differs(world, "channel %d: %d pulse slots are free and not %d", index,
                             list_length(&channel->free_pulses), free_pulses);
    if (world_compare_queue(world, index, channel) != WORLD_SAME)
        return WORLD_DIFFERS;
    return world_compare_waiters(world, &channel->receivers, THREAD_RECEIVE, index, "channel");
}

static enum world_result compare_notification(struct world *world, int index)
{
    const struct spec *spec = &world->now.spec;
    const struct notification *notification = world->now.objects[OBJECT_NOTIFICATION][index];

    if (!spec->notifications[index].exists || !spec_has_handles(spec, OBJECT_NOTIFICATION, index, 0))
        return WORLD_SAME;
    if (notification->bits != spec->notifications[index].bits)
        return world_differs(world, "notification %d has bits %" PRIx64, index, notification->bits);
    return world_compare_waiters(world, &notification->waiters, THREAD_NOTIFICATION_WAIT, index, "notification");
}

static enum world_result compare_timer(struct world *world, int index)
{
    const struct spec_timer *due = &world->now.spec.timers[index];
    const struct timer *found = world->now.objects[OBJECT_TIMER][index];

    if (!due->exists)
        return WORLD_SAME;
    if (found->deadline.queued != (due->deadline_ns != DEADLINE_NONE) ||
        (found->deadline.queued && found->deadline.at_ns != due->deadline_ns))
        return world_differs(world, "timer %d is not due at %" PRIu64, index, due->deadline_ns);
    return WORLD_SAME;
}

/* The core puts what has come back to the rest when someone asks. */
static enum world_result compare_budget(struct world *world, int index)
{
    const struct spec *spec = &world->now.spec;
    const struct spec_budget *due = &spec->budgets[index];
    const struct scheduling *found = world->now.objects[OBJECT_SCHEDULING][index];
    int64_t available_ns;
    uint32_t first = 0;
    bool empty;

    if (!due->exists)
        return WORLD_SAME;
    available_ns = found->available_ns;
    for (; first < found->refill_count && found->refills[first].at_ns <= spec->now_ns; first++)
        available_ns += (int64_t)found->refills[first].amount_ns;
    empty = found->empty && available_ns < (int64_t)SCHEDULING_BUDGET_MIN_NS;
    if (available_ns != due->available_ns || empty != due->empty || found->refill_count - first != due->refill_count)
        return world_differs(world, "budget %d: %" PRId64 " ns are left (empty %d, %u refills) and not %" PRId64
                             " (empty %d, %u refills)", index, available_ns, empty, found->refill_count - first,
                             due->available_ns, due->empty, due->refill_count);
    for (uint32_t i = 0; i < due->refill_count; i++) {
        const struct refill *refill = &found->refills[first + i];

        if (refill->at_ns != due->refills[i].at_ns || refill->amount_ns != due->refills[i].amount_ns)
            return world_differs(world, "budget %d: refill %u is of %" PRIu64 " ns at %" PRIu64 " and not of %" PRIu64
                                 " at %" PRIu64, index, i, refill->amount_ns, refill->at_ns,
                                 due->refills[i].amount_ns, due->refills[i].at_ns);
    }
    return world_compare_budget_waiters(world, index, found);
}

/* Which pages are there, and all bytes, also of what they were supplied from. */
static enum world_result compare_paged(struct world *world, int index)
{
    struct spec *spec = &world->now.spec;
    uint64_t frame;

    for (unsigned page = 0; page < SPEC_PAGED_PAGES; page++) {
        bool there = memory_page(world->kernel, world->paged[index], page, false, &frame) == 0;

        if (there != spec->paged[index].present[page])
            return world_differs(world, "paged object %d: page %u is %s", index, page, there ? "there" : "absent");
        if (there && memcmp(plat_frame_bytes(world->kernel, frame), spec->paged_bytes[index] + page * PAGE_BYTES,
                            PAGE_BYTES) != 0)
            return world_differs(world, "paged object %d: page %u has other bytes", index, page);
        if (memcmp(world->source[page], spec->source + page * PAGE_BYTES, PAGE_BYTES) != 0)
            return world_differs(world, "page %u is written to where it was supplied from", page);
    }
    return WORLD_SAME;
}

/* Nothing leaks and nothing goes too early. */
static enum world_result compare_counts(struct world *world)
{
    const struct spec *spec = &world->now.spec;
    const uint64_t *found = world->kernel->memory.object_count;
    uint64_t due[OBJECT_TYPE_COUNT] = {0};

    for (int i = 0; i < SPEC_CHANNELS; i++)
        due[OBJECT_CHANNEL] += spec->channels[i].exists && spec_channel_is_used(spec, i);
    for (int i = 0; i < SPEC_CONNECTIONS; i++)
        due[OBJECT_CONNECTION] += spec->connections[i].exists && spec_connection_is_used(spec, i);
    for (int i = 0; i < SPEC_NOTIFICATIONS; i++)
        due[OBJECT_NOTIFICATION] +=
            spec->notifications[i].exists && spec_has_handles(spec, OBJECT_NOTIFICATION, i, 0);
    for (int i = 0; i < SPEC_TIMERS; i++)
        due[OBJECT_TIMER] += spec->timers[i].exists;
    for (int i = 0; i < SPEC_INTERRUPTS; i++)
        due[OBJECT_INTERRUPT] += spec->interrupts[i].exists;
    for (int i = 0; i < SPEC_TABLES; i++)
        due[OBJECT_AUTHORITY] += spec->tables[i].authority;
    for (int i = 0; i < SPEC_BUDGETS; i++)
        due[OBJECT_SCHEDULING] += spec->budgets[i].exists;
    for (int type = OBJECT_CHANNEL; type < OBJECT_TYPE_COUNT; type++) {
        if (found[type] != due[type])
            return world_differs(world, "there are %" PRIu64 " objects of type %d and not %" PRIu64, found[type], type,
                                 due[type]);
    }
    return WORLD_SAME;
}

enum world_result world_compare(struct world *world)
{
    enum world_result result = WORLD_SAME;

    for (int i = 0; i < world->config.threads && result == WORLD_SAME; i++)
        result = compare_thread(world, i);
    for (int i = 0; i < world->config.tables && result == WORLD_SAME; i++)
        result = compare_table(world, i);
    for (int i = 0; i < SPEC_CHANNELS && result == WORLD_SAME; i++)
        result = compare_channel(world, i);
    for (int i = 0; i < SPEC_NOTIFICATIONS && result == WORLD_SAME; i++)
        result = compare_notification(world, i);
    for (int i = 0; i < SPEC_TIMERS && result == WORLD_SAME; i++)
        result = compare_timer(world, i);
    for (int i = 0; i < SPEC_BUDGETS && result == WORLD_SAME; i++)
        result = compare_budget(world, i);
    for (int i = 0; i < SPEC_PAGED_OBJECTS && result == WORLD_SAME; i++) {
        if (world->now.spec.paged[i].exists && !world_is_over(world))
            result = compare_paged(world, i);
    }
    if (result == WORLD_SAME)
        result = world_compare_ready(world);
    return result == WORLD_SAME ? compare_counts(world) : result;
}
