/* System tests: native programs, one line per test (docs/testing.md). A program that includes <sys/os.h> needs servers
 * and runs on sim only; the others run on linked too.
 *
 *     TEST(bytes_arrive_for_any_split_IPC_2) { EXPECT_EQ(got, wanted); }
 *     TEST_MAIN(bytes_arrive_for_any_split_IPC_2)
 *
 * The EXPECT macros end the test's function at the first failure. A helper function reports with test_fail and returns;
 * the test is then over at its next EXPECT or end. Arguments: only tests whose name contains one of them run. */
#ifndef SUPPORT_TEST_H
#define SUPPORT_TEST_H

#include <sys/call.h>

struct test {
    const char *name;
    void (*run)(void);
};

/* Marks the running test as failed; the first reason is kept. */
void test_fail(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Marks the running test as skipped. */
void test_skip(const char *reason);
/* Has the running test failed or been skipped? */
bool test_over(void);
int test_run_all(const struct test *tests, unsigned count, int argc, char **argv);

/* What differs between the platforms (native/native.c, linked/linked.c). */
extern const bool test_is_linked; /* one address space for everything, no servers */
void test_print(const char *line);
/* Runs entry(argument) in a further thread of this process: same space, same table. 0 or -error. */
int test_thread(void (*entry)(void *), void *argument);
/* Whether linked mode looks at the whole kernel after each step, as it does until told otherwise: not while there are
 * so many objects that it would take minutes. Elsewhere nothing does. */
void test_check(bool each_step);

/* Waits until *word is `value`: another thread sets it with test_set. */
void test_await(const uint32_t *word, uint32_t value);
void test_set(uint32_t *word, uint32_t value);
/* Counts *word up, for words that several threads count. */
void test_count(uint32_t *word);

/* Numbers that are the same in every run; *state is the seed. */
uint64_t test_random(uint64_t *state);

#define TEST(name)                                        \
    static void name##_run(void);                         \
    static const struct test name = {#name, name##_run}; \
    static void name##_run(void)

#define TEST_MAIN(...)                                                               \
    int main(int argc, char **argv)                                                  \
    {                                                                                \
        const struct test tests[] = {__VA_ARGS__};                                   \
        return test_run_all(tests, sizeof tests / sizeof tests[0], argc, argv);      \
    }

#define EXPECT(condition)                                                     \
    do {                                                                      \
        if (!test_over() && !(condition)) {                                   \
            test_fail(__FILE__, __LINE__, "not true: %s", #condition);        \
        }                                                                     \
        if (test_over()) {                                                    \
            return;                                                           \
        }                                                                     \
    } while (0)

#define EXPECT_EQ(left, right)                                                                       \
    do {                                                                                             \
        long long left_ = (long long)(left), right_ = (long long)(right);                            \
        if (!test_over() && left_ != right_) {                                                       \
            test_fail(__FILE__, __LINE__, "%s is %lld, not %s: %lld", #left, left_, #right, right_); \
        }                                                                                            \
        if (test_over()) {                                                                           \
            return;                                                                                  \
        }                                                                                            \
    } while (0)

#define SKIP_IF_LINKED()                                           \
    do {                                                           \
        if (test_is_linked) {                                      \
            SKIP("linked mode has one address space");             \
        }                                                          \
    } while (0)

#define SKIP(reason)       \
    do {                   \
        test_skip(reason); \
        return;            \
    } while (0)

int main(int argc, char **argv);

#endif
