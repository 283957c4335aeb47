/* Hosts that lack something: the machine says what in one line and leaves no process. SIM-10. */
#include "unit.h"

#include <abi/archive.h>
#include <abi/control.h>
#include <abi/errno.h>
#include <machine.h>

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define RAM_BYTES (16ull << 20)
#define ARCHIVE_OFFSET (8ull << 20)
#define ARCHIVE_BYTES 8192u

/* From here on the host answers `call` with `error`. `first_argument` below 0: whatever its arguments are. */
static void host_refuse(int call, int first_argument, int error)
{
    bool any = first_argument < 0;
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)first_argument, 0, any ? 0 : 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof filter[0], .filter = filter};
    ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

/* A machine with an archive that holds a system library's header and no root server. */
static int boot_try(const char **error)
{
    struct machine *machine = NULL;
    const struct machine_config config = {.ram_bytes = RAM_BYTES, .device_bytes = 4096};
    *error = NULL;
    int result = machine_create(&machine, &config, error);
    if (result < 0) {
        return result;
    }
    char *archive = (char *)machine_ram(machine) + ARCHIVE_OFFSET;
    const struct archive_header header = {.magic = ARCHIVE_MAGIC,
                                          .size_bytes = ARCHIVE_BYTES,
                                          .entry_count = 1,
                                          .entries_offset = 256,
                                          .strings_offset = 512,
                                          .strings_bytes = 16};
    const struct archive_entry entry = {.data_offset = 4096, .size_bytes = 4096};
    const struct libsys_header libsys = {.magic = LIBSYS_MAGIC};
    memcpy(archive, &header, sizeof header);
    memcpy(archive + header.entries_offset, &entry, sizeof entry);
    strcpy(archive + header.strings_offset, "boot/libsys");
    memcpy(archive + entry.data_offset, &libsys, sizeof libsys);
    result = machine_boot(machine, ARCHIVE_OFFSET, ARCHIVE_BYTES, error);
    machine_destroy(machine);
    return result;
}

static void refused_with(const char *words)
{
    const char *error;
    ck_assert_int_lt(boot_try(&error), 0);
    ck_assert_ptr_nonnull(error);
    ck_assert_msg(strstr(error, words) != NULL, "the line is: %s", error);
    ck_assert_ptr_null(strchr(error, '\n'));
    ck_assert_int_eq(waitpid(-1, NULL, __WALL), -1);
    ck_assert_int_eq(errno, ECHILD);
}

START_TEST(kernel_without_seccomp_is_named_SIM_10)
{
    host_refuse(SYS_seccomp, -1, ENOSYS);
    refused_with("no seccomp user notification");
}
END_TEST

START_TEST(container_that_refuses_seccomp_is_named_SIM_10)
{
    host_refuse(SYS_seccomp, -1, EPERM);
    refused_with("refuses seccomp");
}
END_TEST

START_TEST(kernel_without_killable_waits_is_named_SIM_10)
{
    host_refuse(SYS_seccomp, SECCOMP_SET_MODE_FILTER, EINVAL);
    refused_with("WAIT_KILLABLE_RECV");
}
END_TEST

START_TEST(container_that_refuses_ptrace_is_named_SIM_10)
{
    host_refuse(SYS_ptrace, -1, EPERM);
    refused_with("refuses ptrace");
}
END_TEST

START_TEST(container_that_refuses_memory_files_is_named_SIM_10)
{
    host_refuse(SYS_memfd_create, -1, EPERM);
    refused_with("memory file");
}
END_TEST

START_TEST(archive_without_a_root_server_is_named_SIM_10)
{
    refused_with("boot archive");
}
END_TEST

START_TEST(memory_sizes_out_of_range_are_refused_SIM_10)
{
    static const uint64_t sizes[] = {0, 4096, MACHINE_RAM_BYTES_MIN - 4096, RAM_BYTES + 1,
                                     MACHINE_RAM_BYTES_MAX + 4096};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct machine *machine = NULL;
        const struct machine_config config = {.ram_bytes = sizes[i]};
        const char *error = NULL;
        ck_assert_int_eq(machine_create(&machine, &config, &error), -E_INVAL);
        ck_assert_ptr_nonnull(error);
    }
}
END_TEST

/* Each test spoils its process, and Valgrind knows no seccomp. */
UNIT_MAIN_FORKED("machine", kernel_without_seccomp_is_named_SIM_10,
                 container_that_refuses_seccomp_is_named_SIM_10,
                 kernel_without_killable_waits_is_named_SIM_10,
                 container_that_refuses_ptrace_is_named_SIM_10,
                 container_that_refuses_memory_files_is_named_SIM_10,
                 archive_without_a_root_server_is_named_SIM_10,
                 memory_sizes_out_of_range_are_refused_SIM_10)
