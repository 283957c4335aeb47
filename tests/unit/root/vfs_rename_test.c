/* rename's rules (VFS-11). */
#include "fake_port.h"
#include "unit.h"
#include <string.h>

static int64_t rename_as(uint32_t pid, const char *from, const char *to)
{
    return fake_call(pid, ROOT_RENAME, 0, 0, from, to);
}

START_TEST(rename_moves_across_directories_and_the_cache_knows_VFS_11_VFS_6)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    uint64_t d = fake_add(server, FAKE_TOP, "d", TEXT_DIRECTORY, 0, 0);
    uint64_t f = fake_add(server, FAKE_TOP, "f", TEXT_FILE, 0, 0);
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/d/f", &stat), -E_NOENT);
    ck_assert_int_eq(rename_as(1, "/f", "/d/f"), 0);
    ck_assert_uint_eq(fake_find(server, d, "f"), f);
    ck_assert_int_eq(fake_stat(1, "/f", &stat), -E_NOENT);
    ck_assert_int_eq(fake_stat(1, "/d/f", &stat), 0);
    ck_assert_uint_eq(stat.inode, f);
}
END_TEST

START_TEST(a_directory_moved_keeps_its_way_up)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_add(server, FAKE_TOP, "from", TEXT_DIRECTORY, 0, 0);
    fake_add(server, FAKE_TOP, "to", TEXT_DIRECTORY, 0, 0);
    uint64_t d = fake_add(server, fake_find(server, FAKE_TOP, "from"), "d", TEXT_DIRECTORY, 0, 0);
    ck_assert_int_eq(fake_call(1, ROOT_CHDIR, 0, 0, "/from/d", ""), 0);
    ck_assert_int_eq(rename_as(1, "/from/d", "/to/e"), 0);
    ck_assert_int_eq(fake_call(1, ROOT_GETCWD, 0, 0, "", ""), 5);
    ck_assert_mem_eq(fake_last()->data, "/to/e", 5);
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "../e", &stat), 0);
    ck_assert_uint_eq(stat.inode, d);
}
END_TEST

START_TEST(a_directory_cannot_move_into_itself)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    uint64_t a = fake_add(server, FAKE_TOP, "a", TEXT_DIRECTORY, 0, 0);
    fake_add(server, a, "b", TEXT_DIRECTORY, 0, 0);
    ck_assert_int_eq(rename_as(1, "/a", "/a/b/c"), -E_INVAL);
    ck_assert_int_eq(rename_as(1, "/a", "/a/c"), -E_INVAL);
    ck_assert_int_eq(rename_as(1, "/a/b", "/a"), -E_NOTEMPTY);
    ck_assert_int_eq(rename_as(1, "/a", "/a"), 0);
    ck_assert_uint_eq(server->asked[PORT_RENAME], 0);
}
END_TEST

START_TEST(what_replaces_must_be_of_the_same_kind_VFS_11)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_add(server, FAKE_TOP, "d", TEXT_DIRECTORY, 0, 0);
    fake_add(server, FAKE_TOP, "e", TEXT_DIRECTORY, 0, 0);
    fake_add(server, FAKE_TOP, "f", TEXT_FILE, 0, 0);
    fake_add(server, FAKE_TOP, "g", TEXT_FILE, 0, 0);
    ck_assert_int_eq(rename_as(1, "/d", "/f"), -E_NOTDIR);
    ck_assert_int_eq(rename_as(1, "/f", "/d"), -E_ISDIR);
    ck_assert_int_eq(rename_as(1, "/f", "/new/"), -E_NOTDIR);
    ck_assert_int_eq(rename_as(1, "/f", "/g"), 0);
    ck_assert_int_eq(rename_as(1, "/d", "/e/"), 0);
    ck_assert_int_eq(rename_as(1, "/none", "/x"), -E_NOENT);
    ck_assert_int_eq(rename_as(1, "/g", "/."), -E_BUSY);
    ck_assert_int_eq(rename_as(1, "/e/..", "/x"), -E_BUSY);
}
END_TEST

START_TEST(rename_needs_both_directories_and_respects_sticky_ones_VFS_9)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    uint64_t tmp = fake_add(server, FAKE_TOP, "tmp", VFS_TYPE_DIRECTORY | 01777u, 0, 0);
    fake_add(server, FAKE_TOP, "closed", TEXT_DIRECTORY, 0, 0);
    fake_add(server, tmp, "mine", TEXT_FILE, 100, 100);
    fake_add(server, tmp, "yours", TEXT_FILE, 200, 200);
    fake_person(2, 100, 100);
    ck_assert_int_eq(rename_as(2, "/tmp/mine", "/closed/mine"), -E_ACCES);
    ck_assert_int_eq(rename_as(2, "/tmp/yours", "/tmp/stolen"), -E_PERM);
    ck_assert_int_eq(rename_as(2, "/tmp/mine", "/tmp/yours"), -E_PERM);
    ck_assert_int_eq(fake_call(2, ROOT_UNLINK, 0, 0, "/tmp/yours", ""), -E_PERM);
    ck_assert_int_eq(rename_as(2, "/tmp/mine", "/tmp/other"), 0);
}
END_TEST

START_TEST(rename_stays_within_a_mount_and_off_mount_points)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_add(server, FAKE_TOP, "f", TEXT_FILE, 0, 0);
    fake_add(server, FAKE_TOP, "d", TEXT_DIRECTORY, 0, 0);
    fake_server(1, "other");
    ck_assert_int_eq(fake_mount("other", "/other", 0), 0);
    ck_assert_int_eq(fake_mount("other", "/d/inner", 0), 0);
    ck_assert_int_eq(rename_as(1, "/f", "/other/f"), -E_XDEV);
    ck_assert_int_eq(rename_as(1, "/other", "/new"), -E_BUSY);
    ck_assert_int_eq(rename_as(1, "/d", "/other"), -E_BUSY);
    ck_assert_int_eq(fake_call(1, ROOT_LINK, 0, 0, "/f", "/other/f"), -E_XDEV);
    ck_assert_int_eq(fake_call(1, ROOT_UNLINK, ROOT_DIRECTORY, 0, "/other", ""), -E_BUSY);
    ck_assert_int_eq(fake_call(1, ROOT_UNLINK, ROOT_DIRECTORY, 0, "/d", ""), -E_BUSY);
}
END_TEST

START_TEST(a_directory_descriptor_is_the_base_of_paths_VFS_11)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    uint64_t d = fake_add(server, FAKE_TOP, "d", TEXT_DIRECTORY, 0, 0);
    fake_add(server, d, "f", TEXT_FILE, 0, 0);
    ck_assert_int_eq(fake_open(1, "/d", OPEN_DIRECTORY, 0), 0);
    uint64_t cookie = fake_opened_cookie();
    ck_assert_int_eq(fake_call_at(1, cookie, ROOT_RENAME, 0, 0, "f", "g"), 0); /* the new path: the working directory */
    ck_assert_uint_ne(fake_find(server, FAKE_TOP, "g"), 0);
    ck_assert_int_eq(fake_call_at(1, cookie, ROOT_CHDIR, 0, 0, "", ""), 0);
    ck_assert_int_eq(fake_call(1, ROOT_GETCWD, 0, 0, "", ""), 2);
    ck_assert_int_eq(fake_call_at(1, cookie, ROOT_STAT, 0, 0, "/g", ""), 0);
}
END_TEST

UNIT_MAIN("vfs_rename", rename_moves_across_directories_and_the_cache_knows_VFS_11_VFS_6,
          a_directory_moved_keeps_its_way_up, a_directory_cannot_move_into_itself,
          what_replaces_must_be_of_the_same_kind_VFS_11, rename_needs_both_directories_and_respects_sticky_ones_VFS_9,
          rename_stays_within_a_mount_and_off_mount_points, a_directory_descriptor_is_the_base_of_paths_VFS_11)
