/* A system test as the first program of a machine, instead of the root server: it holds all authority and has nobody to
 * ask, as in linked mode. What it prints goes to the machine's log; its result is the machine's status. For comparing
 * the kernel's decisions on a bare machine with those in linked mode (tests/hw/decisions_test.sh). */
#include "test.h"

#include <string.h>

#define THREADS_MAX 64u
#define STACK_BYTES 65536u

#ifdef __x86_64__
#define STACK_AT_ENTRY 8u /* as if called */
#else
#define STACK_AT_ENTRY 0u
#endif

const bool test_is_linked = true; /* one address space, no servers */

/* The test's own, under this name by the build. */
int test_main(int argc, char **argv);

static struct start {
    void (*entry)(void *);
    void *argument;
} starts[THREADS_MAX];

static uint8_t stacks[THREADS_MAX][STACK_BYTES] __attribute__((aligned(64)));
static unsigned thread_count;

void test_print(const char *line)
{
    sys_log(line, strlen(line));
}

void test_check(bool each_step)
{
    (void)each_step;
}

static void thread_begin(uint64_t argument)
{
    const struct start *start = (const struct start *)(uintptr_t)argument;
    sys_control()->receive_base = HANDLE_DYNAMIC;
    start->entry(start->argument);
    sys_thread_exit();
}

int test_thread(void (*entry)(void *), void *argument)
{
    if (thread_count == THREADS_MAX) {
        return -E_AGAIN;
    }
    struct start *start = &starts[thread_count];
    uint64_t top = (uintptr_t)stacks[thread_count] + STACK_BYTES - STACK_AT_ENTRY;
    uint64_t control = LIBSYS_AREA_BASE + ++thread_count * LIBSYS_AREA_STRIDE;
    *start = (struct start){entry, argument};
    int memory = sys_memory_create(HANDLE_GRANT, PAGE_BYTES);
    int64_t status = sys_space_map(SYS_SELF_SPACE, control, PAGE_BYTES, memory, 0,
                                   PROT_R | PROT_W | MAP_FLAG_FIXED | MAP_FLAG_SHARED | MAP_FLAG_NO_CLONE);
    if (memory < 0 || status < 0) {
        return memory < 0 ? memory : (int)status;
    }
    int thread = sys_thread_create(HANDLE_GRANT, HANDLE_SPACE, HANDLE_TABLE, memory, control, -1);
    sys_handle_close(SYS_SELF_TABLE, memory);
    if (thread < 0) {
        return thread;
    }
    status = sys_thread_start(thread, (uintptr_t)thread_begin, top, (uintptr_t)start);
    return status < 0 ? (int)status : sys_handle_close(SYS_SELF_TABLE, thread);
}

int main(int argc, char **argv)
{
    (void)argc;
    memset(stacks, 1, sizeof stacks); /* pages that are there fault no more */
    sys_machine_stop(test_main(0, argv));
}
