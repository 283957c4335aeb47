/* Processes: fork, wait, kill, exec, and that nothing is left of them. */
#include "test.h"

#include <string.h>
#include <sys/os.h>

#define SIGKILL_NUMBER 9
#define STATUS_EXITED(code) ((code) << 8)
#define LARGE_BYTES (64u << 20)
#define LARGE_PARTS 1000u
#define SETTLED_LOOKS 3u

static int wait_status(int pid)
{
    struct wait_result result = {0};
    int got = os_wait(pid, &result, WAIT_EXITED);
    return got == pid ? result.status : -1;
}

TEST(forked_child_exits_with_its_status_PRC_4_PRC_7)
{
    int pid = os_fork();
    if (pid == 0) {
        os_exit(7);
    }
    EXPECT(pid > 0);
    EXPECT_EQ(wait_status(pid), STATUS_EXITED(7));
}

static uint32_t shared_word = 1;

TEST(childs_writes_are_unseen_by_its_parent_MEM_3)
{
    int pid = os_fork();
    if (pid == 0) {
        *(volatile uint32_t *)&shared_word = 2;
        os_exit((int)*(volatile uint32_t *)&shared_word);
    }
    EXPECT(pid > 0);
    EXPECT_EQ(wait_status(pid), STATUS_EXITED(2));
    EXPECT_EQ(*(volatile uint32_t *)&shared_word, 1);
}

TEST(killed_process_tells_its_signal_PRC_7)
{
    int pid = os_fork();
    if (pid == 0) {
        for (;;) {
            sys_thread_sleep(DEADLINE_NONE);
        }
    }
    EXPECT(pid > 0);
    EXPECT_EQ(os_kill(pid, SIGKILL_NUMBER), 0);
    EXPECT_EQ(wait_status(pid), SIGKILL_NUMBER);
}

TEST(spinning_process_is_killed_too_PRC_7_SIM_3)
{
    int pid = os_fork();
    if (pid == 0) {
        for (;;) {
            __asm__ volatile("" ::: "memory");
        }
    }
    EXPECT(pid > 0);
    EXPECT_EQ(os_kill(pid, SIGKILL_NUMBER), 0);
    EXPECT_EQ(wait_status(pid), SIGKILL_NUMBER);
}

TEST(wait_without_children_is_an_error_PRC_6)
{
    struct wait_result result;
    EXPECT_EQ(os_wait(-1, &result, WAIT_EXITED), -E_CHILD);
}

TEST(failed_exec_leaves_the_caller_intact_PRC_5)
{
    char *const arguments[] = {"nothing", NULL}, *const environment[] = {NULL};
    EXPECT_EQ(os_exec("/no/such/program", arguments, environment), -E_NOENT);
    EXPECT_EQ(os_exec("/", arguments, environment), -E_ACCES);
}

TEST(spawned_program_runs_with_its_arguments_PRC_4_CMP_2)
{
    char *const arguments[] = {"sh", "-c", "exit 5", NULL}, *const environment[] = {NULL};
    int pid = os_spawn("/bin/sh", NULL, 0, arguments, environment);
    EXPECT(pid > 0);
    EXPECT_EQ(wait_status(pid), STATUS_EXITED(5));
}

static void one_fork(void)
{
    int pid = os_fork();
    if (pid == 0) {
        os_exit(0);
    }
    EXPECT(pid > 0);
    EXPECT_EQ(wait_status(pid), 0);
}

static bool counts_are_equal(const struct kernel_info *left, const struct kernel_info *right)
{
    return left->free_pages == right->free_pages &&
           memcmp(left->object_count, right->object_count, sizeof left->object_count) == 0;
}

/* Waits until the counts stop changing: the last of a dead process goes after its parent was told. */
static void settled_info(struct kernel_info *info)
{
    struct kernel_info before;
    unsigned equal = 0;
    sys_kernel_info(info);
    while (equal < SETTLED_LOOKS) {
        before = *info;
        sys_thread_sleep((uint64_t)sys_clock_read() + 20000000);
        sys_kernel_info(info);
        equal = counts_are_equal(&before, info) ? equal + 1 : 0;
    }
}

TEST(two_hundred_forks_give_everything_back_PRC_4_PRC_8)
{
    struct kernel_info before, after;
    one_fork();
    settled_info(&before);
    for (int i = 0; i < 200; i++) {
        one_fork();
        EXPECT(true);
    }
    settled_info(&after);
    EXPECT_EQ(after.free_pages, before.free_pages);
    for (int type = 0; type < OBJECT_TYPE_COUNT; type++) {
        EXPECT_EQ(after.object_count[type], before.object_count[type]);
    }
}

/* Starts `count` children that sleep for ever, kills them all; 0 if each step went right. */
static int crowd(int count)
{
    int pids[64];
    for (int i = 0; i < count; i++) {
        pids[i] = os_fork();
        if (pids[i] == 0) {
            for (;;) {
                sys_thread_sleep(DEADLINE_NONE);
            }
        }
        if (pids[i] < 0) {
            return pids[i];
        }
    }
    for (int i = 0; i < count; i++) {
        int status = os_kill(pids[i], SIGKILL_NUMBER);
        if (status != 0 || wait_status(pids[i]) != SIGKILL_NUMBER) {
            return -1;
        }
    }
    return 0;
}

#define CROWDS_MAX 6

/* The first crowd makes the root server touch its tables, which it keeps; a later one must cost nothing, and gives
 * nothing either but what something before was late to give back. */
TEST(fifty_processes_live_at_once_and_give_everything_back_PRC_7_PRC_8)
{
    struct kernel_info before, after = {0};
    int crowds = 0;
    do {
        before = after;
        EXPECT_EQ(crowd(50), 0);
        settled_info(&after);
    } while (++crowds < 2 || (crowds < CROWDS_MAX && after.free_pages > before.free_pages));
    EXPECT_EQ(after.free_pages, before.free_pages);
    EXPECT_EQ(after.object_count[OBJECT_THREAD], before.object_count[OBJECT_THREAD]);
}

static uint32_t arrived, may_go, gone;

static void wait_for_all(void *argument)
{
    (void)argument;
    __atomic_fetch_add(&arrived, 1, __ATOMIC_SEQ_CST);
    sys_address_wake(&arrived, 1);
    test_await(&may_go, 1);
    __atomic_fetch_add(&gone, 1, __ATOMIC_SEQ_CST);
    sys_address_wake(&gone, 1);
}

TEST(sixty_four_threads_in_one_process_PRC_10)
{
    for (int i = 0; i < 64; i++) {
        EXPECT_EQ(test_thread(wait_for_all, NULL), 0);
    }
    test_await(&arrived, 64);
    test_set(&may_go, 1);
    test_await(&gone, 64);
}

/* Parts of odd sizes that add up to LARGE_BYTES. */
static void large_split(struct part *parts, uint64_t base, uint64_t seed)
{
    uint64_t at = 0, step = LARGE_BYTES / LARGE_PARTS;
    for (unsigned i = 0; i < LARGE_PARTS; i++) {
        uint64_t length = i + 1 == LARGE_PARTS ? LARGE_BYTES - at : (step - 1000 + test_random(&seed) % 2000) | 1;
        parts[i] = (struct part){base + at, length};
        at += length;
    }
}

static struct part large_parts[LARGE_PARTS];

static uint8_t large_byte(uint64_t at, uint64_t seed)
{
    return (uint8_t)((at * 2654435761u >> 13) + seed);
}

static _Noreturn void large_client(int connection, uint64_t base)
{
    uint8_t *bytes = (uint8_t *)(uintptr_t)base;
    for (uint64_t i = 0; i < LARGE_BYTES; i++) {
        bytes[i] = large_byte(i, 1);
    }
    static struct part room[LARGE_PARTS];
    large_split(large_parts, base, 5);
    large_split(room, base, 6);
    if (sys_call(connection, large_parts, LARGE_PARTS, room, LARGE_PARTS, 0, DEADLINE_NONE) != 3) {
        os_exit(1);
    }
    for (uint64_t i = 0; i < LARGE_BYTES; i++) {
        if (bytes[i] != large_byte(i, 2)) {
            os_exit(2);
        }
    }
    os_exit(0);
}

TEST(sixty_four_mebibytes_in_a_thousand_odd_parts_each_way_IPC_2_IPC_3_IPC_16)
{
    int64_t base = os_memory_map(0, LARGE_BYTES, PROT_R | PROT_W);
    EXPECT(base > 0);
    int channel = sys_channel_create(HANDLE_GRANT, 4, 0);
    int connection = sys_connection_create(HANDLE_GRANT, channel, 1, RIGHTS_ALL);
    EXPECT(channel > 0 && connection > 0);
    int fd = sys_handle_duplicate(SYS_SELF_TABLE, connection, SYS_SELF_TABLE, 100, DUPLICATE_LOWEST, RIGHTS_ALL, 0);
    int pid = fd < 0 ? fd : os_fork();
    if (pid == 0) {
        large_client(fd, (uint64_t)base);
    }
    EXPECT(pid > 0);
    uint8_t *bytes = (uint8_t *)(uintptr_t)base;
    memset(bytes, 9, LARGE_BYTES);
    large_split(large_parts, (uint64_t)base, 7);
    EXPECT_EQ(sys_receive(channel, large_parts, LARGE_PARTS, DEADLINE_NONE), 0);
    struct receive_info info = sys_control()->info;
    EXPECT_EQ(info.received_bytes, LARGE_BYTES);
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < LARGE_BYTES; i++) {
        wrong += bytes[i] != large_byte(i, 1);
        bytes[i] = large_byte(i, 2);
    }
    EXPECT_EQ(wrong, 0);
    struct kernel_info before, after;
    sys_kernel_info(&before);
    large_split(large_parts, (uint64_t)base, 8);
    EXPECT_EQ(sys_reply(info.message_id, 3, large_parts, LARGE_PARTS), LARGE_BYTES);
    EXPECT_EQ(wait_status(pid), 0);
    sys_kernel_info(&after);
    EXPECT(after.free_pages >= before.free_pages);
    EXPECT_EQ(os_memory_unmap((uint64_t)base, LARGE_BYTES), 0);
    os_close(fd);
    sys_handle_close(SYS_SELF_TABLE, connection);
    sys_handle_close(SYS_SELF_TABLE, channel);
}

TEST_MAIN(forked_child_exits_with_its_status_PRC_4_PRC_7, childs_writes_are_unseen_by_its_parent_MEM_3,
          killed_process_tells_its_signal_PRC_7, spinning_process_is_killed_too_PRC_7_SIM_3,
          wait_without_children_is_an_error_PRC_6, failed_exec_leaves_the_caller_intact_PRC_5,
          spawned_program_runs_with_its_arguments_PRC_4_CMP_2, two_hundred_forks_give_everything_back_PRC_4_PRC_8,
          fifty_processes_live_at_once_and_give_everything_back_PRC_7_PRC_8, sixty_four_threads_in_one_process_PRC_10,
          sixty_four_mebibytes_in_a_thousand_odd_parts_each_way_IPC_2_IPC_3_IPC_16)
