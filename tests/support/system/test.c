/* Runs the tests of one program and prints a line for each. */
#include "test.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define REASON_BYTES 400
#define LINE_BYTES 600
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
    int length = snprintf(reason, sizeof reason, "%s:%d: ", slash != NULL ? slash + 1 : file, line);
    va_list list;
    va_start(list, format);
    vsnprintf(reason + length, sizeof reason - (size_t)length, format, list);
    va_end(list);
}

void test_skip(const char *why)
{
    if (!failed) {
        skipped = true;
        snprintf(reason, sizeof reason, "%s", why);
    }
}

bool test_over(void)
{
    return failed || skipped;
}

void test_await(const uint32_t *word, uint32_t value)
{
    uint32_t now;
    while ((now = __atomic_load_n(word, __ATOMIC_SEQ_CST)) != value) {
        sys_address_wait(word, now, DEADLINE_NONE);
    }
}

void test_set(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
    sys_address_wake(word, UINT32_MAX);
}

void test_count(uint32_t *word)
{
    __atomic_fetch_add(word, 1, __ATOMIC_SEQ_CST);
    sys_address_wake(word, UINT32_MAX);
}

uint64_t test_random(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15ull;
    uint64_t mixed = (*state ^ (*state >> 30)) * 0xbf58476d1ce4e5b9ull;
    return mixed ^ (mixed >> 31);
}

static void line_print(const char *verdict, const char *name, const char *why)
{
    char line[LINE_BYTES];
    snprintf(line, sizeof line, "%s %s%s%s\n", verdict, name, why[0] != '\0' ? ": " : "", why);
    test_print(line);
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
            line_print("FAIL", tests[i].name, reason);
        } else if (skipped) {
            skips++;
            line_print("SKIP", tests[i].name, reason);
        } else {
            line_print("PASS", tests[i].name, "");
        }
    }
    if (failures > 0) {
        return 1;
    }
    return runs > 0 && skips == runs ? STATUS_SKIPPED : 0;
}
