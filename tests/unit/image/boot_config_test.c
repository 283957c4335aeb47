/* boot/config: one line per fact, arguments escaped. SIM-1. */
#include "boot_config.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

START_TEST(arguments_are_escaped_line_by_line_SIM_1)
{
    static char *const program[] = {"sh", "a\nb\\c", ""};
    struct boot_config config = {.program = program, .program_count = 3, .is_terminal = {false, false, true},
                                 .lines = "input escaped\n"};
    size_t length = 0;
    char *text = boot_config_make(&config, &length);
    ck_assert_ptr_nonnull(text);
    ck_assert_str_eq(text, "interactive 0\nstream 0 plain\nstream 1 plain\nstream 2 tty\n"
                           "input escaped\narg sh\narg a\\nb\\\\c\narg \nenv TERM=dumb\n");
    free(text);
}
END_TEST

UNIT_MAIN("boot_config", arguments_are_escaped_line_by_line_SIM_1)
