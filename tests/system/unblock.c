/* Clients that want out of a call which a server has received: with and without the server's say. */
#include "test.h"

#define SOON_NS 2000000ull
#define STATUS 7
#define CODE_LEFT 1

static int channel, connection;
static int64_t result;
static uint32_t left;

static bool channel_open(uint32_t flags)
{
    left = 0;
    channel = sys_channel_create(HANDLE_GRANT, 4, flags);
    connection = channel < 0 ? channel : sys_connection_create(HANDLE_GRANT, channel, 3, RIGHTS_ALL);
    return connection >= 0;
}

static void channel_close(void)
{
    sys_handle_close(SYS_SELF_TABLE, connection);
    sys_handle_close(SYS_SELF_TABLE, channel);
}

static void call_for_a_while(void *argument)
{
    (void)argument;
    result = sys_call(connection, NULL, 0, NULL, 0, 0, (uint64_t)sys_clock_read() + SOON_NS);
    sys_pulse(connection, CODE_LEFT, 0, -1);
    test_set(&left, 1);
}

/* Starts a client and receives its message; returns its ID, 0 if that failed. On a real clock the client's time may be
 * over before it is received: then another one comes. */
static uint64_t client_receive(void)
{
    for (;;) {
        left = 0;
        if (test_thread(call_for_a_while, NULL) != 0 || sys_receive(channel, NULL, 0, DEADLINE_NONE) != 0) {
            return 0;
        }
        if (sys_control()->info.kind == RECEIVED_MESSAGE) {
            return sys_control()->info.message_id;
        }
        test_await(&left, 1);
    }
}

/* Nothing is there but the client's word that it left. */
static bool only_left_is_told(void)
{
    return sys_receive(channel, NULL, 0, 0) == 0 && sys_control()->info.kind == RECEIVED_PULSE &&
           sys_control()->info.pulse_code == CODE_LEFT && sys_receive(channel, NULL, 0, 0) == -E_TIMEDOUT;
}

TEST(client_leaves_at_once_where_nobody_asked_for_notice_IPC_19)
{
    EXPECT(channel_open(0));
    uint64_t id = client_receive();
    EXPECT(id != 0);
    test_await(&left, 1);
    EXPECT_EQ(result, -E_TIMEDOUT);
    EXPECT_EQ(sys_reply(id, STATUS, NULL, 0), -E_SRCH);
    EXPECT(only_left_is_told());
    channel_close();
}

TEST(server_that_asked_for_notice_decides_and_is_told_once_IPC_19)
{
    EXPECT(channel_open(CHANNEL_UNBLOCK));
    uint64_t id = client_receive();
    EXPECT(id != 0);
    EXPECT_EQ(sys_receive(channel, NULL, 0, DEADLINE_NONE), 0);
    EXPECT_EQ(sys_control()->info.kind, RECEIVED_PULSE);
    EXPECT_EQ(sys_control()->info.pulse_code, PULSE_UNBLOCK);
    EXPECT_EQ(sys_control()->info.pulse_value, id);
    EXPECT_EQ(sys_receive(channel, NULL, 0, (uint64_t)sys_clock_read() + SOON_NS), -E_TIMEDOUT);
    EXPECT_EQ(left, 0);
    EXPECT_EQ(sys_reply(id, STATUS, NULL, 0), 0);
    test_await(&left, 1);
    EXPECT_EQ(result, STATUS);
    channel_close();
}

TEST(queued_client_leaves_by_itself_IPC_19_IPC_18)
{
    EXPECT(channel_open(CHANNEL_UNBLOCK));
    EXPECT_EQ(test_thread(call_for_a_while, NULL), 0);
    test_await(&left, 1);
    EXPECT_EQ(result, -E_TIMEDOUT);
    EXPECT(only_left_is_told());
    channel_close();
}

TEST_MAIN(client_leaves_at_once_where_nobody_asked_for_notice_IPC_19,
          server_that_asked_for_notice_decides_and_is_told_once_IPC_19, queued_client_leaves_by_itself_IPC_19_IPC_18)
