/* A large process forks: nothing is copied for it but what is written afterwards. Wants a machine with room for twice
 * its size, because a child is charged for what it shares: tests/host/large.sh, tests/hw/large_test.sh. */
#include "test.h"

#include <sys/os.h>

#define PROCESS_BYTES (1ull << 30)
#define PROCESS_PAGES (PROCESS_BYTES / PAGE_BYTES)
#define SPARE_PAGES (PROCESS_PAGES / 8)
#define COPIED_PAGES_MAX (PROCESS_PAGES / 64) /* the child's tables, of some bytes a page */

static uint64_t free_pages(void)
{
    struct kernel_info info = {0};
    return sys_kernel_info(&info) == 0 ? info.free_pages : 0;
}

/* Writes to a page and tells; ends when it is told to. */
_Noreturn static void child_run(volatile uint64_t *words, const int *told, const int *go)
{
    char byte = 0;
    words[0] = 2;
    os_write(told[1], words[0] == 2 && words[PAGE_BYTES / sizeof *words] == 1 ? "y" : "n", 1);
    os_close(go[1]);
    os_read(go[0], &byte, 1);
    os_exit(0);
}

TEST(fork_of_a_gibibyte_copies_no_page_up_front_MEM_3)
{
    if (free_pages() < 2 * PROCESS_PAGES + SPARE_PAGES) {
        SKIP("the machine has less than 2.2 GiB");
    }
    int told[2], go[2];
    char answer = 0;
    EXPECT(os_pipe(told, 0) == 0 && os_pipe(go, 0) == 0);
    int64_t base = os_memory_map(0, PROCESS_BYTES, PROT_R | PROT_W);
    EXPECT(base > 0);
    volatile uint64_t *words = (volatile uint64_t *)(uintptr_t)base;
    for (uint64_t page = 0; page < PROCESS_PAGES; page++) {
        words[page * PAGE_BYTES / sizeof *words] = 1;
    }
    uint64_t before = free_pages();
    int pid = os_fork();
    if (pid == 0) {
        child_run(words, told, go);
    }
    EXPECT(pid > 0);
    EXPECT_EQ(os_read(told[0], &answer, 1), 1);
    uint64_t now = free_pages();
    EXPECT_EQ(answer, 'y');
    EXPECT(before - now < COPIED_PAGES_MAX || now >= before);
    EXPECT_EQ(words[0], 1);
    os_close(go[0]);
    os_close(go[1]);
    struct wait_result result = {0};
    EXPECT_EQ(os_wait(pid, &result, WAIT_EXITED), pid);
    EXPECT_EQ(result.status, 0);
}

TEST_MAIN(fork_of_a_gibibyte_copies_no_page_up_front_MEM_3)
