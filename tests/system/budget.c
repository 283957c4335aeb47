/* Budgets: a thread gets its share and no more, its servers included. Work is counted in system calls, because that is
 * what moves the clock of linked mode. */
#include "test.h"

#define MS 1000000ull
#define BUDGET (2 * MS)
#define PERIOD (20 * MS)
#define PERIODS 5u

static int context, channel, connection;
static uint32_t done, ready;
static uint64_t used_ns, passed_ns;

static uint64_t now_ns(void)
{
    return (uint64_t)sys_clock_read();
}

static uint64_t cpu_ns(void)
{
    struct thread_info info = {0};
    return sys_thread_info(SYS_SELF_THREAD, &info) == 0 ? info.cpu_ns : 0;
}

/* Runs for a while of its own CPU time. */
static void work(uint64_t ns)
{
    uint64_t end_ns = cpu_ns() + ns;
    while (cpu_ns() < end_ns) {
    }
}

static void work_on_budget(void *argument)
{
    (void)argument;
    if (sys_scheduling_bind(context, SYS_SELF_THREAD) == 0) {
        uint64_t start_ns = now_ns();
        uint64_t start_cpu_ns = cpu_ns();
        work(PERIODS * BUDGET);
        passed_ns = now_ns() - start_ns;
        used_ns = cpu_ns() - start_cpu_ns;
        sys_scheduling_unbind(context, SYS_SELF_THREAD);
    }
    test_set(&done, 1);
}

static bool context_open(void)
{
    done = 0;
    ready = 0;
    context = sys_scheduling_create(HANDLE_GRANT, BUDGET, PERIOD, -1, 0, 0);
    return context > 0;
}

TEST(thread_takes_as_many_periods_as_its_work_has_budgets_SCH_2)
{
    EXPECT(context_open());
    EXPECT_EQ(test_thread(work_on_budget, NULL), 0);
    test_await(&done, 1);
    EXPECT(used_ns >= PERIODS * BUDGET);
    EXPECT(!test_is_linked || passed_ns >= (PERIODS - 1) * PERIOD); /* a real clock may jump over it all at once */
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, context), 0);
}

static void serve_one(void *argument)
{
    (void)argument;
    test_set(&ready, 1);
    if (sys_receive(channel, NULL, 0, DEADLINE_NONE) == 0) {
        uint64_t id = sys_control()->info.message_id;
        uint64_t start_cpu_ns = cpu_ns();
        work(PERIODS * BUDGET);
        used_ns = cpu_ns() - start_cpu_ns;
        sys_reply(id, 5, NULL, 0);
    }
    test_set(&done, 1);
}

static bool server_start(uint32_t flags)
{
    channel = sys_channel_create(HANDLE_GRANT, 0, flags);
    connection = sys_connection_create(HANDLE_GRANT, channel, 1, RIGHTS_ALL);
    if (channel < 0 || connection < 0 || !context_open() || test_thread(serve_one, NULL) != 0) {
        return false;
    }
    test_await(&ready, 1);
    return true;
}

/* The call's status, on the budget. */
static int64_t call_on_budget(void)
{
    if (sys_scheduling_bind(context, SYS_SELF_THREAD) != 0) {
        return -1;
    }
    uint64_t start_ns = now_ns();
    int64_t status = sys_call(connection, NULL, 0, NULL, 0, 0, DEADLINE_NONE);
    passed_ns = now_ns() - start_ns;
    sys_scheduling_unbind(context, SYS_SELF_THREAD);
    return status;
}

static void server_end(void)
{
    test_await(&done, 1);
    sys_handle_close(SYS_SELF_TABLE, connection);
    sys_handle_close(SYS_SELF_TABLE, channel);
    sys_handle_close(SYS_SELF_TABLE, context);
}

TEST(server_that_waits_takes_as_many_periods_as_its_work_has_budgets_SCH_3_SCH_4)
{
    EXPECT(server_start(CHANNEL_BUDGET_WAIT));
    EXPECT_EQ(call_on_budget(), 5);
    EXPECT(used_ns >= PERIODS * BUDGET);
    EXPECT(!test_is_linked || passed_ns >= (PERIODS - 1) * PERIOD); /* a real clock may jump over it all at once */
    server_end();
}

TEST(server_that_helps_replies_although_the_budget_is_gone_SCH_4)
{
    EXPECT(server_start(0));
    EXPECT_EQ(call_on_budget(), 5);
    EXPECT(used_ns >= PERIODS * BUDGET);
    EXPECT(!test_is_linked || passed_ns < PERIODS * BUDGET + PERIOD); /* after the reply, the client waited */
    server_end();
}

TEST(empty_budget_sends_its_pulse_SCH_4)
{
    channel = sys_channel_create(HANDLE_GRANT, 0, 0);
    connection = sys_connection_create(HANDLE_GRANT, channel, 7, RIGHTS_ALL);
    EXPECT(channel > 0 && connection > 0);
    done = 0;
    context = sys_scheduling_create(HANDLE_GRANT, BUDGET, PERIOD, connection, 3, 33);
    EXPECT(context > 0);
    EXPECT_EQ(test_thread(work_on_budget, NULL), 0);
    EXPECT_EQ(sys_receive(channel, NULL, 0, DEADLINE_NONE), 0);
    EXPECT_EQ(sys_control()->info.pulse_code, 3);
    EXPECT_EQ(sys_control()->info.pulse_value, 33);
    EXPECT_EQ(sys_control()->info.cookie, 7);
    EXPECT_EQ(sys_scheduling_set(context, PERIOD, PERIOD), 0);
    test_await(&done, 1);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, connection), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, channel), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, context), 0);
}

TEST(binding_twice_and_bad_budgets_are_refused)
{
    EXPECT(context_open());
    EXPECT_EQ(sys_scheduling_unbind(context, SYS_SELF_THREAD), -E_INVAL);
    EXPECT_EQ(sys_scheduling_bind(context, SYS_SELF_THREAD), 0);
    EXPECT_EQ(sys_scheduling_bind(context, SYS_SELF_THREAD), -E_BUSY);
    EXPECT_EQ(sys_scheduling_unbind(context, SYS_SELF_THREAD), 0);
    EXPECT_EQ(sys_scheduling_set(context, PERIOD + 1, PERIOD), -E_INVAL);
    EXPECT_EQ(sys_scheduling_create(HANDLE_GRANT, 0, PERIOD, -1, 0, 0), -E_INVAL);
    EXPECT_EQ(sys_scheduling_create(HANDLE_GRANT, BUDGET, PERIOD, HANDLE_GRANT, 0, 0), -E_BADF);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, context), 0);
}

TEST_MAIN(thread_takes_as_many_periods_as_its_work_has_budgets_SCH_2,
          server_that_waits_takes_as_many_periods_as_its_work_has_budgets_SCH_3_SCH_4,
          server_that_helps_replies_although_the_budget_is_gone_SCH_4, empty_budget_sends_its_pulse_SCH_4,
          binding_twice_and_bad_budgets_are_refused)
