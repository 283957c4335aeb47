/* Threads: what runs. A thread refers to its space, handle table, grant and exception connection; its control page is
 * pinned, and written through the kernel's own view of memory. The object lives as long as a handle names it or it has
 * been started and not died. A thread that dies lets go of everything at once, and tells its exception connection. */
#ifndef KERNEL_THREAD_H
#define KERNEL_THREAD_H

#include "deadline.h"
#include "job.h"
#include "list.h"
#include "message.h"
#include "object.h"
#include "prioqueue.h"
#include "pulse.h"

#include <abi/control.h>
#include <kernel/kernel.h>
#include <kernel/platform.h>

struct space;
struct table;
struct memory;
struct connection;
struct channel;
struct notification;
struct scheduling;

#define THREADS_MAX 16384u /* of one kernel; a message ID holds the slot in MESSAGE_SLOT_BITS */

/* Result that means: no result yet, the thread is blocked (or dead, or goes on elsewhere). */
#define SYSCALL_BLOCKED INT64_MIN
/* The same: the call is to be made again in the thread's next turn (job.h). */
#define SYSCALL_PREEMPTED (INT64_MIN + 1)

struct thread {
    struct object object;
    struct space *space; /* referenced, until death */
    struct table *table;
    struct connection *exception; /* counted like a handle; may be NULL */
    struct memory *control_memory;
    uint64_t control_page;    /* page of control_memory, pinned */
    uint64_t control_address; /* in the thread's space */
    struct control *control;  /* the kernel's view */
    uint64_t identity;
    uint64_t cpu_ns;
    uint64_t serial; /* its slot's */
    uint32_t slot;
    uint8_t state; /* enum thread_state; READY and RUNNING are both "may run" */
    uint8_t base_priority;
    uint8_t priority; /* with what it inherits */
    bool suspended : 1; /* these three are asked for together */
    bool again : 1;             /* its call was preempted, and is made again before it is resumed */
    bool interrupt_pending : 1; /* told to look for signals, and has not been seen to */
    bool queued;                /* in a ready queue */
    bool doomed;                /* will be killed before the kernel is left */
    bool has_context;           /* the platform knows it */
    bool in_call;               /* entered by a system call and not resumed since */
    bool upcall_ready;          /* THREAD_UPCALL_READY */
    struct list ready_link;
    struct scheduling *scheduling;  /* bound to it; referenced, until death; NULL: no budget limits it */
    struct scheduling *lent;        /* what it works on: its clients', or its own */
    struct list lenders;            /* as a server: message.lender_link, the one received last first */
    bool own_work;                  /* it took a pulse since: they do not pay for that */
    struct scheduling *budget_wait; /* READY, but waits there for budget */
    struct list budget_link;        /* in budget_wait->waiting */
    struct list budget_other_link;  /* in the `others` of one that would do too */
    struct deadline deadline; /* of the wait */

    /* What it waits for: */
    struct list wait_link; /* RECEIVE, NOTIFICATION_WAIT, ADDRESS_WAIT; doomed: in kernel->doomed */
    struct channel *channel;
    struct vector_arguments receive_vector;
    struct notification *notification;
    uint64_t bits_address;
    struct memory *key_memory; /* ADDRESS_WAIT: referenced */
    uint64_t key_offset;

    struct prioqueue served; /* as a server: message.server_node of those who lend it their priority */
    struct message message;  /* as a client; what begins near the thread's beginning takes fewer instructions */
    struct syscall_arguments call; /* its last one */
    struct job job;                /* what that is copying */
    struct pulse death;
    _Alignas(16) uint8_t context[PLAT_CONTEXT_BYTES]; /* last: what comes before is then near the beginning */
};

struct thread_arguments {
    struct grant *grant;
    struct space *space;
    struct table *table;
    struct memory *control_memory;
    uint64_t control_page;
    uint64_t control_address;
    struct connection *exception; /* NULL: dies of its exceptions */
    struct scheduling *scheduling; /* to be bound to, or NULL */
    uint64_t identity;
    uint8_t priority;
};

/* Makes a thread in THREAD_NEW, with one reference for the caller. Errors: -E_NOMEM: grant or platform; -E_AGAIN:
 * THREADS_MAX; -E_INVAL: the control page is past the end of its memory object, or a device's that the
 * kernel does not see. */
int thread_create(struct kernel *kernel, const struct thread_arguments *arguments, struct thread **thread);
/* Makes it ready. -E_INVAL: it was started before. */
int thread_start(struct kernel *kernel, struct thread *thread, uint64_t pc, uint64_t sp, uint64_t argument);

/* Ends it in any state. Harmless on a dead one. */
void thread_kill(struct kernel *kernel, struct thread *thread);
/* Ends it when the call into the kernel is done: for use where objects are being taken apart. It must be blocked. */
void thread_doom(struct kernel *kernel, struct thread *thread);
/* Kills the doomed. */
void thread_kill_doomed(struct kernel *kernel);
int thread_suspend(struct kernel *kernel, struct thread *thread);
int thread_resume(struct kernel *kernel, struct thread *thread);
int thread_interrupt(struct kernel *kernel, struct thread *thread);
void thread_info_get(struct thread *thread, struct thread_info *info);
void thread_priority_set(struct kernel *kernel, struct thread *thread, uint8_t priority);
/* Works out its effective priority again, and that of whom it waits for. */
void thread_priority_update(struct kernel *kernel, struct thread *thread);
/* Whether its registers may be read and written: neither running nor dead. */
bool thread_is_still(struct thread *thread);

/* Blocks the current thread in `state` until thread_wake, the deadline or an interrupt. */
void thread_block(struct kernel *kernel, struct thread *thread, enum thread_state state, uint64_t deadline_ns);
/* Leaves whatever it waits in; no result, still blocked. `killed`: servers that care are told. */
void thread_unwait(struct kernel *kernel, struct thread *thread, bool killed);
/* Ends a wait: leaves whatever it waits in, gives the result, makes it ready. */
void thread_wake(struct kernel *kernel, struct thread *thread, int64_t result);
/* The same without a result: an exception was served. */
void thread_wake_quietly(struct kernel *kernel, struct thread *thread);
/* Like thread_wake, but the current CPU should switch to it now if the current thread blocks. */
void thread_wake_direct(struct kernel *kernel, struct thread *thread, int64_t result);
/* The wait's deadline passed. */
void thread_expire(struct kernel *kernel, struct thread *thread);
/* What a blocking call must ask first: 0, or the error to return instead of blocking: -E_INTR (and the interrupt counts
 * as told), -E_TIMEDOUT. */
int thread_may_block(struct kernel *kernel, struct thread *thread, uint64_t deadline_ns);
/* Diverts it to the library's upcall if it is due one and stands where it can be. It must be stopped. */
void thread_upcall_try(struct kernel *kernel, struct thread *thread);

/* The thread in `slot`, or NULL. */
struct thread *thread_of_slot(struct kernel *kernel, uint64_t slot);
/* Number of the first broken invariant, or 0. */
unsigned thread_check(struct kernel *kernel, struct thread *thread);

#endif
