/* The boot archive's builder: order, parents, replacement, links, page-aligned data, errors. SIM-9. */
#include "archive.h"
#include "unit.h"

#include <abi/archive.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

static const struct archive_entry *entry_find(const char *base, const char *path)
{
    const struct archive_header *header = (const void *)base;
    const struct archive_entry *entries = (const void *)(base + header->entries_offset);
    for (uint32_t i = 0; i < header->entry_count; i++) {
        if (strcmp(base + header->strings_offset + entries[i].path_offset, path) == 0) {
            return &entries[i];
        }
    }
    return NULL;
}

static char *built(struct archive *archive, uint64_t *size)
{
    *size = archive_layout(archive);
    char *base = calloc(1, *size);
    ck_assert_int_eq(archive_write(archive, base), 0);
    return base;
}

START_TEST(entries_are_sorted_aligned_and_have_parents)
{
    struct archive *archive = archive_create();
    uint64_t size;
    ck_assert_int_eq(archive_add_bytes(archive, "/b/c/file", "hello", 5, 0644), 0);
    ck_assert_int_eq(archive_add_link(archive, "a", "/b/c"), 0);
    char *base = built(archive, &size);
    const struct archive_header *header = (const void *)base;
    ck_assert_uint_eq(header->magic, ARCHIVE_MAGIC);
    ck_assert_uint_eq(header->size_bytes, size);
    ck_assert_uint_eq(header->entry_count, 4);
    const struct archive_entry *file = entry_find(base, "b/c/file");
    ck_assert_uint_eq(file->data_offset % 4096, 0);
    ck_assert_uint_eq(file->size_bytes, 5);
    ck_assert_mem_eq(base + file->data_offset, "hello", 5);
    ck_assert_uint_eq(entry_find(base, "b")->mode, S_IFDIR | 0755);
    const struct archive_entry *link = entry_find(base, "a");
    ck_assert_str_eq(base + header->strings_offset + link->data_offset, "/b/c");
    const struct archive_entry *entries = (const void *)(base + header->entries_offset);
    for (uint32_t i = 1; i < header->entry_count; i++) {
        const char *strings = base + header->strings_offset;
        ck_assert_int_lt(strcmp(strings + entries[i - 1].path_offset, strings + entries[i].path_offset), 0);
    }
    free(base);
    archive_destroy(archive);
}
END_TEST

START_TEST(the_later_of_two_entries_wins_SIM_9)
{
    struct archive *archive = archive_create();
    uint64_t size;
    ck_assert_int_eq(archive_add_bytes(archive, "x", "old", 3, 0644), 0);
    ck_assert_int_eq(archive_add_bytes(archive, "//x/", "newer", 5, 0755), 0);
    ck_assert_int_eq(archive_add_directory(archive, "x2/y", 0700), 0);
    char *base = built(archive, &size);
    ck_assert_uint_eq(entry_find(base, "x")->size_bytes, 5);
    ck_assert_uint_eq(entry_find(base, "x2/y")->mode, S_IFDIR | 0700);
    free(base);
    archive_destroy(archive);
}
END_TEST

START_TEST(bad_paths_and_missing_files_are_named_SIM_9)
{
    struct archive *archive = archive_create();
    ck_assert_int_ne(archive_add_bytes(archive, "../x", "", 0, 0644), 0);
    ck_assert_ptr_nonnull(strstr(archive_error(archive), "../x"));
    ck_assert_int_ne(archive_add_host(archive, "x", "/no/such/file", 0), 0);
    ck_assert_ptr_nonnull(strstr(archive_error(archive), "/no/such/file"));
    ck_assert_int_ne(archive_add_host(archive, "x", "/dev/null", 0), 0);
    ck_assert_int_ne(archive_add_list(archive, "/no/such/list"), 0);
    ck_assert_ptr_nonnull(strstr(archive_error(archive), "/no/such/list"));
    archive_destroy(archive);
}
END_TEST

START_TEST(bad_line_of_a_list_is_named_HW_6)
{
    char path[] = "/tmp/baton-list-XXXXXX";
    int fd = mkstemp(path);
    static const char list[] = "# first\ndir a 0755\nfile a/b 0644 no-such-file\n";
    ck_assert_int_eq(write(fd, list, sizeof list - 1), sizeof list - 1);
    close(fd);
    struct archive *archive = archive_create();
    ck_assert_int_ne(archive_add_list(archive, path), 0);
    unlink(path);
    ck_assert_ptr_nonnull(strstr(archive_error(archive), ":3: "));
    ck_assert_ptr_nonnull(strstr(archive_error(archive), "no-such-file"));
    archive_destroy(archive);
}
END_TEST

START_TEST(a_list_names_absolute_files_as_they_are_HW_6)
{
    char path[] = "/tmp/baton-list-XXXXXX";
    int fd = mkstemp(path);
    static const char list[] = "file a 0644 /no/such/file\n";
    ck_assert_int_eq(write(fd, list, sizeof list - 1), sizeof list - 1);
    close(fd);
    struct archive *archive = archive_create();
    ck_assert_int_ne(archive_add_list(archive, path), 0);
    unlink(path);
    ck_assert_ptr_nonnull(strstr(archive_error(archive), " /no/such/file"));
    archive_destroy(archive);
}
END_TEST

UNIT_MAIN("archive", entries_are_sorted_aligned_and_have_parents, the_later_of_two_entries_wins_SIM_9,
          bad_paths_and_missing_files_are_named_SIM_9, bad_line_of_a_list_is_named_HW_6,
          a_list_names_absolute_files_as_they_are_HW_6)
