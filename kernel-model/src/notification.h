/* Notifications: 64 bits that coalesce until someone waits for them. When the last handle that may signal, or the last
 * that may wait, goes, the waiters wake with -E_BADF. Channels can be bound to one: what is queued there signals it. A
 * binding counts as a handle that may signal; it goes with the channel, or with the last handle that may wait. */
#ifndef KERNEL_NOTIFICATION_H
#define KERNEL_NOTIFICATION_H

#include "list.h"
#include "object.h"

struct thread;
struct channel;

struct notification {
    struct object object;
    uint64_t bits;
    struct list waiters; /* thread.wait_link, oldest first */
    struct list bound;   /* channel.notification_link */
    uint32_t signal_handles; /* and bound channels */
    uint32_t wait_handles;
};

int notification_create(struct kernel *kernel, struct grant *grant, struct notification **notification);
/* Adds bits; the oldest waiter gets all there are. */
void notification_signal(struct kernel *kernel, struct notification *notification, uint64_t bits);
/* Waits until a bit is set; stores the bits at `bits_address` and clears them. 0, SYSCALL_BLOCKED or an error. */
int64_t notification_wait(struct kernel *kernel, struct thread *thread, struct notification *notification,
                          uint64_t bits_address, uint64_t deadline_ns);
/* From now on what is queued at the living channel signals `bits`; something queued already does so now. Bits 0: no
 * more. -E_BUSY: the channel is bound to another; -E_BADF: nobody can wait for the notification any more. */
int notification_bind(struct kernel *kernel, struct notification *notification, struct channel *channel,
                      uint64_t bits);
/* Harmless on a channel that is not bound. */
void notification_unbind(struct kernel *kernel, struct channel *channel);
void notification_handle_added(struct notification *notification, uint32_t rights);
void notification_handle_removed(struct kernel *kernel, struct notification *notification, uint32_t rights);
unsigned notification_check(struct kernel *kernel, struct notification *notification);

#endif
