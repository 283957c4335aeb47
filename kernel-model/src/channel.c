/* Channels, and the hooks by which tables tell of handles that carry a role. */
#include "channel.h"

#include "connection.h"
#include "grant.h"
#include "kernel_state.h"
#include "notification.h"
#include "table.h"

#include <abi/errno.h>
#include <kernel/canary.h>

int channel_create(struct kernel *kernel, struct grant *grant, uint32_t pulse_slots, uint32_t flags,
                   struct channel **channel_out)
{
    struct object *object;
    struct channel *channel;
    int error;

    if (pulse_slots > PULSES_MAX || (flags & ~(CHANNEL_UNBLOCK | CHANNEL_BUDGET_WAIT)) != 0)
        return -E_INVAL;
    error = object_create(kernel, grant, OBJECT_CHANNEL, sizeof(struct channel), &object);
    if (error != 0)
        return error;
    channel = (struct channel *)object;
    prioqueue_init(&channel->queue);
    list_init(&channel->receivers);
    list_init(&channel->unanswered);
    list_init(&channel->free_pulses);
    channel->flags = flags;
    error = pulse_slots_create(kernel, channel, pulse_slots);
    if (error != 0) {
        object_release(kernel, object);
        return error;
    }
    *channel_out = channel;
    return 0;
}

void channel_destroy(struct kernel *kernel, struct object *object)
{
    struct channel *channel = (struct channel *)object;

    channel_close(kernel, channel);
    pulse_slots_destroy(kernel, channel);
}

static void channel_drop_queue(struct kernel *kernel, struct channel *channel)
{
    struct prioqueue_node *node;

    while ((node = prioqueue_first(&channel->queue)) != NULL) {
        if (node->tag == QUEUE_PULSE)
            pulse_cancel(kernel, LIST_ENTRY(node, struct pulse, node));
        else
            message_fail(kernel, LIST_ENTRY(node, struct thread, message.queue_node), -E_SRCH);
    }
}

void channel_close(struct kernel *kernel, struct channel *channel)
{
    struct list *entry;

    if (channel->dead)
        return;
    channel->dead = true;
    if (!canary(BIND_LOST))
        channel_tell(kernel, channel);
    notification_unbind(kernel, channel);
    channel_drop_queue(kernel, channel);
    while ((entry = list_first(&channel->unanswered)) != NULL)
        message_fail(kernel, LIST_ENTRY(entry, struct thread, message.unanswered_link), -E_SRCH);
    while ((entry = list_first(&channel->receivers)) != NULL)
        thread_wake(kernel, LIST_ENTRY(entry, struct thread, wait_link), -E_BADF);
}

void channel_server_set(struct kernel *kernel, struct channel *channel, struct thread *server)
{
    channel->last_server_slot = server->slot;
    channel->last_server_serial = kernel->slots[server->slot].serial;
}

struct thread *channel_server(struct kernel *kernel, struct channel *channel)
{
    struct thread *thread = thread_of_slot(kernel, channel->last_server_slot);

    if (thread == NULL || thread->state == THREAD_DEAD)
        return NULL;
    return kernel->slots[thread->slot].serial == channel->last_server_serial ? thread : NULL;
}

void channel_tell(struct kernel *kernel, struct channel *channel)
{
    if (channel->notification != NULL)
        notification_signal(kernel, channel->notification, channel->notification_bits);
}

struct thread *channel_receiver(struct channel *channel)
{
    struct list *first = list_first(&channel->receivers);

    return first == NULL ? NULL : LIST_ENTRY(first, struct thread, wait_link);
}

void channel_handle_added(struct object *object, uint32_t rights)
{
    if (object->type == OBJECT_CHANNEL && (rights & RIGHT_MANAGE) != 0)
        ((struct channel *)object)->manage_handles++;
    else if (object->type == OBJECT_CONNECTION)
        connection_handle_added((struct connection *)object);
    else if (object->type == OBJECT_NOTIFICATION)
        notification_handle_added((struct notification *)object, rights);
}

void channel_handle_removed(struct kernel *kernel, struct object *object, uint32_t rights)
{
    if (object->type == OBJECT_CHANNEL && (rights & RIGHT_MANAGE) != 0) {
        struct channel *channel = (struct channel *)object;

        if (--channel->manage_handles == 0)
            channel_close(kernel, channel);
    } else if (object->type == OBJECT_CONNECTION) {
        connection_handle_removed(kernel, (struct connection *)object);
    } else if (object->type == OBJECT_NOTIFICATION) {
        notification_handle_removed(kernel, (struct notification *)object, rights);
    }
}

void channel_recount(struct kernel *kernel, struct channel *channel)
{
    uint64_t pages = 0;

    for (uint32_t i = 0; i < PULSE_PAGES_MAX; i++) {
        if (channel->pulse_pages[i] == NULL)
            continue;
        frame_recount(kernel, frame_of_bytes(kernel, channel->pulse_pages[i]));
        pages++;
    }
    grant_recount(channel->object.grant, pages);
}

unsigned channel_check(struct kernel *kernel, struct channel *channel)
{
    if (!prioqueue_check(&channel->queue))
        return 501;
    if (channel->dead != (channel->manage_handles == 0) && channel->object.references != 0)
        return 502;
    if (channel->dead && (!list_is_empty(&channel->receivers) || !list_is_empty(&channel->unanswered)))
        return 503;
    if (!list_is_empty(&channel->receivers) && prioqueue_first(&channel->queue) != NULL)
        return 504;
    if ((channel->notification != NULL) != list_is_linked(&channel->notification_link) ||
        (channel->notification != NULL && (channel->dead || channel->notification_bits == 0)))
        return 508;
    LIST_EACH (entry, &channel->receivers) {
        struct thread *thread = LIST_ENTRY(entry, struct thread, wait_link);

        if (thread->state != THREAD_RECEIVE || thread->channel != channel)
            return 505;
    }
    LIST_EACH (entry, &channel->unanswered) {
        struct thread *thread = LIST_ENTRY(entry, struct thread, message.unanswered_link);

        if (thread->message.channel != channel || (thread->state != THREAD_REPLY && thread->message.copier == NULL))
            return 506;
        if (thread_of_slot(kernel, thread->slot) != thread)
            return 507;
    }
    return 0;
}
