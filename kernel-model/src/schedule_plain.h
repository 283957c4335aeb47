/* What each entry of the core does with the clock, and the short way of schedule_next: the current thread, or the one
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

/* As schedule_next; NULL: it is not so simple, and nothing has changed. */
static inline struct thread *schedule_next_plain(struct kernel *kernel)
{
    struct cpu *cpu = &kernel->cpu[0];
    struct thread *running = cpu->running;
    struct thread *thread = cpu->direct;
    const struct deadline *deadline = kernel->deadlines.first;

    if (cpu->current != NULL) {
        if (thread != NULL || cpu->current != running)
            return NULL;
        thread = running;
    }
    if (thread == NULL || thread->again || thread->interrupt_pending || thread->lent != NULL ||
        cpu->top > thread->priority || kernel->now_ns >= cpu->slice_end_ns)
        return NULL;
    if (thread != running) {
        kernel->switches++;
        kernel->direct_switches++;
        thread->state = THREAD_RUNNING;
        cpu->direct = NULL;
        cpu->current = thread;
        cpu->running = thread;
    } else if (cpu->direct != NULL) {
        return NULL;
    }
    cpu->payer = NULL;
    thread->in_call = false;
    if ((deadline != NULL && deadline->at_ns < cpu->armed_ns) ||
        (cpu->top == thread->priority && cpu->slice_end_ns < cpu->armed_ns))
        schedule_arm(kernel);
    return thread;
}

#endif
