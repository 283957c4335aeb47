/* Threads of the reference model: waiting and waking, death, suspension, interrupts, priorities. */
#include "spec_private.h"

void spec_init(struct spec *spec, uint64_t now_ns)
{
    *spec = (struct spec){
        .now_ns = now_ns,
        .current = SPEC_NONE,
        .direct = SPEC_NONE,
        .running = SPEC_NONE,
        .closer = SPEC_NONE,
        .payer = SPEC_NONE,
        .job = SPEC_NONE,
    };
}

void spec_thread_add(struct spec *spec, int thread, int table, uint8_t priority, uint64_t identity, int exception)
{
    spec->threads[thread] = (struct spec_thread){
        .exists = true,
        .state = THREAD_READY,
        .table = table,
        .exception = exception,
        .identity = identity,
        .base_priority = priority,
        .priority = priority,
        .deadline_ns = DEADLINE_NONE,
        .waits_for = SPEC_NONE,
        .ready_place = spec_place_last(spec),
        .budget = SPEC_NONE,
        .lent = SPEC_NONE,
        .budget_wait = SPEC_NONE,
    };
    spec->threads[thread].message.server = SPEC_NONE;
    spec->threads[thread].message.copier = SPEC_NONE;
    spec_job_begin(spec, thread);
}

struct spec_place spec_place_last(struct spec *spec)
{
    return (struct spec_place){.sequence = ++spec->sequence, .step = spec->step};
}

struct spec_place spec_place_first(struct spec *spec)
{
    return (struct spec_place){.sequence = --spec->front, .step = spec->step};
}

/* Each thread runs at least at the priority of those who wait for it; along chains, so again until nothing changes. */
uint8_t spec_priority(const struct spec *spec, int thread)
{
    uint8_t priorities[SPEC_THREADS];
    bool changed = true;

    for (int i = 0; i < SPEC_THREADS; i++)
        priorities[i] = spec->threads[i].base_priority;
    while (changed) {
        changed = false;
        for (int i = 0; i < SPEC_THREADS; i++) {
            const struct spec_thread *client = &spec->threads[i];
            int server = client->message.server;

            if ((client->state != THREAD_SEND && client->state != THREAD_REPLY) || server == SPEC_NONE)
                continue;
            if (priorities[server] < priorities[i]) {
                priorities[server] = priorities[i];
                changed = true;
            }
        }
    }
    return priorities[thread];
}

bool spec_thread_is_ready(const struct spec *spec, int thread)
{
    const struct spec_thread *it = &spec->threads[thread];

    return it->exists && it->state == THREAD_READY && !it->suspended && !it->doomed;
}

/* Whether the thread's priority has changed and none of those who lend to it has a change to come. */
static bool change_is_due(const struct spec *spec, int thread)
{
    if (!spec->threads[thread].exists || spec_priority(spec, thread) == spec->threads[thread].priority)
        return false;
    for (int i = 0; i < SPEC_THREADS; i++) {
        const struct spec_thread *lender = &spec->threads[i];

        if (i != thread && lender->exists && lender->message.server == thread &&
            spec_priority(spec, i) != lender->priority)
            return false;
    }
    return true;
}

/* The next change of a priority: first what falls, then what rises, and along chains from who waits to whom it waits
 * for. SPEC_NONE: there is none. */
static int change_next(const struct spec *spec)
{
    int rising = SPEC_NONE;
    int ring = SPEC_NONE;

    for (int i = 0; i < SPEC_THREADS; i++) {
        const struct spec_thread *thread = &spec->threads[i];

        if (change_is_due(spec, i)) {
            if (spec_priority(spec, i) < thread->priority)
                return i;
            rising = rising == SPEC_NONE ? i : rising;
        } else if (ring == SPEC_NONE && thread->exists && spec_priority(spec, i) != thread->priority) {
            ring = i;
        }
    }
    return rising != SPEC_NONE ? rising : ring;
}

void spec_priorities_settle(struct spec *spec)
{
    int changed;

    while ((changed = change_next(spec)) != SPEC_NONE) {
        struct spec_thread *thread = &spec->threads[changed];

        thread->priority = spec_priority(spec, changed);
        if (spec_thread_is_ready(spec, changed) && changed != spec->current && changed != spec->direct)
            thread->ready_place = spec_place_last(spec);
        if (thread->state == THREAD_SEND)
            thread->wait_place = spec_place_last(spec);
    }
}

struct spec_thread *spec_enter(struct spec *spec)
{
    struct spec_thread *thread = &spec->threads[spec->current];

    assert(spec->current != SPEC_NONE && thread->state == THREAD_READY && !thread->again);
    spec_job_begin(spec, spec->current);
    if (!thread->interrupted)
        thread->interrupt_pending = false;
    return thread;
}

/* The thread that was doomed first and still is; SPEC_NONE: there is none. */
static int doomed_first(const struct spec *spec)
{
    int first = SPEC_NONE;

    for (int i = 0; i < SPEC_THREADS; i++) {
        if (spec->threads[i].exists && spec->threads[i].doomed != 0 &&
            (first == SPEC_NONE || spec->threads[i].doomed < spec->threads[first].doomed))
            first = i;
    }
    return first;
}

/* What was left for the end of the operation. */
void spec_settle(struct spec *spec)
{
    int doomed;

    while ((doomed = doomed_first(spec)) != SPEC_NONE)
        spec_die(spec, doomed);
    spec_priorities_settle(spec);
    spec_budgets_settle(spec);
}

static void result_give(struct spec *spec, int thread, int64_t result)
{
    spec->threads[thread].result = result;
    spec->threads[thread].results++;
}

void spec_leave(struct spec *spec, int64_t result)
{
    if (result != SPEC_BLOCKED)
        result_give(spec, spec->current, result);
    spec_settle(spec);
}

int spec_may_block(struct spec *spec, int thread, uint64_t deadline_ns)
{
    if (spec->threads[thread].interrupt_pending) {
        spec->threads[thread].interrupt_pending = false;
        return -E_INTR;
    }
    return deadline_ns <= spec->now_ns ? -E_TIMEDOUT : 0;
}

/* The thread does not run on. */
static void stop_running(struct spec *spec, int thread)
{
    if (spec->current == thread)
        spec->current = SPEC_NONE;
    if (spec->direct == thread)
        spec->direct = SPEC_NONE;
}

void spec_block(struct spec *spec, int thread, enum thread_state state, uint64_t deadline_ns)
{
    stop_running(spec, thread);
    spec->threads[thread].state = state;
    spec->threads[thread].deadline_ns = deadline_ns;
    spec->deadline_orders[thread] = ++spec->deadline_order;
}

/* It leaves whatever it waits in. */
static void unwait(struct spec *spec, int thread, bool killed)
{
    struct spec_thread *it = &spec->threads[thread];

    it->deadline_ns = DEADLINE_NONE;
    it->waits_for = SPEC_NONE;
    it->budget_wait = SPEC_NONE;
    if (it->state == THREAD_SEND || it->state == THREAD_REPLY)
        spec_message_close(spec, thread, killed);
}

void spec_wake_quietly(struct spec *spec, int thread)
{
    unwait(spec, thread, false);
    spec->threads[thread].state = THREAD_READY;
    spec->threads[thread].ready_place = spec_place_last(spec);
}

void spec_wake(struct spec *spec, int thread, int64_t result)
{
    result_give(spec, thread, result);
    spec_wake_quietly(spec, thread);
}

void spec_hand_cpu(struct spec *spec, int thread)
{
    if (spec->threads[thread].suspended)
        return;
    if (spec->direct != SPEC_NONE)
        spec->threads[spec->direct].ready_place = spec_place_last(spec);
    spec->direct = thread;
}

void spec_wake_direct(struct spec *spec, int thread, int64_t result)
{
    spec_wake(spec, thread, result);
    spec_hand_cpu(spec, thread);
}

void spec_doom(struct spec *spec, int thread)
{
    unwait(spec, thread, true);
    spec->threads[thread].state = THREAD_READY;
    spec->threads[thread].doomed = ++spec->sequence;
}

static bool table_is_used(const struct spec *spec, int table)
{
    for (int i = 0; i < SPEC_THREADS; i++) {
        if (spec->threads[i].exists && spec->threads[i].state != THREAD_DEAD && spec->threads[i].table == table)
            return true;
    }
    return false;
}

/* The last thread of a table has gone. */
static void table_empty(struct spec *spec, int table)
{
    spec->tables[table].authority = false;
    for (int i = 0; i < SPEC_THREADS; i++) {
        if (spec->threads[i].state == THREAD_REPLY && spec->threads[i].message.table == table)
            spec_message_fail(spec, i, -E_SRCH);
    }
    for (int i = 0; i < SPEC_HANDLES; i++) {
        struct spec_handle handle = spec->tables[table].handles[i];

        spec->tables[table].handles[i] = (struct spec_handle){0};
        spec_handle_gone(spec, handle.type, handle.index, handle.rights);
    }
}

static void death_tell(struct spec *spec, const struct spec_thread *thread)
{
    const struct spec_connection *connection = &spec->connections[thread->exception];

    spec_pulse_send(spec, &(struct spec_pulse){
                              .kind = SPEC_PULSE_DEATH,
                              .owner = (int)(thread - spec->threads),
                              .channel = connection->channel,
                              .code = PULSE_THREAD_DEATH,
                              .value = thread->identity,
                              .cookie = connection->cookie,
                              .identity = thread->identity,
                              .priority = thread->base_priority,
                          });
}

void spec_die(struct spec *spec, int thread)
{
    struct spec_thread *it = &spec->threads[thread];
    int exception = it->exception;

    if (it->state == THREAD_DEAD)
        return;
    unwait(spec, thread, true);
    stop_running(spec, thread);
    if (spec->running == thread)
        spec->running = SPEC_NONE;
    it->state = THREAD_DEAD;
    it->doomed = 0;
    it->own_work = false;
    for (int i = 0; i < SPEC_CHANNELS; i++) {
        if (spec->channels[i].last_server == thread)
            spec->channels[i].last_server = SPEC_NONE;
    }
    spec_job_end(spec, thread);
    for (int i = 0; i < SPEC_THREADS; i++) {
        if (spec->threads[i].message.server == thread)
            spec->threads[i].message.server = SPEC_NONE;
    }
    if (it->budget != SPEC_NONE) {
        int budget = it->budget;

        it->budget = SPEC_NONE;
        it->lent = SPEC_NONE;
        spec_budget_gone(spec, budget);
    }
    if (exception != SPEC_NONE) {
        death_tell(spec, it);
        it->exception = SPEC_NONE;
        spec_handle_gone(spec, OBJECT_CONNECTION, exception, RIGHTS_ALL);
    }
    if (!table_is_used(spec, it->table))
        table_empty(spec, it->table);
    for (int i = 0; i < SPEC_PAGED_OBJECTS; i++) { /* they go with the last space */
        if (spec->paged[i].exists && !spec_pages_use(spec, spec->paged[i].connection))
            spec_handle_gone(spec, OBJECT_CONNECTION, spec->paged[i].connection, RIGHTS_ALL);
    }
}

void spec_exit(struct spec *spec)
{
    int thread = spec->current;

    spec_enter(spec);
    spec_die(spec, thread);
    spec_leave(spec, SPEC_BLOCKED);
}

void spec_kill(struct spec *spec, int thread)
{
    bool own = thread == spec->current;

    spec_enter(spec);
    spec_die(spec, thread);
    spec_leave(spec, own ? SPEC_BLOCKED : 0);
}

void spec_lost(struct spec *spec, int thread)
{
    spec_die(spec, thread);
    spec_settle(spec);
}

void spec_suspend(struct spec *spec, int thread)
{
    int own = spec->current;
    struct spec_thread *it = &spec->threads[thread];

    spec_enter(spec);
    if (it->state == THREAD_DEAD) {
        spec_leave(spec, -E_SRCH);
        return;
    }
    it->suspended = true;
    it->budget_wait = SPEC_NONE;
    if (it->state == THREAD_READY)
        stop_running(spec, thread);
    result_give(spec, own, 0);
    spec_leave(spec, SPEC_BLOCKED);
}

void spec_resume(struct spec *spec, int thread)
{
    struct spec_thread *it = &spec->threads[thread];

    spec_enter(spec);
    if (it->state == THREAD_DEAD) {
        spec_leave(spec, -E_SRCH);
        return;
    }
    if (it->suspended)
        it->ready_place = spec_place_last(spec);
    it->suspended = false;
    spec_leave(spec, 0);
}

/* It waits for nothing that anyone else would have to be asked about. */
static bool waits_alone(const struct spec_thread *thread)
{
    return thread->state == THREAD_RECEIVE || thread->state == THREAD_NOTIFICATION_WAIT ||
           thread->state == THREAD_ADDRESS_WAIT || thread->state == THREAD_SLEEP;
}

void spec_interrupt(struct spec *spec, int thread)
{
    struct spec_thread *it = &spec->threads[thread];

    spec_enter(spec);
    if (it->state == THREAD_DEAD) {
        spec_leave(spec, -E_SRCH);
        return;
    }
    it->interrupted = true;
    it->interrupt_pending = true;
    if (waits_alone(it)) {
        it->interrupt_pending = false;
        spec_wake(spec, thread, -E_INTR);
    } else if ((it->state == THREAD_SEND || it->state == THREAD_REPLY) && !it->message.uninterruptible) {
        spec_message_unblock(spec, thread, -E_INTR);
    }
    spec_leave(spec, 0);
}

void spec_interrupt_seen(struct spec *spec, int thread)
{
    spec->threads[thread].interrupted = false;
}

void spec_priority_set(struct spec *spec, int thread, uint64_t priority)
{
    struct spec_thread *own = spec_enter(spec);

    if (spec->threads[thread].state == THREAD_DEAD) {
        spec_leave(spec, -E_SRCH);
    } else if (priority > PRIORITY_MAX) {
        spec_leave(spec, -E_INVAL);
    } else if (priority > own->base_priority && !spec->tables[own->table].authority) {
        spec_leave(spec, -E_PERM);
    } else {
        spec->threads[thread].base_priority = (uint8_t)priority;
        spec_leave(spec, 0);
    }
}

void spec_exception_raise(struct spec *spec, int thread, const struct exception_info *info)
{
    struct spec_thread *it = &spec->threads[thread];
    static const struct spec_vector none;

    if (it->exception == SPEC_NONE || spec->channels[spec->connections[it->exception].channel].dead) {
        spec_die(spec, thread);
        return;
    }
    spec_message_open(spec, thread, it->exception, RECEIVED_EXCEPTION, &none, &none);
    it->message.exception = *info;
    it->message.bytes[0] = sizeof(struct exception_message);
    it->message.bytes[1] = sizeof(struct registers);
    it->message.uninterruptible = true;
    spec_block(spec, thread, THREAD_SEND, DEADLINE_NONE);
    (void)spec_message_send(spec, thread);
}

void spec_exception(struct spec *spec, const struct exception_info *info)
{
    int own = spec->current;

    spec_enter(spec);
    spec_exception_raise(spec, own, info);
    spec_settle(spec);
}

void spec_expire(struct spec *spec, int thread)
{
    struct spec_thread *it = &spec->threads[thread];

    it->deadline_ns = DEADLINE_NONE;
    if (it->state == THREAD_SEND || it->state == THREAD_REPLY)
        spec_message_unblock(spec, thread, -E_TIMEDOUT);
    else
        spec_wake(spec, thread, it->state == THREAD_SLEEP ? 0 : -E_TIMEDOUT);
}
