/* Options of the baton command: sizes, adds, programs, and clear errors that name the option. SIM-1, SIM-9. */
#include "options.h"
#include "unit.h"

#include <string.h>

static struct options options;
static char error[OPTIONS_ERROR_BYTES];

static int parse(int count, char *arguments[])
{
    error[0] = '\0';
    return options_parse(&options, count, arguments, error);
}

START_TEST(sizes_take_units_and_refuse_the_rest)
{
    uint64_t size = 0;
    ck_assert_int_eq(options_size_parse("256M", &size), 0);
    ck_assert_uint_eq(size, 256u << 20);
    ck_assert_int_eq(options_size_parse("64G", &size), 0);
    ck_assert_int_eq(options_size_parse("5000", &size), 0);
    ck_assert_uint_eq(size, 4096);
    const char *const bad[] = {"", "M", "-1", "12X", "1MM", "65G", "99999999999999999999", " 4M"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(options_size_parse(bad[i], &size) != 0, "%s was taken", bad[i]);
    }
}
END_TEST

START_TEST(program_follows_two_dashes_untouched_SIM_1)
{
    char *arguments[] = {"--ram=64M", "-v", "--", "sh", "-c", "--ram"};
    ck_assert_int_eq(parse(6, arguments), 0);
    ck_assert_uint_eq(options.ram_bytes, 64u << 20);
    ck_assert(options.verbose);
    ck_assert_uint_eq(options.program_count, 3);
    ck_assert_str_eq(options.program[2], "--ram");
}
END_TEST

START_TEST(a_trace_is_recorded_only_on_demand_TOO_1)
{
    char *arguments[] = {"--trace", "file"};
    ck_assert_int_eq(parse(0, arguments), 0);
    ck_assert_ptr_null(options.trace);
    ck_assert_int_eq(parse(2, arguments), 0);
    ck_assert_str_eq(options.trace, "file");
}
END_TEST

START_TEST(adds_split_at_the_last_colon_SIM_9)
{
    char *arguments[] = {"--add", "a:b:/bin/x"};
    ck_assert_int_eq(parse(2, arguments), 0);
    ck_assert_uint_eq(options.add_count, 1);
    ck_assert_uint_eq(options.add[0].host_path_bytes, 3);
    ck_assert_str_eq(options.add[0].os_path, "/bin/x");
}
END_TEST

START_TEST(adds_stop_at_their_limit)
{
    static char *arguments[2 * (OPTIONS_ADDS_MAX + 1)];
    for (size_t i = 0; i <= OPTIONS_ADDS_MAX; i++) {
        arguments[2 * i] = "--add";
        arguments[2 * i + 1] = "a:/a";
    }
    ck_assert_int_eq(parse(2 * OPTIONS_ADDS_MAX, arguments), 0);
    ck_assert_int_ne(parse(2 * (OPTIONS_ADDS_MAX + 1), arguments), 0);
}
END_TEST

START_TEST(errors_name_what_is_wrong)
{
    static char *const cases[][2] = {{"--frob", NULL}, {"--ram", NULL}, {"--ram", "much"}, {"--add", "x"},
                                     {"--add", "x:y"}, {"--isolation", "ptrace"}, {"ls", NULL}, {"--", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *arguments[2] = {cases[i][0], cases[i][1]};
        ck_assert_int_ne(parse(cases[i][1] == NULL ? 1 : 2, arguments), 0);
        ck_assert_msg(strncmp(error, cases[i][0], strlen(cases[i][0])) == 0, "%s", error);
        ck_assert_msg(strchr(error, '\n') == NULL, "more than a line: %s", error);
    }
}
END_TEST

UNIT_MAIN("options", sizes_take_units_and_refuse_the_rest, program_follows_two_dashes_untouched_SIM_1,
          a_trace_is_recorded_only_on_demand_TOO_1,
          adds_split_at_the_last_colon_SIM_9, adds_stop_at_their_limit, errors_name_what_is_wrong)
