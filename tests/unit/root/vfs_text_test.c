/* The root server's own trees: /proc and /port (VFS-13). */
#include "fake_port.h"
#include "unit.h"
#include <string.h>

START_TEST(a_text_is_written_at_open_and_read_from_there_VFS_13)
{
    fake_vfs();
    ck_assert_int_eq(fake_open(1, "/proc/meminfo", OPEN_READ_ONLY, 0), 0);
    uint64_t cookie = fake_opened_cookie();
    ck_assert_uint_eq(cookie >> COOKIE_SHIFT, COOKIE_TEXT);
    char text[32];
    int length = os_format(text, sizeof text, "text %u of 0\n", VFS_PROC_MEMINFO);
    ck_assert_int_eq(fake_file(cookie, FILE_READ, FILE_POSITION, 4, 0), 4);
    ck_assert_mem_eq(fake_last()->data, "text", 4);
    ck_assert_int_eq(fake_file(cookie, FILE_READ, FILE_POSITION, 100, 0), length - 4);
    ck_assert_int_eq(fake_file(cookie, FILE_READ, FILE_POSITION, 100, 0), 0);
    ck_assert_int_eq(fake_file(cookie, FILE_READ, 5, 1, 0), 1);
    ck_assert_int_eq(fake_file(cookie, FILE_SEEK, 2, 0, 0), 2);
    ck_assert_int_eq(fake_file(cookie, FILE_SEEK, 0, 0, 2), length);
    ck_assert_int_eq(fake_file(cookie, FILE_READ, UINT64_MAX - 1, 100, 0), 0);
    ck_assert_int_eq(fake_file(cookie, FILE_STAT, 0, 0, 0), 0);
    ck_assert_int_eq(fake_file(cookie, FILE_DIRECTORY_READ, 0, 100, 0), -E_NOTDIR);
    ck_assert_int_eq(fake_open(1, "/proc/meminfo", OPEN_WRITE_ONLY, 0), -E_ACCES);
}
END_TEST

START_TEST(processes_come_and_go_in_proc_VFS_13)
{
    fake_vfs();
    fake_root_server();
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/proc/5", &stat), -E_NOENT);
    fake_person(5, 100, 200);
    ck_assert_int_eq(fake_stat(1, "/proc/5", &stat), 0);
    ck_assert_uint_eq(stat.uid, 100);
    ck_assert_int_eq(fake_open(1, "/proc/5/stat", OPEN_READ_ONLY, 0), 0);
    ck_assert_int_eq(fake_call(5, ROOT_READLINK, 0, 0, "/proc/self", ""), 1);
    ck_assert_int_eq(fake_stat(5, "/proc/self/status", &stat), 0);
    ck_assert_int_eq(fake_call(1, ROOT_READLINK, 0, 0, "/proc/5/cwd", ""), 1);
    ck_assert_int_eq(fake_stat(1, "/proc/05", &stat), -E_NOENT);
    ck_assert_int_eq(fake_stat(1, "/proc/99999999999999999999", &stat), -E_NOENT);
    ck_assert_int_eq(fake_stat(1, "/proc/5/none", &stat), -E_NOENT);
    fake_person_end(5);
    ck_assert_int_eq(fake_stat(1, "/proc/5", &stat), -E_NOENT);
    ck_assert_int_eq(fake_stat(1, "/proc/5/stat", &stat), -E_NOENT);
}
END_TEST

/* Counts the names in a listing, and how many of them are numbers. */
static void listing_count(const char *path, uint64_t length, uint32_t *names, uint32_t *numbers)
{
    ck_assert_int_eq(fake_open(1, path, OPEN_DIRECTORY, 0), 0);
    uint64_t cookie = fake_opened_cookie();
    *names = *numbers = 0;
    for (int64_t bytes; (bytes = fake_file(cookie, FILE_DIRECTORY_READ, 0, length, 0)) != 0;) {
        ck_assert_int_gt(bytes, 0);
        for (int64_t at = 0; at < bytes;) {
            struct directory_record record;
            memcpy(&record, fake_last()->data + at, sizeof record);
            char first = (char)fake_last()->data[at + (int64_t)sizeof record];
            ++*names;
            *numbers += first >= '0' && first <= '9';
            at += record.record_bytes;
        }
    }
}

START_TEST(proc_and_port_are_listed_in_pieces_VFS_13)
{
    fake_vfs();
    fake_person(5, 0, 0);
    fake_person(9, 0, 0);
    uint32_t names;
    uint32_t numbers;
    for (uint64_t length = 64; length <= 4096; length *= 4) {
        listing_count("/proc", length, &names, &numbers);
        ck_assert_uint_eq(numbers, 3);
        ck_assert_uint_eq(names, 2 + 1 + VFS_PROC_GLOBALS + 3);
        listing_count("/proc/5", length, &names, &numbers);
        ck_assert_uint_eq(names, 2 + 1 + VFS_PROC_COUNT - VFS_PROC_GLOBALS);
        listing_count("/proc/5/fd", length, &names, &numbers);
        ck_assert_uint_eq(numbers, 2);
        listing_count("/port", length, &names, &numbers);
        ck_assert_uint_eq(names, 2);
    }
    fake_server(1, "7a");
    fake_server(1, "8b");
    listing_count("/port", 64, &names, &numbers);
    ck_assert_uint_eq(numbers, 2);
}
END_TEST

START_TEST(opening_in_fd_duplicates_the_descriptor_VFS_13)
{
    fake_vfs();
    fake_person(5, 100, 100);
    fake_person(6, 200, 200);
    ck_assert_int_eq(fake_open(5, "/proc/self/fd/70", OPEN_READ_ONLY, 0), 0);
    ck_assert_uint_eq(fake_opened_cookie(), 70);
    ck_assert_int_eq(fake_open(5, "/proc/self/fd/70", OPEN_WRITE_ONLY, 0), -E_ACCES);
    ck_assert_int_eq(fake_open(5, "/proc/self/fd/0", OPEN_READ_WRITE | OPEN_CREATE | OPEN_TRUNCATE, 0), 0);
    ck_assert_uint_eq(fake_opened_cookie(), 0);
    ck_assert_int_eq(fake_open(5, "/proc/self/fd/1", OPEN_READ_ONLY, 0), -E_NOENT);
    ck_assert_int_eq(fake_open(5, "/proc/self/fd/070", OPEN_READ_ONLY, 0), -E_NOENT);
    ck_assert_int_eq(fake_open(6, "/proc/5/fd/0", OPEN_READ_ONLY, 0), -E_ACCES);
    ck_assert_int_eq(fake_call(6, ROOT_READLINK, 0, 0, "/proc/5/exe", ""), -E_ACCES);
    ck_assert_int_eq(fake_open(6, "/proc/5/maps", OPEN_READ_ONLY, 0), -E_ACCES);
    ck_assert_int_eq(fake_open(1, "/proc/5/fd/0", OPEN_READ_ONLY, 0), 0);
}
END_TEST

START_TEST(mounts_tell_what_is_mounted_where_VFS_13)
{
    fake_vfs();
    fake_root_server();
    ck_assert_int_eq(fake_mount("root", "/again", ROOT_READ_ONLY), 0);
    ck_assert_int_eq(fake_open(1, "/proc/mounts", OPEN_READ_ONLY, 0), 0);
    int64_t bytes = fake_file(fake_opened_cookie(), FILE_READ, FILE_POSITION, 4096, 0);
    char text[4097] = "";
    memcpy(text, fake_last()->data, (size_t)bytes);
    ck_assert_ptr_nonnull(strstr(text, "root / root rw 0 0\n"));
    ck_assert_ptr_nonnull(strstr(text, "root /again root ro 0 0\n"));
    ck_assert_ptr_nonnull(strstr(text, "proc /proc proc rw 0 0\n"));
}
END_TEST

START_TEST(nothing_can_be_made_or_changed_there)
{
    fake_vfs();
    fake_person(2, 0, 0);
    ck_assert_int_eq(fake_call(1, ROOT_MKDIR, 0, 0777, "/proc/x", ""), -E_PERM);
    ck_assert_int_eq(fake_call(1, ROOT_UNLINK, 0, 0, "/proc/uptime", ""), -E_PERM);
    ck_assert_int_eq(fake_call(1, ROOT_SETATTR, 0, PORT_SET_MODE, "/proc/uptime", ""), -E_PERM);
    ck_assert_int_eq(fake_call(1, ROOT_RENAME, 0, 0, "/proc/uptime", "/proc/x"), -E_PERM);
    ck_assert_int_eq(fake_call(1, ROOT_STATFS, 0, 0, "/proc", ""), 0);
}
END_TEST

START_TEST(as_many_open_texts_as_the_limit_and_closing_frees_them)
{
    struct vfs *vfs = fake_vfs();
    uint64_t cookie = 0;
    for (uint32_t i = 0; i < VFS_TEXTS_MAX; i++) {
        ck_assert_int_eq(fake_open(1, "/proc/stat", OPEN_READ_ONLY, 0), 0);
        cookie = fake_opened_cookie();
    }
    ck_assert_int_eq(fake_open(1, "/proc/stat", OPEN_READ_ONLY, 0), -E_NFILE);
    vfs_session_close(vfs, cookie);
    ck_assert_int_eq(fake_open(1, "/proc/stat", OPEN_READ_ONLY, 0), 0);
}
END_TEST

UNIT_MAIN("vfs_text", a_text_is_written_at_open_and_read_from_there_VFS_13, processes_come_and_go_in_proc_VFS_13,
          proc_and_port_are_listed_in_pieces_VFS_13, opening_in_fd_duplicates_the_descriptor_VFS_13,
          mounts_tell_what_is_mounted_where_VFS_13,
          nothing_can_be_made_or_changed_there, as_many_open_texts_as_the_limit_and_closing_frees_them)
