/* Who runs: 256 fixed priorities, preemptive, round robin within one. A call to a waiting server and the reply back
 * hand the CPU over directly, without the ready queue. Who has no budget is found out when it would run, and waits
 * then. Every operation takes constant time. */
#ifndef KERNEL_SCHEDULE_H
#define KERNEL_SCHEDULE_H

#include "list.h"

#include <abi/limits.h>
#include <abi/types.h>

#define CPUS_MAX 1u
#define READY_WORDS (PRIORITY_COUNT / 64u)
#define SCHEDULE_CHECK_SLOTS 32u

struct kernel;
struct scheduling;
struct thread;

struct cpu {
    struct thread *current; /* entered the kernel last; NULL: idle, or it died or blocked */
    struct thread *direct;  /* handed the CPU, in no queue */
    struct thread *running; /* last returned by kernel_next */
    struct scheduling *payer; /* of its time; NULL: nobody */
    int top; /* highest priority with a ready thread, or -1 */
    uint64_t slice_end_ns;
    uint64_t armed_ns;   /* of the platform's timer */
    uint64_t account_ns; /* until when time has been charged */
    uint64_t insertions; /* into ready queues, ever */
    uint32_t check_slot; /* schedule_wait_check goes on here */
    uint64_t ready_bits[READY_WORDS];
    struct list ready[PRIORITY_COUNT]; /* thread.ready_link */
};

void schedule_init(struct kernel *kernel);
/* The thread may run from now on (READY and not suspended). */
void schedule_add(struct kernel *kernel, struct thread *thread);
/* The same, but the CPU goes to it at once if the current thread blocks and nothing of higher priority waits. */
void schedule_add_direct(struct kernel *kernel, struct thread *thread);
/* The thread may not run any more. Harmless if it could not. */
void schedule_remove(struct kernel *kernel, struct thread *thread);
/* The same for good: it dies. */
void schedule_forget(struct kernel *kernel, struct thread *thread);
/* Its priority changes to `priority`. */
void schedule_priority(struct kernel *kernel, struct thread *thread, uint8_t priority);
/* The current thread lets others of its priority go first. */
void schedule_yield(struct kernel *kernel);
/* Arms the platform's timer if it is armed too late. Returns the thread. */
struct thread *schedule_arm_for(struct kernel *kernel, struct thread *thread);
/* The context is going: nobody pays for what is left of this call. */
void schedule_payer_gone(struct kernel *kernel, const struct scheduling *scheduling);
struct thread *schedule_next(struct kernel *kernel);
/* The thread that entered the kernel; NULL while there is none (boot, idle). */
struct thread *schedule_current(struct kernel *kernel);
unsigned schedule_check(struct kernel *kernel);
/* Asserts that nobody could run and that the timer is armed. Looks at SCHEDULE_CHECK_SLOTS threads. */
void schedule_wait_check(struct kernel *kernel);

#endif
