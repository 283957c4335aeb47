/* Ready queues, hand-over, slices and the platform's timer. */
#include "kernel_state.h"
#include "lending.h"

static struct cpu *schedule_cpu(struct kernel *kernel)
{
    return &kernel->cpu[0];
}

void schedule_init(struct kernel *kernel)
{
    struct cpu *cpu = schedule_cpu(kernel);

    for (unsigned i = 0; i < PRIORITY_COUNT; i++)
        list_init(&cpu->ready[i]);
    cpu->top = -1;
    cpu->armed_ns = DEADLINE_NONE;
    cpu->account_ns = kernel->now_ns;
}

/* Highest priority with a ready thread, or -1. */
static int ready_top(const struct cpu *cpu)
{
    for (unsigned word = READY_WORDS; word-- > 0;) {
        if (cpu->ready_bits[word] != 0)
            return (int)(word * 64u + 63u) - __builtin_clzll(cpu->ready_bits[word]);
    }
    return -1;
}

static void ready_mark(struct cpu *cpu, unsigned priority, bool mark)
{
    uint64_t bit = 1ull << (priority % 64u);

    if (mark) {
        cpu->ready_bits[priority / 64u] |= bit;
        if ((int)priority > cpu->top)
            cpu->top = (int)priority;
    } else {
        cpu->ready_bits[priority / 64u] &= ~bit;
        if ((int)priority == cpu->top)
            cpu->top = ready_top(cpu);
    }
}

static void ready_insert(struct cpu *cpu, struct thread *thread, bool front)
{
    struct list *head = &cpu->ready[thread->priority];

    if (front)
        list_push_front(head, &thread->ready_link);
    else
        list_push_back(head, &thread->ready_link);
    thread->queued = true;
    ready_mark(cpu, thread->priority, true);
    cpu->insertions++;
}

static void ready_remove(struct cpu *cpu, struct thread *thread)
{
    list_remove(&thread->ready_link);
    thread->queued = false;
    if (list_is_empty(&cpu->ready[thread->priority]))
        ready_mark(cpu, thread->priority, false);
}

static struct thread *ready_take(struct cpu *cpu, int priority)
{
    struct thread *thread = LIST_ENTRY(cpu->ready[priority].next, struct thread, ready_link);

    ready_remove(cpu, thread);
    return thread;
}

void schedule_add(struct kernel *kernel, struct thread *thread)
{
    struct cpu *cpu = schedule_cpu(kernel);

    KERNEL_ASSERT(kernel, !thread->queued && thread != cpu->current && thread != cpu->direct);
    trace_record(kernel, TRACE_READY, thread, cpu->current, 0, 0, 0);
    ready_insert(cpu, thread, false);
}

void schedule_add_direct(struct kernel *kernel, struct thread *thread)
{
    struct cpu *cpu = schedule_cpu(kernel);

    KERNEL_ASSERT(kernel, !thread->queued && thread != cpu->current && thread != cpu->direct);
    trace_record(kernel, TRACE_READY, thread, cpu->current, 0, 1, 0);
    if (cpu->direct != NULL)
        ready_insert(cpu, cpu->direct, false);
    cpu->direct = thread;
}

void schedule_remove(struct kernel *kernel, struct thread *thread)
{
    struct cpu *cpu = schedule_cpu(kernel);

    if (thread->queued)
        ready_remove(cpu, thread);
    if (cpu->current == thread)
        cpu->current = NULL;
    if (cpu->direct == thread)
        cpu->direct = NULL;
    scheduling_unwait(kernel, thread);
}

void schedule_forget(struct kernel *kernel, struct thread *thread)
{
    struct cpu *cpu = schedule_cpu(kernel);

    schedule_remove(kernel, thread);
    if (cpu->running == thread)
        cpu->running = NULL;
}

void schedule_priority(struct kernel *kernel, struct thread *thread, uint8_t priority)
{
    struct cpu *cpu = schedule_cpu(kernel);

    if (!thread->queued) {
        thread->priority = priority;
        return;
    }
    ready_remove(cpu, thread);
    thread->priority = priority;
    ready_insert(cpu, thread, false);
}

void schedule_yield(struct kernel *kernel)
{
    schedule_cpu(kernel)->slice_end_ns = kernel->now_ns;
}

void schedule_payer_gone(struct kernel *kernel, const struct scheduling *scheduling)
{
    struct cpu *cpu = schedule_cpu(kernel);

    if (cpu->payer == scheduling)
        cpu->payer = NULL;
}

struct thread *schedule_current(struct kernel *kernel)
{
    return schedule_cpu(kernel)->current;
}

/* Whether the thread, in no queue, has the budget to run; if not, it waits for it from now on. */
static bool schedule_affords(struct kernel *kernel, const struct cpu *cpu, struct thread *thread)
{
    struct scheduling *other;
    struct scheduling *shortage = lending_shortage(kernel, thread, &other);

    if (shortage != NULL)
        scheduling_wait(kernel, shortage, other, thread, thread == cpu->running);
    return shortage == NULL;
}

/* Who may go on without the ready queue: the thread that entered the kernel, or the one handed the CPU. */
static struct thread *schedule_candidate(struct kernel *kernel, struct cpu *cpu, bool *direct)
{
    struct thread *current = cpu->current;
    struct thread *handed = cpu->direct;

    if (current != NULL && !schedule_affords(kernel, cpu, current))
        current = NULL;
    if (handed != NULL && !schedule_affords(kernel, cpu, handed))
        handed = NULL;
    cpu->current = current;
    cpu->direct = NULL;
    *direct = false;
    if (handed == NULL)
        return current;
    if (current == NULL) {
        *direct = true;
        return handed;
    }
    if (handed->priority > current->priority) {
        ready_insert(cpu, current, true);
        return handed;
    }
    ready_insert(cpu, handed, false);
    return current;
}

/* Whether a ready thread of priority `top` goes before the candidate. */
static bool schedule_displaces(struct kernel *kernel, const struct cpu *cpu, const struct thread *candidate, int top)
{
    if (candidate == NULL)
        return top >= 0;
    if (top == candidate->priority)
        return kernel->now_ns >= cpu->slice_end_ns;
    return top > candidate->priority;
}

static struct thread *schedule_choose(struct kernel *kernel, struct cpu *cpu)
{
    bool direct;
    struct thread *thread = schedule_candidate(kernel, cpu, &direct);

    while (schedule_displaces(kernel, cpu, thread, cpu->top)) {
        int top = cpu->top;
        struct thread *first = ready_take(cpu, top);

        if (!schedule_affords(kernel, cpu, first))
            continue;
        if (thread != NULL)
            ready_insert(cpu, thread, top > thread->priority);
        thread = first;
        direct = false;
        break;
    }
    if (!direct && thread != cpu->running)
        cpu->slice_end_ns = kernel->now_ns + SLICE_NS;
    if (thread != cpu->running)
        trace_record(kernel, TRACE_SWITCH, thread, cpu->running, 0, direct, 0);
    if (thread != NULL && thread != cpu->running) {
        kernel->switches += !direct;
        kernel->direct_switches += direct;
    }
    return thread;
}

/* When the platform must call next, whoever runs. */
static uint64_t schedule_deadline(struct kernel *kernel, const struct cpu *cpu)
{
    uint64_t deadline_ns = deadline_next(&kernel->deadlines);
    const struct thread *thread = cpu->current;

    if (thread == NULL)
        return deadline_ns;
    if (cpu->payer != NULL && deadline_ns > kernel->now_ns + (uint64_t)cpu->payer->available_ns)
        deadline_ns = kernel->now_ns + (uint64_t)cpu->payer->available_ns;
    if (!list_is_empty(&cpu->ready[thread->priority]) || (thread->interrupt_pending && thread->upcall_ready))
        return deadline_ns < cpu->slice_end_ns ? deadline_ns : cpu->slice_end_ns;
    return deadline_ns;
}

/* While a thread runs, a timer armed too early is left: the spurious call costs less than arming at each switch. */
static void schedule_arm(struct kernel *kernel)
{
    struct cpu *cpu = schedule_cpu(kernel);
    uint64_t deadline_ns = schedule_deadline(kernel, cpu);

    if (deadline_ns == cpu->armed_ns || (deadline_ns > cpu->armed_ns && cpu->current != NULL))
        return;
    cpu->armed_ns = deadline_ns;
    plat_timer_arm(kernel, 0, deadline_ns);
}

struct thread *schedule_arm_for(struct kernel *kernel, struct thread *thread)
{
    schedule_arm(kernel);
    return thread;
}

struct thread *schedule_next(struct kernel *kernel)
{
    struct cpu *cpu = schedule_cpu(kernel);
    struct thread *thread = schedule_choose(kernel, cpu);

    if (kernel->now_ns >= cpu->slice_end_ns)
        cpu->slice_end_ns = kernel->now_ns + SLICE_NS;
    if (cpu->running != NULL && cpu->running != thread && cpu->running->state == THREAD_RUNNING)
        cpu->running->state = THREAD_READY;
    if (thread != NULL) {
        if (thread != cpu->running)
            thread_upcall_try(kernel, thread);
        thread->state = THREAD_RUNNING;
        thread->in_call = false;
    }
    cpu->current = thread;
    cpu->running = thread;
    cpu->payer = thread != NULL && thread->lent != NULL ? lending_payer(kernel, thread) : NULL;
    schedule_arm(kernel);
    return thread;
}

/* Whether it may run and nothing that it waits for is known. */
static bool is_left_behind(const struct thread *thread)
{
    return (thread->state == THREAD_READY || thread->state == THREAD_RUNNING) && !thread->suspended &&
           thread->budget_wait == NULL;
}

void schedule_wait_check(struct kernel *kernel)
{
    struct cpu *cpu = schedule_cpu(kernel);

    KERNEL_ASSERT(kernel, cpu->current == NULL && cpu->direct == NULL && cpu->top < 0);
    KERNEL_ASSERT(kernel, cpu->armed_ns <= deadline_next(&kernel->deadlines));
    for (unsigned i = 0; i < SCHEDULE_CHECK_SLOTS && i < kernel->slot_used; i++) {
        const struct thread *thread;

        cpu->check_slot = cpu->check_slot + 1 < kernel->slot_used ? cpu->check_slot + 1 : 0;
        thread = kernel->slots[cpu->check_slot].thread;
        KERNEL_ASSERT(kernel, thread == NULL || !is_left_behind(thread));
    }
}

unsigned schedule_check(struct kernel *kernel)
{
    struct cpu *cpu = schedule_cpu(kernel);

    if (cpu->top != ready_top(cpu))
        return 306;
    for (unsigned i = 0; i < PRIORITY_COUNT; i++) {
        bool marked = (cpu->ready_bits[i / 64u] >> (i % 64u) & 1u) != 0;

        if (marked == list_is_empty(&cpu->ready[i]))
            return 301;
        LIST_EACH (entry, &cpu->ready[i]) {
            struct thread *thread = LIST_ENTRY(entry, struct thread, ready_link);

            if (thread->priority != i || !thread->queued || thread->suspended || thread->doomed)
                return 302;
            if (thread->state != THREAD_READY && thread->state != THREAD_RUNNING)
                return 303;
            if (thread == cpu->current || thread == cpu->direct)
                return 304;
        }
    }
    if (cpu->current != NULL && (cpu->current->suspended || cpu->current->state != THREAD_RUNNING))
        return 305;
    return 0;
}
