/* Words for the kernel are found in whole archives, and nothing is read outside a damaged one. */
#include "boot_words.h"
#include "unit.h"

#include <abi/archive.h>
#include <string.h>

static struct {
    struct archive_header header;
    struct archive_entry entries[2];
    char strings[32];
    char text[32];
} archive;

static struct boot_words words_of(const char *text)
{
    memset(&archive, 0, sizeof archive);
    archive.header = (struct archive_header){.size_bytes = sizeof archive, .entry_count = 2,
                                             .entries_offset = offsetof(__typeof__(archive), entries),
                                             .strings_offset = offsetof(__typeof__(archive), strings),
                                             .strings_bytes = sizeof archive.strings};
    memcpy(archive.strings, "boot/ker\0boot/kernel", 21);
    memcpy(archive.text, text, strlen(text));
    archive.entries[1] = (struct archive_entry){.path_offset = 9, .size_bytes = strlen(text),
                                                .data_offset = offsetof(__typeof__(archive), text)};
    return boot_words_find((const uint8_t *)&archive, sizeof archive);
}

START_TEST(words_are_found_whole)
{
    struct boot_words words = words_of("trace=1234 verbose\n");
    ck_assert(boot_words_have(&words, "verbose"));
    ck_assert_uint_eq(boot_words_number(&words, "trace="), 1234);
    words = words_of("verbosely xtrace=5");
    ck_assert(!boot_words_have(&words, "verbose"));
    ck_assert_uint_eq(boot_words_number(&words, "trace="), 0);
    words = words_of("trace=99999999999999999999");
    ck_assert_uint_eq(boot_words_number(&words, "trace="), 0);
    words = words_of("");
    ck_assert(!boot_words_have(&words, "verbose"));
}
END_TEST

START_TEST(a_short_path_at_the_end_hides_nothing)
{
    words_of("verbose");
    memcpy(archive.strings, "boot/kernel\0z", 14);
    archive.header.strings_bytes = 14;
    archive.entries[0] = archive.entries[1];
    archive.entries[0].path_offset = 0;
    archive.entries[1].path_offset = 12;
    struct boot_words words = boot_words_find((const uint8_t *)&archive, sizeof archive);
    ck_assert(boot_words_have(&words, "verbose"));
}
END_TEST

START_TEST(damaged_archives_have_no_words)
{
    words_of("verbose");
    for (unsigned i = 0; i < sizeof archive.header / 8; i++) {
        words_of("verbose");
        memset((char *)&archive.header + 8 * i, 0xff, 8);
        struct boot_words words = boot_words_find((const uint8_t *)&archive, sizeof archive);
        ck_assert(i < 2 || words.text == NULL); /* magic and size are not ours to check */
    }
    words_of("verbose");
    archive.entries[1].data_offset = UINT64_MAX;
    ck_assert_ptr_null(boot_words_find((const uint8_t *)&archive, sizeof archive).text);
    words_of("verbose");
    archive.entries[1].path_offset = UINT64_MAX;
    ck_assert_ptr_null(boot_words_find((const uint8_t *)&archive, sizeof archive).text);
    ck_assert_ptr_null(boot_words_find((const uint8_t *)&archive, 8).text);
}
END_TEST

UNIT_MAIN("boot_words", words_are_found_whole, a_short_path_at_the_end_hides_nothing,
          damaged_archives_have_no_words)
