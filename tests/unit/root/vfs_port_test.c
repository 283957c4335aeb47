/* Ports: making them, serving requests, and the death of a server (VFS-1, VFS-15). */
#include "fake_port.h"
#include "unit.h"
#include <string.h>

START_TEST(a_port_is_made_by_opening_a_file_in_its_tree_VFS_1)
{
    fake_vfs();
    struct fake_server *server = fake_server(1, "disk");
    ck_assert_uint_eq(server->number, 1);
    struct fake_call *call = fake_last();
    ck_assert_uint_eq(call->transfer.rights, RIGHTS_ALL);
    ck_assert_uint_eq(call->transfer.move, 1);
    ck_assert_uint_eq(fake_server(1, "net")->number, 2);
    ck_assert_int_eq(fake_open(1, "/port/disk", OPEN_CREATE | OPEN_EXCLUSIVE, 0), -E_EXIST);
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/port/disk", &stat), 0);
    ck_assert_int_eq(fake_stat(1, "/port/none", &stat), -E_NOENT);
}
END_TEST

START_TEST(root_keeps_only_the_right_to_connect)
{
    fake_vfs();
    struct fake_server *server = fake_server(1, "disk");
    ck_assert_uint_eq(fake_sys()->objects[server->port->channel].rights, RIGHT_SIGNAL | RIGHT_DUPLICATE);
}
END_TEST

START_TEST(ports_are_made_nowhere_else_and_only_by_root_VFS_1)
{
    fake_vfs();
    fake_person(2, 100, 100);
    ck_assert_int_eq(fake_open(2, "/port/mine", OPEN_CREATE | OPEN_READ_WRITE, 0600), -E_PERM);
    ck_assert_int_eq(fake_open(1, "/proc/mine", OPEN_CREATE | OPEN_READ_WRITE, 0600), -E_PERM);
    ck_assert_int_eq(fake_open(1, "/mine", OPEN_CREATE | OPEN_READ_WRITE, 0600), -E_PERM);
    ck_assert_int_eq(fake_call(1, ROOT_MKNOD, 0, VFS_TYPE_FILE | 0600, "/port/mine", ""), -E_PERM);
    ck_assert_int_eq(fake_call(1, ROOT_MKDIR, 0, 0700, "/port/mine", ""), -E_PERM);
}
END_TEST

START_TEST(only_the_owner_fetches_a_ports_requests)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_person(2, 0, 0);
    struct root_request request = {.operation = ROOT_PORT_NEXT, .argument = {server->number}};
    struct port_answer none = {.id = 0};
    ck_assert_int_eq(fake_send(2, 0, &request, "", &none, sizeof none)->status, -E_PERM);
    ck_assert_int_eq(fake_send(1, 0, &request, "", &none, sizeof none)->status, 0);
    ck_assert_int_eq(fake_send(1, 0, &request, "", &none, sizeof none - 1)->status, -E_INVAL);
    none.data_bytes = 1;
    ck_assert_int_eq(fake_send(1, 0, &request, "", &none, sizeof none)->status, -E_INVAL);
    request.argument[0] = 99;
    ck_assert_int_eq(fake_send(1, 0, &request, "", &none, sizeof none)->status, -E_PERM);
}
END_TEST

START_TEST(a_server_invalidates_a_name_or_a_directory_VFS_6)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_add(server, FAKE_TOP, "a", TEXT_FILE, 0, 0);
    fake_add(server, FAKE_TOP, "b", TEXT_FILE, 0, 0);
    ck_assert_int_eq(fake_call(1, ROOT_ACCESS, 0, 0, "/a", ""), 0);
    ck_assert_int_eq(fake_call(1, ROOT_ACCESS, 0, 0, "/b", ""), 0);
    fake_remove(server, FAKE_TOP, "a");
    fake_remove(server, FAKE_TOP, "b");
    struct root_request request = {.operation = ROOT_PORT_INVALIDATE, .argument = {server->number, FAKE_TOP}};
    ck_assert_int_eq(fake_send(1, 0, &request, "", "a", 1)->status, 0);
    ck_assert_int_eq(fake_call(1, ROOT_ACCESS, 0, 0, "/a", ""), -E_NOENT);
    ck_assert_int_eq(fake_call(1, ROOT_ACCESS, 0, 0, "/b", ""), 0);
    ck_assert_int_eq(fake_send(1, 0, &request, "", "", 0)->status, 0);
    ck_assert_int_eq(fake_call(1, ROOT_ACCESS, 0, 0, "/b", ""), -E_NOENT);
}
END_TEST

START_TEST(an_answer_overtaken_by_a_change_is_not_remembered_VFS_6)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    server->idle = true;
    struct root_request request = {.operation = ROOT_ACCESS};
    struct fake_call *call = fake_send(1, 0, &request, "/a", "", 0);
    struct port_request asked;
    ck_assert(fake_fetch(server, &asked));
    struct root_request invalidate = {.operation = ROOT_PORT_INVALIDATE, .argument = {server->number, FAKE_TOP}};
    fake_send(1, 0, &invalidate, "", "", 0);
    struct port_answer answer = {.id = asked.id, .status = -E_NOENT};
    ck_assert_int_eq(fake_answer(server, &answer, ""), 0);
    ck_assert_int_eq(call->status, -E_NOENT);
    server->idle = false;
    fake_add(server, FAKE_TOP, "a", TEXT_FILE, 0, 0);
    ck_assert_int_eq(fake_call(1, ROOT_ACCESS, 0, 0, "/a", ""), 0);
}
END_TEST

START_TEST(the_death_of_a_server_ends_requests_and_frees_its_name_VFS_15)
{
    struct vfs *vfs = fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_person(2, 0, 0);
    struct fake_server *other = fake_server(2, "other");
    ck_assert_int_eq(fake_mount("other", "/other", 0), 0);
    fake_add(other, FAKE_TOP, "file", TEXT_FILE, 0, 0);
    ck_assert_int_eq(fake_call(1, ROOT_CHDIR, 0, 0, "/other", ""), 0);
    other->idle = true;
    struct root_request request = {.operation = ROOT_STAT};
    struct fake_call *flying = fake_send(1, 0, &request, "/other/file", "", 0);
    struct port_request asked;
    ck_assert(fake_fetch(other, &asked));
    struct fake_call *waiting = fake_send(1, 0, &request, "/other/more", "", 0);
    vfs_port_die(vfs, other->port);
    ck_assert(flying->answered);
    ck_assert_int_eq(flying->status, -E_IO);
    ck_assert(waiting->answered);
    ck_assert_int_eq(waiting->status, -E_IO);
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/other", &stat), -E_NXIO);
    ck_assert_int_eq(fake_stat(1, "/other/file", &stat), -E_NXIO);
    ck_assert_int_eq(fake_stat(1, "file", &stat), -E_NXIO);
    ck_assert_int_eq(fake_stat(1, "/", &stat), 0);
    ck_assert_int_eq(fake_call(1, ROOT_CHDIR, 0, 0, "/", ""), 0);
    ck_assert_int_eq(fake_call(1, ROOT_UNMOUNT, 0, 0, "/other", ""), 0);
    ck_assert(!other->port->used);
    ck_assert_uint_gt(fake_server(1, "other")->number, other->number);
    ck_assert_int_eq(fake_mount("other", "/other", 0), 0);
    ck_assert_int_eq(fake_stat(1, "/other", &stat), 0);
    (void)server;
}
END_TEST

START_TEST(as_many_ports_as_the_limit_and_no_more)
{
    fake_vfs();
    char path[32];
    for (uint32_t i = 0; i <= VFS_PORTS_MAX; i++) {
        os_format(path, sizeof path, "/port/p%u", i);
        int64_t status = fake_open(1, path, OPEN_CREATE | OPEN_READ_WRITE, 0600);
        ck_assert_int_eq(status, i < VFS_PORTS_MAX ? (int64_t)i + 1 : -E_NFILE);
    }
}
END_TEST

START_TEST(requests_beyond_the_operations_are_refused)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    server->idle = true;
    struct root_request request = {.operation = ROOT_STAT};
    for (uint32_t i = 0; i < VFS_OPERATIONS_MAX; i++) {
        ck_assert(!fake_send(1, 0, &request, "/x", "", 0)->answered);
    }
    ck_assert_int_eq(fake_send(1, 0, &request, "/x", "", 0)->status, -E_NFILE);
    server->idle = false;
    fake_work();
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/", &stat), 0);
}
END_TEST

UNIT_MAIN("vfs_port", a_port_is_made_by_opening_a_file_in_its_tree_VFS_1, root_keeps_only_the_right_to_connect,
          ports_are_made_nowhere_else_and_only_by_root_VFS_1, only_the_owner_fetches_a_ports_requests,
          a_server_invalidates_a_name_or_a_directory_VFS_6, an_answer_overtaken_by_a_change_is_not_remembered_VFS_6,
          the_death_of_a_server_ends_requests_and_frees_its_name_VFS_15, as_many_ports_as_the_limit_and_no_more,
          requests_beyond_the_operations_are_refused)
