/* Hostile programs that try to reach the host by its system calls. Each attempt must come back refused or end the
 * program alone. SIM-3. */
#include "hostile.h"

#include <string.h>

#define AT_CWD (-100)
#define X32 0x40000000u

static const char host_file[] = "/usr/include/linux/version.h"; /* on every host that can build this; not in the OS */

TEST(host_file_cannot_be_opened_SIM_3)
{
    EXPECT(raw_call(SYS_openat, (uint64_t)AT_CWD, (uintptr_t)host_file, 0, 0, 0, 0) < 0);
    EXPECT(raw_call(SYS_openat, (uint64_t)AT_CWD, (uintptr_t) "/proc/self/mem", 2, 0, 0, 0) < 0);
}

TEST(host_services_are_refused_SIM_3)
{
    EXPECT(raw_call(SYS_socket, 2, 1, 0, 0, 0, 0) < 0);
    EXPECT(raw_call(SYS_unshare, 0x10000000, 0, 0, 0, 0, 0) < 0);
    EXPECT(raw_call(SYS_seccomp, 1, 8, 0, 0, 0, 0) < 0);
    EXPECT(raw_call(SYS_io_uring_setup, 8, (uintptr_t) & (char[256]){0}, 0, 0, 0, 0) < 0);
}

TEST(neighbours_cannot_be_traced_or_read_SIM_3)
{
    char byte = 0;
    uint64_t vector[2] = {(uintptr_t)&byte, 1};
    for (uint64_t pid = 1; pid < 50; pid++) {
        EXPECT(raw_call(SYS_ptrace, 16, pid, 0, 0, 0, 0) < 0);
        EXPECT(raw_call(SYS_process_vm_readv, pid, (uintptr_t)vector, 1, (uintptr_t)vector, 1, 0) < 0);
    }
}

TEST(memory_file_cannot_be_mapped_SIM_3)
{
    for (uint64_t offset = 0; offset < 64 * 4096; offset += 4096) {
        int64_t address = raw_call(SYS_mmap, 0, 4096, 3, 1, 0, offset); /* shared, descriptor 0 of the host's table */
        EXPECT(address < 0);
    }
}

TEST(odd_clones_are_refused_SIM_3)
{
    static const uint64_t flags[] = {0x10000000, 0x20000000, 0x40000000, 0x02000000, 0x8000 | 17, 0x00002000};
    for (unsigned i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        int64_t pid = raw_call(SYS_clone, flags[i], 0, 0, 0, 0, 0);
        if (pid == 0) {
            os_exit(0); /* the OS took it for a fork: a process of its own, not of the host */
        }
        if (pid > 0) {
            struct wait_result result;
            EXPECT_EQ(os_wait((int)pid, &result, 0), pid);
        }
    }
    EXPECT(raw_call(SYS_clone3, 0, 0, 0, 0, 0, 0) < 0);
}

TEST(x32_numbers_are_refused_SIM_3)
{
    for (uint64_t number = 0; number < 600; number++) {
        EXPECT(raw_call(X32 | number, 0, 0, 0, 0, 0, 0) == -E_NOSYS);
    }
}

static void old_call_run(uint64_t number)
{
    int64_t result = old_call(number);
    os_exit(result == -E_NOSYS ? 7 : 8);
}

/* If the host served it, exit (1) would end the child with 42, and fork (2) would give two children. */
TEST(int_80_calls_are_refused_SIM_3)
{
    if (!HAS_OLD_CALL) {
        test_skip("this processor has no other way to call");
    }
    for (uint64_t number = 0; number < 20; number++) {
        int end = child_end(old_call_run, number);
        EXPECT(end == 7 || end > 128);
    }
}

/* Native numbers, called from the program's own text: foreign calls that nobody knows. */
TEST(native_numbers_from_outside_the_library_are_refused_SIM_3_CMP_3)
{
    for (uint64_t number = SYSCALL_BASE; number < SYSCALL_BASE + SYSCALL_LIMIT; number++) {
        EXPECT_EQ(raw_call(number, 0, 0, 0, 0, 0, 0), -E_NOSYS);
    }
}

static void library_gadget(uint64_t number)
{
    const unsigned char *image = (const unsigned char *)LIBSYS_BASE;
    static const unsigned char gadget[] = GADGET;
    uint64_t bytes = ((const struct libsys_header *)image)->image_bytes;
    for (uint64_t i = 0; i + sizeof gadget <= bytes; i++) {
        if (memcmp(image + i, gadget, sizeof gadget) == 0) {
            os_exit(raw_jump(LIBSYS_BASE + i, number, 0, 1, 2) == -E_NOSYS ? 7 : 8);
        }
    }
    os_exit(9);
}

/* Linux's numbers, called from within the library: native calls that do not exist. Not -1: a Linux host that preempts a
 * program just then takes that for no call at all, and does not make it again; it comes back with -512. */
TEST(linux_numbers_from_the_library_are_refused_SIM_3)
{
    static const uint64_t numbers[] = {SYS_openat, SYS_mmap, SYS_getpid, SYS_kill, 0, 0x7ffe, 0xffff, ~1ull};
    int first = child_end(library_gadget, numbers[0]);
    if (first == 9) {
        test_skip("the library has no bare call and return");
    }
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        EXPECT_EQ(child_end(library_gadget, numbers[i]), 7);
    }
}

static void stub_jump(uint64_t offset)
{
    raw_jump(STUB_CODE + offset, SYS_getpid, 1, 2, 3);
    os_exit(8);
}

/* Wherever a program enters the machine's own code, it must not come out with a host's answer. */
TEST(jumps_into_the_stub_end_the_program_alone_SIM_3)
{
    for (uint64_t offset = 0; offset < 512; offset += 3) {
        int end = child_end(stub_jump, offset);
        EXPECT(end > 128 && end < 192);
    }
}

TEST_MAIN(host_file_cannot_be_opened_SIM_3, host_services_are_refused_SIM_3, neighbours_cannot_be_traced_or_read_SIM_3,
          memory_file_cannot_be_mapped_SIM_3, odd_clones_are_refused_SIM_3, x32_numbers_are_refused_SIM_3,
          int_80_calls_are_refused_SIM_3, native_numbers_from_outside_the_library_are_refused_SIM_3_CMP_3,
          linux_numbers_from_the_library_are_refused_SIM_3, jumps_into_the_stub_end_the_program_alone_SIM_3)
