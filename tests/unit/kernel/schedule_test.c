/* Who runs, for how long, and when the timer is armed. */
#include "scenario.h"
#include "unit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

START_TEST(the_highest_priority_runs_and_preempts_SCH_1)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *threads[PRIORITY_COUNT];

    for (unsigned i = 0; i < PRIORITY_COUNT; i++) {
        threads[i] = thread_add(&process, (uint8_t)i, NULL, NULL);
        ck_assert_ptr_eq(next_of(s), threads[i]);
    }
    for (unsigned i = PRIORITY_COUNT; i-- > 0;) {
        ck_assert_ptr_eq(next_of(s), threads[i]);
        ACT(s, threads[i], THREAD_EXIT, 0);
    }
    ck_assert_ptr_null(next_of(s));
    ck_assert_uint_eq(s->kernel->memory.object_count[OBJECT_SPACE], 0);
    ck_assert_uint_eq(s->kernel->memory.object_count[OBJECT_TABLE], 0);
    scenario_destroy(s);
}
END_TEST

START_TEST(equals_take_turns_by_slices_SCH_1)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *threads[3];

    for (unsigned i = 0; i < 3; i++)
        threads[i] = thread_add(&process, 10, NULL, NULL);
    for (unsigned i = 0; i < 9; i++) {
        ck_assert_ptr_eq(next_of(s), threads[i % 3]);
        ck_assert_uint_eq(s->fake->timer_deadline_ns, s->now_ns + SLICE_NS);
        time_pass(s, s->now_ns + SLICE_NS - 1);
        ck_assert_ptr_eq(next_of(s), threads[i % 3]);
        time_pass(s, s->now_ns + 1);
    }
    scenario_destroy(s);
}
END_TEST

START_TEST(yield_goes_behind_equals_only_SCH_1)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    struct thread *b = thread_add(&process, 10, NULL, NULL);

    (void)thread_add(&process, 9, NULL, NULL);
    ck_assert_ptr_eq(next_of(s), a);
    ck_assert_int_eq(ACT(s, a, THREAD_YIELD, 0), 0);
    ck_assert_ptr_eq(next_of(s), b);
    ck_assert_int_eq(ACT(s, b, THREAD_YIELD, 0), 0);
    ck_assert_ptr_eq(next_of(s), a);
    ACT(s, b, THREAD_EXIT, 0);
    ck_assert_ptr_eq(next_of(s), a);
    ck_assert_int_eq(ACT(s, a, THREAD_YIELD, 0), 0);
    ck_assert_ptr_eq(next_of(s), a);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_preempted_thread_goes_on_before_its_equals_SCH_1)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    struct thread *b = thread_add(&process, 10, NULL, NULL);
    struct thread *high;

    ck_assert_ptr_eq(next_of(s), a);
    high = thread_add(&process, 11, NULL, NULL);
    ck_assert_ptr_eq(next_of(s), high);
    ACT(s, high, THREAD_SLEEP, DEADLINE_NONE);
    ck_assert_ptr_eq(next_of(s), a);
    (void)b;
    scenario_destroy(s);
}
END_TEST

START_TEST(no_timer_is_armed_without_need_SCH_7)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *alone = thread_add(&process, 10, NULL, NULL);
    uint64_t soon = s->now_ns + 100;

    s->fake->timer_deadline_ns = DEADLINE_NONE;
    (void)thread_add(&process, 9, NULL, NULL);
    ck_assert_ptr_eq(next_of(s), alone);
    ck_assert_uint_eq(s->fake->timer_deadline_ns, DEADLINE_NONE);
    ACT(s, alone, THREAD_SLEEP, soon);
    next_of(s);
    ck_assert_uint_eq(s->fake->timer_deadline_ns, soon);
    time_pass(s, soon);
    ck_assert_ptr_eq(next_of(s), alone);
    ck_assert_int_eq(result_of(alone), 0);
    scenario_destroy(s);
}
END_TEST

START_TEST(an_idle_machine_arms_no_stale_deadline_SCH_7)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *server = thread_add(&process, 10, NULL, NULL);
    struct thread *client = thread_add(&process, 10, NULL, NULL);
    int channel = channel_add(s, server, 0, 0);
    int connection = connection_add(s, server, channel, client, 1);

    ACT(s, server, RECEIVE, (uint64_t)channel, 0, 0, DEADLINE_NONE);
    ACT(s, client, CALL, (uint64_t)connection, 0, 0, 0, s->now_ns + 1000);
    ck_assert_ptr_eq(next_of(s), server);
    ACT(s, server, REPLY, server->control->info.message_id, 0, 0, 0);
    ACT(s, server, RECEIVE, (uint64_t)channel, 0, 0, DEADLINE_NONE);
    ACT(s, client, THREAD_SLEEP, DEADLINE_NONE);
    ck_assert_ptr_null(next_of(s));
    ck_assert_uint_eq(s->fake->timer_deadline_ns, DEADLINE_NONE);
    scenario_destroy(s);
}
END_TEST

START_TEST(time_is_charged_to_who_ran)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    struct kernel_info info;

    ck_assert_ptr_eq(next_of(s), a);
    s->now_ns += 70;
    ACT(s, a, THREAD_SLEEP, s->now_ns + 30);
    ck_assert_uint_eq(a->cpu_ns, 70);
    ck_assert_ptr_null(next_of(s));
    time_pass(s, s->now_ns + 30);
    kernel_info_get(s->kernel, &info);
    ck_assert_uint_eq(info.idle_ns, 30);
    ck_assert_uint_eq(a->cpu_ns, 70);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_thread_may_not_rise_above_its_own_priority_SCH_1)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    int other_handle;
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    struct thread *other = thread_add(&process, 5, &other_handle, NULL);

    ck_assert_int_eq(ACT(s, a, THREAD_SET, (uint64_t)other_handle, THREAD_PRIORITY, 11), -E_PERM);
    ck_assert_int_eq(ACT(s, a, THREAD_SET, (uint64_t)other_handle, THREAD_PRIORITY, 256), -E_INVAL);
    ck_assert_int_eq(ACT(s, a, THREAD_SET, (uint64_t)other_handle, THREAD_PRIORITY, 10), 0);
    ck_assert_uint_eq(other->priority, 10);
    ck_assert_int_eq(ACT(s, a, THREAD_SET, (uint64_t)other_handle, THREAD_IDENTITY, 1), -E_PERM);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_platform_waits_only_when_no_work_is_left_SCH_1)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *server = thread_add(&process, 10, NULL, NULL);
    struct thread *client = thread_add(&process, 10, NULL, NULL);
    int channel = channel_add(s, server, 0, 0);
    int connection = connection_add(s, server, channel, client, 1);
    uint64_t sent = VECTOR(s, client, {DATA, 4 * PAGE_BYTES});
    uint64_t room = VECTOR(s, server, {DATA + 8 * PAGE_BYTES, 4 * PAGE_BYTES});

    ACT(s, server, RECEIVE, (uint64_t)channel, room, 1, DEADLINE_NONE);
    s->fake->preempt_always = true;
    ACT(s, client, CALL, (uint64_t)connection, sent, 0, 1, DEADLINE_NONE);
    ck_assert_ptr_null(next_of(s));
    ck_assert(!kernel_may_wait(s->kernel, 0));
    s->fake->preempt_always = false;
    ck_assert_ptr_eq(next_of(s), server);
    ck_assert_int_eq(ACT(s, server, THREAD_SLEEP, DEADLINE_NONE), SYSCALL_BLOCKED);
    ck_assert_ptr_null(next_of(s));
    ck_assert(kernel_may_wait(s->kernel, 0));
    scenario_destroy(s);
}
END_TEST

/* Whether a platform that asks if it may wait is told by a panic that it may not. */
static bool wait_is_a_panic(struct scenario *s)
{
    int status = 0;
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        close(STDERR_FILENO); /* it is as it should be */
        signal(SIGABRT, SIG_DFL);
        (void)kernel_may_wait(s->kernel, 0);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

/* One more than are looked at each time: what is not seen at once is later. */
START_TEST(a_forgotten_thread_or_deadline_is_a_panic_and_no_wait_SCH_1_SCH_7)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *threads[SCHEDULE_CHECK_SLOTS + 1];

    for (unsigned i = 0; i < SCHEDULE_CHECK_SLOTS + 1; i++) {
        threads[i] = thread_add(&process, 10, NULL, NULL);
        ACT(s, threads[i], THREAD_SLEEP, s->now_ns + 1000);
    }
    ck_assert_ptr_null(next_of(s));
    ck_assert(!wait_is_a_panic(s));
    for (unsigned i = 0; i < SCHEDULE_CHECK_SLOTS + 1; i++) {
        bool seen = false;

        threads[i]->state = THREAD_READY;
        for (unsigned turn = 0; turn < 3 && !seen; turn++) {
            seen = wait_is_a_panic(s);
            if (!seen)
                ck_assert(kernel_may_wait(s->kernel, 0));
        }
        ck_assert(seen);
        threads[i]->state = THREAD_SLEEP;
    }
    s->kernel->cpu[0].armed_ns++;
    ck_assert(wait_is_a_panic(s));
    s->kernel->cpu[0].armed_ns--;
    ck_assert(!wait_is_a_panic(s));
    scenario_destroy(s);
}
END_TEST

UNIT_MAIN("schedule", the_highest_priority_runs_and_preempts_SCH_1, equals_take_turns_by_slices_SCH_1,
          yield_goes_behind_equals_only_SCH_1, a_preempted_thread_goes_on_before_its_equals_SCH_1,
          no_timer_is_armed_without_need_SCH_7, an_idle_machine_arms_no_stale_deadline_SCH_7,
          time_is_charged_to_who_ran, a_thread_may_not_rise_above_its_own_priority_SCH_1,
          a_platform_waits_only_when_no_work_is_left_SCH_1,
          a_forgotten_thread_or_deadline_is_a_panic_and_no_wait_SCH_1_SCH_7)
