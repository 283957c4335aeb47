/* Tables, address spaces and scheduling contexts are objects: made, filled and shared without a process around them. */
#include "test.h"

#define MS 1000000ull
#define BUDGET (2 * MS)
#define PERIOD (20 * MS)
#define SHARERS 2u

static int contexts[SHARERS];
static uint32_t finished;

TEST(table_is_an_object_of_its_own_OBJ_3)
{
    int table = sys_table_create(HANDLE_GRANT);
    int own = sys_notification_create(HANDLE_GRANT);
    EXPECT(table >= 0 && own >= 0);
    int other = sys_handle_duplicate(SYS_SELF_TABLE, own, table, 5, DUPLICATE_EXACT, RIGHTS_ALL, 0);
    EXPECT_EQ(other, 5);
    EXPECT_EQ(sys_handle_info(table, 5) & 0xff, OBJECT_NOTIFICATION);
    EXPECT_EQ(sys_handle_info(table, own), -E_BADF); /* numbers mean something in one table only */
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, own), 0);
    EXPECT_EQ(sys_handle_info(table, 5) & 0xff, OBJECT_NOTIFICATION);
    own = sys_handle_duplicate(table, 5, SYS_SELF_TABLE, HANDLE_DYNAMIC, DUPLICATE_LOWEST, RIGHTS_ALL, 0);
    EXPECT(own >= HANDLE_DYNAMIC);
    EXPECT_EQ(sys_handle_close(table, 5), 0);
    EXPECT_EQ(sys_notification_signal(own, 1), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, own), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, table), 0);
}

TEST(address_space_is_an_object_of_its_own_OBJ_3)
{
    const uint64_t address = 0x10000000;
    char text[4] = "abc", back[4] = "";
    int space = sys_space_create(HANDLE_GRANT);
    int memory = sys_memory_create(HANDLE_GRANT, PAGE_BYTES);
    EXPECT(space >= 0 && memory >= 0);
    EXPECT_EQ(sys_space_map(space, address, PAGE_BYTES, memory, 0, PROT_R | PROT_W | MAP_FLAG_FIXED), (int64_t)address);
    EXPECT_EQ(sys_space_map(space, address + PAGE_BYTES, PAGE_BYTES, memory, 0, PROT_R | MAP_FLAG_FIXED),
              (int64_t)(address + PAGE_BYTES));
    EXPECT_EQ(sys_space_write(space, address, text, sizeof text), (int64_t)sizeof text);
    EXPECT_EQ(sys_space_read(space, address + PAGE_BYTES, back, sizeof back), (int64_t)sizeof back);
    EXPECT_EQ(back[2], 'c');
    struct region_info info = {0};
    EXPECT_EQ(sys_space_query(SYS_SELF_SPACE, address, &info), 0);
    EXPECT(test_is_linked || info.end == 0 || info.start > address); /* nothing is there in the caller's own */
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, memory), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, space), 0);
}

static uint64_t cpu_ns(void)
{
    struct thread_info info = {0};
    return sys_thread_info(SYS_SELF_THREAD, &info) == 0 ? info.cpu_ns : 0;
}

static void sharer_main(void *argument)
{
    int context = *(int *)argument;
    if (sys_scheduling_bind(context, SYS_SELF_THREAD) == 0) {
        uint64_t end_ns = cpu_ns() + BUDGET + BUDGET / 2;
        while (cpu_ns() < end_ns) {
        }
        sys_scheduling_unbind(context, SYS_SELF_THREAD);
    }
    __atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST);
    sys_address_wake(&finished, UINT32_MAX);
}

/* How long two threads take that want one and a half budgets each. */
static uint64_t sharers_take_ns(void)
{
    uint64_t start_ns = (uint64_t)sys_clock_read();
    finished = 0;
    for (unsigned i = 0; i < SHARERS; i++) {
        if (test_thread(sharer_main, &contexts[i]) != 0) {
            test_fail(__FILE__, __LINE__, "no thread");
        }
    }
    test_await(&finished, SHARERS);
    return (uint64_t)sys_clock_read() - start_ns;
}

TEST(scheduling_context_is_shared_or_not_thread_by_thread_OBJ_3_SCH_2)
{
    contexts[0] = sys_scheduling_create(HANDLE_GRANT, BUDGET, PERIOD, -1, 0, 0);
    contexts[1] = sys_scheduling_create(HANDLE_GRANT, BUDGET, PERIOD, -1, 0, 0);
    EXPECT(contexts[0] >= 0 && contexts[1] >= 0);
    uint64_t apart_ns = sharers_take_ns();
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, contexts[1]), 0);
    contexts[1] = contexts[0];
    uint64_t shared_ns = sharers_take_ns();
    if (test_is_linked) { /* a real clock may jump over it all at once */
        EXPECT(apart_ns >= PERIOD && apart_ns < 2 * PERIOD);
        EXPECT(shared_ns >= 2 * PERIOD);
    }
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, contexts[0]), 0);
}

TEST_MAIN(table_is_an_object_of_its_own_OBJ_3, address_space_is_an_object_of_its_own_OBJ_3,
          scheduling_context_is_shared_or_not_thread_by_thread_OBJ_3_SCH_2)
