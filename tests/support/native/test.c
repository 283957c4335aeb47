/* Runs the tests of one program and prints a line for each. */
#include "test.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define REASON_BYTES 400
#define STATUS_SKIPPED 77

static bool failed, skipped;
static char reason[REASON_BYTES];

void test_fail(const char *file, int line, const char *format, ...)
{
    if (failed || skipped) {
        return;
    }
    failed = true;
    const char *slash = strrchr(file, '/');
    int length = os_format(reason, sizeof reason, "%s:%d: ", slash != NULL ? slash + 1 : file, line);
    va_list list;
    va_start(list, format);
    vsnprintf(reason + length, sizeof reason - (size_t)length, format, list);
    va_end(list);
}

void test_skip(const char *why)
{
    if (!failed) {
        skipped = true;
        os_format(reason, sizeof reason, "%s", why);
    }
}

bool test_over(void)
{
    return failed || skipped;
}

static bool name_wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strstr(name, argv[i]) != NULL) {
            return true;
        }
    }
    return argc < 2;
}

int test_run_all(const struct test *tests, unsigned count, int argc, char **argv)
{
    unsigned runs = 0, failures = 0, skips = 0;
    for (unsigned i = 0; i < count; i++) {
        if (!name_wanted(tests[i].name, argc, argv)) {
            continue;
        }
        failed = false;
        skipped = false;
        tests[i].run();
        runs++;
        if (failed) {
            failures++;
            os_print(1, "FAIL %s: %s\n", tests[i].name, reason);
        } else if (skipped) {
            skips++;
            os_print(1, "SKIP %s: %s\n", tests[i].name, reason);
        } else {
            os_print(1, "PASS %s\n", tests[i].name);
        }
    }
    if (failures > 0) {
        return 1;
    }
    return runs > 0 && skips == runs ? STATUS_SKIPPED : 0;
}
