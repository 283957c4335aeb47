/* The reference model of the kernel's contract: threads, handles, channels, messages, pulses, priorities, time. It is
 * written from docs/abi.md and docs/ipc.md, shares no code with the core, and is meant to be plain: everything is in
 * fixed arrays, found by looking through all of them, and what can be worked out from the rest is never stored.
 *
 * Each operation of a program is one function, which takes what the program would pass. Afterwards `struct spec` says
 * what the kernel must show: each thread's state, result, priority and information, each queue's order, all bytes.
 * Memory for objects is without end here. */
#ifndef SPEC_SPEC_H
#define SPEC_SPEC_H

#include <abi/control.h>
#include <abi/limits.h>
#include <abi/types.h>

#define SPEC_THREADS 8
#define SPEC_TABLES 3
#define SPEC_HANDLES 32 /* of a table, from HANDLE_DYNAMIC on */
#define SPEC_CHANNELS 6
#define SPEC_CONNECTIONS 20
#define SPEC_NOTIFICATIONS 4
#define SPEC_TIMERS 4
#define SPEC_INTERRUPTS 4 /* lines 0 to 3, an object each at most */
#define SPEC_BUDGETS 4
#define SPEC_REFILLS 8 /* of one budget */
#define SPEC_PULSES 96
#define SPEC_PARTS 4
#define SPEC_WINDOW_BYTES (3u * PAGE_BYTES) /* memory of a thread that its operations use */
#define SPEC_WORDS 2                        /* words of a space that threads wait for */
#define SPEC_PAGED_OBJECTS 2                /* in all spaces */
#define SPEC_PAGED_PAGES 3u
#define SPEC_PAGED_BYTES (SPEC_PAGED_PAGES * PAGE_BYTES)
#define SPEC_STOPS 32u                      /* preempted copies of one step */

#define SPEC_NONE (-1)
#define SPEC_BLOCKED INT64_MIN /* no result yet */
#define SPEC_STOPPED (-100001)  /* neither: the call has been preempted and is made again */
#define SPEC_ABSENT (-100002)   /* nor here: it is made again when its page is there or refused */

/* Addresses: the same in all spaces. */
#define SPEC_DATA 0x200000ull
#define SPEC_DATA_STRIDE 0x10000ull /* from one thread's window to the next */
#define SPEC_READ_ONLY 0x400000ull  /* one page of zeros */
#define SPEC_WORD_BASE 0x500000ull
#define SPEC_PAGED 0x600000ull
#define SPEC_PAGED_STRIDE 0x10000ull /* from one object to the next */
#define SPEC_NOWHERE 0x900000ull

struct spec_handle {
    int type; /* enum object_type; OBJECT_NONE: empty */
    int index;
    uint32_t rights;
    uint32_t flags;
};

struct spec_vector {
    uint32_t count; /* may be above SPEC_PARTS only if it is above PARTS_MAX too */
    bool unreadable; /* the parts themselves are at a bad address */
    struct part parts[SPEC_PARTS];
    bool is_words; /* of a short call or reply: `count` words and no parts */
    uint64_t words[MESSAGE_WORDS_MAX];
};

struct spec_transfer {
    int64_t handle;
    uint32_t rights;
    bool move;
};

struct spec_transfers {
    uint32_t count;
    struct spec_transfer items[TRANSFER_MAX];
};

struct spec_table {
    struct spec_handle handles[SPEC_HANDLES];
    bool authority; /* at its place */
};

struct spec_message {
    uint64_t serial; /* stands for the ID; never used twice */
    int connection;
    int server; /* thread that it lends its priority to, and in REPLY its budget; or SPEC_NONE */
    uint64_t receipt; /* REPLY: order in which messages were received */
    int table;  /* REPLY: of the thread that received it */
    enum received_kind kind;
    struct spec_vector vectors[2]; /* send, reply */
    uint64_t bytes[2];
    uint32_t rights;
    bool uninterruptible;
    bool unblocking;
    int copier; /* thread that is receiving or answering it, and nobody else; or SPEC_NONE */
    struct exception_info exception; /* faults: what it becomes if the page is refused */
    struct fault_message fault;
    bool in_call; /* fault: in the middle of a call, and not by an instruction */
    struct spec_handle handles[TRANSFER_MAX]; /* on their way */
    uint32_t handle_count;
};

/* A place in a queue: lower sequences first; `step` is that of the operation which gave it. */
struct spec_place {
    int64_t sequence;
    uint64_t step;
};

/* A call that can stop in its middle and be made again: what it was made with. */
enum spec_call_kind {
    SPEC_CALL_NONE,
    SPEC_CALL_RECEIVE,
    SPEC_CALL_REPLY,
    SPEC_CALL_REPLY_RECEIVE,
    SPEC_CALL_ACCESS,
    SPEC_CALL_NOTIFICATION_WAIT
};

struct spec_again {
    enum spec_call_kind kind;
    int64_t handle;
    uint64_t serial;
    int64_t status;
    unsigned direction;
    uint64_t offset;
    uint64_t bits_address;
    uint64_t deadline_ns;
    struct spec_vector send, receive;
    struct spec_transfers transfers;
};

enum spec_copying { SPEC_COPY_NONE, SPEC_COPY_RECEIVE, SPEC_COPY_ANSWER, SPEC_COPY_ACCESS };

/* What a call that is made again goes on with. */
struct spec_job {
    bool answered; /* of a reply_receive the reply is done */
    int held;      /* the channel that it has begun to receive from, whatever has become of its handle; or SPEC_NONE */
    enum spec_copying copying;
    uint64_t serial; /* message that it copies */
    uint64_t copied; /* bytes so far */
    int refused_object; /* the page that was refused to the call last; SPEC_NONE: none */
    uint64_t refused_page;
};

struct spec_thread {
    bool exists;
    enum thread_state state; /* RUNNING is told as READY */
    int table;               /* also its space */
    int exception;           /* connection, or SPEC_NONE */
    uint64_t identity;
    uint8_t base_priority;
    uint8_t priority; /* as of the last look: kept to see changes */
    bool suspended;
    int64_t doomed; /* dies when the operation ends, in this order; 0: does not */
    bool interrupt_pending;
    bool interrupted; /* the word in the control page */
    uint64_t deadline_ns;
    int64_t result; /* of the call that ended last */
    uint32_t results;
    struct receive_info info; /* message_id: the serial; pulse_value of unblock pulses too */
    int32_t received_handles[TRANSFER_MAX];
    uint64_t words[MESSAGE_WORDS_MAX];
    struct spec_message message; /* SEND, REPLY */
    int waits_for;               /* RECEIVE: channel; NOTIFICATION_WAIT: notification; ADDRESS_WAIT: word */
    struct spec_vector vector;   /* RECEIVE */
    uint64_t bits_address;
    struct spec_place wait_place;  /* among receivers or waiters; SEND: in the channel's queue */
    struct spec_place ready_place; /* among the ready */
    int budget;                    /* that it is bound to, or SPEC_NONE */
    int lent;                      /* that it works on, as of the last look; SPEC_NONE: none */
    bool own_work;                 /* it took a pulse after its last message */
    int budget_wait;               /* ready, but found without budget: which it waits for; else SPEC_NONE */
    bool used_up;                  /* it is the one that used it up: it goes on last */
    struct spec_place budget_place;
    bool again; /* ready, in the middle of a call: it is made again when its turn comes */
    struct spec_again call;
    struct spec_job job;
};

struct spec_channel {
    bool exists;
    bool revocable;
    bool dead;
    uint32_t flags;
    uint32_t pulse_slots;
    int last_server;  /* thread, or SPEC_NONE */
    int notification; /* that it is bound to, or SPEC_NONE */
    uint64_t bits;    /* to signal when something is queued */
};

struct spec_connection {
    bool exists;
    bool revocable;
    bool closed; /* its close pulse is due or done */
    int channel;
    uint64_t cookie;
};

struct spec_notification {
    bool exists;
    bool revocable;
    uint64_t bits;
};

struct spec_timer {
    bool exists;
    bool revocable;
    int connection;
    uint64_t deadline_ns;
    uint64_t period_ns;
    uint64_t set; /* order of setting: equal deadlines fire in it */
    int32_t code;
    uint64_t value;
    uint8_t priority;
    uint64_t identity;
};

struct spec_interrupt {
    bool exists;
    bool revocable;
    int connection;
    int32_t code;
    uint8_t priority;
};

struct spec_refill {
    uint64_t at_ns;
    uint64_t amount_ns;
};

/* A scheduling context. */
struct spec_budget {
    bool exists;
    bool revocable;
    uint64_t budget_ns;
    uint64_t period_ns;
    int64_t available_ns;
    uint64_t used_until_ns; /* end of the last use, which one that begins there continues; DEADLINE_NONE: none */
    struct spec_refill refills[SPEC_REFILLS]; /* by time */
    uint32_t refill_count;
    bool empty; /* it ran out, and has not had SCHEDULING_BUDGET_MIN_NS since */
    int connection; /* told when it runs out, or SPEC_NONE */
    int32_t code;
    uint64_t value;
    uint8_t priority;
    uint64_t identity;
};

/* A memory object whose absent pages belong to a pager. */
struct spec_paged {
    bool exists;
    int connection; /* to its pager */
    uint64_t value; /* that the pager is told */
    bool present[SPEC_PAGED_PAGES];
};

struct spec_absent { /* the absent page that was met last */
    int object;
    uint64_t page;
    uint32_t access;
};

/* A copy stops, once `copier` has got this far with the client's message. */
struct spec_stop {
    int copier;
    int client;
    uint64_t bytes;
};

enum spec_pulse_kind {
    SPEC_PULSE_USER = 1,
    SPEC_PULSE_CLOSE,
    SPEC_PULSE_UNBLOCK,
    SPEC_PULSE_DEATH,
    SPEC_PULSE_TIMER,
    SPEC_PULSE_BUDGET,
    SPEC_PULSE_INTERRUPT
};

struct spec_pulse { /* queued */
    enum spec_pulse_kind kind; /* 0: no pulse */
    int owner;                 /* connection, thread, timer, budget or line; of user pulses none */
    int channel;
    int32_t code;
    uint64_t value;
    uint64_t cookie;
    uint64_t identity;
    uint8_t priority;
    struct spec_place place;
};

struct spec {
    uint64_t now_ns;
    uint64_t step;     /* number of the operation */
    int64_t sequence;  /* last given at a queue's end */
    int64_t front;     /* last given at a queue's front: falls */
    uint64_t serial;   /* last message */
    uint64_t deadline_order; /* last set */
    uint64_t deadline_orders[SPEC_THREADS];
    int current;       /* thread that entered the kernel and may go on, or SPEC_NONE */
    int direct;        /* handed the CPU */
    int job;           /* thread whose call is being made, or SPEC_NONE */
    int running;       /* last chosen to run */
    int closer;        /* client of the message that is being taken apart, or SPEC_NONE */
    int payer;         /* budget that its time is charged to, or SPEC_NONE */
    uint64_t receipts; /* messages received */
    bool revocable;    /* what is made now is paid from the grant that spec_revoke revokes */
    uint64_t slice_end_ns;
    uint64_t passed_over; /* how often a thread in receive could not take what was sent */
    struct spec_thread threads[SPEC_THREADS];
    struct spec_table tables[SPEC_TABLES];
    uint32_t words[SPEC_TABLES][SPEC_WORDS];
    struct spec_channel channels[SPEC_CHANNELS];
    struct spec_connection connections[SPEC_CONNECTIONS];
    struct spec_notification notifications[SPEC_NOTIFICATIONS];
    struct spec_timer timers[SPEC_TIMERS];
    struct spec_interrupt interrupts[SPEC_INTERRUPTS];
    struct spec_budget budgets[SPEC_BUDGETS];
    struct spec_pulse pulses[SPEC_PULSES];
    struct spec_handle replied[TRANSFER_MAX]; /* on their way with a reply; empty between operations */
    uint32_t replied_count;
    struct spec_paged paged[SPEC_PAGED_OBJECTS];
    struct spec_absent absent;
    /* Copies that are preempted, in order; the machine says it beforehand. */
    struct spec_stop stops[SPEC_STOPS];
    uint32_t stops_told, stops_met;
    uint8_t windows[SPEC_THREADS][SPEC_WINDOW_BYTES]; /* last, because large */
    uint8_t paged_bytes[SPEC_PAGED_OBJECTS][SPEC_PAGED_BYTES];
    uint8_t source[SPEC_PAGED_BYTES]; /* what pages are supplied from; nobody writes to it */
};

/* Set-up. Objects are made with no handle; spec_handle_put gives the first. */
void spec_init(struct spec *spec, uint64_t now_ns);
void spec_thread_add(struct spec *spec, int thread, int table, uint8_t priority, uint64_t identity, int exception);
/* A free place for an object, or SPEC_NONE: the world may not do what would need it. */
int spec_channel_free(const struct spec *spec);
int spec_connection_free(const struct spec *spec);
int spec_notification_free(const struct spec *spec);
int spec_timer_free(const struct spec *spec);
int spec_budget_free(const struct spec *spec);
void spec_channel_add(struct spec *spec, int channel, uint32_t flags, uint32_t pulse_slots);
void spec_budget_add(struct spec *spec, int budget, uint64_t budget_ns, uint64_t period_ns, int connection);
void spec_thread_bind(struct spec *spec, int thread, int budget);
/* The lowest free place of a table gets a handle: its number. */
int64_t spec_handle_put(struct spec *spec, int table, int type, int index, uint32_t rights, uint32_t flags);
/* Places left in a table. */
int spec_room(const struct spec *spec, int table);

/* What the current thread does. Results are in the threads. Short calls and replies pass words as vectors; the short
 * call has no deadline, the short reply and receive an empty vector to receive into. */
void spec_call(struct spec *spec, int64_t handle, const struct spec_vector *send, const struct spec_vector *reply,
               uint32_t flags, uint64_t deadline_ns, const struct spec_transfers *transfers);
void spec_receive(struct spec *spec, int64_t handle, const struct spec_vector *vector, uint64_t deadline_ns);
void spec_reply(struct spec *spec, uint64_t serial, int64_t status, const struct spec_vector *vector,
                const struct spec_transfers *transfers);
void spec_reply_receive(struct spec *spec, uint64_t serial, int64_t status, const struct spec_vector *reply,
                        const struct spec_vector *receive, int64_t handle, const struct spec_transfers *transfers);
/* direction 0: read, 1: write */
void spec_access(struct spec *spec, uint64_t serial, unsigned direction, uint64_t offset,
                 const struct spec_vector *vector);
void spec_pulse(struct spec *spec, int64_t handle, int64_t code, uint64_t value, int64_t priority);
void spec_close(struct spec *spec, int64_t handle);
void spec_duplicate(struct spec *spec, int64_t handle, uint32_t rights);
void spec_channel_create(struct spec *spec, uint64_t pulse_slots, uint64_t flags);
void spec_connection_create(struct spec *spec, int64_t channel, uint64_t cookie, uint64_t rights);
void spec_notification_create(struct spec *spec);
void spec_signal(struct spec *spec, int64_t handle, uint64_t bits);
void spec_notification_wait(struct spec *spec, int64_t handle, uint64_t bits_address, uint64_t deadline_ns);
void spec_notification_bind(struct spec *spec, int64_t notification, int64_t channel, uint64_t bits);
void spec_timer_create(struct spec *spec, int64_t connection, int64_t code, uint64_t value);
void spec_timer_set(struct spec *spec, int64_t handle, uint64_t deadline_ns, uint64_t period_ns);
/* Of lines, those below SPEC_INTERRUPTS and those that no machine has are known. */
void spec_interrupt_create(struct spec *spec, uint64_t line, int64_t connection, int64_t code);
void spec_interrupt_acknowledge(struct spec *spec, int64_t handle);
/* connection -1: nobody is told */
void spec_budget_create(struct spec *spec, uint64_t budget_ns, uint64_t period_ns, int64_t connection, int64_t code,
                        uint64_t value);
void spec_budget_set(struct spec *spec, int64_t handle, uint64_t budget_ns, uint64_t period_ns);
void spec_budget_bind(struct spec *spec, int64_t handle, int thread, uint64_t bind);
void spec_address_wait(struct spec *spec, int word, uint32_t expected, uint64_t deadline_ns);
void spec_address_wake(struct spec *spec, int word, uint64_t count);
void spec_sleep(struct spec *spec, uint64_t deadline_ns);
void spec_yield(struct spec *spec);
void spec_exit(struct spec *spec);
/* On a thread; the caller has all rights to it. */
void spec_kill(struct spec *spec, int thread);
void spec_suspend(struct spec *spec, int thread);
void spec_resume(struct spec *spec, int thread);
void spec_interrupt(struct spec *spec, int thread);
void spec_priority_set(struct spec *spec, int thread, uint64_t priority);
/* It touched what it may not, or worse. */
void spec_exception(struct spec *spec, const struct exception_info *info);
/* It touches paged memory. */
void spec_touch(struct spec *spec, uint64_t address, uint32_t access);
/* It supplies pages [first, first + count) of an object from the same pages of the source. */
void spec_supply(struct spec *spec, int object, uint64_t first, uint64_t count);
/* It has looked for signals. */
void spec_interrupt_seen(struct spec *spec, int thread);

/* All that is paid from the one grant that the model knows goes. */
void spec_revoke(struct spec *spec);

/* What happens to the machine. */
void spec_time(struct spec *spec, uint64_t now_ns);
/* A line fires. */
void spec_interrupt_fire(struct spec *spec, int line);
/* The machine lost a thread. */
void spec_lost(struct spec *spec, int thread);
/* The CPU goes to a thread that is ready, whoever has it now: as another scheduler might choose. */
void spec_force(struct spec *spec, int thread);
/* Who runs next: it is current from now on. SPEC_NONE: nobody. The contract does not order threads that one operation
 * made ready at the same priority: `preferred` is taken if it is among those, `preferred_later` after a call was made
 * again. */
int spec_next(struct spec *spec, int preferred, int preferred_later);

/* What must be true of the kernel. */
uint8_t spec_priority(const struct spec *spec, int thread); /* with what it inherits */
/* It may run when its turn comes, but for its budget. */
bool spec_thread_is_ready(const struct spec *spec, int thread);
/* The budget that it would have to wait for, or SPEC_NONE: it could run. */
int spec_shortage(const struct spec *spec, int thread);
/* The client whose message a thread is receiving or answering, in the middle of its call; or SPEC_NONE. */
int spec_claimed(const struct spec *spec, int copier);
int spec_pulses_queued(const struct spec *spec, int channel, enum spec_pulse_kind kind);
/* Whether anything still refers to an object: it goes when nothing does. */
bool spec_has_handles(const struct spec *spec, int type, int index, uint32_t rights);
bool spec_channel_is_used(const struct spec *spec, int channel);
bool spec_connection_is_used(const struct spec *spec, int connection);
/* Hash of all that matters for the future: equal for states that cannot be told apart. */
uint64_t spec_hash(const struct spec *spec);

#endif
