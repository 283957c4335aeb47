/* Processes that serve one program after another: the second finds nothing of the first, whatever that did. SIM-3. */
#include "isolation_fixture.h"
#include "unit.h"

#include <seccomp/host.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define DATA_ADDRESS 0x500000ull
#define STOLEN_ADDRESS 0xbad000ull
#define MARK 0x5a
#define LIE_ADDRESS 0x600000ull /* a page with the address of a frame to claim, and a frame of the program's making */
#define LIE_OFFSET 1024u

/* Three programs, in a page each. All read at rdi in the end. */
extern const char leaver[], caller[], jumper[], jumper_next[], finder[], finder_stolen[], programs_end[];
__asm__(".section .rodata\n"
        ".balign 8\n"
        "leaver:\n" /* leaves a mark wherever it can */
        "    mov $0x2b, %eax\n"
        "    mov %eax, %ds\n"
        "    mov %eax, %es\n"
        "    mov %eax, %fs\n"
        "    mov $0x5a5a5a5a, %ebx\n"
        "    movq %rbx, %xmm0\n"
        "    mov %rbx, %r15\n"
        "    mov (%rdi), %al\n"
        "caller:\n" /* the same, and ends in a call */
        "    mov $0x5a5a5a5a, %ebx\n"
        "    movq %rbx, %xmm0\n"
        "    mov $0x8001, %eax\n"
        "    syscall\n"
        "    ud2\n"
        "jumper:\n" /* jumps to a call of the stub, at rdi, and says that this is a signal */
        "    mov %rdi, %rbx\n"
        "    mov $10, %edi\n"
        "    mov 0x600000, %r10\n"
        "    mov %rsp, %r12\n"
        "    mov $0x7ffd, %eax\n"
        "    jmp *%rbx\n"
        "jumper_next:\n" /* if the stub comes here: says that it is clean, and waits for the next program */
        "    movabs $0x6fff00000e00 + 15, %rcx\n"
        "    mov $0x400100, %ebx\n"
        "    mov $0x7ffc, %eax\n"
        "    jmp *%rcx\n"
        "finder:\n"
        "    mov %ds, %ebx\n"
        "    mov %es, %ecx\n"
        "    mov %fs, %edx\n"
        "    movq %xmm0, %rbp\n"
        "    mov (%rdi), %al\n"
        "finder_stolen:\n"
        "    mov $0xbad000, %edi\n"
        "    mov (%rdi), %al\n"
        "programs_end:\n"
        ".text\n");

static struct isolation *isolation;
static struct isolation_space *space;
static struct isolation_task *task;
static char *memory;

static void begin(void)
{
    isolation = isolation_begin(&memory);
}

/* Page 0 of the memory file is the first program's, page 1 the second's. */
static void space_make(unsigned page, uint64_t code_address)
{
    ck_assert_int_eq(isolation_space_create(isolation, &space), 0);
    ck_assert_int_eq(isolation_space_map(space, code_address, page * PAGE_BYTES, 1, PROT_READ | PROT_EXEC), 0);
    ck_assert_int_eq(isolation_task_create(space, &task), 0);
}

static enum isolation_event_kind run(struct isolation_event *event)
{
    do {
        isolation_task_run(task, task, event);
    } while (event->kind == ISOLATION_PREEMPTED);
    return event->kind;
}

static void space_leave(void)
{
    isolation_task_destroy(task);
    isolation_space_destroy(space);
}

static bool has_mark(const void *bytes, size_t size)
{
    static const char mark[4] = {MARK, MARK, MARK, MARK};
    return memmem(bytes, size, mark, sizeof mark) != NULL;
}

/* The second program has all registers initial, and nothing but its own page. */
static void second_program_finds_nothing(void)
{
    struct isolation_event event;
    struct registers registers;
    memcpy(memory + PAGE_BYTES, finder, (size_t)(finder_stolen - finder));
    memcpy(memory + PAGE_BYTES + 0x100, finder_stolen, (size_t)(programs_end - finder_stolen));
    space_make(1, CODE_ADDRESS);
    ck_assert(!has_mark(task->slot, SLOT_BYTES));
    isolation_task_start(task, CODE_ADDRESS, 0, DATA_ADDRESS, 0);
    ck_assert_int_eq(run(&event), ISOLATION_FAULT);
    ck_assert_uint_eq(event.address, DATA_ADDRESS);
    ck_assert(!has_mark(task->slot, SLOT_BYTES));
    ck_assert(!has_mark(space->ring, PAGE_BYTES));
    isolation_task_get(task, &registers);
    ck_assert_uint_eq(registers.rbx | registers.rcx | registers.rdx | registers.rbp | registers.r15, 0);
    space_leave();
}

START_TEST(program_finds_nothing_of_one_that_ended_in_a_fault_SIM_3)
{
    struct isolation_event event;
    begin();
    memcpy(memory, leaver, (size_t)(caller - leaver));
    space_make(0, CODE_ADDRESS);
    ck_assert_int_eq(isolation_space_map(space, DATA_ADDRESS, 2 * PAGE_BYTES, 1, PROT_READ), 0);
    memset((char *)task->slot + SLOT_BYTES / 2, MARK, 64);
    isolation_task_start(task, CODE_ADDRESS, 0, STOLEN_ADDRESS, 0);
    ck_assert_int_eq(run(&event), ISOLATION_FAULT);
    ck_assert(has_mark(task->slot, SLOT_BYTES));
    pid_t process = space->process;
    memset(space->ring->command[RING_COMMANDS_MAX - 1].argument, MARK, 8);
    space_leave();
    second_program_finds_nothing();
    space_make(1, CODE_ADDRESS);
    ck_assert_int_eq(space->process, process);
    isolation_destroy(isolation);
}
END_TEST

START_TEST(program_finds_nothing_of_one_that_ended_in_a_call_SIM_3)
{
    struct isolation_event event;
    begin();
    memcpy(memory, caller, (size_t)(jumper - caller));
    space_make(0, LIBSYS_BASE);
    ck_assert_int_eq(isolation_space_map(space, DATA_ADDRESS, 2 * PAGE_BYTES, 1, PROT_READ), 0);
    isolation_task_start(task, LIBSYS_BASE, 0, 0, 0);
    ck_assert_int_eq(run(&event), ISOLATION_CALL);
    pid_t process = space->process;
    space_leave();
    second_program_finds_nothing();
    space_make(1, CODE_ADDRESS);
    ck_assert_int_eq(space->process, process);
    isolation_destroy(isolation);
}
END_TEST

/* A frame that goes on in the program, where only the stub should write one. */
static void frame_lie(void)
{
    char *page = memory + 3 * PAGE_BYTES;
    uint64_t claimed = task_slot_address(task) + SLOT_BYTES / 2;
    struct frame *frame = (struct frame *)(page + LIE_OFFSET);
    static const uint32_t mxcsr = 0x1f80;
    ck_assert_int_eq(isolation_space_map(space, LIE_ADDRESS, 3 * PAGE_BYTES, 1, PROT_READ | PROT_WRITE), 0);
    memset(page, 0, PAGE_BYTES);
    memcpy(page, &claimed, sizeof claimed);
    memcpy(page + 2 * LIE_OFFSET + 24, &mxcsr, sizeof mxcsr);
    frame->rip = CODE_ADDRESS + (uint64_t)(jumper_next - jumper);
    frame->rsp = LIE_ADDRESS + LIE_OFFSET;
    frame->vector = LIE_ADDRESS + 2 * LIE_OFFSET;
}

/* Wherever it waits in the stub, with registers of its own. */
START_TEST(program_that_jumps_into_the_stub_does_not_outlive_itself_SIM_3)
{
    struct isolation_event event;
    unsigned calls = 0;
    begin();
    for (const char *at = stub_begin; at + 1 < stub_end; at++) {
        if (at[0] != 0x0f || at[1] != 0x05) {
            continue;
        }
        calls++;
        memcpy(memory, jumper, (size_t)(finder - jumper));
        space_make(0, CODE_ADDRESS);
        frame_lie();
        isolation_task_start(task, CODE_ADDRESS, LIE_ADDRESS + LIE_OFFSET,
                             STUB_CODE + (uint64_t)(at - stub_begin), 0);
        isolation_task_run(task, task, &event);
        space_leave();
        second_program_finds_nothing();
    }
    ck_assert_uint_ge(calls, 10);
    isolation_destroy(isolation);
}
END_TEST

START_TEST(process_killed_from_outside_serves_no_other_program_SIM_11)
{
    begin();
    space_make(0, CODE_ADDRESS);
    pid_t process = space->process, seed = space->seed;
    siginfo_t info;
    int result;
    space_leave();
    ck_assert_int_eq(kill(process, SIGKILL), 0);
    do { /* the end of the process's first task is told by a signal, and may come before the seed's */
        result = waitid(P_PID, (id_t)seed, &info, WEXITED | WNOWAIT | __WALL);
    } while (result < 0 && errno == EINTR);
    ck_assert_int_eq(result, 0);
    second_program_finds_nothing();
    isolation_destroy(isolation);
}
END_TEST

START_TEST(pool_is_bounded_SIM_11)
{
    struct isolation_space *spaces[POOL_SPACES_MAX + 2];
    begin();
    for (unsigned i = 0; i < POOL_SPACES_MAX + 2; i++) {
        ck_assert_int_eq(isolation_space_create(isolation, &spaces[i]), 0);
    }
    for (unsigned i = 0; i < POOL_SPACES_MAX + 2; i++) {
        isolation_space_destroy(spaces[i]);
    }
    ck_assert_uint_eq(isolation->pool_count, POOL_SPACES_MAX);
    ck_assert_uint_eq(isolation->ring_free_count, ISOLATION_SPACES_MAX - POOL_SPACES_MAX);
    isolation_destroy(isolation);
}
END_TEST

/* Valgrind knows no seccomp. */
UNIT_MAIN_FORKED("pool", program_finds_nothing_of_one_that_ended_in_a_fault_SIM_3,
                 program_finds_nothing_of_one_that_ended_in_a_call_SIM_3,
                 program_that_jumps_into_the_stub_does_not_outlive_itself_SIM_3,
                 process_killed_from_outside_serves_no_other_program_SIM_11,
                 pool_is_bounded_SIM_11)
