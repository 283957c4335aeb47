/* Ten thousand clients, each a thread, all in the middle of a call to one server, which answers them in random order.
 * Elsewhere than in linked mode they live in several address spaces, because one has THREADS_PER_SPACE_MAX threads. */
#include "test.h"

#define CLIENTS 10000u
#define SPACE_CLIENTS 1000u
#define SEED 8u
#define STACK_BYTES 2048u /* of a client, which calls twice and ends */
#define REPORT (1ull << 32)
#define STATUS_BASE 1000

#ifdef __x86_64__
#define STACK_AT_ENTRY 8u /* as if called */
#else
#define STACK_AT_ENTRY 0u
#endif

static int channel, connection;
static uint64_t ids[CLIENTS];
static uint32_t order[CLIENTS];
static bool reported[CLIENTS];
static uint8_t stacks[SPACE_CLIENTS][STACK_BYTES] __attribute__((aligned(64)));

/* Its second message tells what its first was answered. */
static void client_run(uint64_t index)
{
    uint64_t report[2] = {index | REPORT};
    report[1] = (uint64_t)sys_call_short(connection, &index, 1, 0, 0);
    sys_call_short(connection, report, 2, 0, 0);
}

static void client_linked(void *argument)
{
    client_run((uintptr_t)argument);
}

static void client_native(uint64_t index)
{
    client_run(index);
    sys_thread_exit();
}

/* In `space`, where nothing lies behind the areas of the library's threads; the server is told of its death. */
static int client_start(int space, uint64_t index)
{
    uint64_t place = index % SPACE_CLIENTS;
    uint64_t control = LIBSYS_AREA_BASE + (THREADS_PER_SPACE_MAX + place) * LIBSYS_AREA_STRIDE;
    uint64_t top = (uintptr_t)stacks[place] + STACK_BYTES - STACK_AT_ENTRY;
    int memory = sys_memory_create(HANDLE_GRANT, PAGE_BYTES);
    if (memory < 0) {
        return memory;
    }
    int64_t at = sys_space_map(space, control, PAGE_BYTES, memory, 0,
                               PROT_R | PROT_W | MAP_FLAG_FIXED | MAP_FLAG_SHARED);
    int thread = at < 0 ? (int)at : sys_thread_create(HANDLE_GRANT, space, HANDLE_TABLE, memory, control, connection);
    sys_handle_close(SYS_SELF_TABLE, memory);
    if (thread < 0) {
        return thread;
    }
    int status = sys_thread_start(thread, (uintptr_t)client_native, top, index);
    sys_handle_close(SYS_SELF_TABLE, thread);
    return status;
}

/* 0 or the first error. */
static int clients_start(void)
{
    int space = -1, status = 0;
    for (uint64_t i = 0; i < CLIENTS && status == 0; i++) {
        if (test_is_linked) {
            status = test_thread(client_linked, (void *)(uintptr_t)i);
            continue;
        }
        if (i % SPACE_CLIENTS == 0) {
            sys_handle_close(SYS_SELF_TABLE, space);
            space = sys_space_create(HANDLE_GRANT);
            status = space < 0 ? space : sys_space_clone(space, SYS_SELF_SPACE, HANDLE_GRANT);
        }
        if (status == 0) {
            status = client_start(space, i);
        }
    }
    sys_handle_close(SYS_SELF_TABLE, space);
    return status;
}

/* Takes one message of each client and answers none. */
static void messages_take(void)
{
    for (uint32_t i = 0; i < CLIENTS; i++) {
        EXPECT_EQ(sys_receive(channel, NULL, 0, DEADLINE_NONE), 0);
        uint64_t index = sys_control()->words[0];
        EXPECT_EQ(sys_control()->info.kind, RECEIVED_MESSAGE);
        EXPECT(index < CLIENTS && ids[index] == 0);
        ids[index] = sys_control()->info.message_id;
    }
    EXPECT_EQ(sys_receive(channel, NULL, 0, 0), -E_TIMEDOUT);
}

static void messages_answer(void)
{
    uint64_t random = SEED;
    for (uint32_t i = 0; i < CLIENTS; i++) {
        uint32_t other = (uint32_t)(test_random(&random) % (i + 1));
        order[i] = order[other];
        order[other] = i;
    }
    for (uint32_t i = 0; i < CLIENTS; i++) {
        EXPECT_EQ(sys_reply(ids[order[i]], (int64_t)(STATUS_BASE + order[i]), NULL, 0), 0);
        EXPECT_EQ(sys_reply(ids[order[i]], 0, NULL, 0), -E_SRCH);
    }
}

/* Each client has got its own answer; then it ends. */
static void reports_take(void)
{
    uint32_t reports = 0, deaths = test_is_linked ? CLIENTS : 0;
    while (reports < CLIENTS || deaths < CLIENTS) {
        EXPECT_EQ(sys_receive(channel, NULL, 0, DEADLINE_NONE), 0);
        struct receive_info info = sys_control()->info;
        if (info.kind == RECEIVED_PULSE) {
            EXPECT_EQ(info.pulse_code, PULSE_THREAD_DEATH);
            deaths++;
            continue;
        }
        uint64_t index = sys_control()->words[0] - REPORT;
        EXPECT_EQ(info.kind, RECEIVED_MESSAGE);
        EXPECT(index < CLIENTS && !reported[index]);
        EXPECT_EQ(sys_control()->words[1], STATUS_BASE + index);
        reported[index] = true;
        reports++;
        EXPECT_EQ(sys_reply(info.message_id, 0, NULL, 0), 0);
    }
}

TEST(ten_thousand_messages_are_held_and_answered_in_random_order_IPC_8_IPC_7)
{
    channel = sys_channel_create(HANDLE_GRANT, 0, 0);
    connection = sys_connection_create(HANDLE_GRANT, channel, 0, RIGHTS_ALL);
    EXPECT(connection >= 0);
    test_check(false);
    EXPECT_EQ(clients_start(), 0);
    messages_take();
    test_check(true);
    sys_thread_yield();
    test_check(false);
    messages_answer();
    reports_take();
    test_check(true);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, connection), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, channel), 0);
}

TEST_MAIN(ten_thousand_messages_are_held_and_answered_in_random_order_IPC_8_IPC_7)
