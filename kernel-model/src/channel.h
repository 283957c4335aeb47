/* Channels: where messages and pulses queue, by priority, FIFO within one, and where threads wait for them. A channel
 * is alive as long as there is a handle with RIGHT_MANAGE on it (also one in flight); then it is dead for good: who
 * waits for an answer gets -E_SRCH, who waits in receive -E_BADF. */
#ifndef KERNEL_CHANNEL_H
#define KERNEL_CHANNEL_H

#include "list.h"
#include "object.h"
#include "prioqueue.h"

#include <abi/limits.h>

struct thread;
struct pulse;
struct notification;

#define PULSE_PAGES_MAX 32u /* hold PULSES_MAX slots */

enum queue_tag { QUEUE_MESSAGE = 1, QUEUE_PULSE = 2 };

struct channel {
    struct object object;
    struct prioqueue queue; /* message.queue_node and pulse.node, told apart by enum queue_tag */
    struct list receivers;  /* thread.wait_link, oldest first */
    struct list unanswered; /* message.unanswered_link: of clients in REPLY or with a copier */
    uint32_t flags;         /* CHANNEL_* */
    uint32_t manage_handles;
    bool dead;
    uint32_t last_server_slot; /* boosted by what queues up; while the serial still fits */
    uint64_t last_server_serial;
    struct notification *notification; /* signalled with the bits when something is queued; may be NULL */
    uint64_t notification_bits;
    struct list notification_link; /* in notification->bound */
    struct list free_pulses; /* of pulse.node.peers */
    uint32_t pulse_count;
    void *pulse_pages[PULSE_PAGES_MAX];
};

int channel_create(struct kernel *kernel, struct grant *grant, uint32_t pulse_slots, uint32_t flags,
                   struct channel **channel);
/* A thread is about to receive: it is the one whom waiting senders boost. */
void channel_server_set(struct kernel *kernel, struct channel *channel, struct thread *server);
/* That thread, if it still lives; else NULL. */
struct thread *channel_server(struct kernel *kernel, struct channel *channel);
/* Something has been queued: the notification bound to the channel is told. */
void channel_tell(struct kernel *kernel, struct channel *channel);
/* The thread that has waited longest in receive, still waiting; NULL if there is none. */
struct thread *channel_receiver(struct channel *channel);
/* Nobody will receive on it any more. */
void channel_close(struct kernel *kernel, struct channel *channel);
/* Recounts its pages, for memory_state_check. */
void channel_recount(struct kernel *kernel, struct channel *channel);
/* Number of the first broken invariant, or 0. */
unsigned channel_check(struct kernel *kernel, struct channel *channel);

#endif
