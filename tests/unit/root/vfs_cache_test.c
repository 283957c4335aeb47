/* Limits of nodes and of the directory cache (VFS-6). */
#include "fake_port.h"
#include "unit.h"
#include <string.h>

static struct vfs_node *node_known(struct vfs *vfs, struct vfs_port *port, uint64_t inode, uint32_t mode)
{
    struct vfs_node *node = vfs_node_get(vfs, port, inode);
    ck_assert_ptr_nonnull(node);
    struct file_stat stat = {.mode = mode};
    vfs_node_learn(node, &stat);
    return node;
}

START_TEST(a_node_is_one_for_a_port_and_inode)
{
    struct vfs *vfs = fake_vfs();
    struct fake_server *a = fake_server(1, "a");
    struct fake_server *b = fake_server(1, "b");
    struct vfs_node *node = vfs_node_get(vfs, a->port, 7);
    ck_assert_ptr_eq(vfs_node_get(vfs, a->port, 7), node);
    ck_assert_uint_eq(node->references, 2);
    ck_assert_ptr_ne(vfs_node_get(vfs, b->port, 7), node);
    ck_assert_ptr_ne(vfs_node_get(vfs, a->port, 8), node);
}
END_TEST

START_TEST(unused_nodes_make_room_least_recent_first)
{
    struct vfs *vfs = fake_vfs();
    struct vfs_port *port = fake_server(1, "a")->port;
    struct vfs_node *held = vfs_node_get(vfs, port, 1);
    uint32_t room = VFS_NODES_MAX - vfs->node_used;
    for (uint32_t i = 0; i < room; i++) {
        vfs_node_release(vfs, node_known(vfs, port, 100 + i, TEXT_FILE));
    }
    vfs_node_release(vfs, vfs_node_get(vfs, port, 100)); /* used again */
    ck_assert_uint_eq(vfs->node_used, VFS_NODES_MAX);
    vfs_node_release(vfs, node_known(vfs, port, 5, TEXT_FILE));
    ck_assert_ptr_nonnull(vfs_node_find(vfs, port, 100));
    ck_assert_ptr_null(vfs_node_find(vfs, port, 101));
    ck_assert_ptr_eq(vfs_node_find(vfs, port, 1), held);
}
END_TEST

START_TEST(as_many_nodes_in_use_as_the_limit_and_no_more)
{
    struct vfs *vfs = fake_vfs();
    struct vfs_port *port = fake_server(1, "a")->port;
    uint64_t inode = 0;
    struct vfs_node *last = NULL;
    struct vfs_node *node;
    while ((node = vfs_node_get(vfs, port, ++inode)) != NULL) {
        last = node;
    }
    ck_assert_uint_eq(vfs->node_used, VFS_NODES_MAX);
    ck_assert_uint_eq(port->node_count, inode - 1);
    vfs_node_release(vfs, last);
    ck_assert_ptr_nonnull(vfs_node_get(vfs, port, inode));
}
END_TEST

START_TEST(a_node_that_goes_takes_its_entries_along)
{
    struct vfs *vfs = fake_vfs();
    struct vfs_port *port = fake_server(1, "a")->port;
    struct vfs_node *top = node_known(vfs, port, 1, TEXT_DIRECTORY);
    struct vfs_node *child = node_known(vfs, port, 2, TEXT_DIRECTORY);
    vfs_node_adopt(vfs, top, child, "child", 5);
    vfs_cache_enter(vfs, top, "child", 5, child);
    vfs_cache_enter(vfs, child, "none", 4, NULL);
    vfs_cache_enter_listing(vfs, child, 0, "", 0);
    ck_assert_uint_eq(top->references, 2); /* the child keeps its way up */
    child->removed = true;
    vfs_node_release(vfs, child);
    ck_assert_uint_eq(top->references, 1);
    struct vfs_node *found = NULL;
    ck_assert(!vfs_cache_find(vfs, top, "child", 5, &found));
    ck_assert_ptr_null(vfs_node_find(vfs, port, 2));
    struct vfs_node *again = node_known(vfs, port, 2, TEXT_DIRECTORY);
    uint32_t bytes = 0;
    ck_assert(!vfs_cache_find(vfs, again, "none", 4, &found));
    ck_assert_ptr_null(vfs_cache_find_listing(vfs, again, 0, &bytes));
}
END_TEST

START_TEST(the_cache_keeps_its_limit_and_drops_the_least_recent_VFS_6)
{
    struct vfs *vfs = fake_vfs();
    struct vfs_port *port = fake_server(1, "a")->port;
    struct vfs_node *top = node_known(vfs, port, 1, TEXT_DIRECTORY);
    struct vfs_node *found = NULL;
    char name[16];
    for (uint32_t i = 0; i < VFS_ENTRIES_MAX; i++) {
        int bytes = os_format(name, sizeof name, "%u", i);
        vfs_cache_enter(vfs, top, name, (uint32_t)bytes, NULL);
    }
    ck_assert(vfs_cache_find(vfs, top, "0", 1, &found));
    vfs_cache_enter(vfs, top, "one more", 8, top);
    ck_assert_uint_eq(vfs->entry_used, VFS_ENTRIES_MAX);
    ck_assert(vfs_cache_find(vfs, top, "0", 1, &found));
    ck_assert(!vfs_cache_find(vfs, top, "1", 1, &found));
    ck_assert(vfs_cache_find(vfs, top, "one more", 8, &found));
    ck_assert_ptr_eq(found, top);
}
END_TEST

START_TEST(listings_keep_their_limit)
{
    struct vfs *vfs = fake_vfs();
    struct vfs_port *port = fake_server(1, "a")->port;
    uint32_t bytes = 0;
    for (uint32_t i = 0; i <= VFS_CHUNKS_MAX; i++) {
        struct vfs_node *node = node_known(vfs, port, 1 + i, TEXT_DIRECTORY);
        vfs_cache_enter_listing(vfs, node, 0, "", 0);
    }
    ck_assert_uint_eq(vfs->chunk_used, VFS_CHUNKS_MAX);
    ck_assert_ptr_null(vfs_cache_find_listing(vfs, vfs_node_find(vfs, port, 1), 0, &bytes));
    ck_assert_ptr_nonnull(vfs_cache_find_listing(vfs, vfs_node_find(vfs, port, 2), 0, &bytes));
}
END_TEST

START_TEST(walking_more_files_than_nodes_leaves_none_in_use)
{
    struct vfs *vfs = fake_vfs();
    struct fake_server *server = fake_root_server();
    char path[32];
    for (uint32_t i = 0; i < VFS_NODES_MAX + 100; i++) {
        os_format(path, sizeof path, "/f%u", i);
        fake_add(server, FAKE_TOP, path + 1, TEXT_FILE, 0, 0);
    }
    for (uint32_t i = 0; i < VFS_NODES_MAX + 100; i += 7) {
        os_format(path, sizeof path, "/f%u", i);
        struct file_stat stat;
        ck_assert_int_eq(fake_stat(1, path, &stat), 0);
    }
    uint32_t in_use = 0;
    for (uint32_t i = 0; i < vfs->node_used; i++) {
        in_use += vfs->nodes[i].references > 0;
    }
    ck_assert_uint_eq(in_use, 4); /* the tops of mounts: two at "/", /proc, /port */
    ck_assert(vfs_list_is_empty(&vfs->active));
}
END_TEST

UNIT_MAIN("vfs_cache", a_node_is_one_for_a_port_and_inode, unused_nodes_make_room_least_recent_first,
          as_many_nodes_in_use_as_the_limit_and_no_more, a_node_that_goes_takes_its_entries_along,
          the_cache_keeps_its_limit_and_drops_the_least_recent_VFS_6, listings_keep_their_limit,
          walking_more_files_than_nodes_leaves_none_in_use)
