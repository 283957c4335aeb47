/* System tests in linked mode: each program's main runs as the first thread of a fresh in-process machine, with the
 * kernel checked after every step. `--list` prints the programs; with a name it runs that one. The environment's
 * BATON_TRACE names a file for the event trace, else copies are preempted now and then; with BATON_GENERAL the kernel
 * takes no short ways. */
#include "test.h"

#include "linked/linked.h"
#include "programs.h"
#include "trace_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RAM_BYTES (64u << 20)
#define TRACE_RECORDS 1000000u

const bool test_is_linked = true;

struct program {
    const char *name;
    int (*main)(int argc, char **argv);
};

#define PROGRAM(name) {#name, name##_main},
static const struct program programs[] = {PROGRAMS(PROGRAM)};

struct run {
    const struct program *program;
    int argc;
    char **argv;
    int status;
};

void test_print(const char *line)
{
    fputs(line, stdout);
}

/* Of the machine that runs. */
static struct linked *machine;
static bool is_checked;

void test_check(bool each_step)
{
    linked_check_set(machine, each_step && is_checked);
}

int test_thread(void (*entry)(void *), void *argument)
{
    int thread = linked_thread_start(entry, argument, -1);
    return thread < 0 ? thread : sys_handle_close(SYS_SELF_TABLE, thread);
}

static void first_thread(void *argument)
{
    struct run *run = argument;
    run->status = run->program->main(run->argc, run->argv);
}

/* The whole trace at once: there is room for it, or its end is lost. */
static void trace_write(struct linked *linked, const char *path)
{
    struct trace_file file;
    struct trace_record record;
    if (trace_file_open(&file, path) != 0) {
        perror(path);
        return;
    }
    while (kernel_trace_take(linked_kernel(linked), &record, 1) == 1) {
        trace_file_write(&file, &record, 1);
    }
    if (trace_file_close(&file) != 0) {
        fprintf(stderr, "%s: not written whole\n", path);
    }
}

/* Every third point, so that copies stop at others each time and still get on. */
static bool preempt_some(struct linked *linked, void *argument)
{
    unsigned *asked = argument;
    (void)linked;
    return ++*asked % 3 == 0;
}

static int program_run(const struct program *program, int argc, char **argv)
{
    struct linked_options options = {.ram_bytes = RAM_BYTES, .check = getenv("BATON_NO_CHECK") == NULL};
    const char *trace_path = getenv("BATON_TRACE");
    unsigned asked = 0;
    if (trace_path == NULL) {
        options.preempt = preempt_some;
        options.preempt_argument = &asked;
    } else {
        options.trace_records = TRACE_RECORDS;
        options.trace = calloc(TRACE_RECORDS, sizeof(*options.trace));
    }
    struct linked *linked = linked_create(&options);
    if (linked == NULL) {
        fprintf(stderr, "no memory for a machine\n");
        return EXIT_FAILURE;
    }
    machine = linked;
    is_checked = options.check;
    kernel_fast_set(linked_kernel(linked), getenv("BATON_GENERAL") == NULL);
    struct run run = {program, argc, argv, EXIT_FAILURE};
    int error = linked_boot(linked, first_thread, &run);
    if (error == 0 && linked_run(linked) == LINKED_STUCK) {
        fprintf(stderr, "no thread can go on\n");
        run.status = EXIT_FAILURE;
    }
    if (trace_path != NULL) {
        trace_write(linked, trace_path);
    }
    linked_destroy(linked);
    free(options.trace);
    return run.status;
}

int main(int argc, char **argv)
{
    const unsigned count = sizeof programs / sizeof programs[0];
    for (unsigned i = 0; i < count; i++) {
        if (argc == 2 && strcmp(argv[1], "--list") == 0) {
            puts(programs[i].name);
        } else if (argc >= 2 && strcmp(argv[1], programs[i].name) == 0) {
            return program_run(&programs[i], argc - 1, argv + 1);
        }
    }
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        return EXIT_SUCCESS;
    }
    fprintf(stderr, "usage: system_linked --list | NAME [WORD...]\n");
    return EXIT_FAILURE;
}
