/* What each entry of the core does with the clock, and the short ways of schedule_next: the current thread, or the one
 * handed the CPU, runs on, and nothing else would. */
#ifndef KERNEL_SCHEDULE_PLAIN_H
#define KERNEL_SCHEDULE_PLAIN_H

#include "kernel_state.h"
#include "scheduling.h"

/* Charges the time since the last call to whoever had it. */
static inline void schedule_account(struct kernel *kernel)
{
    struct cpu *cpu = &kernel->cpu[0];
    uint64_t passed_ns = kernel->now_ns - cpu->account_ns;

    cpu->account_ns = kernel->now_ns;
    if (cpu->running != NULL)
        cpu->running->cpu_ns += passed_ns;
    else
        kernel->idle_ns += passed_ns;
    if (cpu->payer != NULL)
        scheduling_charge(kernel, cpu->payer, kernel->now_ns - passed_ns);
}

/* Who is to run if nothing else could: the current thread, or the one handed the CPU by one that has left it. NULL: it
 * is not so simple. */
static inline struct thread *schedule_plain(const struct kernel *kernel, uint64_t now_ns)
{
    const struct cpu *cpu = &kernel->cpu[0];
    struct thread *thread = cpu->direct;

    if (cpu->running == NULL || cpu->payer != NULL || now_ns >= cpu->slice_end_ns)
        return NULL;
    if (cpu->current != NULL) {
        if (thread != NULL || cpu->current != cpu->running)
            return NULL;
        thread = cpu->current;
    } else if (thread == NULL || thread == cpu->running) {
        return NULL;
    }
    return thread->again || thread->interrupt_pending || thread->lent != NULL || cpu->top > thread->priority ? NULL
                                                                                                            : thread;
}

/* The same thread runs on, as by schedule_next. */
static inline struct thread *schedule_plain_go(struct kernel *kernel, struct thread *thread, uint64_t now_ns)
{
    struct cpu *cpu = &kernel->cpu[0];
    const struct deadline *deadline = kernel->deadlines.first;

    kernel->now_ns = now_ns;
    cpu->running->cpu_ns += now_ns - cpu->account_ns;
    cpu->account_ns = now_ns;
    if (cpu->current == NULL) {
        kernel->direct_switches++;
        thread->state = THREAD_RUNNING;
        cpu->direct = NULL;
        cpu->current = thread;
        cpu->running = thread;
    }
    thread->in_call = false;
    if ((deadline != NULL && deadline->at_ns < cpu->armed_ns) ||
        (cpu->top == thread->priority && cpu->slice_end_ns < cpu->armed_ns))
        return schedule_arm_for(kernel, thread);
    return thread;
}

/* Whether a thread of this priority runs on, and the timer is armed for it already: as it always is for all deadlines
 * when a thread runs, only the end of its slice may be new. */
static inline bool schedule_goes_on(const struct kernel *kernel, uint64_t now_ns, int priority)
{
    const struct cpu *cpu = &kernel->cpu[0];

    if (now_ns >= cpu->slice_end_ns)
        return false;
    return cpu->top < priority || (cpu->top == priority && cpu->armed_ns <= cpu->slice_end_ns);
}

/* Whether the context, or none, that the thread works on pays for it: it has budget, nothing of it comes back just now,
 * and the timer is armed for its end. */
static inline bool schedule_is_paid(const struct kernel *kernel, const struct thread *thread)
{
    const struct scheduling *lent = thread->lent;

    if (lent == NULL)
        return true;
    return !lent->empty && (lent->refill_count == 0 || lent->refills[0].at_ns > kernel->now_ns) &&
           kernel->cpu[0].armed_ns <= kernel->now_ns + (uint64_t)lent->available_ns;
}

/* The current thread has blocked, having woken `to`, which gets the CPU. If there is a payer, it has been charged.
 * now_ns is the kernel's. Returns `to`; NULL: kernel_next has to look. */
static inline struct thread *schedule_hand_over(struct kernel *kernel, struct thread *from, struct thread *to,
                                                uint64_t now_ns)
{
    struct cpu *cpu = &kernel->cpu[0];

    if (!schedule_goes_on(kernel, now_ns, to->priority) || !schedule_is_paid(kernel, to)) {
        to->state = THREAD_READY;
        cpu->current = NULL;
        cpu->direct = to;
        return NULL;
    }
    from->cpu_ns += now_ns - cpu->account_ns;
    cpu->account_ns = now_ns;
    kernel->direct_switches++;
    to->state = THREAD_RUNNING;
    to->in_call = false;
    cpu->current = to;
    cpu->running = to;
    cpu->payer = to->lent;
    return to;
}

#endif
