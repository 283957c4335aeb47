/* Many messages held at once, answered in an order of the server's own; what the kernel keeps of them. */
#include "test.h"

#define CLIENTS 60u
#define LARGE_BYTES (1u << 20)

static int channel, connection;
static uint32_t finished, may_end;
static int64_t results[CLIENTS];
static uint8_t sent[LARGE_BYTES], received[LARGE_BYTES];

static bool channel_open(void)
{
    finished = 0;
    channel = sys_channel_create(HANDLE_GRANT, 0, 0);
    connection = channel < 0 ? channel : sys_connection_create(HANDLE_GRANT, channel, 0, RIGHTS_ALL);
    return connection >= 0;
}

static void channel_close(void)
{
    sys_handle_close(SYS_SELF_TABLE, connection);
    sys_handle_close(SYS_SELF_TABLE, channel);
}

static void finish(void)
{
    __atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST);
    sys_address_wake(&finished, UINT32_MAX);
}

static void client_main(void *argument)
{
    uint64_t word = (uint64_t)((int64_t *)argument - results);
    results[word] = sys_call_short(connection, &word, 1, 0, 0);
    finish();
}

TEST(sixty_messages_are_held_and_answered_in_any_order_IPC_8_IPC_7)
{
    uint64_t ids[CLIENTS], words[CLIENTS], random = 8;
    EXPECT(channel_open());
    for (unsigned i = 0; i < CLIENTS; i++) {
        results[i] = -1;
        EXPECT_EQ(test_thread(client_main, &results[i]), 0);
    }
    for (unsigned i = 0; i < CLIENTS; i++) {
        EXPECT_EQ(sys_receive(channel, NULL, 0, DEADLINE_NONE), 0);
        ids[i] = sys_control()->info.message_id;
        words[i] = sys_control()->words[0];
    }
    EXPECT_EQ(finished, 0);
    for (unsigned left = CLIENTS; left > 0; left--) {
        unsigned pick = (unsigned)(test_random(&random) % left);
        EXPECT_EQ(sys_reply(ids[pick], (int64_t)(1000 + words[pick]), NULL, 0), 0);
        EXPECT_EQ(sys_reply(ids[pick], 0, NULL, 0), -E_SRCH);
        ids[pick] = ids[left - 1];
        words[pick] = words[left - 1];
    }
    test_await(&finished, CLIENTS);
    for (unsigned i = 0; i < CLIENTS; i++) {
        EXPECT_EQ(results[i], 1000 + i);
    }
    channel_close();
}

static void large_main(void *argument)
{
    struct part part = {(uintptr_t)sent, LARGE_BYTES};
    (void)argument;
    results[0] = sys_call(connection, &part, 1, &part, 1, 0, DEADLINE_NONE);
    finish();
    test_await(&may_end, 1);
}

static uint64_t pages_used(void)
{
    struct grant_info info = {0};
    return sys_grant_info(HANDLE_GRANT, &info) == 0 ? info.used_pages : 0;
}

/* One round to have everything there, and one that counts. The clients stay until all is counted, and this test comes
 * first: what a thread had goes some time after it has ended. */
TEST(kernel_keeps_nothing_of_a_large_message_IPC_3)
{
    struct part part = {(uintptr_t)received, LARGE_BYTES};
    uint64_t before = 0, held = 0, after = 0;
    for (unsigned round = 0; round < 2; round++) {
        EXPECT(channel_open());
        for (unsigned i = 0; i < LARGE_BYTES; i += 512) {
            sent[i] = (uint8_t)(i >> 9);
            received[i] = 0xff;
        }
        EXPECT_EQ(test_thread(large_main, NULL), 0);
        EXPECT_EQ(sys_receive(channel, NULL, 0, DEADLINE_NONE), 0);
        uint64_t id = sys_control()->info.message_id;
        before = pages_used();
        EXPECT_EQ(sys_message_read(id, 0, &part, 1), LARGE_BYTES);
        EXPECT_EQ(sys_message_write(id, 0, &part, 1), LARGE_BYTES);
        held = pages_used();
        EXPECT_EQ(sys_reply(id, 0, &part, 1), LARGE_BYTES);
        after = pages_used();
        test_await(&finished, 1);
        EXPECT_EQ(received[LARGE_BYTES - 512], (uint8_t)((LARGE_BYTES - 512) >> 9));
        channel_close();
    }
    EXPECT(before > 0);
    EXPECT_EQ(held, before);
    EXPECT_EQ(after, before);
    test_set(&may_end, 1);
}

TEST_MAIN(kernel_keeps_nothing_of_a_large_message_IPC_3, sixty_messages_are_held_and_answered_in_any_order_IPC_8_IPC_7)
