/* Who runs, and what time brings, in the reference model: sleep, timers. */
#include "spec_private.h"

/* The first of the ready. Of those that one operation made ready at the same priority any may be: then it is
 * `preferred`. */
static int ready_first(const struct spec *spec, int preferred)
{
    const struct spec_thread *wanted = preferred == SPEC_NONE ? NULL : &spec->threads[preferred];
    int first = SPEC_NONE;

    for (int i = 0; i < SPEC_THREADS; i++) {
        const struct spec_thread *thread = &spec->threads[i];

        if (!spec_thread_is_ready(spec, i) || thread->budget_wait != SPEC_NONE || i == spec->current ||
            i == spec->direct)
            continue;
        if (first == SPEC_NONE || thread->priority > spec->threads[first].priority ||
            (thread->priority == spec->threads[first].priority &&
             thread->ready_place.sequence < spec->threads[first].ready_place.sequence))
            first = i;
    }
    if (first == SPEC_NONE || wanted == NULL || preferred == spec->current || !spec_thread_is_ready(spec, preferred) ||
        spec->threads[first].again || spec_shortage(spec, first) != SPEC_NONE || wanted->budget_wait != SPEC_NONE)
        return first;
    if (wanted->priority == spec->threads[first].priority &&
        wanted->ready_place.step == spec->step && spec->threads[first].ready_place.step == spec->step)
        return preferred;
    return first;
}

/* Who may go on without queueing: the thread that entered the kernel, or the one that was handed the CPU, if the former
 * blocked or is of lower priority. */
static int candidate(struct spec *spec, bool *direct)
{
    int current = spec->current != SPEC_NONE && spec_affords(spec, spec->current) ? spec->current : SPEC_NONE;
    int handed = spec->direct != SPEC_NONE && spec_affords(spec, spec->direct) ? spec->direct : SPEC_NONE;

    *direct = false;
    spec->direct = SPEC_NONE;
    if (handed == SPEC_NONE)
        return current;
    if (current == SPEC_NONE) {
        *direct = true;
        return handed;
    }
    if (spec->threads[handed].priority > spec->threads[current].priority) {
        spec->threads[current].ready_place = spec_place_first(spec);
        spec->current = SPEC_NONE;
        return handed;
    }
    spec->threads[handed].ready_place = spec_place_last(spec);
    return current;
}

/* Whether a ready thread goes before the candidate. */
static bool displaces(const struct spec *spec, int first, int thread)
{
    uint8_t own, other;

    if (first == SPEC_NONE || thread == SPEC_NONE)
        return first != SPEC_NONE;
    own = spec->threads[thread].priority;
    other = spec->threads[first].priority;
    return other > own || (other == own && spec->now_ns >= spec->slice_end_ns);
}

static int choose(struct spec *spec, int preferred)
{
    bool direct;
    int thread = candidate(spec, &direct);
    int first;

    spec->current = thread;
    for (first = ready_first(spec, preferred); displaces(spec, first, thread); first = ready_first(spec, preferred)) {
        if (!spec_affords(spec, first))
            continue;
        if (thread != SPEC_NONE)
            spec->threads[thread].ready_place = spec->threads[first].priority > spec->threads[thread].priority
                                                    ? spec_place_first(spec)
                                                    : spec_place_last(spec);
        thread = first;
        direct = false;
        break;
    }
    if (!direct && thread != spec->running)
        spec->slice_end_ns = spec->now_ns + SLICE_NS;
    if (spec->now_ns >= spec->slice_end_ns)
        spec->slice_end_ns = spec->now_ns + SLICE_NS;
    spec->current = thread;
    spec->running = thread;
    spec->payer = thread == SPEC_NONE ? SPEC_NONE : spec_payer(spec, thread);
    return thread;
}

/* Whose turn comes in the middle of a call makes it again. */
int spec_next(struct spec *spec, int preferred, int preferred_later)
{
    int thread = choose(spec, preferred);

    while (thread != SPEC_NONE && spec->threads[thread].again) {
        spec->step++; /* what it leaves open is not what was open before */
        spec_make_again(spec);
        thread = choose(spec, preferred_later);
    }
    return thread;
}

void spec_force(struct spec *spec, int thread)
{
    if (spec->current == thread)
        return;
    if (spec->current != SPEC_NONE)
        spec->threads[spec->current].ready_place = spec_place_last(spec);
    spec->current = thread;
    spec->running = thread;
}

void spec_yield(struct spec *spec)
{
    spec_enter(spec);
    spec->slice_end_ns = spec->now_ns;
    spec_leave(spec, 0);
}

void spec_sleep(struct spec *spec, uint64_t deadline_ns)
{
    int own = spec->current;
    int error;

    spec_enter(spec);
    error = spec_may_block(spec, own, deadline_ns);
    if (error == 0)
        spec_block(spec, own, THREAD_SLEEP, deadline_ns);
    spec_leave(spec, error == 0 ? SPEC_BLOCKED : error == -E_TIMEDOUT ? 0 : error);
}

static void timer_fire(struct spec *spec, int timer)
{
    struct spec_timer *it = &spec->timers[timer];
    const struct spec_connection *connection = &spec->connections[it->connection];

    if (it->period_ns == 0) {
        it->deadline_ns = DEADLINE_NONE;
    } else {
        while (it->deadline_ns <= spec->now_ns)
            it->deadline_ns += it->period_ns;
        it->set = ++spec->deadline_order;
    }
    spec_pulse_send(spec, &(struct spec_pulse){
                              .kind = SPEC_PULSE_TIMER,
                              .owner = timer,
                              .channel = connection->channel,
                              .code = it->code,
                              .value = it->value,
                              .cookie = connection->cookie,
                              .identity = it->identity,
                              .priority = it->priority,
                          });
}

/* The next deadline that is due: of a thread or of a timer. Both SPEC_NONE: none is. */
static void due_first(const struct spec *spec, int *thread, int *timer)
{
    uint64_t at_ns = DEADLINE_NONE;
    uint64_t order = 0;

    *thread = SPEC_NONE;
    *timer = SPEC_NONE;
    for (int i = 0; i < SPEC_THREADS; i++) {
        uint64_t due_ns = spec->threads[i].deadline_ns;

        if (spec->threads[i].exists && due_ns <= spec->now_ns &&
            (due_ns < at_ns || (due_ns == at_ns && spec->deadline_orders[i] < order))) {
            *thread = i;
            at_ns = due_ns;
            order = spec->deadline_orders[i];
        }
    }
    for (int i = 0; i < SPEC_TIMERS; i++) {
        uint64_t due_ns = spec->timers[i].deadline_ns;

        if (spec->timers[i].exists && due_ns <= spec->now_ns &&
            (due_ns < at_ns || (due_ns == at_ns && spec->timers[i].set < order))) {
            *thread = SPEC_NONE;
            *timer = i;
            at_ns = due_ns;
            order = spec->timers[i].set;
        }
    }
}

void spec_time(struct spec *spec, uint64_t now_ns)
{
    uint64_t before_ns = spec->now_ns;
    int thread, timer;

    spec->now_ns = now_ns;
    if (spec->payer != SPEC_NONE && now_ns > before_ns)
        spec_charge(spec, spec->payer, before_ns);
    for (int i = 0; i < SPEC_BUDGETS; i++)
        spec_refill(spec, i);
    for (due_first(spec, &thread, &timer); thread != SPEC_NONE || timer != SPEC_NONE;
         due_first(spec, &thread, &timer)) {
        if (thread != SPEC_NONE)
            spec_expire(spec, thread);
        else
            timer_fire(spec, timer);
    }
    spec_settle(spec);
}

void spec_timer_set(struct spec *spec, int64_t handle, uint64_t deadline_ns, uint64_t period_ns)
{
    int timer;
    int error;

    spec_enter(spec);
    error = spec_lookup(spec, handle, OBJECT_TIMER, RIGHT_MANAGE, &timer);
    if (error == 0 && period_ns != 0 && period_ns < SPEC_PERIOD_MIN_NS)
        error = -E_INVAL;
    if (error == 0) {
        spec->timers[timer].deadline_ns = deadline_ns;
        spec->timers[timer].period_ns = period_ns;
        spec->timers[timer].set = ++spec->deadline_order;
    }
    spec_leave(spec, error);
}
