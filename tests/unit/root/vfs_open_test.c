/* open: what reaches the server, what the client gets, and what is undone (VFS-2, VFS-4, VFS-8, VFS-9, VFS-11). */
#include "fake_port.h"
#include "unit.h"
#include <string.h>

START_TEST(open_hands_over_a_connection_with_the_servers_cookie_VFS_2)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_add(server, FAKE_TOP, "file", TEXT_FILE, 0, 0);
    server->cookies = 77;
    ck_assert_int_eq(fake_open(1, "/file", OPEN_READ_ONLY | OPEN_CLOSE_ON_EXEC, 0), 0);
    struct fake_call *call = fake_last();
    ck_assert_uint_eq(call->transfer_count, 1);
    ck_assert_uint_eq(fake_opened_cookie(), 78);
    ck_assert_uint_eq(fake_sys()->objects[call->transfer.handle].rights,
                      RIGHT_READ | RIGHT_DUPLICATE | RIGHT_TRANSFER);
    ck_assert_uint_eq(call->transfer.move, 1);
    ck_assert_uint_eq(call->transfer.flags, HANDLE_CLOSE_ON_EXEC);
    ck_assert_int_eq(fake_open(1, "/file", OPEN_READ_WRITE, 0), 0);
    ck_assert_uint_eq(fake_sys()->objects[fake_last()->transfer.handle].rights,
                      RIGHT_READ | RIGHT_WRITE | RIGHT_DUPLICATE | RIGHT_TRANSFER);
    ck_assert_uint_eq(fake_last()->transfer.flags, 0);
}
END_TEST

START_TEST(a_failed_open_leaves_no_handle_VFS_2)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_add(server, FAKE_TOP, "secret", VFS_TYPE_FILE | 0600u, 0, 0);
    fake_person(2, 100, 100);
    uint32_t objects = fake_sys()->object_count;
    ck_assert_int_eq(fake_open(2, "/secret", OPEN_READ_ONLY, 0), -E_ACCES);
    ck_assert_int_eq(fake_open(2, "/none", OPEN_READ_ONLY, 0), -E_NOENT);
    ck_assert_uint_eq(fake_last()->transfer_count, 0);
    ck_assert_uint_eq(server->asked[PORT_OPEN], 0);
    ck_assert_uint_eq(fake_sys()->object_count, objects);
}
END_TEST

START_TEST(create_exclusive_and_truncate_do_as_posix_says_VFS_11)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_context(1)->umask = 027;
    ck_assert_int_eq(fake_open(1, "/new", OPEN_CREATE | OPEN_EXCLUSIVE | OPEN_WRITE_ONLY, 0666), 0);
    uint64_t inode = fake_find(server, FAKE_TOP, "new");
    ck_assert_uint_eq(server->files[inode].mode, VFS_TYPE_FILE | 0640u);
    ck_assert_int_eq(fake_open(1, "/new", OPEN_CREATE | OPEN_EXCLUSIVE | OPEN_WRITE_ONLY, 0666), -E_EXIST);
    ck_assert_int_eq(fake_open(1, "/new", OPEN_CREATE | OPEN_WRITE_ONLY | OPEN_TRUNCATE, 0666), 0);
    ck_assert_uint_eq(server->last.operation, PORT_OPEN);
    ck_assert((server->last.flags & OPEN_TRUNCATE) != 0);
    ck_assert_uint_eq(server->asked[PORT_CREATE], 1);
    ck_assert_uint_eq(server->asked[PORT_LOOKUP], 1);
    ck_assert_int_eq(fake_open(1, "/new/", OPEN_CREATE | OPEN_WRITE_ONLY, 0666), -E_NOTDIR);
    ck_assert_int_eq(fake_open(1, "/other/", OPEN_CREATE | OPEN_WRITE_ONLY, 0666), -E_ISDIR);
}
END_TEST

START_TEST(create_follows_a_dangling_link_unless_exclusive_VFS_11)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    uint64_t directory = fake_add(server, FAKE_TOP, "d", TEXT_DIRECTORY, 0, 0);
    fake_add_link(server, FAKE_TOP, "link", "d/target");
    ck_assert_int_eq(fake_open(1, "/link", OPEN_CREATE | OPEN_EXCLUSIVE | OPEN_READ_WRITE, 0600), -E_EXIST);
    ck_assert_int_eq(fake_open(1, "/link", OPEN_CREATE | OPEN_NO_FOLLOW | OPEN_READ_WRITE, 0600), -E_LOOP);
    ck_assert_int_eq(fake_open(1, "/link", OPEN_CREATE | OPEN_READ_WRITE, 0600), 0);
    ck_assert_uint_ne(fake_find(server, directory, "target"), 0);
}
END_TEST

START_TEST(create_that_meets_a_new_file_opens_it)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/late", &stat), -E_NOENT);
    uint64_t inode = fake_add(server, FAKE_TOP, "late", TEXT_FILE, 0, 0); /* by the server itself */
    ck_assert_int_eq(fake_open(1, "/late", OPEN_CREATE | OPEN_READ_WRITE, 0600), 0);
    ck_assert_uint_eq(server->last.operation, PORT_OPEN);
    ck_assert_uint_eq(server->last.inode, inode);
}
END_TEST

START_TEST(directories_open_for_reading_only_and_links_not_at_all_VFS_11)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_add(server, FAKE_TOP, "d", TEXT_DIRECTORY, 0, 0);
    fake_add(server, FAKE_TOP, "f", TEXT_FILE, 0, 0);
    fake_add_link(server, FAKE_TOP, "l", "f");
    ck_assert_int_eq(fake_open(1, "/d", OPEN_READ_ONLY | OPEN_DIRECTORY, 0), 0);
    ck_assert_uint_eq(fake_opened_cookie() >> COOKIE_SHIFT, COOKIE_DIRECTORY);
    ck_assert_int_eq(fake_open(1, "/d", OPEN_READ_WRITE, 0), -E_ISDIR);
    ck_assert_int_eq(fake_open(1, "/d", OPEN_CREATE, 0), -E_ISDIR);
    ck_assert_int_eq(fake_open(1, "/f", OPEN_DIRECTORY, 0), -E_NOTDIR);
    ck_assert_int_eq(fake_open(1, "/l", OPEN_NO_FOLLOW, 0), -E_LOOP);
    ck_assert_int_eq(fake_open(1, "/l", OPEN_NO_FOLLOW | OPEN_PATH, 0), 0);
    ck_assert_int_eq(fake_open(1, "/f", OPEN_ACCESS_MASK, 0), -E_INVAL);
    ck_assert_uint_eq(server->asked[PORT_OPEN], 0);
}
END_TEST

START_TEST(a_path_descriptor_tells_of_its_file_only)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_add(server, FAKE_TOP, "f", TEXT_FILE, 0, 0);
    ck_assert_int_eq(fake_open(1, "/f", OPEN_PATH | OPEN_READ_WRITE, 0), 0);
    uint64_t cookie = fake_opened_cookie();
    ck_assert_int_eq(fake_file(cookie, FILE_READ, FILE_POSITION, 10, 0), -E_BADF);
    ck_assert_int_eq(fake_file(cookie, FILE_STAT, 0, 0, 0), 0);
    ck_assert_int_eq(fake_file(cookie, FILE_DIRECTORY_READ, 0, 4096, 0), -E_BADF);
    ck_assert_int_eq(fake_call_at(1, cookie, ROOT_STAT, 0, 0, "x", ""), -E_NOTDIR);
}
END_TEST

START_TEST(chmod_acts_on_the_next_open_VFS_9)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    uint64_t inode = fake_add(server, FAKE_TOP, "file", TEXT_FILE, 100, 100);
    fake_person(2, 100, 100);
    ck_assert_int_eq(fake_open(2, "/file", OPEN_READ_ONLY, 0), 0);
    struct root_request request = {.operation = ROOT_SETATTR, .argument = {PORT_SET_MODE, 0200}};
    struct fake_call *call = fake_send(2, 0, &request, "/file", "", 0);
    fake_work();
    ck_assert_int_eq(call->status, 0);
    ck_assert_uint_eq(server->files[inode].mode, VFS_TYPE_FILE | 0200u);
    ck_assert_int_eq(fake_open(2, "/file", OPEN_READ_ONLY, 0), -E_ACCES);
    ck_assert_int_eq(fake_open(2, "/file", OPEN_WRITE_ONLY, 0), 0);
}
END_TEST

START_TEST(an_open_that_nobody_waits_for_is_closed_again)
{
    struct vfs *vfs = fake_vfs();
    struct fake_server *server = fake_root_server();
    fake_add(server, FAKE_TOP, "file", TEXT_FILE, 0, 0);
    struct file_stat stat;
    ck_assert_int_eq(fake_stat(1, "/file", &stat), 0);
    server->idle = true;
    struct root_request request = {.operation = ROOT_OPEN};
    struct fake_call *call = fake_send(1, 0, &request, "/file", "", 0);
    struct port_request asked;
    ck_assert(fake_fetch(server, &asked));
    ck_assert_uint_eq(asked.operation, PORT_OPEN);
    ck_assert(vfs_operation_cancel(vfs, call));
    ck_assert(call->answered);
    ck_assert_int_eq(call->status, -E_INTR);
    struct port_answer answer = {.id = asked.id, .cookie = 4711};
    ck_assert_int_eq(fake_answer(server, &answer, ""), 1); /* with it comes the next request */
    server->idle = false;
    struct port_answer wrong = {.id = asked.id};
    ck_assert_int_eq(fake_answer(server, &wrong, ""), -E_INVAL); /* each is answered once */
    ck_assert(!vfs_list_is_empty(&server->port->flying));
    ck_assert_uint_eq(VFS_LIST_ENTRY(server->port->flying.next, struct vfs_operation, link)->wire.operation,
                      PORT_CLOSE);
    ck_assert_uint_eq(VFS_LIST_ENTRY(server->port->flying.next, struct vfs_operation, link)->wire.argument, 4711);
}
END_TEST

START_TEST(a_cancelled_request_that_was_not_fetched_is_withdrawn)
{
    struct vfs *vfs = fake_vfs();
    struct fake_server *server = fake_root_server();
    server->idle = true;
    struct root_request request = {.operation = ROOT_STAT};
    struct fake_call *call = fake_send(1, 0, &request, "/file", "", 0);
    ck_assert(vfs_operation_cancel(vfs, call));
    ck_assert_int_eq(call->status, -E_INTR);
    struct port_request asked;
    ck_assert(!fake_fetch(server, &asked));
    ck_assert(!vfs_operation_cancel(vfs, call));
}
END_TEST

START_TEST(devices_cannot_be_made_but_fifos_can_VFS_8)
{
    fake_vfs();
    struct fake_server *server = fake_root_server();
    ck_assert_int_eq(fake_call(1, ROOT_MKNOD, 0, 0020666, "/device", ""), -E_PERM);
    ck_assert_int_eq(fake_call(1, ROOT_MKNOD, 0, 0060666, "/disk", ""), -E_PERM);
    ck_assert_int_eq(fake_call(1, ROOT_MKNOD, 0, VFS_TYPE_FIFO | 0600, "/fifo", ""), 0);
    ck_assert_uint_eq(server->files[fake_find(server, FAKE_TOP, "fifo")].mode, VFS_TYPE_FIFO | 0600u);
    ck_assert_int_eq(fake_call(1, ROOT_MKNOD, 0, VFS_TYPE_FILE | 0600, "/fifo", ""), -E_EXIST);
}
END_TEST

UNIT_MAIN("vfs_open", open_hands_over_a_connection_with_the_servers_cookie_VFS_2, a_failed_open_leaves_no_handle_VFS_2,
          create_exclusive_and_truncate_do_as_posix_says_VFS_11,
          create_follows_a_dangling_link_unless_exclusive_VFS_11, create_that_meets_a_new_file_opens_it,
          directories_open_for_reading_only_and_links_not_at_all_VFS_11, a_path_descriptor_tells_of_its_file_only,
          chmod_acts_on_the_next_open_VFS_9, an_open_that_nobody_waits_for_is_closed_again,
          a_cancelled_request_that_was_not_fetched_is_withdrawn, devices_cannot_be_made_but_fifos_can_VFS_8)
