/* A root server that dies and leaves a program behind: a thread with a handle table of its own, which lives on. It
 * touches an address that is nobody's, as a broken root server would. */
#include <sys/call.h>

#define CONTROL (LIBSYS_AREA_BASE + LIBSYS_AREA_STRIDE)
#define STACK_BYTES 16384u
#define NAP_NS 1000000u
#define NOWHERE 0x123000u

#ifdef __x86_64__
#define STACK_AT_ENTRY 8u /* as if called */
#else
#define STACK_AT_ENTRY 0u
#endif

static uint8_t stack[STACK_BYTES] __attribute__((aligned(64)));

static void live_on(uint64_t argument)
{
    (void)argument;
    for (;;) {
        sys_thread_sleep((uint64_t)sys_clock_read() + NAP_NS);
    }
}

int main(void)
{
    int memory = sys_memory_create(HANDLE_GRANT, PAGE_BYTES);
    int64_t at = sys_space_map(SYS_SELF_SPACE, CONTROL, PAGE_BYTES, memory, 0,
                               PROT_R | PROT_W | MAP_FLAG_FIXED | MAP_FLAG_SHARED | MAP_FLAG_NO_CLONE);
    int table = sys_table_create(HANDLE_GRANT);
    int thread = sys_thread_create(HANDLE_GRANT, HANDLE_SPACE, table, memory, CONTROL, -1);
    int status = sys_thread_start(thread, (uintptr_t)live_on, (uintptr_t)stack + STACK_BYTES - STACK_AT_ENTRY, 0);
    if (memory < 0 || at < 0 || table < 0 || thread < 0 || status < 0) {
        sys_machine_stop(1);
    }
    *(volatile uint32_t *)NOWHERE = 1;
    sys_machine_stop(2);
}
