/* Runs a list of Check tests and prints one line for each. */
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_SKIPPED 77

static bool name_wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strstr(name, argv[i]) != NULL) {
            return true;
        }
    }
    return argc < 2;
}

static void result_print(const char *suite, TestResult *result)
{
    if (tr_rtype(result) == CK_PASS) {
        printf("PASS %s.%s\n", suite, tr_tcname(result));
    } else {
        printf("FAIL %s.%s: %s:%d: %s\n", suite, tr_tcname(result), tr_lfile(result), tr_lno(result), tr_msg(result));
    }
}

int unit_run(const char *suite, const TTest *const tests[], size_t count, int argc, char **argv)
{
    Suite *all = suite_create(suite);
    SRunner *runner = srunner_create(all);
    for (size_t i = 0; i < count; i++) {
        if (name_wanted(tests[i]->name, argc, argv)) {
            TCase *one = tcase_create(tests[i]->name);
            tcase_set_timeout(one, UNIT_TIMEOUT_S);
            tcase_add_test(one, tests[i]);
            suite_add_tcase(all, one);
        }
    }
    srunner_run_all(runner, CK_SILENT);
    TestResult **results = srunner_results(runner);
    for (int i = 0; i < srunner_ntests_run(runner); i++) {
        result_print(suite, results[i]);
    }
    free(results);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int unit_run_forked(const char *suite, const TTest *const tests[], size_t count, int argc, char **argv)
{
    const char *mode = getenv("CK_FORK");
    if (mode != NULL && strcmp(mode, "no") == 0) {
        printf("SKIP %s.all: tests need processes of their own\n", suite);
        return EXIT_SKIPPED;
    }
    return unit_run(suite, tests, count, argc, argv);
}
