/* Handles that move in messages. Taken from the sender's control page and checked before anything happens; on their way
 * they count as handles. A moved handle leaves its table when the message is sent, whatever becomes of the message. */
#ifndef KERNEL_TRANSFER_H
#define KERNEL_TRANSFER_H

#include "message.h"

/* What a sender asks for, checked, nothing changed yet. */
struct transfer_plan {
    struct transfer transfer[TRANSFER_MAX];
    uint32_t count;
};

/* Reads the sender's control page. -E_INVAL: too many, -E_BADF, -E_ACCES: RIGHT_TRANSFER (move) or RIGHT_DUPLICATE
 * (copy) is missing. */
int transfer_plan_read(struct thread *sender, struct transfer_plan *plan);
/* Carries the plan out: fills the set, takes moved handles away, zeroes the sender's count. */
void transfer_take(struct kernel *kernel, struct thread *sender, const struct transfer_plan *plan,
                   struct transfer_set *set);
/* Puts the handles into the receiver's table, in order, and their numbers into its control page; those for which there
 * is no room stay in the set. Returns how many it put. */
uint32_t transfer_deliver(struct kernel *kernel, struct thread *receiver, struct transfer_set *set);
/* Drops those whose objects are being revoked. */
void transfer_drop_revoked(struct kernel *kernel, struct transfer_set *set);
/* Drops what is left. */
void transfer_drop(struct kernel *kernel, struct transfer_set *set);

#endif
