/* Input over a serial line: every byte arrives and the end is told; nothing is sent before the line is ready. */
#include "escape.h"
#include "unit.h"

#include <abi/console.h>

#include <string.h>

START_TEST(only_the_escape_is_escaped_HW_5)
{
    char to[8];
    ck_assert_uint_eq(escape_encode("a\x10\x04", 3, to), 4);
    ck_assert_mem_eq(to, "a\x10\x10\x04", 4);
    escape_end(to);
    ck_assert_mem_eq(to, "\x10\x04", 2);
}
END_TEST

START_TEST(the_word_is_taken_out_wherever_the_pieces_are_cut)
{
    static const char text[] = "kernel\x10\x10\x05rest\x10\x05.";
    for (size_t piece = 1; piece < sizeof text; piece++) {
        struct escape_ready ready = {0};
        char passed[64];
        size_t length = 0;
        for (size_t at = 0; at < sizeof text - 1; at += piece) {
            size_t left = sizeof text - 1 - at;
            length += escape_ready_filter(&ready, text + at, left < piece ? left : piece, passed + length);
        }
        ck_assert(ready.is_ready);
        ck_assert_uint_eq(length, 14);
        ck_assert_mem_eq(passed, "kernel\x10rest\x10\x05.", 14);
    }
}
END_TEST

START_TEST(without_the_word_nothing_is_ready)
{
    struct escape_ready ready = {0};
    char passed[16];
    ck_assert_uint_eq(escape_ready_filter(&ready, "ab\x10", 3, passed), 2);
    ck_assert_uint_eq(escape_ready_filter(&ready, "c", 1, passed), 2);
    ck_assert_mem_eq(passed, "\x10"
                             "c",
                     2);
    ck_assert(!ready.is_ready);
}
END_TEST

UNIT_MAIN("escape", only_the_escape_is_escaped_HW_5, the_word_is_taken_out_wherever_the_pieces_are_cut,
          without_the_word_nothing_is_ready)
