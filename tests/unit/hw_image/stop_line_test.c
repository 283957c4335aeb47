/* The machine's last line is taken out, wherever the pieces are cut; everything else passes unchanged.. */
#include "stop_line.h"
#include "unit.h"

#include <string.h>

static char passed[256];

/* Filters text in pieces of `piece` bytes; the status in the end, with what was passed on in `passed`. */
static int filter(const char *text, size_t piece)
{
    struct stop_line line = {.held_bytes = 0};
    size_t length = 0;
    for (size_t at = 0; at < strlen(text); at += piece) {
        size_t left = strlen(text) - at;
        length += stop_line_filter(&line, text + at, left < piece ? left : piece, passed + length);
    }
    passed[length] = '\0';
    return stop_line_status(&line);
}

START_TEST(last_line_is_taken_out)
{
    for (size_t piece = 1; piece < 40; piece++) {
        ck_assert_int_eq(filter("one\ntwobaton: stopped: 42\r\n", piece), 42);
        ck_assert_str_eq(passed, "one\ntwo");
        ck_assert_int_eq(filter("bbaton: stopped: 0\n", piece), 0);
        ck_assert_str_eq(passed, "b");
    }
}
END_TEST

START_TEST(what_only_looks_like_it_passes)
{
    static const char *const texts[] = {"baton: stopped: 3\nmore", "baton: stopped: x\n", "baton: stop", "",
                                        "baton: stopped: \n", "baton: stopped: 1\r2\n",
                                        "baton: stopped: 00000000000000000000000000000001\n."};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (size_t piece = 1; piece < 40; piece++) {
            ck_assert_int_eq(filter(texts[i], piece), -1);
            ck_assert(strncmp(texts[i], passed, strlen(passed)) == 0);
        }
    }
    ck_assert_int_eq(filter("baton: stopped: 3\nbaton: stopped: 4\n", 7), 4);
    ck_assert_str_eq(passed, "baton: stopped: 3\n");
}
END_TEST

UNIT_MAIN("stop_line", last_line_is_taken_out, what_only_looks_like_it_passes)
