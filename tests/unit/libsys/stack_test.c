/* The initial stack of a program. */
#include "unit.h"

#include "loader.h"

#include <abi/errno.h>
#include <elf.h>
#include <string.h>

#define STACK_BYTES 65536u
#define ADDRESS 0x7ff7fff00000ull

static uint8_t stack[STACK_BYTES] __attribute__((aligned(16)));

static const char *string_at(uint64_t address)
{
    ck_assert_uint_ge(address, ADDRESS);
    ck_assert_uint_lt(address, ADDRESS + STACK_BYTES);
    return (const char *)stack + (address - ADDRESS);
}

static const uint64_t *words_make(const struct program *program, char *const argv[], char *const envp[])
{
    const struct stack_words words = {.uid = 1, .euid = 1, .random = {3, 4}};
    int64_t start = stack_build(stack, sizeof stack, ADDRESS, program, argv, envp, &words);
    ck_assert_int_ge(start, 0);
    ck_assert_int_eq(start % 16, 0);
    return (const uint64_t *)(const void *)(stack + start);
}

START_TEST(arguments_environment_and_auxiliary_values_follow_each_other)
{
    struct program program = {.path = "/bin/x", .image = {.entry = 0x1234}};
    char *argv[] = {"x", "yy", NULL};
    char *envp[] = {"A=1", NULL};
    const uint64_t *words = words_make(&program, argv, envp);
    ck_assert_uint_eq(words[0], 2);
    ck_assert_str_eq(string_at(words[1]), "x");
    ck_assert_str_eq(string_at(words[2]), "yy");
    ck_assert_uint_eq(words[3], 0);
    ck_assert_str_eq(string_at(words[4]), "A=1");
    ck_assert_uint_eq(words[5], 0);
    const uint64_t *pair = words + 6;
    uint64_t entry = 0, page = 0, name = 0, random = 0;
    for (; pair[0] != AT_NULL; pair += 2) {
        entry = pair[0] == AT_ENTRY ? pair[1] : entry;
        page = pair[0] == AT_PAGESZ ? pair[1] : page;
        name = pair[0] == AT_EXECFN ? pair[1] : name;
        random = pair[0] == AT_RANDOM ? pair[1] : random;
    }
    ck_assert_uint_eq(entry, 0x1234);
    ck_assert_uint_eq(page, 4096);
    ck_assert_str_eq(string_at(name), "/bin/x");
    ck_assert_uint_eq(((const uint64_t *)(const void *)string_at(random))[1], 4);
    ck_assert((const char *)(pair + 2) <= string_at(words[4]));
}
END_TEST

START_TEST(a_script_gets_its_interpreter_in_front)
{
    struct program program = {.path = "/bin/sh", .script = "./s", .interpreter = "/bin/sh"};
    char *argv[] = {"s", "1", NULL};
    char *envp[] = {NULL};
    program.interpreter_argument = "-e";
    const uint64_t *words = words_make(&program, argv, envp);
    ck_assert_uint_eq(words[0], 4);
    ck_assert_str_eq(string_at(words[1]), "/bin/sh");
    ck_assert_str_eq(string_at(words[2]), "-e");
    ck_assert_str_eq(string_at(words[3]), "./s");
    ck_assert_str_eq(string_at(words[4]), "1");
}
END_TEST

START_TEST(no_arguments_at_all)
{
    struct program program = {.path = "/x"};
    char *none[] = {NULL};
    ck_assert_uint_eq(words_make(&program, none, none)[0], 0);
    ck_assert_uint_eq(words_make(&program, NULL, NULL)[0], 0);
}
END_TEST

START_TEST(too_long_arguments_are_refused_and_fitting_ones_are_not)
{
    struct program program = {.path = "/x"};
    static char text[STACK_BYTES + 1];
    char *argv[] = {text, NULL};
    const struct stack_words words = {0};
    int64_t last = 1;
    memset(text, 'a', sizeof text - 1);
    for (size_t length = STACK_BYTES; last > 0 && length > STACK_BYTES - 1024; length--) {
        text[length] = '\0';
        int64_t start = stack_build(stack, sizeof stack, ADDRESS, &program, argv, NULL, &words);
        ck_assert(start == -E_2BIG || start >= 0);
        if (start >= 0) {
            ck_assert_uint_eq(((const uint64_t *)(const void *)(stack + start))[0], 1);
            ck_assert_uint_eq(strlen(string_at(((const uint64_t *)(const void *)(stack + start))[1])), length);
            last = 0;
        }
    }
    ck_assert_int_eq(last, 0);
}
END_TEST

START_TEST(script_lines_are_cut_at_blanks)
{
    const struct {
        const char *line, *interpreter, *argument;
    } good[] = {
        {"#!/bin/sh\n", "/bin/sh", NULL},
        {"#! /bin/sh -e x \nrest", "/bin/sh", "-e x"},
        {"#!/bin/sh", "/bin/sh", NULL},
        {"#!\t/bin/awk\t-f\n", "/bin/awk", "-f"},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct program program = {0};
        ck_assert_int_eq(script_parse((const uint8_t *)good[i].line, strlen(good[i].line), &program), 0);
        ck_assert_str_eq(program.interpreter, good[i].interpreter);
        ck_assert_pstr_eq(program.interpreter_argument, good[i].argument);
    }
}
END_TEST

START_TEST(bad_script_lines_are_refused)
{
    struct program program = {0};
    static char longest[SCRIPT_LINE_BYTES + 2] = "#!/";
    memset(longest + 3, 'x', sizeof longest - 3);
    ck_assert_int_eq(script_parse((const uint8_t *)"#!", 2, &program), -E_NOEXEC);
    ck_assert_int_eq(script_parse((const uint8_t *)"#!  \nx", 6, &program), -E_NOEXEC);
    ck_assert_int_eq(script_parse((const uint8_t *)longest, sizeof longest, &program), -E_NOEXEC);
}
END_TEST

UNIT_MAIN("stack", arguments_environment_and_auxiliary_values_follow_each_other, a_script_gets_its_interpreter_in_front,
          no_arguments_at_all, too_long_arguments_are_refused_and_fitting_ones_are_not, script_lines_are_cut_at_blanks,
          bad_script_lines_are_refused)
