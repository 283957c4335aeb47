/* What the files of the world share. */
#ifndef WORLD_PRIVATE_H
#define WORLD_PRIVATE_H

#include "world.h"

#include "channel.h"
#include "connection.h"
#include "interrupt.h"
#include "kernel_state.h"
#include "memory.h"
#include "notification.h"
#include "scheduling.h"
#include "table.h"
#include "timer.h"

#include <abi/errno.h>
#include <abi/handles.h>

#include <setjmp.h>

#define WORLD_FRAMES 224u
#define WORLD_IDS 128u
#define WORLD_EXPLAIN_BYTES 512u
#define WORLD_PAGES (SPEC_WINDOW_BYTES / PAGE_BYTES)
#define WORLD_VECTORS 0x700000ull /* a page for each thread: where its vectors are */
#define WORLD_VECTOR_BYTES 512u   /* two of them, in each half one */
#define WORLD_CONTROLS 0x800000ull
#define WORLD_THREAD_HANDLES (HANDLE_DYNAMIC + 100) /* in every table: all threads */
#define WORLD_PAGED_HANDLES (HANDLE_DYNAMIC + 120) /* in every table: paged objects, then what they are supplied from */
#define WORLD_PAGED_VALUE 0x5a5a00ull /* and the object's number: what the pager is told */
#define WORLD_GRANT HANDLE_ARCHIVE /* in every table: another grant, which is revoked */
#define WORLD_START_NS 1000000ull

struct world_id {
    uint64_t serial; /* the model's */
    uint64_t id;     /* the core's; 0: none */
};

/* What changes from step to step besides the core's own memory. */
struct world_core {
    void *objects[OBJECT_TYPE_COUNT][SPEC_CONNECTIONS];
    struct world_id ids[WORLD_IDS];
    uint32_t id_next;
    uint32_t asked; /* how often a copy asked whether it is to stop */
    bool stopped;
    struct spec spec; /* last, because its last member is large */
};

/* How much of a frame is worth keeping while a thread lives. */
struct world_frame {
    int thread;
    uint32_t bytes; /* 0: no such thread, so all of it */
};

struct world {
    struct world_config config;
    struct kernel *kernel;
    uint8_t *ram;
    struct world_core now;
    struct space *spaces[SPEC_TABLES];
    struct table *tables[SPEC_TABLES];
    struct thread *threads[SPEC_THREADS];
    uint8_t *windows[SPEC_THREADS][WORLD_PAGES]; /* the kernel's view of them */
    uint8_t *vectors[SPEC_THREADS];
    uint8_t *words[SPEC_TABLES];
    struct memory *paged[SPEC_PAGED_OBJECTS];
    uint8_t *source[SPEC_PAGED_PAGES];
    struct control *controls[SPEC_THREADS];
    uint64_t free_pages; /* when all threads have died */
    struct world_frame frames[WORLD_FRAMES];
    struct world_state *start;
    jmp_buf panic;
    bool panic_armed;
    const struct thread *actor; /* of this step */
    bool may_preempt;
    const struct thread *named; /* by the call of this step, as the next to run */
    bool preempted;   /* in this step */
    bool direct_lost; /* the same, with a thread about to be handed the CPU: it queues now */
    unsigned stopped; /* copies preempted in the core since the model was told */
    uint64_t copied[SPEC_THREADS]; /* by each thread's copy, when the model was told last, */
    uint64_t copied_id[SPEC_THREADS]; /* and of which message */
    char explain[WORLD_EXPLAIN_BYTES];
};

/* An operation with all that it stands for. */
struct decoded {
    const struct operation *operation;
    int thread; /* acts */
    int target; /* `other` as a thread */
    int word;
    int64_t handle;
    int64_t second; /* `other` as a channel's handle */
    uint64_t id;     /* the core's */
    uint64_t serial; /* the model's */
    uint64_t deadline_ns;
    struct spec_vector send, receive;
    struct spec_transfers transfers;
};

/* What the platform keeps of a thread, in its context. */
struct world_context {
    int64_t result;
    uint32_t results;
};

struct world_context *world_context(struct thread *thread);
/* Says what differs; returns WORLD_DIFFERS. */
enum world_result world_differs(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
enum world_result world_compare(struct world *world);
/* The core's queues against the model's. */
enum world_result world_compare_queue(struct world *world, int index, struct channel *channel);
/* A list of threads, linked by wait_link, against those that wait in `state` for `what`. */
enum world_result world_compare_waiters(struct world *world, const struct list *list, enum thread_state state, int what,
                                        const char *name);
enum world_result world_compare_ready(struct world *world);
enum world_result world_compare_budget_waiters(struct world *world, int index, const struct scheduling *scheduling);
/* The order of the ready is the core's where the contract leaves it open. */
void world_ready_follow(struct world *world);
/* Tells the model which copies were preempted, and where: after each entry of the core, before the model's turn. */
void world_stops_begin(struct world *world);
void world_stops_note(struct world *world);
/* Fills in all but the thread, which the caller has. */
void world_decode(const struct world *world, const struct operation *operation, struct decoded *decoded);
/* The thread does it, in the core and in the model. */
void world_do(struct world *world, const struct decoded *decoded);
/* The core's ID for a model's message; 0: not known. */
uint64_t world_id_of(const struct world *world, uint64_t serial);
/* The model's message for an ID; UINT64_MAX: there is none. */
uint64_t world_serial_of(const struct world *world, uint64_t id);
/* A new pair. */
void world_id_learn(struct world *world, uint64_t serial, uint64_t id);
/* The budget and the period that a code stands for: mostly legal. */
void world_budget(uint16_t code, uint64_t *budget_ns, uint64_t *period_ns);

#endif
