/* replay_TARGET [--quiet] FILE...           runs each file's program, printing its steps
 * replay_TARGET --bench SECONDS FILE...     runs them round and round; prints programs a second, five times
 * replay_TARGET --bench-end SECONDS FILE... the same with checks after each program only */
#include "target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BENCH_RUNS 5
#define BATCH 256u
#define INPUT_BYTES_MAX 8192u

struct input {
    uint8_t bytes[INPUT_BYTES_MAX];
    size_t size;
};

static void input_read(struct input *input, const char *path)
{
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        fprintf(stderr, "replay_TARGET: cannot open %s\n", path);
        exit(2);
    }
    input->size = fread(input->bytes, 1, sizeof(input->bytes), file);
    fclose(file);
}

/* Of CPU time: the figures are per core, whoever else uses the machine. */
static double seconds_now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void bench(const struct input *inputs, int count, double seconds)
{
    for (int run = 0; run < BENCH_RUNS; run++) {
        double start = seconds_now(), spent = 0;
        unsigned long programs = 0, records = 0;

        while (spent < seconds) {
            for (unsigned i = 0; i < BATCH; i++) {
                const struct input *input = &inputs[programs++ % (unsigned)count];

                records += target_run(input->bytes, input->size, false);
            }
            spent = seconds_now() - start;
        }
        printf("%.0f programs/s, %.1f steps each\n", (double)programs / spent, (double)records / (double)programs);
    }
}

int main(int argc, char **argv)
{
    bool quiet = argc > 1 && strcmp(argv[1], "--quiet") == 0;
    bool at_end = argc > 2 && strcmp(argv[1], "--bench-end") == 0;
    bool benching = at_end || (argc > 2 && strcmp(argv[1], "--bench") == 0);
    int first = benching ? 3 : quiet ? 2 : 1;
    struct input *inputs = calloc((size_t)argc, sizeof(*inputs));

    if (first >= argc) {
        fprintf(stderr, "usage: replay_TARGET [--quiet | --bench SECONDS] FILE...\n");
        return 2;
    }
    for (int i = first; i < argc; i++)
        input_read(&inputs[i - first], argv[i]);
    target_prepare();
    target_checks_steps = !at_end;
    if (benching) {
        bench(inputs, argc - first, strtod(argv[2], NULL));
        return 0;
    }
    for (int i = 0; i < argc - first; i++) {
        if (!quiet)
            fprintf(stderr, "%s\n", argv[first + i]);
        target_run(inputs[i].bytes, inputs[i].size, !quiet);
    }
    printf("%d programs ran, nothing found\n", argc - first);
    free(inputs);
    return 0;
}
