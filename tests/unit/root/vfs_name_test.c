/* Making and taking away names (VFS-9, VFS-11). */
#include "fake_port.h"
#include "unit.h"
#include <string.h>

START_TEST(mkdir_and_rmdir_do_as_posix_says_VFS_11)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    ck_assert_int_eq(fake_call(1, ROOT_MKDIR, 0, 0777, "/d/", ""), 0);
    uint64_t d = fake_find(server, FAKE_TOP, "d");
    ck_assert_uint_eq(server->files[d].mode, VFS_TYPE_DIRECTORY | 0755u);
    ck_assert_int_eq(fake_call(1, ROOT_MKDIR, 0, 0777, "/d", ""), -E_EXIST);
    ck_assert_int_eq(fake_call(1, ROOT_MKDIR, 0, 0777, "/", ""), -E_EXIST);
    ck_assert_int_eq(fake_call(1, ROOT_MKDIR, 0, 0777, "/x/y", ""), -E_NOENT);
    ck_assert_int_eq(fake_call(1, ROOT_MKDIR, 0, 0777, "/d/e", ""), 0);
    ck_assert_int_eq(fake_call(1, ROOT_UNLINK, ROOT_DIRECTORY, 0, "/d", ""), -E_NOTEMPTY);
    ck_assert_int_eq(fake_call(1, ROOT_UNLINK, 0, 0, "/d", ""), -E_ISDIR);
    ck_assert_int_eq(fake_call(1, ROOT_UNLINK, ROOT_DIRECTORY, 0, "/d/e/.", ""), -E_INVAL);
    ck_assert_int_eq(fake_call(1, ROOT_UNLINK, ROOT_DIRECTORY, 0, "/d/e/..", ""), -E_NOTEMPTY);
    ck_assert_int_eq(fake_call(1, ROOT_UNLINK, ROOT_DIRECTORY, 0, "/d/e", ""), 0);
    ck_assert_int_eq(fake_call(1, ROOT_UNLINK, ROOT_DIRECTORY, 0, "/d", ""), 0);
    ck_assert_int_eq(fake_call(1, ROOT_UNLINK, ROOT_DIRECTORY, 0, "/d", ""), -E_NOENT);
    ck_assert_int_eq(fake_call(1, ROOT_UNLINK, ROOT_DIRECTORY, 0, "/", ""), -E_BUSY);
}
END_TEST

static void send(uint32_t operation, uint32_t flags, uint64_t argument, const char *path)
{
    struct root_request request = {.operation = operation, .flags = flags, .argument = {argument},
                                   .path_bytes = (uint32_t)strlen(path)};
    fake_send(1, 0, &request, path, "", 0);
}

/* Both names were known not to exist, and each request was on its way when the other one changed the directory. */
START_TEST(names_made_at_the_same_time_are_all_found_VFS_6)
{
    struct file_stat stat;
    fake_vfs();
    struct fake_server *server = fake_root_server();
    static const char *const names[] = {"/a", "/b", "/c", "/d"};
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_int_eq(fake_stat(1, names[i], &stat), -E_NOENT);
    }
    server->idle = true;
    send(ROOT_MKDIR, 0, 0777, "/a");
    send(ROOT_MKDIR, 0, 0777, "/b");
    send(ROOT_OPEN, OPEN_CREATE | OPEN_READ_WRITE, 0666, "/c");
    send(ROOT_OPEN, OPEN_CREATE | OPEN_READ_WRITE, 0666, "/d");
    server->idle = false;
    fake_work();
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_int_eq(fake_stat(1, names[i], &stat), 0);
    }
}
END_TEST

START_TEST(a_working_directory_that_was_removed_has_no_path)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_add(server, FAKE_TOP, "d", TEXT_DIRECTORY, 0, 0);
    ck_assert_int_eq(fake_call(1, ROOT_CHDIR, 0, 0, "d", ""), 0);
    ck_assert_int_eq(fake_call(1, ROOT_UNLINK, ROOT_DIRECTORY, 0, "/d", ""), 0);
    ck_assert_int_eq(fake_call(1, ROOT_GETCWD, 0, 0, "", ""), -E_NOENT);
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, ".", &stat), 0);
    ck_assert_uint_eq(stat.link_count, 0);
    ck_assert_int_eq(fake_call(1, ROOT_MKDIR, 0, 0777, "/d", ""), 0);
    ck_assert_int_eq(fake_call(1, ROOT_GETCWD, 0, 0, "", ""), -E_NOENT);
    ck_assert_int_eq(fake_call(1, ROOT_CHDIR, 0, 0, "..", ""), 0);
    ck_assert_int_eq(fake_call(1, ROOT_GETCWD, 0, 0, "", ""), 1);
}
END_TEST

START_TEST(links_share_a_file_and_unlink_takes_one_name_VFS_11)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    uint64_t f = fake_add(server, FAKE_TOP, "f", TEXT_FILE, 0, 0);
    fake_add(server, FAKE_TOP, "d", TEXT_DIRECTORY, 0, 0);
    fake_add_link(server, FAKE_TOP, "l", "f");
    ck_assert_int_eq(fake_call(1, ROOT_LINK, 0, 0, "/l", "/g"), 0);
    ck_assert_uint_eq(fake_find(server, FAKE_TOP, "g"), f);
    ck_assert_int_eq(fake_call(1, ROOT_LINK, ROOT_NO_FOLLOW, 0, "/l", "/m"), 0);
    ck_assert_uint_eq(fake_find(server, FAKE_TOP, "m"), fake_find(server, FAKE_TOP, "l"));
    ck_assert_int_eq(fake_call(1, ROOT_LINK, 0, 0, "/d", "/e"), -E_PERM);
    ck_assert_int_eq(fake_call(1, ROOT_LINK, 0, 0, "/f", "/g"), -E_EXIST);
    ck_assert_int_eq(fake_call(1, ROOT_UNLINK, 0, 0, "/f", ""), 0);
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/g", &stat), 0);
    uint32_t asked = server->asked_all;
    ck_assert_int_eq(fake_stat(1, "/f", &stat), -E_NOENT);
    ck_assert_uint_eq(server->asked_all, asked);
    ck_assert_int_eq(fake_call(1, ROOT_UNLINK, ROOT_DIRECTORY, 0, "/g", ""), -E_NOTDIR);
}
END_TEST

START_TEST(symlink_and_readlink_carry_the_target_VFS_11)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    ck_assert_int_eq(fake_call(1, ROOT_SYMLINK, 0, 0, "/l", "some/where"), 0);
    ck_assert_str_eq(server->targets[fake_find(server, FAKE_TOP, "l")], "some/where");
    ck_assert_int_eq(fake_call(1, ROOT_READLINK, 0, 0, "/l", ""), 10);
    ck_assert_mem_eq(fake_last()->data, "some/where", 10);
    ck_assert_int_eq(fake_call(1, ROOT_SYMLINK, 0, 0, "/l", "x"), -E_EXIST);
    ck_assert_int_eq(fake_call(1, ROOT_SYMLINK, 0, 0, "/m", ""), -E_NOENT);
}
END_TEST

START_TEST(names_change_only_where_the_directory_may_be_written_VFS_9)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    uint64_t d = fake_add(server, FAKE_TOP, "d", VFS_TYPE_DIRECTORY | 0575u, 100, 200);
    fake_add(server, d, "f", TEXT_FILE, 100, 100);
    fake_person(2, 100, 100); /* the owner, without write permission */
    fake_person(3, 300, 200); /* the group, with it */
    ck_assert_int_eq(fake_call(2, ROOT_MKDIR, 0, 0777, "/d/x", ""), -E_ACCES);
    ck_assert_int_eq(fake_call(2, ROOT_UNLINK, 0, 0, "/d/f", ""), -E_ACCES);
    ck_assert_int_eq(fake_call(2, ROOT_SYMLINK, 0, 0, "/d/x", "y"), -E_ACCES);
    ck_assert_int_eq(fake_call(2, ROOT_LINK, 0, 0, "/d/f", "/d/g"), -E_ACCES);
    ck_assert_int_eq(fake_open(2, "/d/x", OPEN_CREATE | OPEN_READ_WRITE, 0600), -E_ACCES);
    ck_assert_uint_eq(server->asked_all, server->asked[PORT_LOOKUP]);
    ck_assert_int_eq(fake_call(3, ROOT_MKDIR, 0, 0777, "/d/x", ""), 0);
    ck_assert_uint_eq(server->files[fake_find(server, d, "x")].uid, 300);
    ck_assert_int_eq(fake_call(3, ROOT_UNLINK, 0, 0, "/d/f", ""), 0);
}
END_TEST

START_TEST(nothing_changes_on_a_read_only_mount)
{
    fake_vfs();
    fake_root_server();
    struct fake_server *server = fake_server(1, "ro");
    ck_assert_int_eq(fake_mount("ro", "/ro", ROOT_READ_ONLY), 0);
    fake_add(server, FAKE_TOP, "f", TEXT_FILE, 0, 0);
    ck_assert_int_eq(fake_call(1, ROOT_MKDIR, 0, 0777, "/ro/x", ""), -E_ROFS);
    ck_assert_int_eq(fake_call(1, ROOT_UNLINK, 0, 0, "/ro/f", ""), -E_ROFS);
    ck_assert_int_eq(fake_call(1, ROOT_RENAME, 0, 0, "/ro/f", "/ro/g"), -E_ROFS);
    ck_assert_int_eq(fake_call(1, ROOT_SETATTR, 0, PORT_SET_MODE, "/ro/f", ""), -E_ROFS);
    ck_assert_int_eq(fake_call(1, ROOT_ACCESS, 0, VFS_WRITE, "/ro/f", ""), -E_ROFS);
    ck_assert_int_eq(fake_open(1, "/ro/f", OPEN_WRITE_ONLY, 0), -E_ROFS);
    ck_assert_int_eq(fake_open(1, "/ro/x", OPEN_CREATE, 0), -E_ROFS);
    ck_assert_int_eq(fake_open(1, "/ro/f", OPEN_READ_ONLY, 0), 0);
}
END_TEST

UNIT_MAIN("vfs_name", mkdir_and_rmdir_do_as_posix_says_VFS_11,
          names_made_at_the_same_time_are_all_found_VFS_6, a_working_directory_that_was_removed_has_no_path,
          links_share_a_file_and_unlink_takes_one_name_VFS_11, symlink_and_readlink_carry_the_target_VFS_11,
          names_change_only_where_the_directory_may_be_written_VFS_9, nothing_changes_on_a_read_only_mount)
