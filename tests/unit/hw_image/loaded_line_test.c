/* hw/image/loaded_line.c: nothing of the firmware's, all of the kernel's. */
#include "loaded_line.h"

#include <string.h>
#include <unit.h>

static size_t passed(struct loaded_line *line, const char *text)
{
    const char *rest = loaded_line_filter(line, text, strlen(text));
    return strlen(rest);
}

START_TEST(what_comes_before_the_line_is_held_and_what_follows_is_not)
{
    static struct loaded_line line;
    memset(&line, 0, sizeof line);
    ck_assert_uint_eq(passed(&line, "firmware\r\nbaton: load"), 0);
    ck_assert_uint_eq(passed(&line, "baton: loade"), 0);
    ck_assert_uint_eq(passed(&line, "d\r"), 0);
    ck_assert_uint_eq(passed(&line, "\nhi\n"), 3);
    ck_assert_uint_eq(passed(&line, "baton: loaded\r\n"), 15);
    ck_assert_uint_eq(line.held_bytes, 0);
}
END_TEST

START_TEST(without_the_line_the_last_words_are_kept)
{
    static struct loaded_line line;
    memset(&line, 0, sizeof line);
    for (unsigned i = 0; i < 10000; i++) {
        ck_assert_uint_eq(passed(&line, "no way\n"), 0);
    }
    ck_assert_uint_ge(line.held_bytes, LOADED_HELD_MAX);
    ck_assert_mem_eq(line.held + line.held_bytes - 7, "no way\n", 7);
    ck_assert_uint_eq(passed(&line, "baton: loaded\r\nx"), 1);
}
END_TEST

START_TEST(where_no_line_is_awaited_everything_passes)
{
    static struct loaded_line line = {.is_passed = true};
    ck_assert_uint_eq(passed(&line, "hi\n"), 3);
}
END_TEST

UNIT_MAIN("loaded_line", what_comes_before_the_line_is_held_and_what_follows_is_not,
          without_the_line_the_last_words_are_kept, where_no_line_is_awaited_everything_passes)
