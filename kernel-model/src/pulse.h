/* Pulses: a code and a value on a channel's queue, with their storage reserved beforehand. User pulses use the
 * channel's own slots; those of the kernel are part of the object that they tell of, so they are never lost. */
#ifndef KERNEL_PULSE_H
#define KERNEL_PULSE_H

#include "object.h"
#include "prioqueue.h"

struct channel;
struct thread;

enum pulse_owner { PULSE_OF_SLOT = 1, PULSE_OF_OBJECT, PULSE_OF_REFERENCE };

struct pulse {
    struct prioqueue_node node; /* in channel->queue */
    uint8_t owner;              /* enum pulse_owner */
    int32_t code;
    uint64_t value;
    uint64_t cookie;
    uint64_t identity;
    struct channel *channel; /* while queued */
    struct object *holder;   /* PULSE_OF_REFERENCE: holds one reference on this while queued */
};

/* Sends a kernel pulse whose code, value, cookie and identity are filled in: delivered at once if a thread is waiting,
 * else queued. One that is queued already stays there once (coalescing). On a dead channel it vanishes. */
void pulse_send(struct kernel *kernel, struct channel *channel, struct pulse *pulse, uint8_t priority);
/* SYS_PULSE. -E_AGAIN: all slots of the channel are in use; -E_BADF: the channel is dead. */
int pulse_send_user(struct kernel *kernel, struct channel *channel, const struct pulse *model, uint8_t priority);
/* Takes a pulse off its queue without delivering it, if it is there. */
void pulse_cancel(struct kernel *kernel, struct pulse *pulse);
/* Fills the control page of `receiver` from the first pulse of its channel and gives its storage back. */
void pulse_deliver(struct kernel *kernel, struct pulse *pulse, struct thread *receiver);

/* Pulse slots of a channel, in pages of its grant. */
int pulse_slots_create(struct kernel *kernel, struct channel *channel, uint32_t count);
void pulse_slots_destroy(struct kernel *kernel, struct channel *channel);

#endif
