/* Unit tests: Check with one line per test.
 *
 *     START_TEST(stale_id_changes_nothing_IPC_7) { ck_assert_int_eq(...); } END_TEST
 *     UNIT_MAIN("message", stale_id_changes_nothing_IPC_7, ...)
 *
 * Prints `PASS suite.name` or `FAIL suite.name: file:line: reason` for each; exits 1 if one failed. Arguments, if any,
 * are parts of names: only tests whose name contains one of them run. */
#ifndef SUPPORT_UNIT_H
#define SUPPORT_UNIT_H

#include <check.h>
#include <stddef.h>

#define UNIT_TIMEOUT_S 600.0 /* meets a hang only */

/* What the mains below call. */
int unit_run(const char *suite, const TTest *const tests[], size_t count, int argc, char **argv);
int unit_run_forked(const char *suite, const TTest *const tests[], size_t count, int argc, char **argv);

#define UNIT_MAIN(suite, ...)                                                        \
    int main(int argc, char **argv)                                                  \
    {                                                                                \
        const TTest *const tests[] = {__VA_ARGS__};                                  \
        return unit_run((suite), tests, sizeof tests / sizeof tests[0], argc, argv); \
    }

/* The same for tests that need processes of their own: all are skipped where Check is told not to make any. */
#define UNIT_MAIN_FORKED(suite, ...)                                                        \
    int main(int argc, char **argv)                                                         \
    {                                                                                       \
        const TTest *const tests[] = {__VA_ARGS__};                                         \
        return unit_run_forked((suite), tests, sizeof tests / sizeof tests[0], argc, argv); \
    }

#endif
