/* Budgets on virtual time: SCH-2. What calls lend is in lending_test.c. */
#include "scenario.h"
#include "scheduling.h"
#include "unit.h"

#define MS 1000000ull
#define BUDGET (2 * MS)
#define PERIOD (10 * MS)
#define NOBODY UINT64_MAX
#define SELF UINT64_MAX

/* A thread at priority 10, bound to BUDGET in PERIOD, and one below it without a budget. */
struct bench {
    struct scenario *s;
    struct process process;
    struct thread *bound, *rest;
    int context;
    struct scheduling *scheduling;
    uint64_t start_ns;
};

static int context_add(struct scenario *s, struct thread *thread, uint64_t budget_ns, uint64_t period_ns)
{
    int64_t handle = ACT(s, thread, SCHEDULING_CREATE, HANDLE_GRANT, budget_ns, period_ns, NOBODY, 0, 0);

    ck_assert_int_ge(handle, HANDLE_DYNAMIC);
    return (int)handle;
}

static struct bench bench_create(void)
{
    struct bench bench = {.s = scenario_create()};

    bench.process = process_create(bench.s);
    bench.rest = thread_add(&bench.process, 5, NULL, NULL);
    bench.bound = thread_add(&bench.process, 10, NULL, NULL);
    bench.context = context_add(bench.s, bench.bound, BUDGET, PERIOD);
    bench.scheduling = (struct scheduling *)object_of(bench.bound, bench.context);
    ck_assert_int_eq(ACT(bench.s, bench.bound, SCHEDULING_BIND, (uint64_t)bench.context, SELF, 1), 0);
    bench.start_ns = bench.s->now_ns;
    return bench;
}

/* `thread` is picked and runs for a while. */
static void runs(struct scenario *s, struct thread *thread, uint64_t ns)
{
    ck_assert_ptr_eq(next_of(s), thread);
    time_pass(s, s->now_ns + ns);
}

/* The one below runs until the bound thread is back. */
static void rests_until(struct bench *bench, uint64_t at_ns)
{
    ck_assert_ptr_eq(next_of(bench->s), bench->rest);
    ck_assert_uint_eq(bench->s->fake->timer_deadline_ns, bench->start_ns + at_ns);
    time_pass(bench->s, bench->start_ns + at_ns);
    ck_assert_ptr_eq(next_of(bench->s), bench->bound);
}

/* The bound thread sleeps until `at_ns`; the one below runs. */
static void sleeps_until(struct bench *bench, uint64_t at_ns)
{
    ck_assert_int_eq(ACT(bench->s, bench->bound, THREAD_SLEEP, bench->start_ns + at_ns), SYSCALL_BLOCKED);
    ck_assert_ptr_eq(next_of(bench->s), bench->rest);
    time_pass(bench->s, bench->start_ns + at_ns);
}

START_TEST(a_thread_runs_for_its_budget_and_then_not_until_the_period_ends_SCH_2)
{
    struct bench bench = bench_create();

    for (uint64_t round = 0; round < 5; round++) {
        ck_assert_ptr_eq(next_of(bench.s), bench.bound);
        ck_assert_uint_eq(bench.s->fake->timer_deadline_ns, bench.start_ns + round * PERIOD + BUDGET);
        runs(bench.s, bench.bound, BUDGET);
        rests_until(&bench, (round + 1) * PERIOD);
    }
    ck_assert_uint_eq(bench.bound->cpu_ns, 5 * BUDGET);
    scenario_destroy(bench.s);
}
END_TEST

START_TEST(an_idle_machine_waits_for_the_refill_SCH_2)
{
    struct bench bench = bench_create();

    ACT(bench.s, bench.rest, THREAD_EXIT, 0);
    runs(bench.s, bench.bound, BUDGET);
    ck_assert_ptr_null(next_of(bench.s));
    ck_assert_uint_eq(bench.s->fake->timer_deadline_ns, bench.start_ns + PERIOD);
    time_pass(bench.s, bench.start_ns + PERIOD);
    ck_assert_ptr_eq(next_of(bench.s), bench.bound);
    scenario_destroy(bench.s);
}
END_TEST

START_TEST(time_comes_back_a_period_after_its_use_began_SCH_2)
{
    struct bench bench = bench_create();

    runs(bench.s, bench.bound, MS);
    sleeps_until(&bench, 3 * MS);
    runs(bench.s, bench.bound, MS);
    rests_until(&bench, PERIOD);
    runs(bench.s, bench.bound, MS);
    rests_until(&bench, PERIOD + 3 * MS);
    runs(bench.s, bench.bound, MS);
    rests_until(&bench, 2 * PERIOD);
    scenario_destroy(bench.s);
}
END_TEST

START_TEST(what_is_not_used_is_not_saved_up_SCH_2)
{
    struct bench bench = bench_create();

    sleeps_until(&bench, 7 * PERIOD);
    runs(bench.s, bench.bound, BUDGET);
    rests_until(&bench, 8 * PERIOD);
    scenario_destroy(bench.s);
}
END_TEST

START_TEST(being_preempted_costs_nothing_SCH_2)
{
    struct bench bench = bench_create();
    struct thread *high;

    runs(bench.s, bench.bound, MS);
    high = thread_add(&bench.process, 20, NULL, NULL);
    runs(bench.s, high, 3 * MS);
    ACT(bench.s, high, THREAD_EXIT, 0);
    runs(bench.s, bench.bound, MS);
    rests_until(&bench, PERIOD);
    scenario_destroy(bench.s);
}
END_TEST

START_TEST(a_late_timer_is_paid_back_SCH_2)
{
    struct bench bench = bench_create();

    ck_assert_ptr_eq(next_of(bench.s), bench.bound);
    time_pass(bench.s, bench.start_ns + BUDGET + MS);
    ck_assert_int_eq(bench.scheduling->available_ns, -(int64_t)MS);
    rests_until(&bench, PERIOD + MS);
    ck_assert_int_eq(bench.scheduling->available_ns, BUDGET);
    scenario_destroy(bench.s);
}
END_TEST

START_TEST(many_small_uses_are_merged_to_the_safe_side_and_none_is_lost_SCH_2)
{
    struct bench bench = bench_create();
    uint64_t at_ns = 0;

    for (unsigned i = 0; i < 3 * SCHEDULING_REFILLS_MAX; i++) {
        runs(bench.s, bench.bound, 20000);
        at_ns += 20000 + 30000 + (i % 5) * 7000;
        sleeps_until(&bench, at_ns);
        ck_assert_uint_le(bench.scheduling->refill_count, SCHEDULING_REFILLS_MAX);
    }
    ck_assert_int_eq(bench.scheduling->available_ns, BUDGET - 3 * SCHEDULING_REFILLS_MAX * 20000);
    sleeps_until(&bench, at_ns + PERIOD);
    ck_assert_ptr_eq(next_of(bench.s), bench.bound);
    ck_assert_int_eq(bench.scheduling->available_ns, BUDGET);
    ck_assert_uint_eq(bench.scheduling->refill_count, 0);
    scenario_destroy(bench.s);
}
END_TEST

START_TEST(an_empty_budget_is_used_again_when_there_is_enough_to_be_worth_it_SCH_2)
{
    struct bench bench = bench_create();

    runs(bench.s, bench.bound, 5000);
    sleeps_until(&bench, MS);
    runs(bench.s, bench.bound, BUDGET - 5000);
    rests_until(&bench, PERIOD + MS);
    scenario_destroy(bench.s);
}
END_TEST

START_TEST(a_budget_as_long_as_its_period_is_no_limit_SCH_2)
{
    struct bench bench = bench_create();

    ck_assert_int_eq(ACT(bench.s, bench.bound, SCHEDULING_SET, (uint64_t)bench.context, PERIOD, PERIOD), 0);
    for (unsigned i = 0; i < 20; i++) {
        ck_assert_ptr_eq(next_of(bench.s), bench.bound);
        time_pass(bench.s, bench.s->fake->timer_deadline_ns);
    }
    ck_assert_uint_eq(bench.rest->cpu_ns, 0);
    scenario_destroy(bench.s);
}
END_TEST

START_TEST(threads_share_a_budget_and_take_turns_across_refills_SCH_2)
{
    struct bench bench = bench_create();
    int handle;
    struct thread *other = thread_add(&bench.process, 10, &handle, NULL);

    ck_assert_int_eq(ACT(bench.s, bench.bound, SCHEDULING_BIND, (uint64_t)bench.context, (uint64_t)handle, 1), 0);
    runs(bench.s, bench.bound, BUDGET);
    ck_assert_ptr_eq(next_of(bench.s), bench.rest);
    for (uint64_t round = 1; round < 5; round++) {
        struct thread *turn = round % 2 != 0 ? other : bench.bound;

        time_pass(bench.s, bench.start_ns + round * PERIOD);
        runs(bench.s, turn, BUDGET);
        ck_assert_ptr_eq(next_of(bench.s), bench.rest);
    }
    scenario_destroy(bench.s);
}
END_TEST

START_TEST(a_thread_is_bound_to_one_context_at_a_time)
{
    struct bench bench = bench_create();
    int second = context_add(bench.s, bench.bound, MS, PERIOD);
    uint64_t first = (uint64_t)bench.context;

    ck_assert_int_eq(ACT(bench.s, bench.bound, SCHEDULING_BIND, (uint64_t)second, SELF, 1), -E_BUSY);
    ck_assert_int_eq(ACT(bench.s, bench.bound, SCHEDULING_BIND, (uint64_t)second, SELF, 0), -E_INVAL);
    ck_assert_int_eq(ACT(bench.s, bench.bound, SCHEDULING_BIND, first, SELF, 2), -E_INVAL);
    ck_assert_int_eq(ACT(bench.s, bench.bound, SCHEDULING_BIND, HANDLE_GRANT, SELF, 0), -E_BADF);
    ck_assert_int_eq(ACT(bench.s, bench.bound, SCHEDULING_BIND, first, HANDLE_GRANT, 0), -E_BADF);
    ck_assert_int_eq(ACT(bench.s, bench.bound, SCHEDULING_BIND, first, SELF, 0), 0);
    ck_assert_int_eq(ACT(bench.s, bench.bound, SCHEDULING_BIND, (uint64_t)second, SELF, 1), 0);
    ck_assert_int_eq(ACT(bench.s, bench.bound, HANDLE_CLOSE, SELF, (uint64_t)second), 0);
    runs(bench.s, bench.bound, MS);
    ck_assert_ptr_eq(next_of(bench.s), bench.rest);
    ACT(bench.s, bench.bound, THREAD_EXIT, 0);
    ck_assert_uint_eq(bench.s->kernel->memory.object_count[OBJECT_SCHEDULING], 1);
    scenario_destroy(bench.s);
}
END_TEST

START_TEST(a_thread_made_by_a_bound_one_is_bound_too_SCH_2)
{
    struct bench bench = bench_create();
    int64_t memory = ACT(bench.s, bench.bound, MEMORY_CREATE, HANDLE_GRANT, PAGE_BYTES);
    int64_t made = ACT(bench.s, bench.bound, THREAD_CREATE, HANDLE_GRANT, SELF, SELF, (uint64_t)memory,
                       CONTROL + 100 * PAGE_BYTES, SELF);

    ck_assert_int_ge(made, HANDLE_DYNAMIC);
    ck_assert_ptr_eq(((struct thread *)object_of(bench.bound, (int)made))->scheduling, bench.scheduling);
    ck_assert_int_eq(ACT(bench.s, bench.bound, HANDLE_CLOSE, SELF, (uint64_t)made), 0);
    scenario_destroy(bench.s);
}
END_TEST

START_TEST(bad_budgets_and_handles_are_refused)
{
    struct bench bench = bench_create();
    static const uint64_t bad[][2] = {{0, PERIOD}, {SCHEDULING_BUDGET_MIN_NS - 1, PERIOD}, {PERIOD + 1, PERIOD},
                                      {MS, SCHEDULING_PERIOD_MAX_NS + 1}, {UINT64_MAX, UINT64_MAX}};

    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_int_eq(ACT(bench.s, bench.bound, SCHEDULING_CREATE, HANDLE_GRANT, bad[i][0], bad[i][1], NOBODY, 0, 0),
                         -E_INVAL);
        ck_assert_int_eq(ACT(bench.s, bench.bound, SCHEDULING_SET, (uint64_t)bench.context, bad[i][0], bad[i][1]),
                         -E_INVAL);
    }
    ck_assert_int_eq(ACT(bench.s, bench.bound, SCHEDULING_CREATE, HANDLE_TABLE, MS, PERIOD, NOBODY, 0, 0), -E_BADF);
    ck_assert_int_eq(ACT(bench.s, bench.bound, SCHEDULING_CREATE, HANDLE_GRANT, MS, PERIOD, HANDLE_GRANT, 0, 0),
                     -E_BADF);
    ck_assert_int_eq(ACT(bench.s, bench.bound, SCHEDULING_CREATE, HANDLE_GRANT, MS, PERIOD, NOBODY, NOBODY, 0),
                     -E_INVAL);
    ck_assert_int_eq(ACT(bench.s, bench.bound, SCHEDULING_SET, HANDLE_GRANT, MS, PERIOD), -E_BADF);
    scenario_destroy(bench.s);
}
END_TEST

START_TEST(a_new_budget_counts_at_once_SCH_2)
{
    struct bench bench = bench_create();

    runs(bench.s, bench.bound, BUDGET);
    ck_assert_ptr_eq(next_of(bench.s), bench.rest);
    ck_assert_int_eq(ACT(bench.s, bench.rest, SCHEDULING_SET, (uint64_t)bench.context, BUDGET + MS, PERIOD), 0);
    runs(bench.s, bench.bound, MS);
    ck_assert_ptr_eq(next_of(bench.s), bench.rest);
    ck_assert_int_eq(ACT(bench.s, bench.rest, SCHEDULING_SET, (uint64_t)bench.context, MS, PERIOD), 0);
    /* Until then it owes what it used of the old ones. */
    ck_assert_ptr_eq(next_of(bench.s), bench.rest);
    time_pass(bench.s, bench.start_ns + PERIOD);
    rests_until(&bench, PERIOD + 2 * MS);
    scenario_destroy(bench.s);
}
END_TEST

START_TEST(a_thread_without_budget_can_be_suspended_and_killed_SCH_2)
{
    struct bench bench = bench_create();

    runs(bench.s, bench.bound, BUDGET);
    ck_assert_ptr_eq(next_of(bench.s), bench.rest);
    ck_assert_int_eq(thread_suspend(bench.s->kernel, bench.bound), 0);
    scenario_check(bench.s);
    ck_assert_int_eq(thread_resume(bench.s->kernel, bench.bound), 0);
    ck_assert_ptr_eq(next_of(bench.s), bench.rest);
    thread_priority_set(bench.s->kernel, bench.bound, 12);
    scenario_check(bench.s);
    ck_assert_ptr_eq(bench.bound->budget_wait, bench.scheduling);
    kernel_thread_lost(bench.s->kernel, 0, bench.s->now_ns, bench.bound);
    ck_assert_ptr_eq(next_of(bench.s), bench.rest);
    time_pass(bench.s, bench.start_ns + PERIOD);
    scenario_destroy(bench.s);
}
END_TEST

START_TEST(an_empty_budget_is_told_once_until_received_SCH_4)
{
    struct bench bench = bench_create();
    int channel = channel_add(bench.s, bench.rest, 0, 0);
    int connection = connection_add(bench.s, bench.rest, channel, bench.rest, 70);
    int64_t told = ACT(bench.s, bench.rest, SCHEDULING_CREATE, HANDLE_GRANT, MS, PERIOD, (uint64_t)connection, 9, 99);
    const struct receive_info *info = &bench.rest->control->info;

    ck_assert_int_eq(ACT(bench.s, bench.bound, SCHEDULING_BIND, (uint64_t)bench.context, SELF, 0), 0);
    ck_assert_int_eq(ACT(bench.s, bench.bound, SCHEDULING_BIND, (uint64_t)told, SELF, 1), 0);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_ptr_eq(next_of(bench.s), bench.bound);
        time_pass(bench.s, bench.s->now_ns + MS);
        ck_assert_ptr_eq(next_of(bench.s), bench.rest);
        time_pass(bench.s, bench.s->now_ns + PERIOD - MS);
    }
    ck_assert_int_eq(ACT(bench.s, bench.rest, RECEIVE, (uint64_t)channel, 0, 0, DEADLINE_NONE), 0);
    ck_assert_uint_eq(info->kind, RECEIVED_PULSE);
    ck_assert_int_eq(info->pulse_code, 9);
    ck_assert_uint_eq(info->pulse_value, 99);
    ck_assert_uint_eq(info->cookie, 70);
    ck_assert_int_eq(ACT(bench.s, bench.rest, RECEIVE, (uint64_t)channel, 0, 0, DEADLINE_NONE), SYSCALL_BLOCKED);
    ck_assert_ptr_eq(next_of(bench.s), bench.bound);
    time_pass(bench.s, bench.s->now_ns + MS);
    ck_assert_ptr_eq(next_of(bench.s), bench.rest);
    ck_assert_int_eq(result_of(bench.rest), 0);
    scenario_destroy(bench.s);
}
END_TEST

UNIT_MAIN("scheduling", a_thread_runs_for_its_budget_and_then_not_until_the_period_ends_SCH_2,
          an_idle_machine_waits_for_the_refill_SCH_2, time_comes_back_a_period_after_its_use_began_SCH_2,
          what_is_not_used_is_not_saved_up_SCH_2, being_preempted_costs_nothing_SCH_2, a_late_timer_is_paid_back_SCH_2,
          many_small_uses_are_merged_to_the_safe_side_and_none_is_lost_SCH_2,
          an_empty_budget_is_used_again_when_there_is_enough_to_be_worth_it_SCH_2,
          a_budget_as_long_as_its_period_is_no_limit_SCH_2, threads_share_a_budget_and_take_turns_across_refills_SCH_2,
          a_thread_is_bound_to_one_context_at_a_time, a_thread_made_by_a_bound_one_is_bound_too_SCH_2,
          bad_budgets_and_handles_are_refused, a_new_budget_counts_at_once_SCH_2,
          a_thread_without_budget_can_be_suspended_and_killed_SCH_2, an_empty_budget_is_told_once_until_received_SCH_4)
