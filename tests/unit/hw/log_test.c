/* Of the log, only lines that tell what went wrong reach the console, unless all are wanted. */
#include "log.h"
#include "board.h"
#include "unit.h"

#include <string.h>

static char console[2048];

void board_console_write(const char *bytes, size_t length)
{
    strncat(console, bytes, length);
}

static void log_text(const char *text)
{
    log_write(text, strlen(text));
}

START_TEST(only_failures_are_shown)
{
    console[0] = '\0';
    log_text("init: all is well\n crash: no\ncra");
    ck_assert_str_eq(console, "");
    log_text("sh: signal 11\nfailure: x\n");
    ck_assert_str_eq(console, "crash: signal 11\nfailure: x\n");
}
END_TEST

START_TEST(verbose_shows_all_and_long_lines_are_cut)
{
    char text[1000];
    console[0] = '\0';
    log_verbose_set(true);
    log_text("init: all is well\n");
    ck_assert_str_eq(console, "init: all is well\n");
    memset(text, 'x', sizeof text - 2);
    text[sizeof text - 2] = '\n';
    text[sizeof text - 1] = '\0';
    log_text(text);
    ck_assert_uint_lt(strlen(console), 600);
    log_verbose_set(false);
}
END_TEST

UNIT_MAIN("log", only_failures_are_shown, verbose_shows_all_and_long_lines_are_cut)
