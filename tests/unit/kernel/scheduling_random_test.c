/* Budgets under random load, on virtual time: no window of one period ever holds more use of a context than its budget,
 * and who always wants to run gets nearly all of it. SCH-2, SCH-3. */
#include "lending.h"
#include "scenario.h"
#include "unit.h"

#define CONTEXTS 3u
#define THREADS 6u
#define STEPS 3000u
#define SEEDS 12u
#define US 1000ull

struct use {
    uint64_t start_ns, end_ns;
};

struct load {
    struct scenario *s;
    uint64_t random;
    struct scheduling *contexts[CONTEXTS];
    struct use uses[CONTEXTS][STEPS];
    unsigned use_counts[CONTEXTS];
    int channel; /* of the first thread, in its table */
    int connection;
};

static uint64_t pick(struct load *load, uint64_t below)
{
    load->random = load->random * 6364136223846793005ull + 1442695040888963407ull;
    return (load->random >> 33) % below;
}

static void load_create(struct load *load, uint64_t seed)
{
    struct process process;

    *load = (struct load){.s = scenario_create(), .random = seed};
    load->s->fake->timer_deadline_ns = DEADLINE_NONE;
    process = process_create(load->s);
    for (unsigned i = 0; i < THREADS; i++) {
        struct thread *thread = thread_add(&process, (uint8_t)(5 + pick(load, 3)), NULL, NULL);

        if (i < CONTEXTS) {
            uint64_t period_ns = 500 * US + pick(load, 5000) * US;
            uint64_t budget_ns = 10 * US + pick(load, period_ns / 2);
            int64_t handle = ACT(load->s, thread, SCHEDULING_CREATE, HANDLE_GRANT, budget_ns, period_ns, UINT64_MAX);

            ck_assert_int_ge(handle, 0);
            load->contexts[i] = (struct scheduling *)object_of(thread, (int)handle);
        }
        if (i == 0) {
            load->channel = channel_add(load->s, thread, 0, pick(load, 2) * CHANNEL_BUDGET_WAIT);
            load->connection = connection_add(load->s, thread, load->channel, thread, 1);
        } else {
            ck_assert_int_eq(lending_bind(load->s->kernel, load->contexts[i % CONTEXTS], thread), 0);
        }
    }
}

/* The thread does something, or is stopped by the timer. */
static void thread_step(struct load *load, struct thread *thread, bool server)
{
    struct scenario *s = load->s;

    if (server) {
        ACT(s, thread, REPLY_RECEIVE, thread->control->info.message_id, 0, 0, 0, 0, (uint64_t)load->channel);
        return;
    }
    switch (pick(load, 4)) {
    case 0:
        ACT(s, thread, THREAD_SLEEP, s->now_ns + pick(load, 3000) * US);
        break;
    case 1:
        ACT(s, thread, CALL, (uint64_t)load->connection, 0, 0, 0, DEADLINE_NONE);
        break;
    case 2:
        ACT(s, thread, THREAD_YIELD, 0);
        break;
    default:
        break;
    }
}

static void use_record(struct load *load, const struct scheduling *payer, uint64_t start_ns, uint64_t end_ns)
{
    for (unsigned i = 0; i < CONTEXTS; i++) {
        if (load->contexts[i] == payer && end_ns > start_ns)
            load->uses[i][load->use_counts[i]++] = (struct use){start_ns, end_ns};
    }
}

/* The timer fires; nothing is armed then. */
static void timer_fire(struct load *load)
{
    time_pass(load->s, load->s->fake->timer_deadline_ns);
    load->s->fake->timer_deadline_ns = DEADLINE_NONE;
}

static void load_step(struct load *load)
{
    struct scenario *s = load->s;
    struct thread *thread = next_of(s);
    uint64_t start_ns = s->now_ns;
    uint64_t until_ns = s->fake->timer_deadline_ns;
    uint64_t wanted_ns = start_ns + pick(load, pick(load, 4) == 0 ? 2000 * US : 60 * US);

    if (thread == NULL) {
        ck_assert_uint_ne(until_ns, DEADLINE_NONE);
        timer_fire(load);
        return;
    }
    if (wanted_ns >= until_ns) {
        use_record(load, s->kernel->cpu[0].payer, start_ns, until_ns);
        timer_fire(load);
        return;
    }
    use_record(load, s->kernel->cpu[0].payer, start_ns, wanted_ns);
    s->now_ns = wanted_ns;
    thread_step(load, thread, thread->scheduling == NULL);
}

/* Use of a context in [from_ns, from_ns + its period). */
static uint64_t window_sum(const struct load *load, unsigned context, uint64_t from_ns)
{
    uint64_t to_ns = from_ns + load->contexts[context]->period_ns;
    uint64_t sum_ns = 0;

    for (unsigned i = 0; i < load->use_counts[context]; i++) {
        struct use use = load->uses[context][i];

        if (use.end_ns <= from_ns || use.start_ns >= to_ns)
            continue;
        sum_ns += (use.end_ns < to_ns ? use.end_ns : to_ns) - (use.start_ns > from_ns ? use.start_ns : from_ns);
    }
    return sum_ns;
}

START_TEST(no_window_of_a_period_holds_more_than_the_budget_SCH_2)
{
    static struct load load;

    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        load_create(&load, seed);
        for (unsigned i = 0; i < STEPS; i++)
            load_step(&load);
        for (unsigned context = 0; context < CONTEXTS; context++) {
            const struct scheduling *scheduling = load.contexts[context];

            ck_assert_msg(load.use_counts[context] > 10, "seed %lu: context %u was used %u times",
                          (unsigned long)seed, context, load.use_counts[context]);
            for (unsigned i = 0; i < load.use_counts[context]; i++) {
                struct use use = load.uses[context][i];

                ck_assert_uint_le(window_sum(&load, context, use.start_ns), scheduling->budget_ns);
                if (use.end_ns >= scheduling->period_ns)
                    ck_assert_uint_le(window_sum(&load, context, use.end_ns - scheduling->period_ns),
                                      scheduling->budget_ns);
            }
        }
        scenario_destroy(load.s);
    }
}
END_TEST

/* It is stopped for random times by one of higher priority, which splits its budget into ever smaller parts. */
START_TEST(who_always_wants_to_run_gets_the_budget_SCH_2)
{
    struct load load = {.s = scenario_create(), .random = 7};
    struct scenario *s = load.s;
    struct process process = process_create(s);
    struct thread *high = thread_add(&process, 20, NULL, NULL);
    struct thread *bound = thread_add(&process, 10, NULL, NULL);
    uint64_t budget_ns = 2000 * US, period_ns = 10000 * US, start_ns = s->now_ns;
    int64_t handle = ACT(s, bound, SCHEDULING_CREATE, HANDLE_GRANT, budget_ns, period_ns, UINT64_MAX);

    ck_assert_int_eq(ACT(s, bound, SCHEDULING_BIND, (uint64_t)handle, UINT64_MAX, 1), 0);
    while (s->now_ns < start_ns + 200 * period_ns) {
        if (next_of(s) == high) {
            s->now_ns += pick(&load, 40) * US;
            ACT(s, high, THREAD_SLEEP, s->now_ns + pick(&load, 400) * US);
        } else {
            timer_fire(&load);
        }
    }
    /* Merging puts refills off, by less than the time that the parts merged lie apart. */
    ck_assert_uint_ge(bound->cpu_ns, 200 * budget_ns * 3 / 4);
    ck_assert_uint_le(bound->cpu_ns, 201 * budget_ns);
    scenario_destroy(s);
}
END_TEST

UNIT_MAIN("scheduling_random", no_window_of_a_period_holds_more_than_the_budget_SCH_2,
          who_always_wants_to_run_gets_the_budget_SCH_2)
