/* Scheduling contexts: budgets, refills, and who waits for them. */
#include "scheduling.h"

#include "connection.h"
#include "kernel_state.h"

#include <abi/errno.h>
#include <kernel/canary.h>

static bool budget_is_valid(uint64_t budget_ns, uint64_t period_ns)
{
    return budget_ns >= SCHEDULING_BUDGET_MIN_NS && budget_ns <= period_ns && period_ns <= SCHEDULING_PERIOD_MAX_NS;
}

int scheduling_create(struct kernel *kernel, const struct scheduling_arguments *arguments,
                      struct scheduling **scheduling_out)
{
    struct object *object;
    struct scheduling *scheduling;
    int error;

    if (!budget_is_valid(arguments->budget_ns, arguments->period_ns))
        return -E_INVAL;
    error = object_create(kernel, arguments->grant, OBJECT_SCHEDULING, sizeof(struct scheduling), &object);
    if (error != 0)
        return error;
    scheduling = (struct scheduling *)object;
    list_init(&scheduling->waiting);
    list_init(&scheduling->others);
    scheduling->deadline.kind = DEADLINE_SCHEDULING;
    scheduling->budget_ns = arguments->budget_ns;
    scheduling->period_ns = arguments->period_ns;
    scheduling->available_ns = (int64_t)arguments->budget_ns;
    scheduling->connection = arguments->connection;
    scheduling->priority = arguments->priority;
    scheduling->pulse.owner = PULSE_OF_OBJECT;
    scheduling->pulse.code = arguments->code;
    scheduling->pulse.value = arguments->value;
    scheduling->pulse.identity = arguments->identity;
    if (scheduling->connection != NULL) {
        object_reference(&scheduling->connection->object);
        scheduling->pulse.cookie = scheduling->connection->cookie;
    }
    *scheduling_out = scheduling;
    return 0;
}

void scheduling_destroy(struct kernel *kernel, struct object *object)
{
    struct scheduling *scheduling = (struct scheduling *)object;

    KERNEL_ASSERT(kernel, list_is_empty(&scheduling->waiting) && list_is_empty(&scheduling->others));
    schedule_payer_gone(kernel, scheduling);
    pulse_cancel(kernel, &scheduling->pulse);
    if (scheduling->connection != NULL)
        object_release(kernel, &scheduling->connection->object);
}

/* All that wait may try again. */
static void waiting_release(struct kernel *kernel, struct scheduling *scheduling)
{
    struct list *entry;

    while ((entry = list_first(&scheduling->waiting)) != NULL) {
        struct thread *thread = LIST_ENTRY(entry, struct thread, budget_link);

        scheduling_unwait(kernel, thread);
        schedule_add(kernel, thread);
    }
}

static void others_release(struct kernel *kernel, struct scheduling *scheduling)
{
    struct list *entry;

    while ((entry = list_first(&scheduling->others)) != NULL) {
        struct thread *thread = LIST_ENTRY(entry, struct thread, budget_other_link);

        scheduling_unwait(kernel, thread);
        schedule_add(kernel, thread);
    }
}

int scheduling_set(struct kernel *kernel, struct scheduling *scheduling, uint64_t budget_ns, uint64_t period_ns)
{
    if (!budget_is_valid(budget_ns, period_ns))
        return -E_INVAL;
    scheduling->available_ns += (int64_t)budget_ns - (int64_t)scheduling->budget_ns;
    scheduling->budget_ns = budget_ns;
    scheduling->period_ns = period_ns;
    scheduling->charged_until_ns = UINT64_MAX;
    scheduling->empty = scheduling->available_ns < (int64_t)SCHEDULING_BUDGET_MIN_NS;
    if (!canary(SET_LOST))
        waiting_release(kernel, scheduling);
    others_release(kernel, scheduling);
    return 0;
}

static void refill_remove(struct scheduling *scheduling, uint32_t index)
{
    scheduling->refill_count--;
    for (uint32_t i = index; i < scheduling->refill_count; i++)
        scheduling->refills[i] = scheduling->refills[i + 1];
}

static void refill_apply(struct kernel *kernel, struct scheduling *scheduling)
{
    while (scheduling->refill_count > 0 && scheduling->refills[0].at_ns <= kernel->now_ns) {
        scheduling->available_ns += (int64_t)scheduling->refills[0].amount_ns;
        refill_remove(scheduling, 0);
    }
    if (scheduling->available_ns >= (int64_t)SCHEDULING_BUDGET_MIN_NS)
        scheduling->empty = false;
}

/* Makes room: of the two that are closest to each other, the earlier one comes with the later. */
static void refill_merge(struct scheduling *scheduling)
{
    struct refill *refills = scheduling->refills;
    uint32_t closest = 0;

    for (uint32_t i = 1; i + 1 < scheduling->refill_count; i++) {
        if (refills[i + 1].at_ns - refills[i].at_ns < refills[closest + 1].at_ns - refills[closest].at_ns)
            closest = i;
    }
    if (!canary(REFILL_LOST))
        refills[closest + 1].amount_ns += refills[closest].amount_ns;
    refill_remove(scheduling, closest);
}

static void refill_add(struct scheduling *scheduling, uint64_t at_ns, uint64_t amount_ns)
{
    uint32_t count = scheduling->refill_count;

    /* Times only grow, but for those of before a shorter period was set. */
    if (count > 0 && scheduling->refills[count - 1].at_ns > at_ns)
        at_ns = scheduling->refills[count - 1].at_ns;
    if (count == SCHEDULING_REFILLS_MAX)
        refill_merge(scheduling);
    scheduling->refills[scheduling->refill_count++] = (struct refill){at_ns, amount_ns};
}

/* What ran from start_ns to now comes back a period after its start. One longer than the budget, by a late timer, is
 * taken to have started a budget ago. */
static void refill_plan(struct kernel *kernel, struct scheduling *scheduling, uint64_t start_ns)
{
    uint64_t used_ns = kernel->now_ns - start_ns;
    uint64_t earliest_ns = kernel->now_ns + (scheduling->period_ns - scheduling->budget_ns);
    struct refill *last;

    if (scheduling->refill_count == 0 || scheduling->charged_until_ns != start_ns) {
        uint64_t at_ns = (canary(REFILL_LATE) ? kernel->now_ns : start_ns) + scheduling->period_ns;

        refill_add(scheduling, at_ns > earliest_ns ? at_ns : earliest_ns, used_ns);
        return;
    }
    last = &scheduling->refills[scheduling->refill_count - 1u];
    last->amount_ns += used_ns;
    if (last->at_ns < earliest_ns)
        last->at_ns = earliest_ns;
}

void scheduling_charge(struct kernel *kernel, struct scheduling *scheduling, uint64_t start_ns)
{
    if (start_ns == kernel->now_ns)
        return;
    refill_apply(kernel, scheduling);
    refill_plan(kernel, scheduling, start_ns);
    scheduling->available_ns -= (int64_t)(kernel->now_ns - start_ns);
    scheduling->charged_until_ns = kernel->now_ns;
    refill_apply(kernel, scheduling);
    if (scheduling->available_ns > 0 || scheduling->empty)
        return;
    scheduling->empty = true;
    if (scheduling->connection != NULL)
        pulse_send(kernel, scheduling->connection->channel, &scheduling->pulse, scheduling->priority);
}

bool scheduling_has_budget(struct kernel *kernel, struct scheduling *scheduling)
{
    refill_apply(kernel, scheduling);
    return !scheduling->empty;
}

uint64_t scheduling_revival(struct kernel *kernel, struct scheduling *scheduling)
{
    int64_t sum_ns = scheduling->available_ns;

    if (scheduling_has_budget(kernel, scheduling))
        return kernel->now_ns;
    for (uint32_t i = 0; i < scheduling->refill_count; i++) {
        sum_ns += (int64_t)scheduling->refills[i].amount_ns;
        if (sum_ns >= (int64_t)SCHEDULING_BUDGET_MIN_NS)
            return scheduling->refills[i].at_ns;
    }
    KERNEL_ASSERT(kernel, false); /* all refills together are the budget */
    return DEADLINE_NONE;
}

void scheduling_wait(struct kernel *kernel, struct scheduling *scheduling, struct scheduling *other,
                     struct thread *thread, bool exhausted)
{
    KERNEL_ASSERT(kernel, thread->budget_wait == NULL && !thread->queued);
    if (list_is_empty(&scheduling->waiting))
        deadline_insert(&kernel->deadlines, &scheduling->deadline, scheduling_revival(kernel, scheduling));
    trace_record(kernel, TRACE_BUDGET, thread, NULL, 0, exhausted, 0);
    thread->state = THREAD_READY;
    thread->budget_wait = scheduling;
    if (other != NULL)
        list_push_back(&other->others, &thread->budget_other_link);
    if (!exhausted && scheduling->exhausted != NULL) {
        list_insert_before(&scheduling->exhausted->budget_link, &thread->budget_link);
        return;
    }
    list_push_back(&scheduling->waiting, &thread->budget_link);
    if (exhausted)
        scheduling->exhausted = thread;
}

void scheduling_unwait(struct kernel *kernel, struct thread *thread)
{
    struct scheduling *scheduling = thread->budget_wait;

    if (scheduling == NULL)
        return;
    thread->budget_wait = NULL;
    list_remove(&thread->budget_link);
    list_remove(&thread->budget_other_link);
    if (scheduling->exhausted == thread)
        scheduling->exhausted = NULL;
    if (list_is_empty(&scheduling->waiting))
        deadline_remove(&kernel->deadlines, &scheduling->deadline);
}

void scheduling_expire(struct kernel *kernel, struct scheduling *scheduling)
{
    if (scheduling_has_budget(kernel, scheduling))
        waiting_release(kernel, scheduling);
    else
        deadline_insert(&kernel->deadlines, &scheduling->deadline, scheduling_revival(kernel, scheduling));
}

unsigned scheduling_check(struct kernel *kernel, struct scheduling *scheduling)
{
    int64_t sum_ns = scheduling->available_ns;
    uint64_t after_ns = 0;

    (void)kernel;
    if (scheduling->refill_count > SCHEDULING_REFILLS_MAX)
        return 1201;
    for (uint32_t i = 0; i < scheduling->refill_count; i++) {
        if (scheduling->refills[i].at_ns < after_ns)
            return 1202;
        after_ns = scheduling->refills[i].at_ns;
        sum_ns += (int64_t)scheduling->refills[i].amount_ns;
    }
    if (sum_ns != (int64_t)scheduling->budget_ns)
        return 1203;
    if (scheduling->available_ns <= 0 && !scheduling->empty)
        return 1204;
    if (list_is_empty(&scheduling->waiting) == scheduling->deadline.queued)
        return 1205;
    LIST_EACH (entry, &scheduling->waiting) {
        const struct thread *thread = LIST_ENTRY(entry, struct thread, budget_link);

        if (thread->budget_wait != scheduling || thread->state != THREAD_READY || thread->queued || thread->suspended)
            return 1206;
        if (thread->lent != scheduling && thread->scheduling != scheduling)
            return 1207;
    }
    return scheduling->exhausted != NULL && scheduling->exhausted->budget_wait != scheduling ? 1208 : 0;
}
