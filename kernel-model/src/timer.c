/* Timer objects, and the expiry of everything in the deadline heap. */
#include "timer.h"

#include "channel.h"
#include "connection.h"
#include "kernel_state.h"
#include "scheduling.h"

#include <abi/errno.h>
#include <kernel/canary.h>

#define TIMER_PERIOD_MAX_NS (1ull << 62)

int timer_object_create(struct kernel *kernel, const struct timer_arguments *arguments, struct timer **timer_out)
{
    struct object *object;
    struct timer *timer;
    int error = object_create(kernel, arguments->grant, OBJECT_TIMER, sizeof(struct timer), &object);

    if (error != 0)
        return error;
    timer = (struct timer *)object;
    timer->deadline.kind = DEADLINE_TIMER;
    timer->connection = arguments->connection;
    object_reference(&timer->connection->object);
    timer->priority = arguments->priority;
    timer->pulse.owner = PULSE_OF_OBJECT;
    timer->pulse.code = arguments->code;
    timer->pulse.value = arguments->value;
    timer->pulse.cookie = timer->connection->cookie;
    timer->pulse.identity = arguments->identity;
    *timer_out = timer;
    return 0;
}

void timer_destroy(struct kernel *kernel, struct object *object)
{
    struct timer *timer = (struct timer *)object;

    deadline_remove(&kernel->deadlines, &timer->deadline);
    pulse_cancel(kernel, &timer->pulse);
    object_release(kernel, &timer->connection->object);
}

int timer_set(struct kernel *kernel, struct timer *timer, uint64_t deadline_ns, uint64_t period_ns)
{
    if (period_ns != 0 && (period_ns < TIMER_PERIOD_MIN_NS || period_ns > TIMER_PERIOD_MAX_NS))
        return -E_INVAL;
    deadline_remove(&kernel->deadlines, &timer->deadline);
    timer->period_ns = period_ns;
    if (deadline_ns != DEADLINE_NONE)
        deadline_insert(&kernel->deadlines, &timer->deadline, deadline_ns);
    return 0;
}

static void timer_expire(struct kernel *kernel, struct timer *timer)
{
    uint64_t at_ns = timer->deadline.at_ns;

    trace_record(kernel, TRACE_TIMER, NULL, NULL, timer->pulse.cookie, timer->pulse.value, 0);
    if (timer->period_ns != 0) {
        uint64_t missed = (kernel->now_ns - at_ns) / timer->period_ns;
        uint64_t next_ns = at_ns + (missed + 1) * timer->period_ns;

        if (canary(TIMER_DRIFTS))
            next_ns = kernel->now_ns + timer->period_ns;
        deadline_insert(&kernel->deadlines, &timer->deadline, next_ns);
    }
    pulse_send(kernel, timer->connection->channel, &timer->pulse, timer->priority);
}

void timer_expire_all(struct kernel *kernel)
{
    struct deadline *due;

    while ((due = deadline_due(&kernel->deadlines, kernel->now_ns)) != NULL) {
        if (due->kind == DEADLINE_TIMER)
            timer_expire(kernel, LIST_ENTRY(due, struct timer, deadline));
        else if (due->kind == DEADLINE_SCHEDULING)
            scheduling_expire(kernel, LIST_ENTRY(due, struct scheduling, deadline));
        else
            thread_expire(kernel, LIST_ENTRY(due, struct thread, deadline));
    }
}

unsigned timer_check(struct kernel *kernel, struct timer *timer)
{
    (void)kernel;
    if (timer->deadline.kind != DEADLINE_TIMER || timer->pulse.owner != PULSE_OF_OBJECT)
        return 801;
    return timer->pulse.node.queued && timer->pulse.channel != timer->connection->channel ? 802 : 0;
}
