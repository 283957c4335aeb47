/* Short messages: words in registers, with partners that use them and partners that do not. */
#include "test.h"

#include <string.h>

#define ROUNDS 200u
#define WORD(round, i) ((round)*0x0123456789abcdefull + (i))

static int channel, connection;
static uint32_t served, ended; /* rounds, and whether the server will not touch these words any more */

static bool channel_open(void)
{
    served = 0;
    ended = 0;
    channel = sys_channel_create(HANDLE_GRANT, 4, 0);
    connection = channel < 0 ? channel : sys_connection_create(HANDLE_GRANT, channel, 1, RIGHTS_ALL);
    return connection >= 0;
}

static void channel_close(void)
{
    sys_handle_close(SYS_SELF_TABLE, connection);
    sys_handle_close(SYS_SELF_TABLE, channel);
}

/* A server that waits wakes up from this, for the connection's pulse, and may run when the next test does. */
static void channel_close_served(void)
{
    channel_close();
    test_await(&ended, 1);
}

static void words_make(uint64_t *words, uint64_t round)
{
    for (unsigned i = 0; i < MESSAGE_WORDS_MAX; i++) {
        words[i] = WORD(round, i);
    }
}

/* The first `count` are those of the round, the others 0. */
static bool words_right(const uint64_t *words, uint64_t round, unsigned count)
{
    for (unsigned i = 0; i < MESSAGE_WORDS_MAX; i++) {
        if (words[i] != (i < count ? WORD(round, i) : 0)) {
            return false;
        }
    }
    return true;
}

/* Answers each message with as many of its own words as came, and with the number of bytes that came. */
static void words_server(void *argument)
{
    (void)argument;
    struct control *control = sys_control();
    for (uint32_t i = 1; i <= ROUNDS; i++) {
        if (sys_receive(channel, NULL, 0, DEADLINE_NONE) != 0 || control->info.kind != RECEIVED_MESSAGE) {
            break;
        }
        uint64_t words[MESSAGE_WORDS_MAX];
        memcpy(words, control->words, sizeof words);
        sys_reply_short(control->info.message_id, (int64_t)control->info.send_bytes, words, control->info.word_count);
        test_set(&served, i);
    }
    test_set(&ended, 1);
}

/* The same, each answer in one call with the next receive. */
static void combined_server(void *argument)
{
    (void)argument;
    struct control *control = sys_control();
    uint64_t words[MESSAGE_WORDS_MAX] = {0}, id = 0;
    uint32_t count = 0;
    for (uint32_t i = 1; i <= ROUNDS + 1; i++) {
        if (sys_reply_receive_short(id, (int32_t)count * 8, words, count, channel) != 0 ||
            control->info.kind != RECEIVED_MESSAGE) {
            break;
        }
        id = control->info.message_id;
        count = control->info.word_count;
        memcpy(words, control->words, sizeof words);
        test_set(&served, i);
    }
    test_set(&ended, 1);
}

/* The same with memory, in one call. */
static void vector_server(void *argument)
{
    (void)argument;
    uint64_t words[MESSAGE_WORDS_MAX];
    uint64_t id = 0;
    struct part room = {(uintptr_t)words, sizeof words}, answer = {(uintptr_t)words, 0};
    for (uint32_t i = 1; i <= ROUNDS + 1; i++) {
        if (sys_reply_receive(id, (int64_t)answer.length_bytes, &answer, 1, &room, 1, channel) != 0 ||
            sys_control()->info.kind != RECEIVED_MESSAGE) {
            break;
        }
        id = sys_control()->info.message_id;
        answer.length_bytes = sys_control()->info.received_bytes;
        test_set(&served, i);
    }
    test_set(&ended, 1);
}

static void short_rounds(void (*server)(void *))
{
    uint64_t words[MESSAGE_WORDS_MAX];
    EXPECT(channel_open());
    EXPECT_EQ(test_thread(server, NULL), 0);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint32_t sent = i % 5, wanted = i / 5 % 5;
        words_make(words, i);
        EXPECT_EQ(sys_call_short(connection, words, sent, wanted, 0), sent * 8);
        EXPECT(words_right(sys_control()->words, i, sent < wanted ? sent : wanted));
        EXPECT_EQ(sys_control()->info.received_bytes, (sent < wanted ? sent : wanted) * 8);
    }
    test_await(&served, ROUNDS);
    channel_close_served();
}

TEST(words_go_to_words_and_back_IPC_12)
{
    short_rounds(words_server);
}

TEST(words_are_answered_and_received_in_one_call_IPC_12)
{
    short_rounds(combined_server);
}

TEST(words_go_to_a_vector_and_back_IPC_12)
{
    short_rounds(vector_server);
}

static int64_t replied;

static void short_answerer(void *argument)
{
    (void)argument;
    uint64_t words[MESSAGE_WORDS_MAX];
    words_make(words, 9);
    sys_receive(channel, NULL, 0, DEADLINE_NONE);
    replied = sys_reply_short(sys_control()->info.message_id, -E_NOENT, words, MESSAGE_WORDS_MAX);
    test_set(&ended, 1);
}

TEST(vector_caller_gets_the_words_of_a_short_answer_as_bytes_IPC_12)
{
    uint64_t words[MESSAGE_WORDS_MAX] = {0};
    uint8_t text[] = "seventeen letters";
    struct part send = {(uintptr_t)text, 17}, room[] = {{(uintptr_t)words, 3}, {(uintptr_t)words + 3, 21}};
    EXPECT(channel_open());
    EXPECT_EQ(test_thread(short_answerer, NULL), 0);
    EXPECT_EQ(sys_call(connection, &send, 1, room, 2, 0, DEADLINE_NONE), -E_NOENT);
    EXPECT_EQ(sys_control()->info.received_bytes, 24);
    EXPECT(words_right(words, 9, 3));
    channel_close_served();
    EXPECT_EQ(replied, 24);
}

TEST(too_many_words_are_refused_IPC_12)
{
    uint64_t words[MESSAGE_WORDS_MAX + 1] = {0};
    EXPECT(channel_open());
    EXPECT_EQ(sys_call_short(connection, words, MESSAGE_WORDS_MAX + 1, 0, 0), -E_INVAL);
    EXPECT_EQ(sys_call_short(connection, words, 0, MESSAGE_WORDS_MAX + 1, 0), -E_INVAL);
    EXPECT_EQ(sys_call_short(connection, words, 0, 0, 0x80), -E_INVAL);
    EXPECT_EQ(sys_reply_short(1, 0, words, MESSAGE_WORDS_MAX + 1), -E_INVAL);
    EXPECT_EQ(sys_reply_short(1, INT64_MAX, words, 0), -E_INVAL);
    EXPECT_EQ(sys_reply_short(1, 0, words, 0), -E_SRCH);
    EXPECT_EQ(sys_reply_receive_short(1, 0, words, MESSAGE_WORDS_MAX + 1, channel), -E_INVAL);
    EXPECT_EQ(sys_reply_receive_short(1, 0, words, 0, -1), -E_BADF);
    EXPECT_EQ(sys_reply_receive_short(1, 0, words, 0, connection), -E_BADF);
    EXPECT_EQ(sys_reply_receive_short(1, 0, words, 0, channel), -E_SRCH);
    channel_close();
}

TEST_MAIN(words_go_to_words_and_back_IPC_12, words_are_answered_and_received_in_one_call_IPC_12,
          words_go_to_a_vector_and_back_IPC_12,
          vector_caller_gets_the_words_of_a_short_answer_as_bytes_IPC_12, too_many_words_are_refused_IPC_12)
