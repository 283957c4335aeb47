/* Finding files in the boot archive. */
#include "archive.h"

#include <string.h>
#include <sys/stat.h>

#include <abi/archive.h>

#include "unit.h"

#define SIZE 8192u

static uint8_t bytes[SIZE];

static struct archive_header *header(void)
{
    return (struct archive_header *)(void *)bytes;
}

static struct archive_entry *entry(void)
{
    return (struct archive_entry *)(void *)(bytes + 64);
}

static void fresh(void)
{
    memset(bytes, 0, sizeof bytes);
    *header() = (struct archive_header){.magic = ARCHIVE_MAGIC,
                                        .size_bytes = SIZE,
                                        .entry_count = 1,
                                        .entries_offset = 64,
                                        .strings_offset = 512,
                                        .strings_bytes = 16};
    *entry() = (struct archive_entry){.path_offset = 1, .data_offset = 4096, .size_bytes = 10, .mode = S_IFREG | 0555};
    strcpy((char *)bytes + 513, "sbin/init");
}

static bool found(const char *path)
{
    uint64_t offset = 0;
    uint64_t length = 0;
    bool result = archive_find(bytes, SIZE, path, &offset, &length);
    if (result) {
        ck_assert_uint_eq(offset, 4096);
        ck_assert_uint_eq(length, 10);
    }
    return result;
}

START_TEST(a_file_is_found_by_its_whole_path)
{
    fresh();
    ck_assert(found("sbin/init"));
    ck_assert(!found("sbin/ini"));
    ck_assert(!found("sbin/inits"));
}
END_TEST

START_TEST(damaged_archives_have_no_files)
{
    fresh();
    header()->magic++;
    ck_assert(!found("sbin/init"));
    fresh();
    entry()->data_offset = SIZE;
    ck_assert(!found("sbin/init"));
    fresh();
    entry()->path_offset = UINT64_MAX;
    ck_assert(!found("sbin/init"));
    fresh();
    header()->strings_bytes = 5;
    ck_assert(!found("sbin/init"));
    fresh();
    header()->entry_count = ARCHIVE_ENTRIES_MAX;
    ck_assert(!found("sbin/init"));
}
END_TEST

UNIT_MAIN("archive", a_file_is_found_by_its_whole_path, damaged_archives_have_no_files)
