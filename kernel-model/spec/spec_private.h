/* What the files of the reference model share. */
#ifndef SPEC_PRIVATE_H
#define SPEC_PRIVATE_H

#include "spec.h"

#include <abi/errno.h>
#include <abi/handles.h>

#include <assert.h>

#define SPEC_PERIOD_MIN_NS 10000u

/* Begins and ends an operation of the current thread. */
struct spec_thread *spec_enter(struct spec *spec);
void spec_leave(struct spec *spec, int64_t result); /* SPEC_BLOCKED: none */
/* What every entry ends with: the doomed die, priorities are seen to. */
void spec_settle(struct spec *spec);
/* After each change of who waits for whom: who changes priority goes to the end of its new one, wherever it queues. */
void spec_priorities_settle(struct spec *spec);

/* Places in queues. */
struct spec_place spec_place_last(struct spec *spec);
struct spec_place spec_place_first(struct spec *spec);

/* Handles. */
struct spec_handle *spec_handle_find(struct spec *spec, int table, int64_t handle);
int spec_lookup(struct spec *spec, int64_t handle, int type, uint32_t rights, int *index);
/* A handle, or one on its way, or a use that counts like one, has gone: tells whoever must hear of it. */
void spec_handle_gone(struct spec *spec, int type, int index, uint32_t rights);
int spec_transfers_check(struct spec *spec, const struct spec_transfers *transfers);
/* Takes handles from the current thread's table into a list. */
void spec_transfers_take(struct spec *spec, const struct spec_transfers *transfers, struct spec_handle *handles,
                         uint32_t *count);
/* Puts them into the receiver's. */
void spec_transfers_put(struct spec *spec, int receiver, const struct spec_handle *handles, uint32_t count);
void spec_handles_drop(struct spec *spec, struct spec_handle *handles, uint32_t *count);

/* Bytes. A side of a copy: a vector in a space, or bytes of the kernel. */
struct spec_side {
    int table; /* SPEC_NONE: bytes */
    const struct spec_vector *vector;
    uint8_t *bytes;
    uint64_t byte_count;
    uint64_t offset; /* where to begin */
};

struct spec_copied {
    uint64_t bytes;
    int from_error;
    int to_error;
    bool stopped; /* preempted */
};

/* All of a vector, or of its words. */
struct spec_side spec_side(int table, struct spec_vector *vector);
/* In one go, because it is short. */
struct spec_copied spec_copy(struct spec *spec, const struct spec_side *to, const struct spec_side *from);
/* Of a message, by the thread that receives, answers or looks at it: goes on where its call stopped. 0, SPEC_STOPPED or
 * SPEC_ABSENT. copied->bytes is all so far. */
int spec_copy_message(struct spec *spec, int copier, enum spec_copying copying, uint64_t serial,
                      const struct spec_side *to, const struct spec_side *from, struct spec_copied *copied);
/* Full length, or an error. */
int64_t spec_vector_length(const struct spec_vector *vector);
int spec_word_write(struct spec *spec, int table, uint64_t address, uint64_t value);

/* Messages. */
/* A thread begins one. */
void spec_message_open(struct spec *spec, int client, int connection, enum received_kind kind,
                       const struct spec_vector *send, const struct spec_vector *reply);
/* Its client, in SEND, finds a receiver or queues. 0, or the client's error with the message closed. */
int spec_message_send(struct spec *spec, int client);
void spec_message_close(struct spec *spec, int client, bool killed);
void spec_message_fail(struct spec *spec, int client, int error);
void spec_message_unblock(struct spec *spec, int client, int error);
/* The current thread receives: the result, or SPEC_BLOCKED. */
int64_t spec_receive_next(struct spec *spec, int64_t handle, const struct spec_vector *vector, uint64_t deadline_ns);
int spec_queue_first(const struct spec *spec, int channel, bool *is_pulse);
int spec_receiver_first(const struct spec *spec, int channel);

/* Calls in their middle. */
/* The current thread's call begins, or is made again. */
void spec_make(struct spec *spec, const struct spec_again *call);
void spec_make_again(struct spec *spec);
int64_t spec_make_receive(struct spec *spec, const struct spec_again *call);
int64_t spec_make_reply(struct spec *spec, const struct spec_again *call);
int64_t spec_make_reply_receive(struct spec *spec, const struct spec_again *call);
int64_t spec_make_access(struct spec *spec, const struct spec_again *call);
int64_t spec_make_notification_wait(struct spec *spec, const struct spec_again *call);
/* What a new call begins with. */
void spec_job_begin(struct spec *spec, int thread);
/* The call is over or given up: the message that it was copying is where it was before. */
void spec_job_end(struct spec *spec, int thread);
/* From now on the message is the copier's alone. */
void spec_message_claim(struct spec *spec, int client, int copier);
/* A waiting thread's call is made again; `direct`: it is handed the CPU. */
void spec_wake_again(struct spec *spec, int thread, bool direct);

/* Pages. */
/* A thread waits for the page that was met last. */
void spec_fault_raise(struct spec *spec, int thread, bool in_call, uint64_t address);
/* It stops waiting. */
void spec_fault_end(struct spec *spec, int thread, bool refused);
bool spec_pages_use(const struct spec *spec, int connection);
/* As spec_exception, for any thread that runs or waits for nothing. */
void spec_exception_raise(struct spec *spec, int thread, const struct exception_info *info);

/* Pulses. */
void spec_pulse_send(struct spec *spec, const struct spec_pulse *pulse);
void spec_pulse_cancel(struct spec *spec, enum spec_pulse_kind kind, int owner);
void spec_pulse_deliver(struct spec *spec, int pulse, int receiver);

/* Threads. */
int spec_may_block(struct spec *spec, int thread, uint64_t deadline_ns);
void spec_block(struct spec *spec, int thread, enum thread_state state, uint64_t deadline_ns);
void spec_wake(struct spec *spec, int thread, int64_t result);
void spec_wake_quietly(struct spec *spec, int thread);
void spec_wake_direct(struct spec *spec, int thread, int64_t result);
/* A ready thread is to run next. */
void spec_hand_cpu(struct spec *spec, int thread);
void spec_doom(struct spec *spec, int thread);
void spec_die(struct spec *spec, int thread);
/* A handle on it, or a binding, has gone. */
void spec_notification_gone(struct spec *spec, int notification);
/* Something is queued at the channel, or it dies. */
void spec_channel_tell(struct spec *spec, int channel);
void spec_channel_unbind(struct spec *spec, int channel);
void spec_expire(struct spec *spec, int thread);

/* Budgets. */
/* `thread` took or lost a client, a pulse or its own budget. */
void spec_lending_changed(struct spec *spec, int thread);
/* Whether it may run; if not, it waits for its budget from now on. */
bool spec_affords(struct spec *spec, int thread);
/* Who waits for a budget that is there by now goes on. */
void spec_budgets_settle(struct spec *spec);
/* To whom its time is charged, or SPEC_NONE. */
int spec_payer(const struct spec *spec, int thread);
/* The time from `start_ns` to now has been used. */
void spec_charge(struct spec *spec, int budget, uint64_t start_ns);
/* What is due by now comes back. */
void spec_refill(struct spec *spec, int budget);
void spec_budget_gone(struct spec *spec, int budget);

#endif
