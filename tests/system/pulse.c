/* Pulses, notifications and timers. */
#include "test.h"

#define SLOTS 4u
#define MS 1000000ull

static int channel, connection;

static bool channel_open(void)
{
    channel = sys_channel_create(HANDLE_GRANT, SLOTS, 0);
    connection = channel < 0 ? channel : sys_connection_create(HANDLE_GRANT, channel, 55, RIGHTS_ALL);
    return connection >= 0;
}

static void channel_close(void)
{
    sys_handle_close(SYS_SELF_TABLE, connection);
    sys_handle_close(SYS_SELF_TABLE, channel);
}

/* What waits at the channel; kind 0: nothing. */
static struct receive_info receive(void)
{
    return sys_receive(channel, NULL, 0, 0) == 0 ? sys_control()->info : (struct receive_info){0};
}

TEST(pulse_brings_code_value_and_cookie_IPC_6_IPC_20)
{
    EXPECT(channel_open());
    EXPECT_EQ(sys_pulse(connection, 12, 0xfedcba9876543210ull, -1), 0);
    struct receive_info info = receive();
    EXPECT_EQ(info.kind, RECEIVED_PULSE);
    EXPECT_EQ(info.pulse_code, 12);
    EXPECT(info.pulse_value == 0xfedcba9876543210ull);
    EXPECT_EQ(info.cookie, 55);
    channel_close();
}

TEST(pulses_arrive_by_priority_then_in_order_IPC_13_IPC_20)
{
    EXPECT(channel_open());
    EXPECT_EQ(sys_pulse(connection, 1, 0, 1), 0);
    EXPECT_EQ(sys_pulse(connection, 2, 0, 5), 0);
    EXPECT_EQ(sys_pulse(connection, 3, 0, 1), 0);
    EXPECT_EQ(sys_pulse(connection, 4, 0, 5), 0);
    const int wanted[] = {2, 4, 1, 3};
    for (int i = 0; i < 4; i++) {
        EXPECT_EQ(receive().pulse_code, wanted[i]);
    }
    channel_close();
}

TEST(full_pool_is_a_clear_error_and_loses_nothing_IPC_20)
{
    EXPECT(channel_open());
    for (unsigned i = 0; i < SLOTS; i++) {
        EXPECT_EQ(sys_pulse(connection, 1, i, -1), 0);
    }
    EXPECT_EQ(sys_pulse(connection, 1, 99, -1), -E_AGAIN);
    for (unsigned i = 0; i < SLOTS; i++) {
        EXPECT_EQ(receive().pulse_value, i);
    }
    EXPECT_EQ(sys_pulse(connection, 1, 7, -1), 0);
    EXPECT_EQ(receive().pulse_value, 7);
    channel_close();
}

TEST(negative_codes_are_the_kernels_IPC_20)
{
    EXPECT(channel_open());
    EXPECT_EQ(sys_pulse(connection, PULSE_CLOSE, 0, -1), -E_INVAL);
    channel_close();
}

TEST(last_handle_closed_is_told_with_the_cookie_IPC_21)
{
    EXPECT(channel_open());
    int other = sys_handle_duplicate(SYS_SELF_TABLE, connection, SYS_SELF_TABLE, HANDLE_DYNAMIC, DUPLICATE_LOWEST,
                                     RIGHTS_ALL, 0);
    EXPECT(other > 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, connection), 0);
    EXPECT_EQ(receive().kind, 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, other), 0);
    struct receive_info info = receive();
    EXPECT_EQ(info.kind, RECEIVED_PULSE);
    EXPECT_EQ(info.pulse_code, PULSE_CLOSE);
    EXPECT_EQ(info.pulse_value, 55);
    sys_handle_close(SYS_SELF_TABLE, channel);
}

static int notification;
static uint64_t seen_bits;
static uint32_t woken;

static void wait_for_bits(void *argument)
{
    (void)argument;
    int status = sys_notification_wait(notification, &seen_bits, DEADLINE_NONE);
    test_set(&woken, status == 0 ? 1 : (uint32_t)-status);
}

TEST(notification_coalesces_and_wakes_IPC_24)
{
    notification = sys_notification_create(HANDLE_GRANT);
    EXPECT(notification > 0);
    uint64_t bits = 0;
    EXPECT_EQ(sys_notification_wait(notification, &bits, 0), -E_TIMEDOUT);
    EXPECT_EQ(sys_notification_signal(notification, 1), 0);
    EXPECT_EQ(sys_notification_signal(notification, 4), 0);
    EXPECT_EQ(sys_notification_wait(notification, &bits, 0), 0);
    EXPECT_EQ(bits, 5);
    woken = 0;
    EXPECT_EQ(test_thread(wait_for_bits, NULL), 0);
    EXPECT_EQ(sys_thread_yield(), 0);
    EXPECT_EQ(sys_notification_signal(notification, 8), 0);
    test_await(&woken, 1);
    EXPECT_EQ(seen_bits, 8);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, notification), 0);
}

TEST(bound_channel_signals_what_is_queued_IPC_25)
{
    uint64_t bits = 0;
    EXPECT(channel_open());
    notification = sys_notification_create(HANDLE_GRANT);
    int other = sys_notification_create(HANDLE_GRANT);
    EXPECT_EQ(sys_notification_bind(notification, channel, 6), 0);
    EXPECT_EQ(sys_notification_bind(other, channel, 1), -E_BUSY);
    EXPECT_EQ(sys_notification_wait(notification, &bits, (uint64_t)sys_clock_read() + MS), -E_TIMEDOUT);
    woken = 0;
    EXPECT_EQ(test_thread(wait_for_bits, NULL), 0);
    EXPECT_EQ(sys_thread_yield(), 0);
    EXPECT_EQ(sys_pulse(connection, 9, 0, -1), 0);
    test_await(&woken, 1);
    EXPECT_EQ(seen_bits, 6);
    EXPECT_EQ(receive().pulse_code, 9);
    EXPECT_EQ(sys_notification_bind(notification, channel, 0), 0);
    EXPECT_EQ(sys_pulse(connection, 9, 0, -1), 0);
    EXPECT_EQ(sys_notification_wait(notification, &bits, 0), -E_TIMEDOUT);
    EXPECT_EQ(sys_notification_bind(other, channel, 1), 0);
    EXPECT_EQ(sys_notification_wait(other, &bits, 0), 0);
    EXPECT_EQ(bits, 1);
    channel_close();
    EXPECT_EQ(sys_notification_wait(other, &bits, 0), 0); /* the channel's end */
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, notification), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, other), 0);
}

TEST(timer_sends_its_pulse_at_the_deadline_SCH_7)
{
    EXPECT(channel_open());
    int timer = sys_timer_create(HANDLE_GRANT, connection, 3, 33);
    EXPECT(timer > 0);
    uint64_t deadline = (uint64_t)sys_clock_read() + 3 * MS;
    EXPECT_EQ(sys_timer_set(timer, deadline, 0), 0);
    EXPECT_EQ(sys_receive(channel, NULL, 0, DEADLINE_NONE), 0);
    EXPECT_EQ(sys_control()->info.pulse_code, 3);
    EXPECT_EQ(sys_control()->info.pulse_value, 33);
    EXPECT(sys_clock_read() >= (int64_t)deadline);
    EXPECT_EQ(receive().kind, 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, timer), 0);
    channel_close();
}

TEST(periodic_timer_does_not_drift_SCH_7)
{
    EXPECT(channel_open());
    int timer = sys_timer_create(HANDLE_GRANT, connection, 4, 0);
    uint64_t start = (uint64_t)sys_clock_read();
    EXPECT_EQ(sys_timer_set(timer, start + 2 * MS, 2 * MS), 0);
    for (uint64_t i = 1; i <= 5; i++) {
        EXPECT_EQ(sys_receive(channel, NULL, 0, DEADLINE_NONE), 0);
        EXPECT_EQ(sys_control()->info.pulse_code, 4);
        EXPECT(sys_clock_read() >= (int64_t)(start + i * 2 * MS));
    }
    EXPECT_EQ(sys_timer_set(timer, DEADLINE_NONE, 0), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, timer), 0);
    channel_close();
}

TEST(sleep_ends_at_its_deadline_SCH_7)
{
    uint64_t deadline = (uint64_t)sys_clock_read() + 3 * MS;
    EXPECT_EQ(sys_thread_sleep(deadline), 0);
    EXPECT(sys_clock_read() >= (int64_t)deadline);
    EXPECT_EQ(sys_thread_sleep(1), 0);
}

TEST_MAIN(pulse_brings_code_value_and_cookie_IPC_6_IPC_20, pulses_arrive_by_priority_then_in_order_IPC_13_IPC_20,
          full_pool_is_a_clear_error_and_loses_nothing_IPC_20, negative_codes_are_the_kernels_IPC_20,
          last_handle_closed_is_told_with_the_cookie_IPC_21, notification_coalesces_and_wakes_IPC_24,
          bound_channel_signals_what_is_queued_IPC_25, timer_sends_its_pulse_at_the_deadline_SCH_7,
          periodic_timer_does_not_drift_SCH_7, sleep_ends_at_its_deadline_SCH_7)
