/* boot/config: what init is told. */
#include "config.h"

#include <string.h>

#include <abi/errno.h>

#include "unit.h"

static struct config config;

static int parse(const char *text)
{
    memset(&config, 0, sizeof config);
    return config_parse(&config, text, strlen(text));
}

START_TEST(a_whole_config_is_understood_SIM_1)
{
    ck_assert_int_eq(parse("interactive 0\nstream 0 tty\nstream 1 plain\nstream 2 tty\narg sh\narg -c\n"
                           "arg echo a\\nb \\\\ c\nenv TERM=xterm\ncwd /tmp\nnew thing\n"),
                     0);
    ck_assert(!config.interactive);
    ck_assert(config.is_terminal[0]);
    ck_assert(!config.is_terminal[1]);
    ck_assert(config.is_terminal[2]);
    ck_assert_uint_eq(config.argument_count, 3);
    ck_assert_str_eq(config.arguments[2], "echo a\nb \\ c");
    ck_assert_ptr_null(config.arguments[3]);
    ck_assert_str_eq(config_variable(config.variables, "TERM"), "xterm");
    ck_assert_str_eq(config.cwd, "/tmp");
}
END_TEST

START_TEST(the_console_is_chosen_and_its_input_told_to_be_escaped_HW_5_SRV_2)
{
    ck_assert_int_eq(parse("console virtio\ninput escaped\n"), 0);
    ck_assert_str_eq(config.console, "virtio");
    ck_assert(config.input_escapes);
    ck_assert_int_eq(parse("input raw\n"), 0);
    ck_assert_ptr_null(config.console);
    ck_assert(!config.input_escapes);
    ck_assert_int_eq(parse("console \n"), -E_INVAL);
    ck_assert_int_eq(parse("input none\n"), 0);
    ck_assert(config.input_ended && !config.input_escapes);
    ck_assert_int_eq(parse("input\n"), -E_INVAL);
    ck_assert_int_eq(parse("input cooked\n"), -E_INVAL);
}
END_TEST

START_TEST(empty_arguments_and_spaces_are_kept_SIM_1)
{
    ck_assert_int_eq(parse("arg \narg   x \n"), 0);
    ck_assert_str_eq(config.arguments[0], "");
    ck_assert_str_eq(config.arguments[1], "  x ");
}
END_TEST

START_TEST(unsound_lines_are_refused)
{
    static const char *const texts[] = {"arg x",           "stream 3 tty\n", "stream 0 maybe\n", "arg a\\tb\n",
                                        "arg trailing\\\n", "env NOVALUE\n",  "cwd tmp\n",        "nokey\n",
                                        "interactive 2\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        ck_assert_int_eq(parse(texts[i]), -E_INVAL);
    }
    memset(&config, 0, sizeof config);
    ck_assert_int_eq(config_parse(&config, "arg a\0b\n", 8), -E_INVAL);
}
END_TEST

START_TEST(too_many_arguments_are_refused)
{
    static char text[(CONFIG_ARGUMENTS_MAX + 1) * 6 + 1];
    for (uint32_t i = 0; i <= CONFIG_ARGUMENTS_MAX; i++) {
        memcpy(text + i * 6, "arg x\n", 6);
    }
    ck_assert_int_eq(parse(text), -E_2BIG);
    text[CONFIG_ARGUMENTS_MAX * 6] = '\0';
    ck_assert_int_eq(parse(text), 0);
    ck_assert_uint_eq(config.argument_count, CONFIG_ARGUMENTS_MAX);
}
END_TEST

START_TEST(defaults_do_not_replace_what_is_given)
{
    static char term[] = "TERM=dumb";
    static char home[] = "HOME=/root";
    ck_assert_int_eq(parse("env TERM=xterm\n"), 0);
    ck_assert_int_eq(config_default(&config, term), 0);
    ck_assert_int_eq(config_default(&config, home), 0);
    ck_assert_str_eq(config_variable(config.variables, "TERM"), "xterm");
    ck_assert_str_eq(config_variable(config.variables, "HOME"), "/root");
    ck_assert_ptr_null(config_variable(config.variables, "HOM"));
}
END_TEST

START_TEST(streams_that_no_line_tells_of_follow_interactive_HW_5)
{
    ck_assert_int_eq(parse("interactive 0\n"), 0);
    config_streams(&config);
    ck_assert(config.is_terminal[0] && !config.is_terminal[1] && !config.is_terminal[2]);
    ck_assert_int_eq(parse("interactive 1\nstream 2 plain\n"), 0);
    config_streams(&config);
    ck_assert(config.is_terminal[0] && config.is_terminal[1] && !config.is_terminal[2]);
    ck_assert_int_eq(parse("interactive 0\nstream 0 plain\n"), 0);
    config_streams(&config);
    ck_assert(!config.is_terminal[0]);
}
END_TEST

UNIT_MAIN("init_config", the_console_is_chosen_and_its_input_told_to_be_escaped_HW_5_SRV_2,
          streams_that_no_line_tells_of_follow_interactive_HW_5, a_whole_config_is_understood_SIM_1,
          empty_arguments_and_spaces_are_kept_SIM_1, unsound_lines_are_refused, too_many_arguments_are_refused,
          defaults_do_not_replace_what_is_given)
