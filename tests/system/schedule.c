/* Who runs when: priorities, turns, and hand-over of the CPU along calls. */
#include "test.h"

#define TRIPS 500u
#define RUNNERS 4u

static int channel, connection;
static uint32_t settled, go, done, order_used;
static uint32_t arrived_used, arrived[RUNNERS], order[RUNNERS]; /* who waits and who runs, one after the other */
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
    arrived[arrived_used++] = number;
    test_await(&go, 1);
    order[order_used++] = number;
    test_count(&done);
}

/* Numbers 0 and 2 are of the higher priority; all are woken by one call. */
TEST(ready_threads_run_by_priority_and_then_first_come_first_served_SCH_1)
{
    static uint32_t numbers[RUNNERS] = {0, 1, 2, 3};
    settled = done = go = order_used = arrived_used = 0;
    for (uint32_t i = 0; i < RUNNERS; i++) {
        EXPECT_EQ(test_thread(runner_main, &numbers[i]), 0);
        test_await(&settled, i + 1);
    }
    sys_thread_sleep((uint64_t)sys_clock_read() + 2000000); /* until all of them wait: they are of lower priority */
    test_set(&go, 1);
    test_await(&done, RUNNERS);
    EXPECT_EQ(arrived_used, RUNNERS);
    for (unsigned i = 0; i < RUNNERS; i++) {
        EXPECT_EQ(order[i], arrived[i]); /* those of the higher priority began to wait first, too */
        EXPECT_EQ(order[i] % 2, i / 2);
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

TEST(call_and_answer_hand_the_cpu_over_without_a_queue_IPC_4)
{
    struct kernel_info before, after;
    done = 0;
    channel = sys_channel_create(HANDLE_GRANT, 0, 0);
    connection = sys_connection_create(HANDLE_GRANT, channel, 0, RIGHTS_ALL);
    EXPECT(connection >= 0);
    EXPECT_EQ(test_thread(server_main, NULL), 0);
    EXPECT_EQ(sys_call(connection, NULL, 0, NULL, 0, 0, DEADLINE_NONE), 0); /* it is there */
    EXPECT_EQ(sys_call(connection, NULL, 0, NULL, 0, 0, DEADLINE_NONE), 0);
    EXPECT_EQ(sys_kernel_info(&before), 0);
    for (unsigned i = 0; i < TRIPS; i++) {
        EXPECT_EQ(sys_call(connection, NULL, 0, NULL, 0, 0, DEADLINE_NONE), 0);
    }
    EXPECT_EQ(sys_kernel_info(&after), 0);
    EXPECT(after.direct_switches - before.direct_switches >= 2 * TRIPS - TRIPS / 10); /* but for ends of slices */
    if (test_is_linked) { /* time and others do not come between */
        EXPECT_EQ(after.direct_switches - before.direct_switches, 2 * TRIPS);
        EXPECT_EQ(after.switches - before.switches, 2 * TRIPS);
    }
    sys_handle_close(SYS_SELF_TABLE, connection);
    sys_handle_close(SYS_SELF_TABLE, channel);
    test_await(&done, 1);
}

TEST_MAIN(woken_thread_of_higher_priority_preempts_at_once_SCH_1,
          ready_threads_run_by_priority_and_then_first_come_first_served_SCH_1,
          call_and_answer_hand_the_cpu_over_without_a_queue_IPC_4)
