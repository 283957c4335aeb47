/* Timers and interrupts: pulses that nobody sends. */
#include "interrupt.h"
#include "scenario.h"
#include "timer.h"
#include "unit.h"

struct clock {
    struct scenario *s;
    struct process process;
    struct thread *thread;
    int channel, connection;
};

static struct clock clock_create(void)
{
    struct clock clock = {.s = scenario_create()};

    clock.process = process_create(clock.s);
    clock.thread = thread_add(&clock.process, 10, NULL, NULL);
    clock.channel = channel_add(clock.s, clock.thread, 0, 0);
    clock.connection = connection_add(clock.s, clock.thread, clock.channel, clock.thread, 4);
    return clock;
}

static int64_t poll(struct clock *clock)
{
    return ACT(clock->s, clock->thread, RECEIVE, (uint64_t)clock->channel, 0, 0, 0);
}

START_TEST(a_timer_sends_its_pulse_at_its_time_SCH_7)
{
    struct clock clock = clock_create();
    uint64_t timer = (uint64_t)ACT(clock.s, clock.thread, TIMER_CREATE, HANDLE_GRANT, (uint64_t)clock.connection, 12,
                                   34);
    uint64_t at = clock.s->now_ns + 1000;

    ck_assert_int_eq(ACT(clock.s, clock.thread, TIMER_SET, timer, at, 0), 0);
    time_pass(clock.s, at - 1);
    ck_assert_int_eq(poll(&clock), -E_TIMEDOUT);
    time_pass(clock.s, at);
    ck_assert_int_eq(poll(&clock), 0);
    ck_assert_int_eq(clock.thread->control->info.pulse_code, 12);
    ck_assert_uint_eq(clock.thread->control->info.pulse_value, 34);
    ck_assert_uint_eq(clock.thread->control->info.cookie, 4);
    time_pass(clock.s, at + 100000);
    ck_assert_int_eq(poll(&clock), -E_TIMEDOUT);
    ck_assert_int_eq(ACT(clock.s, clock.thread, TIMER_SET, timer, at, 0), 0);
    ck_assert_int_eq(ACT(clock.s, clock.thread, TIMER_SET, timer, DEADLINE_NONE, 0), 0);
    time_pass(clock.s, at + 200000);
    ck_assert_int_eq(poll(&clock), -E_TIMEDOUT);
    scenario_destroy(clock.s);
}
END_TEST

START_TEST(a_periodic_timer_does_not_drift_and_coalesces_SCH_7)
{
    struct clock clock = clock_create();
    uint64_t timer = (uint64_t)ACT(clock.s, clock.thread, TIMER_CREATE, HANDLE_GRANT, (uint64_t)clock.connection, 1, 1);
    uint64_t start = clock.s->now_ns + TIMER_PERIOD_MIN_NS;

    ck_assert_int_eq(ACT(clock.s, clock.thread, TIMER_SET, timer, start, TIMER_PERIOD_MIN_NS - 1), -E_INVAL);
    ck_assert_int_eq(ACT(clock.s, clock.thread, TIMER_SET, timer, start, TIMER_PERIOD_MIN_NS), 0);
    for (unsigned i = 1; i <= 20; i++) {
        time_pass(clock.s, start + i * TIMER_PERIOD_MIN_NS + i * 37);
        ck_assert_int_eq(poll(&clock), 0);
        ck_assert_int_eq(poll(&clock), -E_TIMEDOUT);
    }
    time_pass(clock.s, start + 100 * TIMER_PERIOD_MIN_NS + 5);
    ck_assert_int_eq(poll(&clock), 0);
    ck_assert_int_eq(poll(&clock), -E_TIMEDOUT);
    ck_assert_uint_eq(deadline_next(&clock.s->kernel->deadlines), start + 101 * TIMER_PERIOD_MIN_NS);
    scenario_destroy(clock.s);
}
END_TEST

START_TEST(a_closed_timer_is_silent_OBJ_4)
{
    struct clock clock = clock_create();
    uint64_t timer = (uint64_t)ACT(clock.s, clock.thread, TIMER_CREATE, HANDLE_GRANT, (uint64_t)clock.connection, 1, 1);

    ACT(clock.s, clock.thread, TIMER_SET, timer, clock.s->now_ns + 1, 0);
    time_pass(clock.s, clock.s->now_ns + 1);
    ck_assert_int_eq(ACT(clock.s, clock.thread, HANDLE_CLOSE, UINT64_MAX, timer), 0);
    ck_assert_int_eq(poll(&clock), -E_TIMEDOUT);
    ck_assert_uint_eq(clock.s->kernel->memory.object_count[OBJECT_TIMER], 0);
    scenario_destroy(clock.s);
}
END_TEST

START_TEST(sleepers_wake_at_their_times_and_in_order_SCH_7)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *threads[8];

    for (unsigned i = 0; i < 8; i++) {
        threads[i] = thread_add(&process, 10, NULL, NULL);
        ACT(s, threads[i], THREAD_SLEEP, s->now_ns + 100 * (i * 5 % 8 + 1));
    }
    for (unsigned at = 1; at <= 8; at++) {
        s->now_ns += 100;
        time_pass(s, s->now_ns);
        for (unsigned i = 0; i < 8; i++)
            ck_assert_int_eq(has_result(threads[i]), i * 5 % 8 + 1 <= at);
    }
    scenario_destroy(s);
}
END_TEST

START_TEST(an_interrupt_needs_the_authority_and_coalesces_SRV_1)
{
    struct clock clock = clock_create();
    struct kernel *kernel = clock.s->kernel;
    struct object *authority;
    int64_t handle;

    ck_assert_int_eq(ACT(clock.s, clock.thread, INTERRUPT_CREATE, HANDLE_GRANT, 5, (uint64_t)clock.connection, 7),
                     -E_PERM);
    ck_assert_int_eq(object_create(kernel, kernel->memory.root_grant, OBJECT_AUTHORITY, sizeof(*authority), &authority),
                     0);
    ck_assert_int_eq(table_reserve_at(kernel, clock.thread->table, HANDLE_AUTHORITY), 0);
    table_fill(clock.thread->table, HANDLE_AUTHORITY, authority, RIGHTS_ALL, 0);
    object_release(kernel, authority);
    handle = ACT(clock.s, clock.thread, INTERRUPT_CREATE, HANDLE_GRANT, 5, (uint64_t)clock.connection, 7);
    ck_assert_int_ge(handle, 0);
    ck_assert_int_eq(ACT(clock.s, clock.thread, INTERRUPT_CREATE, HANDLE_GRANT, 5, (uint64_t)clock.connection, 7),
                     -E_BUSY);
    ck_assert_int_eq(
        ACT(clock.s, clock.thread, INTERRUPT_CREATE, HANDLE_GRANT, INTERRUPTS_MAX, (uint64_t)clock.connection, 7),
        -E_NOENT);
    for (unsigned i = 0; i < 3; i++)
        kernel_interrupt(kernel, 0, clock.s->now_ns, 5);
    kernel_interrupt(kernel, 0, clock.s->now_ns, 6);
    kernel_interrupt(kernel, 0, clock.s->now_ns, UINT32_MAX);
    ck_assert_int_eq(poll(&clock), 0);
    ck_assert_int_eq(clock.thread->control->info.pulse_code, 7);
    ck_assert_int_eq(poll(&clock), -E_TIMEDOUT);
    ck_assert_int_eq(ACT(clock.s, clock.thread, INTERRUPT_ACK, (uint64_t)handle), 0);
    ck_assert_uint_eq(clock.s->fake->interrupt_acks, 1);
    ck_assert_int_eq(ACT(clock.s, clock.thread, HANDLE_CLOSE, UINT64_MAX, (uint64_t)handle), 0);
    ck_assert_uint_eq(clock.s->fake->interrupts_enabled, 0);
    scenario_destroy(clock.s);
}
END_TEST

UNIT_MAIN("timer", a_timer_sends_its_pulse_at_its_time_SCH_7, a_periodic_timer_does_not_drift_and_coalesces_SCH_7,
          a_closed_timer_is_silent_OBJ_4, sleepers_wake_at_their_times_and_in_order_SCH_7,
          an_interrupt_needs_the_authority_and_coalesces_SRV_1)
