/* Notifications: bits that wait for a thread, or threads that wait for bits. */
#include "notification.h"

#include "channel.h"
#include "kernel_state.h"
#include "memory.h"

#include <abi/errno.h>
#include <kernel/canary.h>

int notification_create(struct kernel *kernel, struct grant *grant, struct notification **notification_out)
{
    struct object *object;
    int error = object_create(kernel, grant, OBJECT_NOTIFICATION, sizeof(struct notification), &object);

    if (error != 0)
        return error;
    *notification_out = (struct notification *)object;
    list_init(&(*notification_out)->waiters);
    list_init(&(*notification_out)->bound);
    return 0;
}

static void notification_wake_all(struct kernel *kernel, struct notification *notification, int error)
{
    struct list *entry;

    while ((entry = list_first(&notification->waiters)) != NULL)
        thread_wake(kernel, LIST_ENTRY(entry, struct thread, wait_link), error);
}

/* Nobody can wait for it any more. */
static void notification_unbind_all(struct kernel *kernel, struct notification *notification)
{
    struct list *entry;

    while ((entry = list_first(&notification->bound)) != NULL)
        notification_unbind(kernel, LIST_ENTRY(entry, struct channel, notification_link));
}

void notification_destroy(struct kernel *kernel, struct object *object)
{
    struct notification *notification = (struct notification *)object;

    notification_unbind_all(kernel, notification);
    notification_wake_all(kernel, notification, -E_BADF);
}

/* Gives all bits to a thread. 0, or an error of its memory with the bits kept. */
static int notification_give(struct kernel *kernel, struct notification *notification, struct thread *thread,
                             uint64_t bits_address)
{
    int error = space_copy_out(kernel, thread->space, bits_address, &notification->bits, sizeof(notification->bits));

    if (error == 0)
        notification->bits = 0;
    return error;
}

void notification_signal(struct kernel *kernel, struct notification *notification, uint64_t bits)
{
    const struct thread *caller = kernel->caller;
    struct list *entry;

    notification->bits |= bits;
    while (notification->bits != 0 && (entry = list_first(&notification->waiters)) != NULL) {
        struct thread *thread = LIST_ENTRY(entry, struct thread, wait_link);
        int error;

        kernel->caller = NULL; /* a page that was refused to its call was not refused to this one */
        error = notification_give(kernel, notification, thread, thread->bits_address);
        kernel->caller = caller;
        if (error == PAGE_ABSENT)
            job_wake(kernel, thread);
        else
            thread_wake(kernel, thread, error);
    }
}

int64_t notification_wait(struct kernel *kernel, struct thread *thread, struct notification *notification,
                          uint64_t bits_address, uint64_t deadline_ns)
{
    int error;

    if (notification->bits != 0)
        return notification_give(kernel, notification, thread, bits_address);
    if (notification->signal_handles == 0)
        return -E_BADF;
    error = thread_may_block(kernel, thread, deadline_ns);
    if (error != 0)
        return error;
    thread_block(kernel, thread, THREAD_NOTIFICATION_WAIT, deadline_ns);
    thread->notification = notification;
    thread->bits_address = bits_address;
    list_push_back(&notification->waiters, &thread->wait_link);
    return SYSCALL_BLOCKED;
}

int notification_bind(struct kernel *kernel, struct notification *notification, struct channel *channel,
                      uint64_t bits)
{
    if (channel->notification != NULL && channel->notification != notification)
        return -E_BUSY;
    if (bits == 0) {
        notification_unbind(kernel, channel);
        return 0;
    }
    if (notification->wait_handles == 0)
        return -E_BADF;
    if (channel->notification == NULL) {
        channel->notification = notification;
        list_push_back(&notification->bound, &channel->notification_link);
        notification->signal_handles++;
    }
    channel->notification_bits = bits;
    if (prioqueue_first(&channel->queue) != NULL && !canary(BIND_SILENT))
        channel_tell(kernel, channel);
    return 0;
}

void notification_unbind(struct kernel *kernel, struct channel *channel)
{
    struct notification *notification = channel->notification;

    if (notification == NULL)
        return;
    channel->notification = NULL;
    channel->notification_bits = 0;
    list_remove(&channel->notification_link);
    if (--notification->signal_handles == 0)
        notification_wake_all(kernel, notification, -E_BADF);
}

void notification_handle_added(struct notification *notification, uint32_t rights)
{
    notification->signal_handles += (rights & RIGHT_SIGNAL) != 0;
    notification->wait_handles += (rights & RIGHT_WAIT) != 0;
}

void notification_handle_removed(struct kernel *kernel, struct notification *notification, uint32_t rights)
{
    notification->signal_handles -= (rights & RIGHT_SIGNAL) != 0;
    notification->wait_handles -= (rights & RIGHT_WAIT) != 0;
    if (notification->signal_handles == 0 || notification->wait_handles == 0)
        notification_wake_all(kernel, notification, -E_BADF);
    if (notification->wait_handles == 0)
        notification_unbind_all(kernel, notification);
}

unsigned notification_check(struct kernel *kernel, struct notification *notification)
{
    (void)kernel;
    if (notification->bits != 0 && !list_is_empty(&notification->waiters))
        return 701;
    LIST_EACH (entry, &notification->waiters) {
        const struct thread *thread = LIST_ENTRY(entry, struct thread, wait_link);

        if (thread->state != THREAD_NOTIFICATION_WAIT || thread->notification != notification)
            return 702;
    }
    LIST_EACH (entry, &notification->bound) {
        if (LIST_ENTRY(entry, struct channel, notification_link)->notification != notification)
            return 703;
    }
    return 0;
}
