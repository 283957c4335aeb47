/* The filters as the stub page holds them, run by a small BPF machine over all edges. SIM-3. */
#include "unit.h"

#include <seccomp/stub.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdalign.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>

static alignas(8) char page[STUB_BYTES];

static uint32_t filter_run(size_t program_offset, const struct seccomp_data *data)
{
    const struct sock_fprog *program = (const void *)(page + program_offset);
    const struct sock_filter *filter = (const void *)(page + ((uintptr_t)program->filter - STUB_CODE));
    uint32_t accumulator = 0;
    for (unsigned at = 0; at < program->len; at++) {
        const struct sock_filter *i = &filter[at];
        switch (i->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            memcpy(&accumulator, (const char *)data + i->k, 4);
            break;
        case BPF_JMP | BPF_JEQ | BPF_K:
            at += accumulator == i->k ? i->jt : i->jf;
            break;
        case BPF_JMP | BPF_JGT | BPF_K:
            at += accumulator > i->k ? i->jt : i->jf;
            break;
        default:
            ck_assert_uint_eq(i->code, BPF_RET | BPF_K);
            return i->k;
        }
    }
    ck_abort_msg("ran off the filter's end");
}

static uint32_t verdict(size_t program_offset, uint32_t architecture, int number, uint64_t address_after)
{
    struct seccomp_data data = {.arch = architecture, .nr = number, .instruction_pointer = address_after};
    stub_write(page, LIBSYS_BASE);
    return filter_run(program_offset, &data);
}

static const uint64_t outside[] = {0,
                                   0x400002,
                                   LIBSYS_BASE,
                                   LIBSYS_BASE + 1,
                                   LIBSYS_BASE + LIBSYS_BYTES_MAX + 1,
                                   LIBSYS_BASE + (1ull << 32) + 2,
                                   LIBSYS_BASE - (1ull << 32) + 2,
                                   2,
                                   STUB_CODE + STUB_BYTES + 1,
                                   STUB_RING + 2,
                                   STUB_CODE + (1ull << 32) + 2,
                                   0xffffffffff600009ull};
#define OUTSIDE_COUNT (sizeof outside / sizeof outside[0])

START_TEST(native_calls_are_notified_from_the_whole_library_and_nowhere_else_CMP_3_SIM_3)
{
    size_t thread = STUB_PROGRAM_THREAD;
    ck_assert_uint_eq(verdict(thread, AUDIT_ARCH_X86_64, 0x8001, LIBSYS_BASE + 2), SECCOMP_RET_USER_NOTIF);
    ck_assert_uint_eq(verdict(thread, AUDIT_ARCH_X86_64, SYS_openat, LIBSYS_BASE + LIBSYS_BYTES_MAX),
                      SECCOMP_RET_USER_NOTIF);
    for (size_t i = 0; i < OUTSIDE_COUNT; i++) {
        ck_assert_uint_eq(verdict(thread, AUDIT_ARCH_X86_64, 0x8001, outside[i]), SECCOMP_RET_TRAP);
        ck_assert_uint_eq(verdict(thread, AUDIT_ARCH_X86_64, SYS_openat, outside[i]), SECCOMP_RET_TRAP);
    }
}
END_TEST

START_TEST(other_architectures_trap_from_everywhere_SIM_3)
{
    for (uint64_t address = LIBSYS_BASE; address < LIBSYS_BASE + 16; address++) {
        ck_assert_uint_eq(verdict(STUB_PROGRAM_THREAD, AUDIT_ARCH_I386, 1, address), SECCOMP_RET_TRAP);
    }
    ck_assert_uint_eq(verdict(STUB_PROGRAM_THREAD, AUDIT_ARCH_I386, 1, STUB_CODE + 2), SECCOMP_RET_TRAP);
    ck_assert_uint_eq(verdict(STUB_PROGRAM_MANAGER, AUDIT_ARCH_I386, SYS_mmap, STUB_CODE + 2),
                      SECCOMP_RET_KILL_PROCESS);
}
END_TEST

START_TEST(no_call_of_a_program_is_let_through_SIM_3)
{
    for (int number = 0; number < 1024; number++) {
        for (size_t i = 0; i < OUTSIDE_COUNT; i++) {
            ck_assert_uint_ne(verdict(STUB_PROGRAM_THREAD, AUDIT_ARCH_X86_64, number, outside[i]), SECCOMP_RET_ALLOW);
        }
        ck_assert_uint_eq(verdict(STUB_PROGRAM_THREAD, AUDIT_ARCH_X86_64, number, STUB_CODE + 2),
                          SECCOMP_RET_USER_NOTIF);
    }
}
END_TEST

/* With the mask that blocks nothing, from the stub: its two ends and a bit beside each half of the address. */
START_TEST(only_unblocking_all_signals_in_the_stub_is_let_through_SIM_3)
{
    struct seccomp_data data = {.arch = AUDIT_ARCH_X86_64,
                                .nr = SYS_rt_sigprocmask,
                                .instruction_pointer = STUB_CODE + 2,
                                .args = {2, STUB_CODE + STUB_MASK_NONE, 0, 8}};
    stub_write(page, LIBSYS_BASE);
    ck_assert_uint_eq(*(uint64_t *)(page + STUB_MASK_NONE), 0);
    ck_assert_uint_eq(filter_run(STUB_PROGRAM_THREAD, &data), SECCOMP_RET_ALLOW);
    for (size_t i = 0; i < OUTSIDE_COUNT; i++) {
        data.instruction_pointer = outside[i];
        ck_assert_uint_ne(filter_run(STUB_PROGRAM_THREAD, &data), SECCOMP_RET_ALLOW);
    }
    data.instruction_pointer = LIBSYS_BASE + 2;
    ck_assert_uint_eq(filter_run(STUB_PROGRAM_THREAD, &data), SECCOMP_RET_USER_NOTIF);
    data.instruction_pointer = STUB_CODE + STUB_BYTES;
    ck_assert_uint_eq(filter_run(STUB_PROGRAM_THREAD, &data), SECCOMP_RET_ALLOW);
    for (int bit = 0; bit < 64; bit++) {
        data.args[1] = (STUB_CODE + STUB_MASK_NONE) ^ 1ull << bit;
        ck_assert_uint_eq(filter_run(STUB_PROGRAM_THREAD, &data), SECCOMP_RET_USER_NOTIF);
    }
}
END_TEST

START_TEST(manager_may_change_mappings_and_wait_from_the_stub_only_SIM_3)
{
    size_t manager = STUB_PROGRAM_MANAGER;
    for (int number = 0; number < 1024; number++) {
        bool maps = number == SYS_mmap || number == SYS_munmap || number == SYS_mprotect;
        ck_assert_uint_eq(verdict(manager, AUDIT_ARCH_X86_64, number, STUB_CODE + 2),
                          maps ? SECCOMP_RET_ALLOW : SECCOMP_RET_KILL_PROCESS);
        for (size_t i = 0; i < OUTSIDE_COUNT; i++) {
            ck_assert_uint_eq(verdict(manager, AUDIT_ARCH_X86_64, number, outside[i]), SECCOMP_RET_KILL_PROCESS);
        }
    }
    ck_assert_uint_eq(verdict(manager, AUDIT_ARCH_X86_64, STUB_WAIT, STUB_CODE + 2), SECCOMP_RET_USER_NOTIF);
    ck_assert_uint_eq(verdict(manager, AUDIT_ARCH_X86_64, STUB_WAIT, LIBSYS_BASE + 2), SECCOMP_RET_KILL_PROCESS);
}
END_TEST

UNIT_MAIN("filter", native_calls_are_notified_from_the_whole_library_and_nowhere_else_CMP_3_SIM_3,
          other_architectures_trap_from_everywhere_SIM_3, no_call_of_a_program_is_let_through_SIM_3,
          only_unblocking_all_signals_in_the_stub_is_let_through_SIM_3,
          manager_may_change_mappings_and_wait_from_the_stub_only_SIM_3)
