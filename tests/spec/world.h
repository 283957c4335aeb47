/* A small machine of threads, channels and handles in which core and reference model do the same: each operation is
 * made by a thread through kernel_syscall, applied to the model, and then everything that the model knows is compared
 * with the core's state, and the core's own invariants are checked.
 *
 * A world is all there is to a run: two with the same configuration that take the same operations are the same. */
#ifndef WORLD_H
#define WORLD_H

#include "spec.h"

#include <kernel/kernel.h>

enum operation_kind {
    OP_CALL,              /* handle: connection; send, receive: vectors; deadline, flags, transfer */
    OP_RECEIVE,           /* handle: channel; receive, deadline */
    OP_REPLY,             /* message, value: status; send, transfer */
    OP_REPLY_RECEIVE,     /* both; handle: channel */
    OP_MESSAGE_READ,      /* message, value: offset; receive */
    OP_MESSAGE_WRITE,     /* message, value: offset; send */
    OP_PULSE,             /* handle: connection; value: code and priority */
    OP_CLOSE,             /* handle: any */
    OP_DUPLICATE,         /* handle: any; value: rights */
    OP_CHANNEL,           /* flags, value: pulse slots */
    OP_CONNECTION,        /* handle: channel; value: rights */
    OP_NOTIFICATION,
    OP_SIGNAL,            /* handle: notification; value: bits */
    OP_NOTIFICATION_WAIT, /* handle: notification; flags: bad address; deadline */
    OP_TIMER,             /* handle: connection; value */
    OP_TIMER_SET,         /* handle: timer; deadline, value: period */
    OP_ADDRESS_WAIT,      /* other: word; value: expected; deadline */
    OP_ADDRESS_WAKE,      /* other: word; value: count */
    OP_WORD,              /* other: word; value: stored there, by the program */
    OP_SLEEP,             /* deadline */
    OP_YIELD,
    OP_EXIT,
    OP_KILL,              /* other: thread, as in all that follow */
    OP_SUSPEND,
    OP_RESUME,
    OP_INTERRUPT,
    OP_PRIORITY,          /* value */
    OP_EXCEPTION,         /* value: address */
    OP_SEEN,              /* the library has looked for signals */
    OP_LOST,              /* the machine lost the thread `other` */
    OP_TIME,              /* deadline: how much time passes */
    OP_BUDGET,            /* handle: connection; flags bit 0: none; value: budget and period */
    OP_BUDGET_SET,        /* handle: scheduling context; value: budget and period */
    OP_BUDGET_BIND,       /* handle: scheduling context; other: thread; flags: 0 binds, 1 unbinds */
    OP_CALL_SHORT,        /* handle: connection; send, receive: how many words; flags; transfer */
    OP_REPLY_SHORT,       /* message, value: status; send: how many words; transfer */
    OP_REPLY_RECEIVE_SHORT, /* both; handle: channel */
    OP_BIND,              /* handle: notification; other: channel; value: bits */
    OP_LINE,              /* handle: connection; other: line; value: code */
    OP_LINE_ACKNOWLEDGE,  /* handle: interrupt */
    OP_LINE_FIRES,        /* the line `other` of the machine */
    OP_REVOKE,            /* the second grant; objects are paid from it if bit 7 of `other` is set when they are made */
    OP_TOUCH,             /* paged memory; value: address; flags bit 0: writes */
    OP_SUPPLY,            /* other: object, or if its bit 7 is clear what the first fault asks for; value: pages */
    OP_KINDS
};

/* Any bytes are a legal operation: what is out of range is taken modulo, and handles, threads and messages are picked
 * from those there are. */
struct operation {
    uint8_t kind;    /* enum operation_kind */
    uint8_t thread;  /* which of the ready threads acts; natural worlds: the one that runs does */
    uint8_t handle;  /* below HANDLE_RAW: which of the handles of the fitting type; else a place, or a bad number */
    uint8_t other;
    uint8_t message; /* below MESSAGE_RAW: which of those that the thread may answer; else one seen lately, or none */
    uint8_t deadline;
    uint8_t flags; /* bit 0: as the kind says */
    uint8_t reserved;
    uint16_t send, receive; /* vectors: see world_decode.c */
    uint16_t transfer;      /* bits 0-1: how many handles; then 7 bits each: place, move */
    uint16_t value;
};

#define HANDLE_RAW 0xe0u
#define MESSAGE_RAW 0xc0u
#define WORLD_SMALL_BYTES 512u

struct world_config {
    uint8_t threads;     /* 1 to SPEC_THREADS; thread i is in table i % tables */
    uint8_t tables;      /* 1 to SPEC_TABLES */
    uint8_t channels;    /* 0 to 3; channel i is managed by table i % tables; every table has a connection to each */
    uint8_t pulse_slots; /* of each channel */
    uint8_t unblock;     /* bit i: channel i has CHANNEL_UNBLOCK */
    uint8_t budget_wait; /* bit i: channel i has CHANNEL_BUDGET_WAIT */
    uint8_t budgets;     /* bit i: thread i is bound to one of two scheduling contexts, which are in every table */
    uint8_t exceptions;  /* bit i: exceptions of thread i go to channel 0 */
    bool authority;      /* table 0 has it */
    bool natural;        /* who runs acts, not who is named */
    uint8_t slow;        /* which of the operations, by a hash of 3 bits, may not take the kernel's short ways */
    bool small;          /* no operation writes past the first WORLD_SMALL_BYTES of a window: no more is kept */
    bool stamp;          /* each operation changes the bytes that it sends */
    bool paged;          /* there is memory with pagers: object i's is who serves channel i % channels */
    bool told;           /* the model is told where copies are preempted, so they are at any time; else only where
                          * nothing but time changes by it, and the model does not know */
    bool whole;          /* no copy is preempted */
    uint8_t priorities[SPEC_THREADS];
};

enum world_result { WORLD_SAME, WORLD_DIFFERS };

struct world;

/* The configuration that a seed stands for. */
struct world_config world_config_of(uint64_t seed);
struct world *world_create(const struct world_config *config);
void world_destroy(struct world *world);
/* Back to how it was created: a memory copy. */
void world_reset(struct world *world);
/* Does it and compares. After WORLD_DIFFERS only world_explain, world_reset and world_destroy make sense. */
enum world_result world_step(struct world *world, const struct operation *operation);
/* What differed, one line; it stays until the next step. */
const char *world_explain(const struct world *world);
/* The model, to choose sensible operations by. */
const struct spec *world_spec(const struct world *world);
/* The threads that may act next, of which operation.thread names one by its place; how many they are. */
unsigned world_actors(const struct world *world, int actors[SPEC_THREADS]);
/* Whether any thread lives. */
bool world_is_over(const struct world *world);
/* Kills every thread and sees that nothing is left. */
enum world_result world_end(struct world *world);

/* A state to come back to: room for any of the world's, and what is in it. */
struct world_state;
struct world_state *world_state_create(void);
void world_save(const struct world *world, struct world_state *state);
void world_restore(struct world *world, const struct world_state *state);
void world_state_free(struct world_state *state);

/* One line for people; before the step. */
void operation_print(const struct spec *spec, const struct operation *operation, char *text, size_t size);

#endif
