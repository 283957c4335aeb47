/* Memory that a server supplies: what is read and copied from it is what the pager gave, and what it refuses fails the
 * owner of the buffer. One thread is the pager, one a server of messages. */
#include "test.h"

#include <string.h>

#define PAGES 6u
#define BYTES (PAGES * PAGE_BYTES)
#define SENT_BYTES (BYTES - 3u)
#define VALUE 0x5a5a5a5a5aull
#define REFUSED (PAGES - 2u) /* the page that is refused, if any is */

static int pager_channel, pager_connection, channel, connection, memory, source;
static int64_t paged; /* where it is mapped */
static uint8_t received[BYTES];
static uint32_t asked, refusing, finished;

static uint8_t byte_at(uint64_t offset)
{
    return (uint8_t)(offset / PAGE_BYTES * 17 + offset % 251 + 1);
}

/* Answers faults until its channel goes. */
static void pager(void *argument)
{
    struct fault_message fault;
    struct part part = {(uintptr_t)&fault, sizeof fault};
    (void)argument;
    while (sys_receive(pager_channel, &part, 1, DEADLINE_NONE) == 0) {
        struct receive_info info = sys_control()->info;
        if (info.kind != RECEIVED_FAULT) {
            continue;
        }
        asked++;
        int64_t status = -E_IO;
        if (fault.value == VALUE && (refusing == 0 || fault.offset_bytes != REFUSED * PAGE_BYTES)) {
            status = sys_memory_supply(memory, fault.offset_bytes, source, fault.offset_bytes, PAGE_BYTES);
        }
        sys_reply(info.message_id, status == PAGE_BYTES ? 0 : -E_IO, NULL, 0);
    }
    test_count(&finished);
}

/* Answers each message with its own bytes. */
static void echo(void *argument)
{
    struct part part = {(uintptr_t)received, sizeof received};
    (void)argument;
    while (sys_receive(channel, &part, 1, DEADLINE_NONE) == 0) {
        struct receive_info info = sys_control()->info;
        struct part answer = {(uintptr_t)received, info.received_bytes};
        if (info.kind == RECEIVED_MESSAGE) {
            sys_reply(info.message_id, 5, &answer, 1);
        }
    }
    test_count(&finished);
}

/* On linked, everything is mapped already: takes the place of something that nobody uses. */
static int64_t map(int object)
{
    uint64_t address = test_is_linked ? MAP_BASE : 0;
    uint32_t flags = test_is_linked ? MAP_FLAG_FIXED : 0;
    return sys_space_map(SYS_SELF_SPACE, address, BYTES, object, 0, PROT_R | PROT_W | flags);
}

/* What the pages are to hold. The source is filled through the kernel: on linked it can be reached only so. */
static bool source_fill(void)
{
    static uint8_t bytes[BYTES];
    int64_t at = map(source);
    for (uint64_t i = 0; i < BYTES; i++) {
        bytes[i] = byte_at(i);
    }
    return at > 0 && sys_space_write(SYS_SELF_SPACE, (uint64_t)at, bytes, BYTES) == BYTES &&
           sys_space_unmap(SYS_SELF_SPACE, (uint64_t)at, BYTES) == 0;
}

static bool open_all(void)
{
    asked = refusing = finished = 0;
    pager_channel = sys_channel_create(HANDLE_GRANT, 4, 0);
    pager_connection = sys_connection_create(HANDLE_GRANT, pager_channel, 1, RIGHTS_ALL);
    channel = sys_channel_create(HANDLE_GRANT, 4, 0);
    connection = sys_connection_create(HANDLE_GRANT, channel, 2, RIGHTS_ALL);
    memory = sys_memory_paged(HANDLE_GRANT, BYTES, pager_connection, VALUE);
    source = sys_memory_create(HANDLE_GRANT, BYTES);
    if (memory < 0 || source < 0 || !source_fill()) {
        return false;
    }
    paged = map(memory);
    return paged > 0 && test_thread(pager, NULL) == 0 && test_thread(echo, NULL) == 0;
}

static void close_all(void)
{
    sys_space_unmap(SYS_SELF_SPACE, (uint64_t)paged, BYTES);
    const int handles[] = {memory, source, connection, channel, pager_connection, pager_channel};
    for (unsigned i = 0; i < sizeof handles / sizeof handles[0]; i++) {
        sys_handle_close(SYS_SELF_TABLE, handles[i]);
    }
    test_await(&finished, 2);
}

TEST(pages_come_when_they_are_touched_MEM_2)
{
    SKIP_IF_LINKED();
    EXPECT(open_all());
    const volatile uint8_t *bytes = (const volatile uint8_t *)(uintptr_t)paged;
    for (uint64_t i = 1; i < BYTES; i += 1000) {
        EXPECT_EQ(bytes[i], byte_at(i));
    }
    EXPECT_EQ(asked, PAGES);
    close_all();
}

TEST(messages_wait_for_absent_pages_and_go_on_IPC_15_MEM_2)
{
    EXPECT(open_all());
    struct part send = {(uint64_t)paged + 3, SENT_BYTES};
    EXPECT_EQ(sys_call(connection, &send, 1, NULL, 0, 0, DEADLINE_NONE), 5);
    EXPECT_EQ(asked, PAGES);
    for (uint64_t i = 0; i < SENT_BYTES; i++) {
        EXPECT_EQ(received[i], byte_at(i + 3));
    }
    close_all();
}

TEST(answers_wait_for_absent_pages_and_go_on_IPC_15)
{
    static uint8_t sent[BYTES], got[BYTES];
    EXPECT(open_all());
    for (uint64_t i = 0; i < BYTES; i++) {
        sent[i] = (uint8_t)(i * 13 + i / 256);
    }
    struct part send = {(uintptr_t)sent, SENT_BYTES};
    struct part reply = {(uint64_t)paged + 2, SENT_BYTES};
    EXPECT_EQ(sys_call(connection, &send, 1, &reply, 1, 0, DEADLINE_NONE), 5);
    EXPECT_EQ(asked, PAGES);
    EXPECT_EQ(sys_space_read(SYS_SELF_SPACE, (uint64_t)paged, got, BYTES), BYTES);
    EXPECT_EQ(got[1], byte_at(1));
    EXPECT(memcmp(got + 2, sent, SENT_BYTES) == 0);
    EXPECT_EQ(got[BYTES - 1], byte_at(BYTES - 1));
    close_all();
}

TEST(a_refused_page_fails_its_owner_only_IPC_14_IPC_15)
{
    EXPECT(open_all());
    refusing = 1;
    struct part bad = {(uint64_t)paged, BYTES};
    EXPECT_EQ(sys_call(connection, &bad, 1, NULL, 0, 0, DEADLINE_NONE), -E_FAULT);
    struct part good = {(uint64_t)paged, REFUSED * PAGE_BYTES};
    EXPECT_EQ(sys_call(connection, &good, 1, NULL, 0, 0, DEADLINE_NONE), 5);
    close_all();
}

TEST(a_dead_pager_fails_the_owner_IPC_15_IPC_17)
{
    EXPECT(open_all());
    sys_handle_close(SYS_SELF_TABLE, pager_channel);
    struct part bad = {(uint64_t)paged, BYTES};
    EXPECT_EQ(sys_call(connection, &bad, 1, NULL, 0, 0, DEADLINE_NONE), -E_FAULT);
    close_all();
}

TEST_MAIN(pages_come_when_they_are_touched_MEM_2, messages_wait_for_absent_pages_and_go_on_IPC_15_MEM_2,
          answers_wait_for_absent_pages_and_go_on_IPC_15, a_refused_page_fails_its_owner_only_IPC_14_IPC_15,
          a_dead_pager_fails_the_owner_IPC_15_IPC_17)
