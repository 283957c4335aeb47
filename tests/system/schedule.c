/* Who runs when: priorities, turns, and hand-over of the CPU along calls. */
#include "test.h"

#define TRIPS 500u
#define ROUNDS_MAX 100u
#define RUNNERS 4u

static int channel, connection;
static uint32_t settled, waiting, go, done, order_used;
static uint32_t order[RUNNERS]; /* who runs, one after the other */
static volatile uint32_t high_ran;
static uint32_t high_ran_at_once;

static uint32_t own_priority(void)
{
    struct thread_info info = {0};
    sys_thread_info(SYS_SELF_THREAD, &info);
    return info.base_priority;
}

static void settle(uint32_t below)
{
    sys_thread_set(SYS_SELF_THREAD, THREAD_PRIORITY, own_priority() - below);
    test_count(&settled);
}

static void high_main(void *argument)
{
    (void)argument;
    settle(1);
    test_await(&go, 1);
    high_ran = 1;
    test_count(&done);
}

static void low_main(void *argument)
{
    (void)argument;
    settle(2);
    test_set(&go, 1);
    high_ran_at_once = high_ran;
    test_count(&done);
}

/* The higher one waits when the lower one wakes it, and has run before the lower one's next instruction. */
TEST(woken_thread_of_higher_priority_preempts_at_once_SCH_1)
{
    settled = done = go = high_ran = high_ran_at_once = 0;
    EXPECT_EQ(test_thread(high_main, NULL), 0);
    test_await(&settled, 1);
    EXPECT_EQ(test_thread(low_main, NULL), 0);
    test_await(&done, 2);
    EXPECT_EQ(high_ran_at_once, 1);
}

static void runner_main(void *argument)
{
    uint32_t number = *(uint32_t *)argument;
    settle(number % 2 + 1);
    test_await(&go, 1);
    order[__atomic_fetch_add(&order_used, 1, __ATOMIC_SEQ_CST)] = number;
    test_count(&done);
}

/* Below the runners: it sees that one has settled when that one waits. */
static void last_main(void *argument)
{
    (void)argument;
    settle(3);
    for (uint32_t i = 1; i <= RUNNERS; i++) {
        test_await(&settled, i + 1);
        test_set(&waiting, i);
    }
    test_count(&done);
}

/* Numbers 0 and 2 are of the higher priority; all are woken by one call. */
TEST(ready_threads_run_by_priority_and_then_first_come_first_served_SCH_1)
{
    static uint32_t numbers[RUNNERS] = {0, 1, 2, 3};
    static const uint32_t wanted[RUNNERS] = {0, 2, 1, 3};
    settled = waiting = done = go = order_used = 0;
    EXPECT_EQ(test_thread(last_main, NULL), 0);
    test_await(&settled, 1);
    for (uint32_t i = 0; i < RUNNERS; i++) {
        EXPECT_EQ(test_thread(runner_main, &numbers[i]), 0);
        test_await(&waiting, i + 1);
    }
    test_set(&go, 1);
    test_await(&done, RUNNERS + 1);
    for (unsigned i = 0; i < RUNNERS; i++) {
        EXPECT_EQ(order[i] % 2, wanted[i] % 2);
        EXPECT(!test_is_linked || order[i] == wanted[i]); /* on a real clock a slice may end before the first has run */
    }
}

static void server_main(void *argument)
{
    (void)argument;
    int status = sys_receive(channel, NULL, 0, DEADLINE_NONE);
    while (status == 0) {
        status = sys_reply_receive(sys_control()->info.message_id, 0, NULL, 0, NULL, 0, channel);
    }
    test_set(&done, 1);
}

/* How many of the switches of TRIPS calls go without a queue; *all: of how many. */
static uint64_t trips_direct(uint64_t *all)
{
    struct kernel_info before = {0}, after = {0};
    sys_kernel_info(&before);
    for (unsigned i = 0; i < TRIPS; i++) {
        sys_call(connection, NULL, 0, NULL, 0, 0, DEADLINE_NONE);
    }
    sys_kernel_info(&after);
    *all = after.switches - before.switches;
    return after.direct_switches - before.direct_switches;
}

TEST(call_and_answer_hand_the_cpu_over_without_a_queue_IPC_4)
{
    uint64_t all = 0, direct = 0;
    done = 0;
    channel = sys_channel_create(HANDLE_GRANT, 0, 0);
    connection = sys_connection_create(HANDLE_GRANT, channel, 0, RIGHTS_ALL);
    EXPECT(connection >= 0);
    EXPECT_EQ(test_thread(server_main, NULL), 0);
    EXPECT_EQ(sys_call(connection, NULL, 0, NULL, 0, 0, DEADLINE_NONE), 0); /* it is there */
    EXPECT_EQ(sys_call(connection, NULL, 0, NULL, 0, 0, DEADLINE_NONE), 0);
    if (test_is_linked) { /* time and others do not come between */
        EXPECT_EQ(trips_direct(&all), 2 * TRIPS);
        EXPECT_EQ(all, 2 * TRIPS);
    }
    /* Elsewhere slices end in between, the more the longer the machine's host has others run. */
    for (unsigned round = 0; round < ROUNDS_MAX && direct < 2 * TRIPS - TRIPS / 10; round++) {
        direct = trips_direct(&all);
    }
    EXPECT(direct >= 2 * TRIPS - TRIPS / 10);
    sys_handle_close(SYS_SELF_TABLE, connection);
    sys_handle_close(SYS_SELF_TABLE, channel);
    test_await(&done, 1);
}

TEST_MAIN(woken_thread_of_higher_priority_preempts_at_once_SCH_1,
          ready_threads_run_by_priority_and_then_first_come_first_served_SCH_1,
          call_and_answer_hand_the_cpu_over_without_a_queue_IPC_4)
