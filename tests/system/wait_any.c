/* One wait for several things: a channel's messages and pulses, a pipe's bytes, bits of other threads, a deadline. */
#include "test.h"

#include <sys/os.h>

#define POLL_IN 1
#define MS 1000000ull
#define BIT_CHANNEL 1u
#define BIT_PIPE 2u
#define BIT_OTHER 4u
#define LOW 1 /* priority of those who make things happen: they run while the test waits */

static int channel, connection, notification, pipe_ends[2];
static uint32_t answered;

static bool sources_open(void)
{
    answered = 0;
    channel = sys_channel_create(HANDLE_GRANT, 4, 0);
    connection = sys_connection_create(HANDLE_GRANT, channel, 1, RIGHTS_ALL);
    notification = sys_notification_create(HANDLE_GRANT);
    return connection > 0 && notification > 0 && os_pipe(pipe_ends, 0) == 0 &&
           sys_notification_bind(notification, channel, BIT_CHANNEL) == 0 &&
           os_poll_ask(pipe_ends[0], POLL_IN, notification, BIT_PIPE) == 0;
}

static void sources_close(void)
{
    os_close(pipe_ends[0]);
    os_close(pipe_ends[1]);
    sys_handle_close(SYS_SELF_TABLE, connection);
    sys_handle_close(SYS_SELF_TABLE, channel);
    sys_handle_close(SYS_SELF_TABLE, notification);
}

/* The bits that come before the deadline, or a negated error. */
static int64_t bits_wait(uint64_t deadline_ns)
{
    uint64_t bits = 0;
    int status = sys_notification_wait(notification, &bits, deadline_ns);
    return status < 0 ? status : (int64_t)bits;
}

static void pulse_later(void *argument)
{
    (void)argument;
    sys_thread_set(SYS_SELF_THREAD, THREAD_PRIORITY, LOW);
    sys_pulse(connection, 5, 0, -1);
}

static void call_later(void *argument)
{
    (void)argument;
    sys_thread_set(SYS_SELF_THREAD, THREAD_PRIORITY, LOW);
    test_set(&answered, (uint32_t)sys_call(connection, NULL, 0, NULL, 0, 0, DEADLINE_NONE));
}

static void write_later(void *argument)
{
    (void)argument;
    sys_thread_set(SYS_SELF_THREAD, THREAD_PRIORITY, LOW);
    os_write(pipe_ends[1], "x", 1);
}

static void signal_later(void *argument)
{
    (void)argument;
    sys_thread_set(SYS_SELF_THREAD, THREAD_PRIORITY, LOW);
    sys_notification_signal(notification, BIT_OTHER);
}

TEST(one_wait_wakes_for_each_of_its_sources_IPC_25)
{
    char byte = 0;
    EXPECT(sources_open());
    EXPECT_EQ(test_thread(pulse_later, NULL), 0);
    EXPECT_EQ(bits_wait(DEADLINE_NONE), BIT_CHANNEL);
    EXPECT_EQ(sys_receive(channel, NULL, 0, 0), 0);
    EXPECT_EQ(sys_control()->info.pulse_code, 5);
    EXPECT_EQ(test_thread(call_later, NULL), 0);
    EXPECT_EQ(bits_wait(DEADLINE_NONE), BIT_CHANNEL);
    EXPECT_EQ(sys_receive(channel, NULL, 0, 0), 0);
    EXPECT_EQ(sys_reply(sys_control()->info.message_id, 7, NULL, 0), 0);
    test_await(&answered, 7);
    EXPECT_EQ(test_thread(write_later, NULL), 0);
    EXPECT_EQ(bits_wait(DEADLINE_NONE), BIT_PIPE);
    EXPECT_EQ(os_poll_ask(pipe_ends[0], POLL_IN, 0, 0), POLL_IN);
    EXPECT_EQ(os_read(pipe_ends[0], &byte, 1), 1);
    EXPECT_EQ(test_thread(signal_later, NULL), 0);
    EXPECT_EQ(bits_wait(DEADLINE_NONE), BIT_OTHER);
    sources_close();
}

TEST(deadline_ends_the_wait_and_a_timer_can_be_one_of_the_sources_IPC_25)
{
    EXPECT(sources_open());
    uint64_t soon = (uint64_t)sys_clock_read() + 2 * MS;
    EXPECT_EQ(bits_wait(soon), -E_TIMEDOUT);
    EXPECT(sys_clock_read() >= (int64_t)soon);
    int timer = sys_timer_create(HANDLE_GRANT, connection, 3, 0);
    EXPECT_EQ(sys_timer_set(timer, soon + 4 * MS, 0), 0);
    EXPECT_EQ(bits_wait(DEADLINE_NONE), BIT_CHANNEL);
    EXPECT(sys_clock_read() >= (int64_t)(soon + 4 * MS));
    sys_handle_close(SYS_SELF_TABLE, timer);
    sources_close();
}

TEST(all_that_happened_is_told_at_once_IPC_25)
{
    EXPECT(sources_open());
    EXPECT_EQ(sys_pulse(connection, 1, 0, -1), 0);
    EXPECT_EQ(os_write(pipe_ends[1], "x", 1), 1);
    EXPECT_EQ(sys_notification_signal(notification, BIT_OTHER), 0);
    EXPECT_EQ(bits_wait(DEADLINE_NONE), BIT_CHANNEL | BIT_PIPE | BIT_OTHER);
    EXPECT_EQ(bits_wait(0), -E_TIMEDOUT);
    sources_close();
}

TEST_MAIN(one_wait_wakes_for_each_of_its_sources_IPC_25,
          deadline_ends_the_wait_and_a_timer_can_be_one_of_the_sources_IPC_25, all_that_happened_is_told_at_once_IPC_25)
