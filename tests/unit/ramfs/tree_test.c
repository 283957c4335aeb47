/* The tree of a ramfs: names, links, rename, removal, listings. */
#include "tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <abi/errno.h>

#include "unit.h"

#define BYTES (256u * BLOCK_BYTES)

static struct tree *tree;
static struct tree_node *top;
static _Alignas(8) uint8_t memory[BYTES];

static void fresh(void)
{
    free(tree);
    tree = calloc(1, sizeof *tree);
    memset(memory, 0, sizeof memory);
    tree_init(tree, memory, BYTES, 0755, 1);
    top = tree_node(tree, TREE_ROOT_INODE);
    ck_assert_ptr_nonnull(top);
}

static struct tree_node *make(struct tree_node *directory, const char *name, uint32_t mode)
{
    struct tree_node *node = NULL;
    ck_assert_int_eq(tree_create(tree, directory, name, mode, 2, &node), 0);
    return node;
}

START_TEST(created_names_are_found_and_not_made_twice_VFS_11)
{
    struct tree_node *node = NULL;
    fresh();
    struct tree_node *file = make(top, "f", S_IFREG | 0644);
    ck_assert_ptr_eq(tree_find(tree, top, "f"), file);
    ck_assert_ptr_null(tree_find(tree, top, "g"));
    ck_assert_int_eq(tree_create(tree, top, "f", S_IFREG, 2, &node), -E_EXIST);
    ck_assert_int_eq(tree_create(tree, file, "x", S_IFREG, 2, &node), -E_NOTDIR);
    ck_assert_int_eq(tree_create(tree, top, "a/b", S_IFREG, 2, &node), -E_INVAL);
    ck_assert_int_eq(tree_create(tree, top, "..", S_IFREG, 2, &node), -E_INVAL);
}
END_TEST

START_TEST(an_open_file_lives_on_without_a_name_VFS_11)
{
    fresh();
    struct tree_node *file = make(top, "f", S_IFREG | 0644);
    uint64_t inode = file->inode;
    block_map_make(&tree->blocks, &file->map, 0);
    uint32_t free_blocks = blocks_free_count(&tree->blocks);
    tree_open(file);
    ck_assert_int_eq(tree_unlink(tree, top, "f", false, 3), 0);
    ck_assert_ptr_eq(tree_node(tree, inode), file);
    ck_assert_uint_eq(file->link_count, 0);
    tree_close(tree, file);
    ck_assert_ptr_null(tree_node(tree, inode));
    ck_assert_uint_eq(blocks_free_count(&tree->blocks), free_blocks + 1);
}
END_TEST

START_TEST(an_inode_number_never_comes_twice)
{
    fresh();
    uint64_t first = make(top, "f", S_IFREG)->inode;
    ck_assert_int_eq(tree_unlink(tree, top, "f", false, 3), 0);
    uint64_t second = make(top, "f", S_IFREG)->inode;
    ck_assert_uint_ne(first, second);
    ck_assert_ptr_null(tree_node(tree, first));
    ck_assert_ptr_nonnull(tree_node(tree, second));
}
END_TEST

START_TEST(hard_links_share_a_node_VFS_11)
{
    fresh();
    struct tree_node *directory = make(top, "d", S_IFDIR | 0755);
    struct tree_node *file = make(top, "f", S_IFREG);
    ck_assert_int_eq(tree_link(tree, directory, "g", file, 3), 0);
    ck_assert_uint_eq(file->link_count, 2);
    ck_assert_int_eq(tree_link(tree, directory, "g", file, 3), -E_EXIST);
    ck_assert_int_eq(tree_link(tree, top, "e", directory, 3), -E_PERM);
    ck_assert_int_eq(tree_unlink(tree, top, "f", false, 3), 0);
    ck_assert_ptr_eq(tree_find(tree, directory, "g"), file);
}
END_TEST

START_TEST(only_empty_directories_are_removed_and_only_as_such_VFS_11)
{
    fresh();
    struct tree_node *directory = make(top, "d", S_IFDIR);
    make(directory, "f", S_IFREG);
    ck_assert_uint_eq(top->link_count, 3);
    ck_assert_int_eq(tree_unlink(tree, top, "d", false, 3), -E_ISDIR);
    ck_assert_int_eq(tree_unlink(tree, top, "d", true, 3), -E_NOTEMPTY);
    ck_assert_int_eq(tree_unlink(tree, directory, "f", true, 3), -E_NOTDIR);
    ck_assert_int_eq(tree_unlink(tree, directory, "f", false, 3), 0);
    ck_assert_int_eq(tree_unlink(tree, top, "d", true, 3), 0);
    ck_assert_uint_eq(top->link_count, 2);
    ck_assert_int_eq(tree_unlink(tree, top, "d", true, 3), -E_NOENT);
}
END_TEST

START_TEST(rename_replaces_as_posix_says_VFS_11)
{
    fresh();
    struct tree_node *d = make(top, "d", S_IFDIR);
    struct tree_node *e = make(top, "e", S_IFDIR);
    struct tree_node *f = make(top, "f", S_IFREG);
    make(d, "g", S_IFREG);
    ck_assert_int_eq(tree_rename(tree, top, "f", d, "g", 3), 0);
    ck_assert_ptr_eq(tree_find(tree, d, "g"), f);
    ck_assert_ptr_null(tree_find(tree, top, "f"));
    ck_assert_int_eq(tree_rename(tree, d, "g", top, "e", 3), -E_ISDIR);
    ck_assert_int_eq(tree_rename(tree, top, "e", d, "g", 3), -E_NOTDIR);
    ck_assert_int_eq(tree_rename(tree, top, "e", top, "d", 3), -E_NOTEMPTY);
    ck_assert_int_eq(tree_rename(tree, top, "d", top, "e", 3), 0);
    ck_assert_ptr_eq(tree_find(tree, top, "e"), d);
    ck_assert_ptr_ne(tree_find(tree, top, "e"), e);
    ck_assert_uint_eq(top->link_count, 3);
    ck_assert_int_eq(tree_rename(tree, top, "x", top, "y", 3), -E_NOENT);
}
END_TEST

START_TEST(rename_refuses_a_directory_into_itself_VFS_11)
{
    fresh();
    struct tree_node *d = make(top, "d", S_IFDIR);
    struct tree_node *e = make(d, "e", S_IFDIR);
    ck_assert_int_eq(tree_rename(tree, top, "d", e, "x", 3), -E_INVAL);
    ck_assert_int_eq(tree_rename(tree, top, "d", d, "x", 3), -E_INVAL);
    ck_assert_int_eq(tree_rename(tree, d, "e", top, "x", 3), 0);
    ck_assert_uint_eq(d->link_count, 2);
}
END_TEST

START_TEST(rename_onto_a_link_of_itself_changes_nothing_VFS_11)
{
    fresh();
    struct tree_node *f = make(top, "f", S_IFREG);
    ck_assert_int_eq(tree_link(tree, top, "g", f, 3), 0);
    ck_assert_int_eq(tree_rename(tree, top, "f", top, "g", 3), 0);
    ck_assert_ptr_eq(tree_find(tree, top, "f"), f);
    ck_assert_uint_eq(f->link_count, 2);
}
END_TEST

START_TEST(symbolic_links_keep_their_target_VFS_11)
{
    struct tree_node *link = NULL;
    fresh();
    ck_assert_int_eq(tree_symlink(tree, top, "l", "../a/b", 2, &link), 0);
    ck_assert_str_eq(link->target, "../a/b");
    ck_assert_uint_eq(link->size_bytes, 6);
    ck_assert_int_eq(tree_symlink(tree, top, "m", "", 2, &link), -E_NOENT);
}
END_TEST

START_TEST(listing_goes_on_at_the_cookie_while_entries_come_and_go_VFS_5)
{
    uint8_t buffer[96];
    char name[2] = "a";
    uint32_t seen = 0;
    uint64_t cookie = 0;
    fresh();
    for (name[0] = 'a'; name[0] <= 'z'; name[0]++) {
        make(top, name, S_IFREG);
    }
    for (int bytes = 0; (bytes = tree_list(tree, top, cookie, buffer, sizeof buffer)) > 0;) {
        for (int at = 0; at < bytes;) {
            struct directory_record record;
            memcpy(&record, buffer + at, sizeof record);
            const char *listed = (const char *)buffer + at + offsetof(struct directory_record, name);
            ck_assert_int_eq(listed[0], 'a' + (int)seen);
            seen++;
            cookie = record.next_offset;
            at += record.record_bytes;
            ck_assert_int_eq(tree_unlink(tree, top, listed, false, 3), 0);
        }
    }
    ck_assert_uint_eq(seen, 26);
    ck_assert_uint_eq(top->entry_count, 0);
    make(top, "new", S_IFREG);
    ck_assert_int_gt(tree_list(tree, top, cookie, buffer, sizeof buffer), 0);
}
END_TEST

START_TEST(listing_into_too_little_room_is_refused_VFS_5)
{
    uint8_t buffer[16];
    fresh();
    make(top, "f", S_IFREG);
    ck_assert_int_eq(tree_list(tree, top, 0, buffer, sizeof buffer), -E_INVAL);
}
END_TEST

START_TEST(bytes_behind_a_shortened_end_come_back_as_zeros_VFS_11)
{
    fresh();
    struct tree_node *file = make(top, "f", S_IFREG);
    uint8_t *bytes = blocks_address(&tree->blocks, block_map_make(&tree->blocks, &file->map, 0));
    memset(bytes, 'x', BLOCK_BYTES);
    file->size_bytes = BLOCK_BYTES;
    ck_assert_int_eq(tree_resize(tree, file, 10, 3), 0);
    ck_assert_int_eq(tree_resize(tree, file, 100, 3), 0);
    ck_assert_int_eq(bytes[9], 'x');
    ck_assert_int_eq(bytes[10], 0);
    ck_assert_int_eq(bytes[99], 0);
    ck_assert_int_eq(tree_resize(tree, file, FILE_BYTES_MAX + 1, 3), -E_FBIG);
}
END_TEST

START_TEST(a_full_pool_is_told_and_can_be_used_again)
{
    char name[16];
    struct tree_node *node = NULL;
    int error = 0;
    uint32_t count = 0;
    fresh();
    for (; error == 0; count++) {
        snprintf(name, sizeof name, "%u", count);
        error = tree_create(tree, top, name, S_IFREG, 2, &node);
    }
    ck_assert_int_eq(error, -E_NOSPC);
    ck_assert_uint_eq(count - 1, TREE_NODES_MAX - 1); /* one is the top */
    ck_assert_int_eq(tree_unlink(tree, top, "17", false, 3), 0);
    ck_assert_int_eq(tree_create(tree, top, "more", S_IFREG, 2, &node), 0);
}
END_TEST

UNIT_MAIN("ramfs_tree", created_names_are_found_and_not_made_twice_VFS_11, an_open_file_lives_on_without_a_name_VFS_11,
          an_inode_number_never_comes_twice, hard_links_share_a_node_VFS_11,
          only_empty_directories_are_removed_and_only_as_such_VFS_11, rename_replaces_as_posix_says_VFS_11,
          rename_refuses_a_directory_into_itself_VFS_11, rename_onto_a_link_of_itself_changes_nothing_VFS_11,
          symbolic_links_keep_their_target_VFS_11, listing_goes_on_at_the_cookie_while_entries_come_and_go_VFS_5,
          listing_into_too_little_room_is_refused_VFS_5, bytes_behind_a_shortened_end_come_back_as_zeros_VFS_11,
          a_full_pool_is_told_and_can_be_used_again)
