/* Scheduling contexts of the reference model: how a budget is used and comes back, on which one each thread works, and
 * who waits for budget. */
#include "spec_private.h"

static bool is_valid(uint64_t budget_ns, uint64_t period_ns)
{
    return budget_ns >= SCHEDULING_BUDGET_MIN_NS && budget_ns <= period_ns && period_ns <= SCHEDULING_PERIOD_MAX_NS;
}

int spec_budget_free(const struct spec *spec)
{
    for (int i = 0; i < SPEC_BUDGETS; i++) {
        if (!spec->budgets[i].exists)
            return i;
    }
    return SPEC_NONE;
}

static bool budget_is_used(const struct spec *spec, int budget)
{
    bool used = spec_has_handles(spec, OBJECT_SCHEDULING, budget, 0);

    for (int i = 0; i < SPEC_THREADS; i++)
        used |= spec->threads[i].exists && spec->threads[i].budget == budget;
    return used;
}

/* A handle or a binding has gone. */
void spec_budget_gone(struct spec *spec, int budget)
{
    if (budget_is_used(spec, budget))
        return;
    spec->budgets[budget] = (struct spec_budget){0};
    spec_pulse_cancel(spec, SPEC_PULSE_BUDGET, budget);
    if (spec->payer == budget)
        spec->payer = SPEC_NONE;
}

/* --- Use and refill. */

void spec_refill(struct spec *spec, int budget)
{
    struct spec_budget *it = &spec->budgets[budget];

    while (it->refill_count > 0 && it->refills[0].at_ns <= spec->now_ns) {
        it->available_ns += (int64_t)it->refills[0].amount_ns;
        it->refill_count--;
        for (uint32_t i = 0; i < it->refill_count; i++)
            it->refills[i] = it->refills[i + 1];
    }
    if (it->available_ns >= (int64_t)SCHEDULING_BUDGET_MIN_NS)
        it->empty = false;
}

/* The two refills closest to each other become one, at the later time. */
static void refills_merge(struct spec_budget *it)
{
    uint32_t closest = 0;

    for (uint32_t i = 0; i + 1 < it->refill_count; i++) {
        uint64_t gap_ns = it->refills[i + 1].at_ns - it->refills[i].at_ns;

        if (gap_ns < it->refills[closest + 1].at_ns - it->refills[closest].at_ns)
            closest = i;
    }
    it->refills[closest].at_ns = it->refills[closest + 1].at_ns;
    it->refills[closest].amount_ns += it->refills[closest + 1].amount_ns;
    it->refill_count--;
    for (uint32_t i = closest + 1; i < it->refill_count; i++)
        it->refills[i] = it->refills[i + 1];
}

void spec_charge(struct spec *spec, int budget, uint64_t start_ns)
{
    struct spec_budget *it = &spec->budgets[budget];
    uint64_t used_ns = spec->now_ns - start_ns;
    uint64_t at_ns = start_ns + it->period_ns;
    uint64_t least_ns = spec->now_ns + it->period_ns - it->budget_ns;
    struct spec_refill *last;

    spec_refill(spec, budget);
    if (it->refill_count == 0 || it->used_until_ns != start_ns) {
        if (it->refill_count == SPEC_REFILLS)
            refills_merge(it);
        if (it->refill_count > 0 && at_ns < it->refills[it->refill_count - 1].at_ns)
            at_ns = it->refills[it->refill_count - 1].at_ns; /* they keep their order when a shorter period is set */
        it->refills[it->refill_count++] = (struct spec_refill){.at_ns = at_ns};
    }
    last = &it->refills[it->refill_count - 1];
    last->amount_ns += used_ns;
    if (last->at_ns < least_ns)
        last->at_ns = least_ns;
    it->used_until_ns = spec->now_ns;
    it->available_ns -= (int64_t)used_ns;
    spec_refill(spec, budget);
    if (it->available_ns > 0 || it->empty)
        return;
    it->empty = true;
    if (it->connection == SPEC_NONE)
        return;
    spec_pulse_send(spec, &(struct spec_pulse){
                              .kind = SPEC_PULSE_BUDGET,
                              .owner = budget,
                              .channel = spec->connections[it->connection].channel,
                              .code = it->code,
                              .value = it->value,
                              .cookie = spec->connections[it->connection].cookie,
                              .identity = it->identity,
                              .priority = it->priority,
                          });
}

/* When it can be used again, if nobody uses it until then. */
static uint64_t revival(const struct spec *spec, int budget)
{
    const struct spec_budget *it = &spec->budgets[budget];
    int64_t sum_ns = it->available_ns;

    if (!it->empty)
        return spec->now_ns;
    for (uint32_t i = 0; i < it->refill_count; i++) {
        sum_ns += (int64_t)it->refills[i].amount_ns;
        if (sum_ns >= (int64_t)SCHEDULING_BUDGET_MIN_NS)
            return it->refills[i].at_ns;
    }
    assert(false && "all refills make the budget");
    return DEADLINE_NONE;
}

/* --- Who works on what. */

/* The client for whom it works, or SPEC_NONE: the one whose message it received last. */
static int client_of(const struct spec *spec, int thread)
{
    int last = SPEC_NONE;

    if (spec->threads[thread].own_work)
        return SPEC_NONE;
    for (int i = 0; i < SPEC_THREADS; i++) {
        const struct spec_thread *client = &spec->threads[i];

        if (!client->exists || client->state != THREAD_REPLY || client->message.server != thread)
            continue;
        if (last == SPEC_NONE || client->message.receipt > spec->threads[last].message.receipt)
            last = i;
    }
    return last;
}

/* The budget that it works on: its client's, whatever that works on; else its own. */
static int lent_to(const struct spec *spec, int thread)
{
    int client = client_of(spec, thread);
    int lent = client == SPEC_NONE ? SPEC_NONE : lent_to(spec, client);

    return lent != SPEC_NONE ? lent : spec->threads[thread].budget;
}

int spec_payer(const struct spec *spec, int thread)
{
    int own = spec->threads[thread].budget;
    int lent = lent_to(spec, thread);
    const struct spec_connection *connection;

    if (lent == own || !spec->budgets[lent].empty)
        return lent;
    connection = &spec->connections[spec->threads[client_of(spec, thread)].message.connection];
    return (spec->channels[connection->channel].flags & CHANNEL_BUDGET_WAIT) != 0 ? lent : own;
}

int spec_shortage(const struct spec *spec, int thread)
{
    int payer = spec_payer(spec, thread);
    int lent = lent_to(spec, thread);

    if (payer == SPEC_NONE || !spec->budgets[payer].empty)
        return SPEC_NONE;
    return revival(spec, lent) < revival(spec, payer) ? lent : payer;
}

/* --- Who waits. */

bool spec_affords(struct spec *spec, int thread)
{
    struct spec_thread *it = &spec->threads[thread];
    int shortage = spec_shortage(spec, thread);

    if (shortage == SPEC_NONE)
        return true;
    if (spec->current == thread)
        spec->current = SPEC_NONE;
    if (thread == spec->running) {
        for (int i = 0; i < SPEC_THREADS; i++) {
            struct spec_thread *other = &spec->threads[i];

            if (other->budget_wait == shortage && other->used_up) {
                other->used_up = false;
                other->budget_place = spec_place_last(spec);
            }
        }
    }
    it->budget_wait = shortage;
    it->used_up = thread == spec->running;
    it->budget_place = spec_place_last(spec);
    return false;
}

/* It is looked at again when its turn comes. */
static void try_again(struct spec *spec, int thread)
{
    if (spec->threads[thread].budget_wait == SPEC_NONE)
        return;
    spec->threads[thread].budget_wait = SPEC_NONE;
    spec->threads[thread].ready_place = spec_place_last(spec);
}

void spec_lending_changed(struct spec *spec, int thread)
{
    while (thread != SPEC_NONE) {
        struct spec_thread *it = &spec->threads[thread];
        int lent = lent_to(spec, thread);

        try_again(spec, thread);
        if (lent == it->lent)
            return;
        it->lent = lent;
        thread = it->state == THREAD_REPLY ? it->message.server : SPEC_NONE;
    }
}

void spec_budgets_settle(struct spec *spec)
{
    for (;;) {
        int first = SPEC_NONE;

        for (int i = 0; i < SPEC_THREADS; i++) {
            const struct spec_thread *it = &spec->threads[i];
            const struct spec_thread *before = first == SPEC_NONE ? NULL : &spec->threads[first];

            if (it->budget_wait == SPEC_NONE || spec_shortage(spec, i) != SPEC_NONE)
                continue;
            if (before == NULL || it->used_up < before->used_up ||
                (it->used_up == before->used_up && it->budget_place.sequence < before->budget_place.sequence))
                first = i;
        }
        if (first == SPEC_NONE)
            return;
        try_again(spec, first);
    }
}

/* --- Calls. */

void spec_thread_bind(struct spec *spec, int thread, int budget)
{
    spec->threads[thread].budget = budget;
    spec_lending_changed(spec, thread);
}

void spec_budget_add(struct spec *spec, int budget, uint64_t budget_ns, uint64_t period_ns, int connection)
{
    spec->budgets[budget] = (struct spec_budget){
        .exists = true,
        .revocable = spec->revocable,
        .budget_ns = budget_ns,
        .period_ns = period_ns,
        .available_ns = (int64_t)budget_ns,
        .used_until_ns = DEADLINE_NONE,
        .connection = connection,
    };
}

void spec_budget_create(struct spec *spec, uint64_t budget_ns, uint64_t period_ns, int64_t handle, int64_t code,
                        uint64_t value)
{
    const struct spec_thread *thread = spec_enter(spec);
    int budget = spec_budget_free(spec);
    int connection = SPEC_NONE;
    int error = handle == -1 ? 0 : spec_lookup(spec, handle, OBJECT_CONNECTION, RIGHT_SIGNAL, &connection);

    if (error == 0 && (code < 0 || code > INT32_MAX || !is_valid(budget_ns, period_ns)))
        error = -E_INVAL;
    if (error != 0) {
        spec_leave(spec, error);
        return;
    }
    spec_budget_add(spec, budget, budget_ns, period_ns, connection);
    spec->budgets[budget].code = (int32_t)code;
    spec->budgets[budget].value = value;
    spec->budgets[budget].priority = thread->base_priority;
    spec->budgets[budget].identity = thread->identity;
    spec_leave(spec, spec_handle_put(spec, thread->table, OBJECT_SCHEDULING, budget, RIGHTS_ALL, 0));
}

/* What has been used comes back when it would have; a use that goes on begins anew. */
void spec_budget_set(struct spec *spec, int64_t handle, uint64_t budget_ns, uint64_t period_ns)
{
    struct spec_budget *it;
    int budget;
    int error;

    spec_enter(spec);
    error = spec_lookup(spec, handle, OBJECT_SCHEDULING, RIGHT_MANAGE, &budget);
    if (error == 0 && !is_valid(budget_ns, period_ns))
        error = -E_INVAL;
    if (error != 0) {
        spec_leave(spec, error);
        return;
    }
    it = &spec->budgets[budget];
    it->available_ns += (int64_t)budget_ns - (int64_t)it->budget_ns;
    it->budget_ns = budget_ns;
    it->period_ns = period_ns;
    it->used_until_ns = DEADLINE_NONE;
    it->empty = it->available_ns < (int64_t)SCHEDULING_BUDGET_MIN_NS;
    for (int i = 0; i < SPEC_THREADS; i++) {
        if (spec->threads[i].budget_wait == budget)
            try_again(spec, i);
    }
    spec_leave(spec, 0);
}

void spec_budget_bind(struct spec *spec, int64_t handle, int thread, uint64_t bound)
{
    int *own = &spec->threads[thread].budget;
    int budget;
    int error;

    spec_enter(spec);
    error = spec_lookup(spec, handle, OBJECT_SCHEDULING, RIGHT_MANAGE, &budget);
    if (error == 0 && bound > 1)
        error = -E_INVAL;
    if (error == 0 && spec->threads[thread].state == THREAD_DEAD)
        error = -E_SRCH;
    if (error == 0 && bound == 1 && *own != SPEC_NONE)
        error = -E_BUSY;
    if (error == 0 && bound == 0 && *own != budget)
        error = -E_INVAL;
    if (error == 0) {
        spec_thread_bind(spec, thread, bound == 1 ? budget : SPEC_NONE);
        if (bound == 0)
            spec_budget_gone(spec, budget);
    }
    spec_leave(spec, error);
}
