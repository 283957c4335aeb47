/* Threads that wait for each other in a ring. */
#include "scenario.h"
#include "unit.h"

START_TEST(a_ring_of_threads_does_not_keep_up_its_own_priority_SCH_5)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *one = thread_add(&process, 10, NULL, NULL);
    struct thread *two = thread_add(&process, 10, NULL, NULL);
    struct thread *high = thread_add(&process, 20, NULL, NULL);
    int one_channel = channel_add(s, one, 0, 0);
    int two_channel = channel_add(s, two, 0, 0);
    int to_one = connection_add(s, one, one_channel, two, 1);
    int to_two = connection_add(s, two, two_channel, one, 2);

    ck_assert_int_eq(ACT(s, one, RECEIVE, (uint64_t)one_channel, 0, 0, 0), -E_TIMEDOUT);
    ck_assert_int_eq(ACT(s, two, RECEIVE, (uint64_t)two_channel, 0, 0, 0), -E_TIMEDOUT);
    ACT(s, one, CALL, (uint64_t)to_two, 0, 0, 0, DEADLINE_NONE);
    ACT(s, two, CALL, (uint64_t)to_one, 0, 0, 0, DEADLINE_NONE);
    ACT(s, high, CALL, (uint64_t)to_one, 0, 0, 0, DEADLINE_NONE);
    ck_assert_uint_eq(one->priority, 20);
    ck_assert_uint_eq(two->priority, 20);
    thread_kill(s->kernel, high);
    ck_assert_uint_eq(one->priority, 10);
    ck_assert_uint_eq(two->priority, 10);
    scenario_destroy(s);
}
END_TEST

UNIT_MAIN("ring", a_ring_of_threads_does_not_keep_up_its_own_priority_SCH_5)
