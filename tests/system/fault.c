/* What becomes of a page fault: the memory's pager is asked, then the thread's exception channel, and a thread that has
 * none dies. One channel hears it all here. Linked mode has no page faults; copies of absent pages: pager.c. */
#include "test.h"

#define VALUE 0x77ull
#define OFFSET 24u
#define WORD 0x123456789ull
#define NOWHERE 0x123000ull
#define COOKIE_FAULTS 1u
#define COOKIE_LIFE 2u
#define STACK_BYTES 4096u

#ifdef __x86_64__
#define STACK_AT_ENTRY 8u /* as if called */
#else
#define STACK_AT_ENTRY 0u
#endif

static int channel, connection;
static uint64_t seen;
static uint8_t stack[STACK_BYTES] __attribute__((aligned(64)));

/* What was received last. */
static union {
    struct fault_message fault;
    struct exception_message exception;
} message;

static void touch(uint64_t address)
{
    __atomic_store_n(&seen, *(const volatile uint64_t *)(uintptr_t)address, __ATOMIC_SEQ_CST);
    sys_thread_exit();
}

/* The kind of what comes next. */
static int next_kind(void)
{
    struct part part = {(uintptr_t)&message, sizeof message};
    int status = sys_receive(channel, &part, 1, DEADLINE_NONE);
    return status < 0 ? status : (int)sys_control()->info.kind;
}

static bool channel_open(void)
{
    seen = 0;
    channel = sys_channel_create(HANDLE_GRANT, 0, 0);
    connection = sys_connection_create(HANDLE_GRANT, channel, COOKIE_FAULTS, RIGHTS_ALL);
    return channel >= 0 && connection >= 0;
}

static void channel_close(void)
{
    sys_handle_close(SYS_SELF_TABLE, connection);
    sys_handle_close(SYS_SELF_TABLE, channel);
}

/* A thread that reads a word at `address`: its handle. */
static int toucher_start(uint64_t address, int table, int exceptions)
{
    uint64_t control = LIBSYS_AREA_BASE + THREADS_PER_SPACE_MAX * LIBSYS_AREA_STRIDE;
    int memory = sys_memory_create(HANDLE_GRANT, PAGE_BYTES);
    int64_t at = sys_space_map(SYS_SELF_SPACE, control, PAGE_BYTES, memory, 0,
                               PROT_R | PROT_W | MAP_FLAG_FIXED | MAP_FLAG_SHARED | MAP_FLAG_NO_CLONE);
    int thread = at < 0 ? (int)at
                        : sys_thread_create(HANDLE_GRANT, HANDLE_SPACE, table, memory, control, exceptions);
    sys_handle_close(SYS_SELF_TABLE, memory);
    if (thread < 0) {
        return thread;
    }
    int status = sys_thread_start(thread, (uintptr_t)touch, (uintptr_t)stack + STACK_BYTES - STACK_AT_ENTRY, address);
    return status < 0 ? status : thread;
}

static bool is_dead(int thread)
{
    struct thread_info info = {0};
    return sys_thread_info(thread, &info) == 0 && info.state == THREAD_DEAD;
}

/* A page that holds WORD. */
static int source_make(void)
{
    uint64_t word = WORD;
    int source = sys_memory_create(HANDLE_GRANT, PAGE_BYTES);
    int64_t at = sys_space_map(SYS_SELF_SPACE, 0, PAGE_BYTES, source, 0, PROT_R | PROT_W);
    if (at < 0 || sys_space_write(SYS_SELF_SPACE, (uint64_t)at + OFFSET, &word, sizeof word) != sizeof word) {
        return -E_NOMEM;
    }
    sys_space_unmap(SYS_SELF_SPACE, (uint64_t)at, PAGE_BYTES);
    return source;
}

TEST(a_page_that_its_pager_refuses_goes_to_the_exception_channel_MEM_2)
{
    SKIP_IF_LINKED();
    EXPECT(channel_open());
    int memory = sys_memory_paged(HANDLE_GRANT, PAGE_BYTES, connection, VALUE), source = source_make();
    int64_t at = sys_space_map(SYS_SELF_SPACE, 0, PAGE_BYTES, memory, 0, PROT_R | PROT_W);
    EXPECT(memory > 0 && source > 0 && at > 0);
    int thread = toucher_start((uint64_t)at + OFFSET, HANDLE_TABLE, connection);
    EXPECT(thread > 0);
    EXPECT_EQ(next_kind(), RECEIVED_FAULT);
    EXPECT(message.fault.value == VALUE && message.fault.offset_bytes == 0 && message.fault.access == ACCESS_READ);
    EXPECT_EQ(sys_reply(sys_control()->info.message_id, -E_IO, NULL, 0), 0);
    EXPECT_EQ(next_kind(), RECEIVED_EXCEPTION);
    EXPECT_EQ(message.exception.info.kind, EXCEPTION_FAULT);
    EXPECT_EQ(message.exception.info.address, at + OFFSET);
    EXPECT_EQ(message.exception.info.access, ACCESS_READ);
    EXPECT_EQ(sys_reply(sys_control()->info.message_id, EXCEPTION_RESUME, NULL, 0), 0);
    EXPECT_EQ(next_kind(), RECEIVED_FAULT);
    EXPECT_EQ(sys_memory_supply(memory, 0, source, 0, PAGE_BYTES), PAGE_BYTES);
    EXPECT_EQ(sys_reply(sys_control()->info.message_id, 0, NULL, 0), 0);
    EXPECT_EQ(next_kind(), RECEIVED_PULSE);
    EXPECT_EQ(sys_control()->info.pulse_code, PULSE_THREAD_DEATH);
    EXPECT_EQ(seen, WORD);
    EXPECT_EQ(sys_space_unmap(SYS_SELF_SPACE, (uint64_t)at, PAGE_BYTES), 0);
    const int handles[] = {thread, memory, source};
    for (unsigned i = 0; i < sizeof handles / sizeof handles[0]; i++) {
        EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, handles[i]), 0);
    }
    channel_close();
}

TEST(a_fault_that_its_handler_does_not_resolve_ends_the_thread_MEM_2)
{
    SKIP_IF_LINKED();
    EXPECT(channel_open());
    int thread = toucher_start(NOWHERE, HANDLE_TABLE, connection);
    EXPECT(thread > 0);
    EXPECT_EQ(next_kind(), RECEIVED_EXCEPTION);
    EXPECT_EQ(message.exception.info.kind, EXCEPTION_FAULT);
    EXPECT_EQ(message.exception.info.address, NOWHERE);
    EXPECT(!is_dead(thread));
    EXPECT_EQ(sys_reply(sys_control()->info.message_id, EXCEPTION_KILL, NULL, 0), 0);
    EXPECT_EQ(next_kind(), RECEIVED_PULSE);
    EXPECT_EQ(sys_control()->info.pulse_code, PULSE_THREAD_DEATH);
    EXPECT(is_dead(thread));
    EXPECT_EQ(seen, 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, thread), 0);
    channel_close();
}

/* A table of its own shows its death: the only connection with that cookie is closed. */
TEST(a_fault_without_an_exception_channel_ends_the_thread_MEM_2)
{
    SKIP_IF_LINKED();
    EXPECT(channel_open());
    int table = sys_table_create(HANDLE_GRANT);
    int life = sys_connection_create(HANDLE_GRANT, channel, COOKIE_LIFE, RIGHTS_ALL);
    EXPECT(table > 0 && life > 0);
    EXPECT(sys_handle_duplicate(SYS_SELF_TABLE, life, table, 0, DUPLICATE_LOWEST, RIGHTS_ALL, 0) >= 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, life), 0);
    int thread = toucher_start(NOWHERE, table, -1);
    EXPECT(thread > 0);
    EXPECT_EQ(next_kind(), RECEIVED_PULSE);
    EXPECT_EQ(sys_control()->info.pulse_code, PULSE_CLOSE);
    EXPECT_EQ(sys_control()->info.cookie, COOKIE_LIFE);
    EXPECT(is_dead(thread));
    EXPECT_EQ(seen, 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, thread), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, table), 0);
    channel_close();
}

TEST_MAIN(a_page_that_its_pager_refuses_goes_to_the_exception_channel_MEM_2,
          a_fault_that_its_handler_does_not_resolve_ends_the_thread_MEM_2,
          a_fault_without_an_exception_channel_ends_the_thread_MEM_2)
