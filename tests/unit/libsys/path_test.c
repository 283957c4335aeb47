/* Paths: what is sent to the root server, and to whom. */
#include "unit.h"

#include "fake_gate.h"

#include <string.h>
#include <sys/os.h>

static uint64_t connection_used(void)
{
    return fake_last(SYS_CALL)->argument[0];
}

START_TEST(open_sends_path_flags_and_mode)
{
    fake_reset();
    fake.handles[0] = 5;
    ck_assert_int_eq(os_open(OS_AT_CWD, "a/b", OPEN_CREATE | OPEN_READ_WRITE, 0640), 5);
    ck_assert_uint_eq(connection_used(), HANDLE_ROOT);
    ck_assert_uint_eq(fake_root_request()->operation, ROOT_OPEN);
    ck_assert_uint_eq(fake_root_request()->flags, OPEN_CREATE | OPEN_READ_WRITE);
    ck_assert_uint_eq(fake_root_request()->argument[0], 0640);
    ck_assert_str_eq(fake_path(), "a/b");
}
END_TEST

/* The counts of parts share their argument with the flags. */
START_TEST(a_signal_does_not_end_an_open_PRC_9)
{
    fake_reset();
    fake.handles[0] = 5;
    ck_assert_int_eq(os_open(OS_AT_CWD, "a", 0, 0), 5);
    ck_assert_uint_eq(fake_last(SYS_CALL)->argument[3] >> 32, CALL_UNINTERRUPTIBLE);
}
END_TEST

START_TEST(relative_paths_go_to_the_directory_and_absolute_ones_do_not_VFS_11)
{
    struct file_stat stat;
    fake_reset();
    ck_assert_int_eq(os_stat(9, "a", 0, &stat), 0);
    ck_assert_uint_eq(connection_used(), 9);
    ck_assert_int_eq(os_stat(9, "/a", 0, &stat), 0);
    ck_assert_uint_eq(connection_used(), HANDLE_ROOT);
    ck_assert_int_eq(os_stat(-1, "/a", 0, &stat), 0);
}
END_TEST

START_TEST(what_is_no_descriptor_is_no_base)
{
    struct file_stat stat;
    fake_reset();
    ck_assert_int_eq(os_stat(-1, "a", 0, &stat), -E_BADF);
    ck_assert_int_eq(os_stat(HANDLE_ROOT, "a", 0, &stat), -E_BADF);
    ck_assert_int_eq(os_open(-5, "a", 0, 0), -E_BADF);
    ck_assert_int_eq(os_rename(OS_AT_CWD, "a", -1, "b"), -E_BADF);
    ck_assert_uint_eq(fake.call_count, 0);
}
END_TEST

START_TEST(too_long_paths_are_not_sent)
{
    static char path[PATH_BYTES_MAX + 1];
    memset(path, 'a', PATH_BYTES_MAX);
    fake_reset();
    ck_assert_int_eq(os_mkdir(OS_AT_CWD, path, 0), -E_NAMETOOLONG);
    ck_assert_int_eq(os_rename(OS_AT_CWD, "a", OS_AT_CWD, path), -E_NAMETOOLONG);
    ck_assert_uint_eq(fake.call_count, 0);
    path[PATH_BYTES_MAX - 1] = '\0';
    ck_assert_int_eq(os_mkdir(OS_AT_CWD, path, 0), 0);
}
END_TEST

START_TEST(second_base_goes_along_as_a_handle)
{
    fake_reset();
    ck_assert_int_eq(os_link(OS_AT_CWD, "a", 8, "b", 0), 0);
    ck_assert_uint_eq(fake.transfer_count, 1);
    ck_assert_int_eq(fake.transfer[0].handle, 8);
    ck_assert_str_eq(fake_data(), "b");
    ck_assert_int_eq(os_link(OS_AT_CWD, "a", 8, "/b", 0), 0);
    ck_assert_uint_eq(fake.transfer_count, 0);
}
END_TEST

START_TEST(a_descriptor_beyond_the_table_is_given_back)
{
    fake_reset();
    fake.handles[0] = HANDLE_SYSTEM_BASE;
    ck_assert_int_eq(os_open(OS_AT_CWD, "a", 0, 0), -E_MFILE);
    ck_assert_uint_eq(fake_last(SYS_HANDLE_CLOSE)->argument[1], HANDLE_SYSTEM_BASE);
    fake.handles[0] = -1;
    ck_assert_int_eq(os_open(OS_AT_CWD, "a", 0, 0), -E_MFILE);
}
END_TEST

START_TEST(working_directory_fits_with_its_end_or_is_refused)
{
    char buffer[5] = "xxxx";
    fake_reset();
    fake.status = 4;
    fake.reply = "/abc";
    fake.reply_bytes = 4;
    ck_assert_int_eq(os_getcwd(buffer, sizeof buffer), 4);
    ck_assert_str_eq(buffer, "/abc");
    ck_assert_int_eq(os_getcwd(buffer, 4), -E_RANGE);
}
END_TEST

START_TEST(link_targets_are_cut_to_the_buffer)
{
    char buffer[3];
    fake_reset();
    fake.status = 9;
    ck_assert_int_eq(os_readlink(OS_AT_CWD, "a", buffer, sizeof buffer), 3);
}
END_TEST

UNIT_MAIN("path", open_sends_path_flags_and_mode, a_signal_does_not_end_an_open_PRC_9,
          relative_paths_go_to_the_directory_and_absolute_ones_do_not_VFS_11, what_is_no_descriptor_is_no_base,
          too_long_paths_are_not_sent, second_base_goes_along_as_a_handle,
          a_descriptor_beyond_the_table_is_given_back, working_directory_fits_with_its_end_or_is_refused,
          link_targets_are_cut_to_the_buffer)
