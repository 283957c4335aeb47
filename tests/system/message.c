/* Messages between two threads: what arrives, what is told, and what is refused. */
#include "test.h"

#include <string.h>

#define BUFFER_BYTES 24576u
#define PARTS 40u
#define ROUNDS 200u
#define COOKIE 0x1234567890abcdefull
#define BAD_ADDRESS 0x100u /* below every mapping */

static int channel, connection;
static uint8_t sent[BUFFER_BYTES], received[BUFFER_BYTES], answered[BUFFER_BYTES], returned[BUFFER_BYTES];
static uint32_t served, finished;

static bool channel_open(uint32_t flags)
{
    served = 0;
    finished = 0;
    channel = sys_channel_create(HANDLE_GRANT, 8, flags);
    connection = channel < 0 ? channel : sys_connection_create(HANDLE_GRANT, channel, COOKIE, RIGHTS_ALL);
    return connection >= 0;
}

static void channel_close(void)
{
    sys_handle_close(SYS_SELF_TABLE, connection);
    sys_handle_close(SYS_SELF_TABLE, channel);
}

static struct part part_of(const void *bytes, uint64_t length)
{
    return (struct part){(uintptr_t)bytes, length};
}

static void fill(uint8_t *bytes, uint64_t seed)
{
    for (unsigned i = 0; i < BUFFER_BYTES; i++) {
        bytes[i] = (uint8_t)(seed * 31 + i * 7 + (i >> 8));
    }
}

/* A split of `bytes` into parts of any size, empty ones too; *total: the bytes they cover. */
static uint32_t split(uint64_t *random, uint8_t *bytes, struct part *parts, uint64_t *total)
{
    uint32_t count = (uint32_t)(test_random(random) % (PARTS + 1));
    uint64_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t most = (test_random(random) & 7) == 0 ? 6000 : 600;
        uint64_t length = (test_random(random) & 7) == 0 ? 0 : test_random(random) % most;
        if (length > BUFFER_BYTES - at) {
            length = BUFFER_BYTES - at;
        }
        parts[i] = part_of(bytes + at, length);
        at += length;
    }
    *total = at;
    return count;
}

static uint64_t least(uint64_t left, uint64_t right)
{
    return left < right ? left : right;
}

/* One round of the split test as the server sees it. */
struct round {
    struct part receive[PARTS], reply[PARTS];
    uint32_t receive_count, reply_count;
    uint64_t room_bytes, reply_bytes;
    struct receive_info info;
    int64_t replied;
};
static struct round round_now;
static uint32_t round_number;

static void split_server(void *argument)
{
    (void)argument;
    for (uint32_t i = 1; i <= ROUNDS; i++) {
        test_await(&round_number, i);
        sys_receive(channel, round_now.receive, round_now.receive_count, DEADLINE_NONE);
        round_now.info = sys_control()->info;
        round_now.replied = sys_reply(round_now.info.message_id, i, round_now.reply, round_now.reply_count);
        test_set(&served, i);
    }
}

static void split_round(uint32_t number, uint64_t *random)
{
    struct part send[PARTS], room[PARTS];
    uint64_t send_bytes, room_bytes;
    fill(sent, number);
    fill(answered, number + 1000);
    memset(received, 0, sizeof received);
    memset(returned, 0, sizeof returned);
    uint32_t send_count = split(random, sent, send, &send_bytes);
    uint32_t room_count = split(random, returned, room, &room_bytes);
    round_now.receive_count = split(random, received, round_now.receive, &round_now.room_bytes);
    round_now.reply_count = split(random, answered, round_now.reply, &round_now.reply_bytes);
    test_set(&round_number, number);
    int64_t status = sys_call(connection, send, send_count, room, room_count, 0, DEADLINE_NONE);
    EXPECT_EQ(status, number);
    test_await(&served, number);
    uint64_t there = least(send_bytes, round_now.room_bytes), back = least(round_now.reply_bytes, room_bytes);
    EXPECT_EQ(round_now.info.send_bytes, send_bytes);
    EXPECT_EQ(round_now.info.reply_bytes, room_bytes);
    EXPECT_EQ(round_now.info.received_bytes, there);
    EXPECT_EQ(round_now.replied, back);
    EXPECT(memcmp(received, sent, there) == 0);
    EXPECT(memcmp(returned, answered, back) == 0);
    EXPECT(there == BUFFER_BYTES || received[there] == 0);
    EXPECT(back == BUFFER_BYTES || returned[back] == 0);
}

TEST(bytes_arrive_for_any_split_on_either_side_IPC_1_IPC_2_IPC_5_IPC_16)
{
    EXPECT(channel_open(0));
    round_number = 0;
    EXPECT_EQ(test_thread(split_server, NULL), 0);
    uint64_t random = 1;
    for (uint32_t i = 1; i <= ROUNDS; i++) {
        split_round(i, &random);
        EXPECT(true);
    }
    channel_close();
}

TEST(too_many_parts_are_refused_IPC_2)
{
    static struct part parts[PARTS_MAX + 1];
    EXPECT(channel_open(0));
    EXPECT_EQ(sys_call(connection, parts, PARTS_MAX + 1, NULL, 0, 0, 0), -E_INVAL);
    EXPECT_EQ(sys_call(connection, parts, PARTS_MAX, NULL, 0, 0, 0), -E_TIMEDOUT);
    channel_close();
}

static struct receive_info first_info;

static void one_call(void *argument)
{
    (void)argument;
    struct part send = part_of(sent, 100), room = part_of(returned, 50);
    int64_t status = sys_call(connection, &send, 1, &room, 1, 0, DEADLINE_NONE);
    test_set(&finished, (uint32_t)status);
}

/* Receives a message of another thread that called with one_call. */
static void receive_one(void)
{
    fill(sent, 5);
    EXPECT(channel_open(0));
    EXPECT_EQ(test_thread(one_call, NULL), 0);
    struct part room = part_of(received, 10);
    EXPECT_EQ(sys_receive(channel, &room, 1, DEADLINE_NONE), 0);
    first_info = sys_control()->info;
}

TEST(receiver_is_told_who_sent_and_how_much_IPC_6)
{
    receive_one();
    EXPECT_EQ(first_info.kind, RECEIVED_MESSAGE);
    EXPECT_EQ(first_info.cookie, COOKIE);
    EXPECT_EQ(first_info.send_bytes, 100);
    EXPECT_EQ(first_info.reply_bytes, 50);
    EXPECT_EQ(first_info.received_bytes, 10);
    EXPECT(first_info.message_id != 0);
    EXPECT_EQ(sys_reply(first_info.message_id, 3, NULL, 0), 0);
    test_await(&finished, 3);
    channel_close();
}

TEST(reply_works_exactly_once_IPC_7)
{
    receive_one();
    EXPECT_EQ(sys_reply(first_info.message_id, 3, NULL, 0), 0);
    EXPECT_EQ(sys_reply(first_info.message_id, 4, NULL, 0), -E_SRCH);
    test_await(&finished, 3);
    channel_close();
}

TEST(guessed_ids_change_nothing_IPC_7_IPC_9)
{
    receive_one();
    uint64_t random = 7;
    for (int i = 0; i < 1000; i++) {
        uint64_t guess = i < 500 ? first_info.message_id + test_random(&random) % 1000 + 1 : test_random(&random);
        if (guess != first_info.message_id) {
            EXPECT_EQ(sys_reply(guess, 9, NULL, 0), -E_SRCH);
        }
    }
    EXPECT_EQ(finished, 0);
    EXPECT_EQ(sys_reply(first_info.message_id, 3, NULL, 0), 0);
    test_await(&finished, 3);
    channel_close();
}

TEST(unanswered_message_is_read_and_written_by_offset_IPC_10)
{
    receive_one();
    struct part part = part_of(received, 20);
    EXPECT_EQ(sys_message_read(first_info.message_id, 90, &part, 1), 10);
    EXPECT(memcmp(received, sent + 90, 10) == 0);
    EXPECT_EQ(sys_message_read(first_info.message_id, 100, &part, 1), 0);
    EXPECT_EQ(sys_message_read(first_info.message_id, UINT64_MAX, &part, 1), 0);
    struct part from = part_of("tail", 4);
    EXPECT_EQ(sys_message_write(first_info.message_id, 44, &from, 1), 4);
    EXPECT_EQ(sys_message_write(first_info.message_id, 48, &from, 1), 2);
    EXPECT_EQ(sys_message_write(first_info.message_id, 50, &from, 1), 0);
    EXPECT_EQ(sys_reply(first_info.message_id, 3, NULL, 0), 0);
    test_await(&finished, 3);
    EXPECT(memcmp(returned + 44, "tailta", 6) == 0);
    channel_close();
}

TEST(blocking_calls_take_a_timeout_IPC_18)
{
    EXPECT(channel_open(0));
    EXPECT_EQ(sys_receive(channel, NULL, 0, 0), -E_TIMEDOUT);
    uint64_t soon = (uint64_t)sys_clock_read() + 2000000;
    EXPECT_EQ(sys_receive(channel, NULL, 0, soon), -E_TIMEDOUT);
    EXPECT(sys_clock_read() >= (int64_t)soon);
    soon = (uint64_t)sys_clock_read() + 2000000;
    EXPECT_EQ(sys_call(connection, NULL, 0, NULL, 0, 0, soon), -E_TIMEDOUT);
    EXPECT(sys_clock_read() >= (int64_t)soon);
    EXPECT_EQ(sys_receive(channel, NULL, 0, 0), -E_TIMEDOUT);
    channel_close();
}

static void bad_call(void *argument)
{
    (void)argument;
    struct part bad = {BAD_ADDRESS, 100};
    int64_t status = sys_call(connection, &bad, 1, NULL, 0, 0, DEADLINE_NONE);
    test_set(&finished, status == -E_FAULT ? 1 : 2);
}

TEST(bad_send_address_is_the_clients_fault_IPC_14)
{
    struct part room = part_of(received, 100);
    EXPECT(channel_open(0));
    EXPECT_EQ(test_thread(bad_call, NULL), 0);
    while (__atomic_load_n(&finished, __ATOMIC_SEQ_CST) == 0) {
        EXPECT_EQ(sys_receive(channel, &room, 1, (uint64_t)sys_clock_read() + 1000000), -E_TIMEDOUT);
    }
    EXPECT_EQ(finished, 1);
    channel_close();
}

TEST(bad_receive_address_is_the_servers_fault_IPC_14)
{
    receive_one();
    struct part bad = {BAD_ADDRESS, 10};
    EXPECT_EQ(sys_message_read(first_info.message_id, 0, &bad, 1), -E_FAULT);
    EXPECT_EQ(sys_reply(first_info.message_id, 4, &bad, 1), -E_FAULT);
    EXPECT_EQ(finished, 0);
    EXPECT_EQ(sys_reply(first_info.message_id, 3, NULL, 0), 0);
    test_await(&finished, 3);
    channel_close();
}

TEST(client_leaves_when_the_channel_goes_IPC_17_OBJ_4)
{
    receive_one();
    channel_close();
    test_await(&finished, (uint32_t)-E_SRCH);
}

static void count_and_answer(void *argument)
{
    (void)argument;
    uint64_t id = 0;
    for (int i = 0; i < 100; i++) {
        sys_reply_receive(id, i, NULL, 0, NULL, 0, channel);
        id = sys_control()->info.message_id;
    }
    sys_reply(id, 100, NULL, 0);
}

TEST(reply_receive_answers_and_waits_IPC_11)
{
    EXPECT(channel_open(0));
    EXPECT_EQ(test_thread(count_and_answer, NULL), 0);
    for (int i = 1; i <= 100; i++) {
        EXPECT_EQ(sys_call(connection, NULL, 0, NULL, 0, 0, DEADLINE_NONE), i);
    }
    channel_close();
}

static int moved_handle;

static void send_notification(void *argument)
{
    (void)argument;
    struct control *control = sys_control();
    control->transfer[0] = (struct transfer){.handle = moved_handle, .rights = RIGHT_SIGNAL | RIGHT_TRANSFER};
    control->transfer_count = 1;
    int64_t status = sys_call(connection, NULL, 0, NULL, 0, 0, DEADLINE_NONE);
    test_set(&finished, (uint32_t)status);
}

TEST(event_given_to_a_server_can_be_signalled_and_no_more_IPC_22_IPC_23_OBJ_7)
{
    EXPECT(channel_open(0));
    moved_handle = sys_notification_create(HANDLE_GRANT);
    EXPECT(moved_handle > 0);
    EXPECT_EQ(test_thread(send_notification, NULL), 0);
    sys_control()->receive_base = HANDLE_DYNAMIC;
    EXPECT_EQ(sys_receive(channel, NULL, 0, DEADLINE_NONE), 0);
    EXPECT_EQ(sys_control()->info.handle_count, 1);
    int copy = sys_control()->received_handles[0];
    EXPECT(copy >= HANDLE_DYNAMIC && copy != moved_handle);
    EXPECT_EQ(sys_reply(sys_control()->info.message_id, 3, NULL, 0), 0);
    test_await(&finished, 3);
    uint64_t bits = 0;
    EXPECT_EQ(sys_notification_wait(copy, &bits, 0), -E_ACCES);
    EXPECT_EQ(sys_notification_signal(copy, 5), 0);
    EXPECT_EQ(sys_notification_wait(moved_handle, &bits, 0), 0);
    EXPECT_EQ(bits, 5);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, copy), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, moved_handle), 0);
    channel_close();
}

TEST_MAIN(bytes_arrive_for_any_split_on_either_side_IPC_1_IPC_2_IPC_5_IPC_16, too_many_parts_are_refused_IPC_2,
          receiver_is_told_who_sent_and_how_much_IPC_6, reply_works_exactly_once_IPC_7,
          guessed_ids_change_nothing_IPC_7_IPC_9, unanswered_message_is_read_and_written_by_offset_IPC_10,
          blocking_calls_take_a_timeout_IPC_18, bad_send_address_is_the_clients_fault_IPC_14,
          bad_receive_address_is_the_servers_fault_IPC_14, client_leaves_when_the_channel_goes_IPC_17_OBJ_4,
          reply_receive_answers_and_waits_IPC_11,
          event_given_to_a_server_can_be_signalled_and_no_more_IPC_22_IPC_23_OBJ_7)
