/* Attributes and permissions (VFS-9, VFS-11). */
#include "fake_port.h"
#include "unit.h"
#include <string.h>

static int64_t attribute_set(uint32_t pid, const char *path, uint32_t mask, uint32_t mode, uint32_t uid, uint32_t gid)
{
    struct root_request request = {.operation = ROOT_SETATTR, .argument = {mask, mode, uid, gid, 5}};
    uint64_t times[2] = {11, 22};
    struct fake_call *call = fake_send(pid, 0, &request, path, times, sizeof times);
    fake_work();
    ck_assert(call->answered);
    return call->status;
}

START_TEST(the_class_of_the_caller_decides_VFS_9)
{
    const struct file_stat file = {.mode = VFS_TYPE_FILE | 0641u, .uid = 100, .gid = 200};
    const struct vfs_credentials owner = {.uid = 100, .gid = 200};
    const struct vfs_credentials group = {.uid = 300, .gid = 200};
    const struct vfs_credentials other = {.uid = 300, .gid = 300};
    ck_assert_int_eq(vfs_permission_check(&file, &owner, VFS_READ | VFS_WRITE), 0);
    ck_assert_int_eq(vfs_permission_check(&file, &owner, VFS_EXECUTE), -E_ACCES);
    ck_assert_int_eq(vfs_permission_check(&file, &group, VFS_READ), 0);
    ck_assert_int_eq(vfs_permission_check(&file, &group, VFS_EXECUTE), -E_ACCES);
    ck_assert_int_eq(vfs_permission_check(&file, &other, VFS_EXECUTE), 0);
    ck_assert_int_eq(vfs_permission_check(&file, &other, VFS_READ), -E_ACCES);
}
END_TEST

START_TEST(root_may_all_but_run_what_nobody_runs_VFS_9)
{
    const struct vfs_credentials root = {.uid = 0};
    struct file_stat file = {.mode = VFS_TYPE_FILE | 0u, .uid = 100};
    ck_assert_int_eq(vfs_permission_check(&file, &root, VFS_READ | VFS_WRITE), 0);
    ck_assert_int_eq(vfs_permission_check(&file, &root, VFS_EXECUTE), -E_ACCES);
    file.mode |= 010;
    ck_assert_int_eq(vfs_permission_check(&file, &root, VFS_EXECUTE), 0);
    file.mode = VFS_TYPE_DIRECTORY;
    ck_assert_int_eq(vfs_permission_check(&file, &root, VFS_EXECUTE), 0);
}
END_TEST

START_TEST(only_the_owner_changes_mode_and_times_VFS_9)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    uint64_t f = fake_add(server, FAKE_TOP, "f", VFS_TYPE_FILE | 0666u, 100, 100);
    fake_person(2, 100, 100);
    fake_person(3, 200, 100);
    ck_assert_int_eq(attribute_set(3, "/f", PORT_SET_MODE, 0777, 0, 0), -E_PERM);
    ck_assert_int_eq(attribute_set(3, "/f", PORT_SET_MODIFY_TIME, 0, 0, 0), -E_PERM);
    ck_assert_int_eq(attribute_set(2, "/f", PORT_SET_MODE | PORT_SET_MODIFY_TIME, 0600, 0, 0), 0);
    ck_assert_uint_eq(server->files[f].mode, VFS_TYPE_FILE | 0600u);
    ck_assert_int_eq(server->files[f].modify_time_ns, 22);
    ck_assert_int_eq(attribute_set(3, "/f", PORT_SET_SIZE, 0, 0, 0), -E_ACCES);
    ck_assert_int_eq(attribute_set(2, "/f", PORT_SET_SIZE, 0, 0, 0), 0);
    ck_assert_uint_eq(server->files[f].size_bytes, 5);
    ck_assert_int_eq(attribute_set(2, "/", PORT_SET_SIZE, 0, 0, 0), -E_ISDIR);
    ck_assert_int_eq(attribute_set(2, "/f", 64, 0, 0, 0), -E_INVAL);
}
END_TEST

START_TEST(owners_change_by_root_and_set_id_bits_go_VFS_9)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    uint64_t f = fake_add(server, FAKE_TOP, "f", VFS_TYPE_FILE | 06755u, 100, 100);
    fake_person(2, 100, 100);
    ck_assert_int_eq(attribute_set(2, "/f", PORT_SET_UID, 0, 200, 0), -E_PERM);
    ck_assert_int_eq(attribute_set(2, "/f", PORT_SET_GID, 0, 0, 300), -E_PERM);
    ck_assert_int_eq(attribute_set(2, "/f", PORT_SET_GID, 0, 0, 100), 0);
    ck_assert_uint_eq(server->files[f].mode, VFS_TYPE_FILE | 0755u);
    ck_assert_int_eq(attribute_set(1, "/f", PORT_SET_UID | PORT_SET_GID, 0, 200, 300), 0);
    ck_assert_uint_eq(server->files[f].uid, 200);
    ck_assert_uint_eq(server->files[f].gid, 300);
    ck_assert_int_eq(attribute_set(2, "/f", PORT_SET_MODE, 0700, 0, 0), -E_PERM);
}
END_TEST

START_TEST(an_open_file_is_set_by_its_numbers)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    uint64_t f = fake_add(server, FAKE_TOP, "f", TEXT_FILE, 100, 100);
    fake_person(2, 100, 100);
    fake_person(3, 200, 200);
    struct root_request request = {
        .operation = ROOT_SETATTR, .flags = ROOT_BY_INODE, .argument = {PORT_SET_MODE, 0600}};
    uint64_t data[4] = {0, 0, server->number, f};
    struct fake_call *call = fake_send(3, 0, &request, "", data, sizeof data);
    fake_work();
    ck_assert_int_eq(call->status, -E_PERM);
    call = fake_send(2, 0, &request, "", data, sizeof data);
    fake_work();
    ck_assert_int_eq(call->status, 0);
    ck_assert_uint_eq(server->files[f].mode, VFS_TYPE_FILE | 0600u);
    ck_assert_int_eq(fake_send(2, 0, &request, "", data, 24)->status, -E_INVAL);
    data[2] = 99;
    ck_assert_int_eq(fake_send(2, 0, &request, "", data, sizeof data)->status, -E_NXIO);
    data[2] = 0;
    ck_assert_int_eq(fake_send(2, 0, &request, "", data, sizeof data)->status, -E_PERM);
}
END_TEST

START_TEST(sizes_are_asked_of_the_server_each_time)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    uint64_t f = fake_add(server, FAKE_TOP, "f", TEXT_FILE, 0, 0);
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/f", &stat), 0);
    ck_assert_uint_eq(server->asked_all, 1);
    server->files[f].size_bytes = 1000; /* a client wrote to it directly */
    ck_assert_int_eq(fake_stat(1, "/f", &stat), 0);
    ck_assert_uint_eq(stat.size_bytes, 1000);
    ck_assert_uint_eq(stat.device, server->number);
}
END_TEST

START_TEST(access_asks_for_the_real_user_VFS_11)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_add(server, FAKE_TOP, "f", VFS_TYPE_FILE | 0600u, 100, 100);
    fake_person(2, 100, 100);
    fake_person(3, 200, 200);
    ck_assert_int_eq(fake_call(2, ROOT_ACCESS, 0, VFS_READ | VFS_WRITE, "/f", ""), 0);
    ck_assert_int_eq(fake_call(3, ROOT_ACCESS, 0, VFS_READ, "/f", ""), -E_ACCES);
    ck_assert_int_eq(fake_call(3, ROOT_ACCESS, 0, 0, "/f", ""), 0);
    ck_assert_int_eq(fake_call(2, ROOT_ACCESS, 0, 8, "/f", ""), -E_INVAL);
    ck_assert_int_eq(fake_call(1, ROOT_STATFS, 0, 0, "/f", ""), 0);
    ck_assert_uint_eq(fake_last()->data_bytes, sizeof(struct port_statfs));
}
END_TEST

START_TEST(the_umask_is_the_processes_own)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    ck_assert_int_eq(fake_call(1, ROOT_UMASK, 0, 077, "", ""), 022);
    fake_person(2, 0, 0);
    ck_assert_int_eq(fake_call(1, ROOT_UMASK, 0, 0, "", ""), 077);
    ck_assert_int_eq(fake_call(2, ROOT_MKDIR, 0, 0777, "/d", ""), 0);
    ck_assert_uint_eq(server->files[fake_find(server, FAKE_TOP, "d")].mode, VFS_TYPE_DIRECTORY | 0700u);
    fake_person_end(2);
}
END_TEST

UNIT_MAIN("vfs_attribute", the_class_of_the_caller_decides_VFS_9, root_may_all_but_run_what_nobody_runs_VFS_9,
          only_the_owner_changes_mode_and_times_VFS_9, owners_change_by_root_and_set_id_bits_go_VFS_9,
          an_open_file_is_set_by_its_numbers, sizes_are_asked_of_the_server_each_time,
          access_asks_for_the_real_user_VFS_11, the_umask_is_the_processes_own)
