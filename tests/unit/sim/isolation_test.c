/* Tasks that signals meet at bad moments: whatever the stub was doing, the program's registers survive. SIM-3. */
#include "isolation_fixture.h"
#include "unit.h"

#include <seccomp/host.h>

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FAULTS 500

/* Counts in rbx, and reads where nothing is. */
static const unsigned char program[] = {0x48, 0xff, 0xc3, /* 1: inc %rbx */
                                        0x8a, 0x07,       /* mov (%rdi), %al */
                                        0xeb, 0xf9};      /* jmp 1b */

static struct isolation *isolation;
static struct isolation_space *space;
static struct isolation_task *task;
static char *memory;

static void begin(void)
{
    isolation = isolation_begin(&memory);
    memcpy(memory, program, sizeof program);
    ck_assert_int_eq(isolation_space_create(isolation, &space), 0);
    ck_assert_int_eq(isolation_space_map(space, CODE_ADDRESS, 0, 1, PROT_READ | PROT_EXEC), 0);
    ck_assert_int_eq(isolation_task_create(space, &task), 0);
    isolation_task_start(task, CODE_ADDRESS, CODE_ADDRESS, 0, 0);
}

static void host_signal(int number)
{
    ck_assert_int_eq(syscall(SYS_tgkill, space->process, task->tid, number), 0);
}

static enum isolation_event_kind run(void)
{
    struct isolation_event event;
    isolation_task_run(task, task, &event);
    return event.kind;
}

/* What the program has counted to; it is in its code and nowhere else. */
static uint64_t count_read(void)
{
    struct registers registers;
    isolation_task_get(task, &registers);
    ck_assert_msg(registers.rip - CODE_ADDRESS < sizeof program, "rip is %#lx", (unsigned long)registers.rip);
    return registers.rbx;
}

static void read_skip(void)
{
    struct registers registers;
    isolation_task_get(task, &registers);
    registers.rip = CODE_ADDRESS;
    isolation_task_set(task, &registers);
}

static void end(void)
{
    isolation_task_destroy(task);
    isolation_destroy(isolation);
}

/* Two at once: the second comes when the stub is about to tell of the first. */
START_TEST(kicks_on_the_way_back_leave_registers_and_stack_alone_SIM_3)
{
    begin();
    for (uint64_t faults = 0; faults < FAULTS; faults++) {
        for (uint64_t kicks = faults % 50; kicks > 0; kicks--) {
            host_signal(SIGUSR1);
            host_signal(SIGXCPU);
            ck_assert_int_eq(run(), ISOLATION_PREEMPTED);
            ck_assert_uint_eq(count_read(), faults);
        }
        while (run() == ISOLATION_PREEMPTED) {
        }
        ck_assert_uint_eq(count_read(), faults + 1);
        read_skip();
    }
    end();
}
END_TEST

static void *kick_often(void *ends)
{
    for (unsigned spins = 0; !atomic_load((atomic_bool *)ends); spins = spins * 5 % 9973 + 1) {
        isolation_preempt(isolation);
        for (volatile unsigned left = spins; left > 0; left--) {
        }
    }
    return NULL;
}

/* Kicks come from the other processor, at any time. */
START_TEST(faults_are_told_each_once_between_kicks_SIM_3)
{
    atomic_bool ends = false;
    pthread_t kicker;
    begin();
    ck_assert_int_eq(pthread_create(&kicker, NULL, kick_often, &ends), 0);
    for (uint64_t faults = 0; faults < FAULTS;) {
        enum isolation_event_kind kind = run();
        uint64_t count = count_read();
        ck_assert(kind == ISOLATION_FAULT || kind == ISOLATION_PREEMPTED);
        ck_assert(count == faults + 1 || (count == faults && kind == ISOLATION_PREEMPTED));
        if (kind == ISOLATION_FAULT) {
            faults++;
            read_skip();
        }
    }
    atomic_store(&ends, true);
    pthread_join(kicker, NULL);
    end();
}
END_TEST

/* Valgrind knows no seccomp. */
UNIT_MAIN_FORKED("isolation", kicks_on_the_way_back_leave_registers_and_stack_alone_SIM_3,
                 faults_are_told_each_once_between_kicks_SIM_3)
