/* Hostile programs that will not let go of the processor, or of life. SIM-3, SCH-1. */
#include "hostile.h"

#define SIGNAL_KILL 9
#define SPINNERS 4

static void spin_blocked(void)
{
    uint64_t all = ~0ull;
    raw_call(SYS_rt_sigprocmask, 0, (uintptr_t)&all, 0, 8, 0, 0);
    for (volatile uint64_t n = 0;; n++) {
    }
}

TEST(spinners_with_all_signals_blocked_are_preempted_and_killed_SIM_3)
{
    int pid[SPINNERS];
    for (int i = 0; i < SPINNERS; i++) {
        pid[i] = os_fork();
        if (pid[i] == 0) {
            spin_blocked();
        }
        EXPECT(pid[i] > 0);
    }
    for (int i = 0; i < 20; i++) {
        EXPECT_EQ(sys_thread_sleep((uint64_t)sys_clock_read() + 1000000), 0);
    }
    for (int i = 0; i < SPINNERS; i++) {
        struct wait_result result;
        EXPECT_EQ(os_kill(pid[i], SIGNAL_KILL), 0);
        EXPECT_EQ(os_wait(pid[i], &result, 0), pid[i]);
        EXPECT_EQ(result.status & 0x7f, SIGNAL_KILL);
    }
}

static void spin_on_system_stack(uint64_t unused)
{
    (void)unused;
    uint64_t top = (uintptr_t)sys_control() + LIBSYS_STACK_OFFSET + LIBSYS_STACK_BYTES;
    spin_on_stack(top - 64);
}

/* Flags that trap or confuse whoever handles the next event. */
static void flags_spoil(uint64_t flags)
{
    flags_set(flags);
    raw_call(SYS_getpid, 0, 0, 0, 0, 0, 0);
    flags_clear(flags);
    os_exit(0);
}

TEST(odd_flags_harm_only_their_program_SIM_3)
{
    static const uint64_t flags[] = ODD_FLAGS;
    for (unsigned i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        EXPECT(child_end(flags_spoil, flags[i]) >= 0);
    }
}

TEST(spinner_on_its_system_stack_is_killed_SIM_3)
{
    struct wait_result result;
    int pid = os_fork();
    if (pid == 0) {
        spin_on_system_stack(0);
    }
    EXPECT(pid > 0);
    EXPECT_EQ(sys_thread_sleep((uint64_t)sys_clock_read() + 10000000), 0);
    EXPECT_EQ(os_kill(pid, SIGNAL_KILL), 0);
    EXPECT_EQ(os_wait(pid, &result, 0), pid);
    EXPECT_EQ(result.status & 0x7f, SIGNAL_KILL);
}

static void instruction_run(uint64_t which)
{
    privileged_run(which);
    os_exit(0);
}

TEST(privileged_instructions_end_the_program_alone_SIM_3_PRC_11)
{
    for (uint64_t which = 0; which < PRIVILEGED_COUNT; which++) {
        int end = child_end(instruction_run, which);
        EXPECT(end > 128 && end < 192);
    }
}

TEST_MAIN(spinners_with_all_signals_blocked_are_preempted_and_killed_SIM_3, odd_flags_harm_only_their_program_SIM_3,
          spinner_on_its_system_stack_is_killed_SIM_3, privileged_instructions_end_the_program_alone_SIM_3_PRC_11)
