/* Path walks: names, dots, symbolic links, search permission, limits (VFS-6, VFS-9, VFS-11, VFS-16). */
#include "fake_port.h"
#include "unit.h"
#include <string.h>

START_TEST(a_second_walk_does_not_reach_the_server_VFS_6)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    uint64_t usr = fake_add(server, FAKE_TOP, "usr", TEXT_DIRECTORY, 0, 0);
    fake_add(server, usr, "file", TEXT_FILE, 0, 0);
    ck_assert_int_eq(fake_call(1, ROOT_ACCESS, 0, VFS_READ, "/usr/file", ""), 0);
    ck_assert_uint_eq(server->asked[PORT_LOOKUP], 2);
    ck_assert_int_eq(fake_call(1, ROOT_ACCESS, 0, VFS_READ, "/usr//./file", ""), 0);
    ck_assert_int_eq(fake_call(1, ROOT_ACCESS, 0, VFS_READ, "usr/../usr/file", ""), 0);
    ck_assert_uint_eq(server->asked_all, 2);
}
END_TEST

START_TEST(a_missing_name_is_remembered_VFS_6)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    ck_assert_int_eq(fake_call(1, ROOT_ACCESS, 0, 0, "/none", ""), -E_NOENT);
    ck_assert_int_eq(fake_call(1, ROOT_ACCESS, 0, 0, "/none/x", ""), -E_NOENT);
    ck_assert_uint_eq(server->asked_all, 1);
}
END_TEST

START_TEST(an_uncacheable_answer_is_asked_for_again_VFS_6)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_add(server, FAKE_TOP, "live", TEXT_FILE, 0, 0);
    server->answer_flags = PORT_ANSWER_UNCACHEABLE;
    for (uint32_t i = 1; i <= 3; i++) {
        ck_assert_int_eq(fake_call(1, ROOT_ACCESS, 0, 0, "/live", ""), 0);
        ck_assert_int_eq(fake_call(1, ROOT_ACCESS, 0, 0, "/none", ""), -E_NOENT);
        ck_assert_uint_eq(server->asked[PORT_LOOKUP], 2 * i);
    }
}
END_TEST

START_TEST(slashes_at_the_end_ask_for_a_directory)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_add(server, FAKE_TOP, "file", TEXT_FILE, 0, 0);
    fake_add(server, FAKE_TOP, "directory", TEXT_DIRECTORY, 0, 0);
    fake_add_link(server, FAKE_TOP, "link", "directory");
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/file/", &stat), -E_NOTDIR);
    ck_assert_int_eq(fake_stat(1, "/file/x", &stat), -E_NOTDIR);
    ck_assert_int_eq(fake_stat(1, "/file/.", &stat), -E_NOTDIR);
    ck_assert_int_eq(fake_stat(1, "/directory//", &stat), 0);
    ck_assert_int_eq(fake_call(1, ROOT_STAT, ROOT_NO_FOLLOW, 0, "/link/", ""), 0);
    memcpy(&stat, fake_last()->data, sizeof stat);
    ck_assert_uint_eq(stat.mode & VFS_TYPE_MASK, VFS_TYPE_DIRECTORY);
    ck_assert_int_eq(fake_stat(1, "", &stat), -E_NOENT);
}
END_TEST

START_TEST(dot_dot_stays_at_the_root)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_add(server, FAKE_TOP, "file", TEXT_FILE, 0, 0);
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/../../..//file", &stat), 0);
    ck_assert_int_eq(fake_stat(1, "/..", &stat), 0);
    ck_assert_uint_eq(stat.inode, FAKE_TOP);
}
END_TEST

START_TEST(names_and_paths_have_their_limits)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    char name[NAME_BYTES_MAX + 3] = "/";
    memset(name + 1, 'n', NAME_BYTES_MAX);
    fake_add(server, FAKE_TOP, name + 1, TEXT_FILE, 0, 0);
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, name, &stat), 0);
    name[NAME_BYTES_MAX + 1] = 'n';
    ck_assert_int_eq(fake_stat(1, name, &stat), -E_NAMETOOLONG);
    char path[PATH_BYTES_MAX + 2];
    memset(path, '/', sizeof path);
    path[PATH_BYTES_MAX - 1] = '\0';
    ck_assert_int_eq(fake_stat(1, path, &stat), 0);
    path[PATH_BYTES_MAX - 1] = '/';
    path[PATH_BYTES_MAX] = '\0';
    ck_assert_int_eq(fake_stat(1, path, &stat), -E_NAMETOOLONG);
}
END_TEST

START_TEST(links_are_followed_and_their_targets_remembered_VFS_11)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    uint64_t bin = fake_add(server, FAKE_TOP, "bin", TEXT_DIRECTORY, 0, 0);
    uint64_t busybox = fake_add(server, bin, "busybox", VFS_TYPE_FILE | 0755u, 0, 0);
    fake_add_link(server, bin, "ls", "busybox");
    fake_add_link(server, FAKE_TOP, "programs", "/bin");
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/programs/ls", &stat), 0);
    ck_assert_uint_eq(stat.inode, busybox);
    uint32_t asked = server->asked_all;
    ck_assert_int_eq(fake_call(1, ROOT_ACCESS, 0, VFS_EXECUTE, "/programs/../programs/ls", ""), 0);
    ck_assert_uint_eq(server->asked_all, asked);
    ck_assert_int_eq(fake_call(1, ROOT_READLINK, 0, 0, "/programs/ls", ""), 7);
    ck_assert_mem_eq(fake_last()->data, "busybox", 7);
    ck_assert_int_eq(fake_call(1, ROOT_READLINK, 0, 0, "/bin", ""), -E_INVAL);
}
END_TEST

START_TEST(forty_links_are_followed_and_no_more_VFS_11)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    char name[16];
    char target[16];
    fake_add(server, FAKE_TOP, "link0", TEXT_FILE, 0, 0);
    for (int i = 1; i <= 41; i++) {
        os_format(name, sizeof name, "link%d", i);
        os_format(target, sizeof target, "link%d", i - 1);
        fake_add_link(server, FAKE_TOP, name, target);
    }
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/link40", &stat), 0);
    ck_assert_int_eq(fake_stat(1, "/link41", &stat), -E_LOOP);
    fake_add_link(server, FAKE_TOP, "self", "self");
    ck_assert_int_eq(fake_stat(1, "/self", &stat), -E_LOOP);
}
END_TEST

START_TEST(a_link_that_makes_the_path_too_long_fails)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    char target[3001];
    memset(target, '/', sizeof target - 1);
    target[sizeof target - 1] = '\0';
    fake_add_link(server, FAKE_TOP, "long", target);
    char path[2000] = "/long";
    memset(path + 5, '/', sizeof path - 6);
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/long/", &stat), 0);
    ck_assert_int_eq(fake_stat(1, path, &stat), -E_NAMETOOLONG);
}
END_TEST

START_TEST(each_directory_must_grant_search_VFS_9)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    uint64_t outer = fake_add(server, FAKE_TOP, "outer", TEXT_DIRECTORY, 0, 0);
    uint64_t closed = fake_add(server, outer, "closed", VFS_TYPE_DIRECTORY | 0700u, 0, 0);
    fake_add(server, closed, "file", TEXT_FILE, 100, 100);
    fake_person(2, 100, 100);
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(2, "/outer/closed", &stat), 0);
    ck_assert_int_eq(fake_stat(2, "/outer/closed/file", &stat), -E_ACCES);
    ck_assert_int_eq(fake_stat(2, "/outer/closed/..", &stat), -E_ACCES);
    ck_assert_int_eq(fake_stat(1, "/outer/closed/file", &stat), 0);
    ck_assert_int_eq(fake_call(1, ROOT_SETATTR, 0, PORT_SET_MODE, "/outer/closed", ""), 0);
    ck_assert_int_eq(fake_stat(1, "/outer/closed/file", &stat), 0);
}
END_TEST

START_TEST(a_server_whose_tree_loops_is_refused)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    uint64_t directory = fake_add(server, FAKE_TOP, "a", TEXT_DIRECTORY, 0, 0);
    fake_add(server, directory, "b", TEXT_DIRECTORY, 0, 0);
    server->entries[1].inode = FAKE_TOP; /* a/b is the top again */
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/a/b", &stat), -E_IO);
    ck_assert_int_eq(fake_stat(1, "/a", &stat), 0);
}
END_TEST

START_TEST(a_walk_waits_without_stopping_others_VFS_16)
{
    fake_vfs();
    struct fake_server *slow = fake_root_server();
    struct fake_server *quick = fake_server(1, "quick");
    ck_assert_int_eq(fake_mount("quick", "/quick", 0), 0);
    fake_add(quick, FAKE_TOP, "file", TEXT_FILE, 0, 0);
    fake_add(slow, FAKE_TOP, "file", TEXT_FILE, 0, 0);
    slow->idle = true;
    struct root_request request = {.operation = ROOT_STAT};
    struct fake_call *waiting = fake_send(1, 0, &request, "/file", "", 0);
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/quick/file", &stat), 0);
    ck_assert(!waiting->answered);
    slow->idle = false;
    fake_work();
    ck_assert(waiting->answered);
    ck_assert_int_eq(waiting->status, 0);
}
END_TEST

UNIT_MAIN("vfs_walk", a_second_walk_does_not_reach_the_server_VFS_6, a_missing_name_is_remembered_VFS_6,
          an_uncacheable_answer_is_asked_for_again_VFS_6, slashes_at_the_end_ask_for_a_directory,
          dot_dot_stays_at_the_root, names_and_paths_have_their_limits,
          links_are_followed_and_their_targets_remembered_VFS_11, forty_links_are_followed_and_no_more_VFS_11,
          a_link_that_makes_the_path_too_long_fails, each_directory_must_grant_search_VFS_9,
          a_server_whose_tree_loops_is_refused, a_walk_waits_without_stopping_others_VFS_16)
