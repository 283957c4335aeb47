/* The boot archive as a tree, sound and damaged. */
#include "archive.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <abi/archive.h>
#include <abi/errno.h>

#include "unit.h"

#define STRINGS_OFFSET 1024u
#define DATA_OFFSET 4096u
#define SIZE 8192u

static uint8_t bytes[SIZE];
static struct tree *tree;
static uint32_t strings_used;

static struct archive_header *header(void)
{
    return (struct archive_header *)(void *)bytes;
}

static struct archive_entry *entry(uint32_t index)
{
    return (struct archive_entry *)(void *)(bytes + 64) + index;
}

static uint64_t string_add(const char *text)
{
    uint64_t offset = strings_used;
    strcpy((char *)bytes + STRINGS_OFFSET + offset, text);
    strings_used += (uint32_t)strlen(text) + 1;
    header()->strings_bytes = strings_used;
    return offset;
}

static void entry_add(const char *path, uint32_t mode, uint64_t offset, uint64_t size)
{
    *entry(header()->entry_count++) = (struct archive_entry){
        .path_offset = string_add(path), .data_offset = offset, .size_bytes = size, .mode = mode, .mtime_ns = 5};
}

static void fresh(void)
{
    memset(bytes, 0, sizeof bytes);
    strings_used = 0;
    *header() = (struct archive_header){
        .magic = ARCHIVE_MAGIC, .size_bytes = SIZE, .entries_offset = 64, .strings_offset = STRINGS_OFFSET};
    free(tree);
    tree = calloc(1, sizeof *tree);
    tree_init(tree, NULL, 0, 0755, 1);
    entry_add("bin", S_IFDIR | 0755, 0, 0);
    entry_add("bin/sh", S_IFREG | 0755, DATA_OFFSET, 100);
    entry_add("etc/deep/file", S_IFREG | 0444, DATA_OFFSET, 0);
    entry_add("link", S_IFLNK | 0777, string_add("bin/sh"), 6);
}

static struct tree_node *find(struct tree_node *directory, const char *name)
{
    struct tree_node *node = tree_find(tree, directory, name);
    ck_assert_ptr_nonnull(node);
    return node;
}

START_TEST(archive_becomes_a_tree_with_implied_directories)
{
    fresh();
    ck_assert_int_eq(archive_load(tree, bytes, SIZE), 0);
    struct tree_node *top = tree_node(tree, TREE_ROOT_INODE);
    struct tree_node *shell = find(find(top, "bin"), "sh");
    ck_assert_uint_eq(shell->size_bytes, 100);
    ck_assert_uint_eq(shell->archive_offset, DATA_OFFSET);
    ck_assert_uint_eq(shell->mode, S_IFREG | 0755);
    ck_assert_uint_eq(find(find(top, "etc"), "deep")->mode, S_IFDIR | 0755);
    ck_assert_str_eq(find(top, "link")->target, "bin/sh");
}
END_TEST

static void refused(void)
{
    ck_assert_int_eq(archive_load(tree, bytes, SIZE), -E_INVAL);
}

START_TEST(data_outside_the_archive_is_refused)
{
    fresh();
    entry(1)->data_offset = SIZE - 50;
    refused();
    fresh();
    entry(1)->data_offset = UINT64_MAX - 10;
    refused();
    fresh();
    header()->entry_count = ARCHIVE_ENTRIES_MAX;
    refused();
    fresh();
    header()->size_bytes = SIZE + 4096;
    refused();
}
END_TEST

START_TEST(strings_without_end_are_refused)
{
    fresh();
    header()->strings_bytes = 2; /* "bi" */
    refused();
    fresh();
    entry(2)->path_offset = 1u << 30;
    refused();
    fresh();
    entry(3)->data_offset = 1u << 30;
    refused();
}
END_TEST

START_TEST(a_file_is_no_directory_and_names_are_checked)
{
    fresh();
    entry_add("link/x", S_IFREG | 0644, DATA_OFFSET, 0);
    refused();
    fresh();
    entry_add("../up", S_IFREG | 0644, DATA_OFFSET, 0);
    refused();
    fresh();
    entry_add("a//b", S_IFREG | 0644, DATA_OFFSET, 0);
    refused();
    fresh();
    entry_add("null", S_IFCHR | 0644, DATA_OFFSET, 0);
    refused();
}
END_TEST

START_TEST(something_else_than_an_archive_is_refused)
{
    fresh();
    header()->magic++;
    refused();
    ck_assert_int_eq(archive_load(tree, bytes, 8), -E_INVAL);
}
END_TEST

UNIT_MAIN("ramfs_archive", archive_becomes_a_tree_with_implied_directories, data_outside_the_archive_is_refused,
          strings_without_end_are_refused, a_file_is_no_directory_and_names_are_checked,
          something_else_than_an_archive_is_refused)
