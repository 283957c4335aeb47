/* Mounts, nested anywhere, and the ways through them (VFS-10, VFS-11). */
#include "fake_port.h"
#include "unit.h"
#include <string.h>

START_TEST(before_any_server_there_are_the_roots_own_trees)
{
    fake_vfs();
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/", &stat), 0);
    ck_assert_uint_eq(stat.device, 0);
    ck_assert_int_eq(fake_stat(1, "/proc", &stat), 0);
    ck_assert_int_eq(fake_stat(1, "/port", &stat), 0);
    ck_assert_int_eq(fake_stat(1, "/tmp", &stat), -E_NOENT);
}
END_TEST

START_TEST(a_mount_at_the_root_keeps_the_mounts_in_it_VFS_10)
{
    fake_vfs();
    fake_server(1, "tmp");
    ck_assert_int_eq(fake_mount("tmp", "/tmp", 0), 0);
    fake_root_server();
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/proc", &stat), 0);
    ck_assert_int_eq(fake_stat(1, "/tmp", &stat), 0);
    ck_assert_uint_eq(stat.device, 1);
    ck_assert_int_eq(fake_stat(1, "/", &stat), 0);
    ck_assert_uint_eq(stat.device, 2);
    ck_assert_int_eq(fake_stat(1, ".", &stat), 0); /* pid 1 has stood at the old root */
    ck_assert_uint_eq(stat.device, 2);
    ck_assert_int_eq(fake_stat(1, "/tmp/../proc/..", &stat), 0);
    ck_assert_uint_eq(stat.device, 2);
}
END_TEST

START_TEST(mounts_nest_and_dot_dot_leaves_them_VFS_10_VFS_11)
{
    fake_vfs();
    struct fake_server *root = fake_root_server();
    struct fake_server *outer = fake_server(1, "outer");
    struct fake_server *inner = fake_server(1, "inner");
    uint64_t mnt = fake_add(root, FAKE_TOP, "mnt", TEXT_DIRECTORY, 0, 0);
    uint64_t deep = fake_add(outer, FAKE_TOP, "deep", TEXT_DIRECTORY, 0, 0);
    fake_add(inner, FAKE_TOP, "file", TEXT_FILE, 0, 0);
    ck_assert_int_eq(fake_mount("outer", "/mnt/outer", 0), 0);
    ck_assert_int_eq(fake_mount("inner", "/mnt/outer/deep/inner", 0), 0);
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/mnt/outer/deep/inner/file", &stat), 0);
    ck_assert_uint_eq(stat.device, inner->number);
    ck_assert_int_eq(fake_stat(1, "/mnt/outer/deep/inner/..", &stat), 0);
    ck_assert_uint_eq(stat.inode, deep);
    ck_assert_int_eq(fake_stat(1, "/mnt/outer/deep/inner/../../..", &stat), 0);
    ck_assert_uint_eq(stat.inode, mnt);
    ck_assert_int_eq(fake_call(1, ROOT_CHDIR, 0, 0, "/mnt/outer/deep/inner", ""), 0);
    ck_assert_int_eq(fake_call(1, ROOT_GETCWD, 0, 0, "", ""), 21);
    ck_assert_mem_eq(fake_last()->data, "/mnt/outer/deep/inner", 21);
}
END_TEST

START_TEST(the_same_tree_may_be_mounted_twice_VFS_10)
{
    fake_vfs();
    struct fake_server *root = fake_root_server();
    struct fake_server *disk = fake_server(1, "disk");
    fake_add(disk, FAKE_TOP, "d", TEXT_DIRECTORY, 0, 0);
    uint64_t b = fake_add(root, FAKE_TOP, "b", TEXT_DIRECTORY, 0, 0);
    ck_assert_int_eq(fake_mount("disk", "/a", 0), 0);
    ck_assert_int_eq(fake_mount("disk", "/b/c", ROOT_READ_ONLY), 0);
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/a/d/../..", &stat), 0);
    ck_assert_uint_eq(stat.inode, FAKE_TOP);
    ck_assert_uint_eq(stat.device, root->number);
    ck_assert_int_eq(fake_stat(1, "/b/c/d/../..", &stat), 0);
    ck_assert_uint_eq(stat.inode, b);
    ck_assert_int_eq(fake_call(1, ROOT_MKDIR, 0, 0777, "/a/x", ""), 0);
    ck_assert_int_eq(fake_call(1, ROOT_MKDIR, 0, 0777, "/b/c/y", ""), -E_ROFS);
}
END_TEST

START_TEST(mount_refuses_what_makes_no_sense)
{
    fake_vfs();
    struct fake_server *root = fake_root_server();
    fake_add(root, FAKE_TOP, "file", TEXT_FILE, 0, 0);
    fake_person(2, 100, 100);
    ck_assert_int_eq(fake_mount("none", "/mnt", 0), -E_NODEV);
    ck_assert_int_eq(fake_mount("root", "/file", 0), -E_NOTDIR);
    ck_assert_int_eq(fake_mount("root", "/none/mnt", 0), -E_NOENT);
    ck_assert_int_eq(fake_mount("root", "/file/..", 0), -E_NOTDIR);
    ck_assert_int_eq(fake_call(2, ROOT_MOUNT, 0, FAKE_TOP, "/mnt", "root"), -E_PERM);
    ck_assert_int_eq(fake_call(2, ROOT_UNMOUNT, 0, 0, "/proc", ""), -E_PERM);
    uint64_t file = fake_find(root, FAKE_TOP, "file");
    ck_assert_int_eq(fake_call(1, ROOT_MOUNT, 0, file, "/mnt", "root"), -E_NOTDIR);
}
END_TEST

START_TEST(unmount_uncovers_and_refuses_while_in_use)
{
    fake_vfs();
    struct fake_server *root = fake_root_server();
    fake_server(1, "disk");
    uint64_t mnt = fake_add(root, FAKE_TOP, "mnt", TEXT_DIRECTORY, 0, 0);
    ck_assert_int_eq(fake_mount("disk", "/mnt", 0), 0);
    ck_assert_int_eq(fake_mount("disk", "/mnt/inner", 0), 0);
    ck_assert_int_eq(fake_call(1, ROOT_UNMOUNT, 0, 0, "/mnt", ""), -E_BUSY);
    ck_assert_int_eq(fake_call(1, ROOT_UNMOUNT, 0, 0, "/mnt/inner", ""), 0);
    ck_assert_int_eq(fake_call(1, ROOT_CHDIR, 0, 0, "/mnt", ""), 0);
    ck_assert_int_eq(fake_call(1, ROOT_UNMOUNT, 0, 0, "/mnt", ""), -E_BUSY);
    ck_assert_int_eq(fake_call(1, ROOT_CHDIR, 0, 0, "/", ""), 0);
    ck_assert_int_eq(fake_call(1, ROOT_UNMOUNT, 0, 0, "/mnt", ""), 0);
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/mnt", &stat), 0);
    ck_assert_uint_eq(stat.inode, mnt);
    ck_assert_int_eq(fake_call(1, ROOT_UNMOUNT, 0, 0, "/mnt", ""), -E_INVAL);
    ck_assert_int_eq(fake_call(1, ROOT_UNMOUNT, 0, 0, "/", ""), -E_BUSY);
}
END_TEST

START_TEST(as_many_mounts_as_the_limit_and_no_more)
{
    struct vfs *vfs = fake_vfs();
    fake_root_server();
    char path[32];
    uint32_t before = vfs->mount_used;
    for (uint32_t i = before; i <= VFS_MOUNTS_MAX; i++) {
        os_format(path, sizeof path, "/m%u", i);
        ck_assert_int_eq(fake_mount("root", path, 0), i < VFS_MOUNTS_MAX ? 0 : -E_NFILE);
    }
    ck_assert_int_eq(fake_call(1, ROOT_UNMOUNT, 0, 0, "/m9", ""), 0);
    ck_assert_int_eq(fake_mount("root", "/again", 0), 0);
}
END_TEST

UNIT_MAIN("vfs_mount", before_any_server_there_are_the_roots_own_trees,
          a_mount_at_the_root_keeps_the_mounts_in_it_VFS_10, mounts_nest_and_dot_dot_leaves_them_VFS_10_VFS_11,
          the_same_tree_may_be_mounted_twice_VFS_10, mount_refuses_what_makes_no_sense,
          unmount_uncovers_and_refuses_while_in_use, as_many_mounts_as_the_limit_and_no_more)
