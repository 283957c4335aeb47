/* The library's small printf. */
#include "unit.h"

#include <string.h>
#include <sys/os.h>

START_TEST(conversions_print_as_c_says)
{
    char text[128];
    ck_assert_int_eq(os_format(text, sizeof text, "%s %d %u %x %c %%", "a", -5, 7u, 0xbeefu, 'z'), 15);
    ck_assert_str_eq(text, "a -5 7 beef z %");
}
END_TEST

START_TEST(widths_and_padding)
{
    char text[128];
    os_format(text, sizeof text, "[%5d][%-5d][%05d][%05d][%3s][%-3s][%.2s]", 42, 42, 42, -42, "a", "b", "xyz");
    ck_assert_str_eq(text, "[   42][42   ][00042][-0042][  a][b  ][xy]");
    os_format(text, sizeof text, "[%.*s][%*d][%.*s]", 2, "xyz", 4, 7, 0, "q");
    ck_assert_str_eq(text, "[xy][   7][]");
}
END_TEST

START_TEST(wide_numbers)
{
    char text[128];
    os_format(text, sizeof text, "%lu %ld %lx %d", UINT64_MAX, INT64_MIN, UINT64_MAX, INT32_MIN);
    ck_assert_str_eq(text, "18446744073709551615 -9223372036854775808 ffffffffffffffff -2147483648");
}
END_TEST

START_TEST(longer_output_is_cut_and_terminated)
{
    char text[8];
    memset(text, 'x', sizeof text);
    ck_assert_int_eq(os_format(text, 5, "%s", "abcdefgh"), 4);
    ck_assert_str_eq(text, "abcd");
    ck_assert_int_eq(text[5], 'x');
    ck_assert_int_eq(os_format(text, 0, "%s", "abc"), 0);
    ck_assert_int_eq(text[0], 'a');
}
END_TEST

UNIT_MAIN("format", conversions_print_as_c_says, widths_and_padding, wide_numbers,
          longer_output_is_cut_and_terminated)
