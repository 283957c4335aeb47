/* Measuring one path: BENCH_BATCHES samples, each the mean of some rounds, printed as `NAME NANOSECONDS`. bench/run
 * gathers them over many runs. Native programs include <sys/os.h> before. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#define BENCH_BATCHES 5

#ifdef SYS_OS_H
static inline int64_t bench_now_ns(void)
{
    return sys_clock_read();
}

static inline void bench_print(const char *prefix, const char *name, int64_t tenths)
{
    os_print(1, "%s%s %ld.%ld\n", prefix, name, (long)(tenths / 10), (long)(tenths % 10));
}
#else
#include <stdio.h>
#include <time.h>

static inline int64_t bench_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline void bench_print(const char *prefix, const char *name, int64_t tenths)
{
    printf("%s%s %ld.%ld\n", prefix, name, (long)(tenths / 10), (long)(tenths % 10));
    fflush(stdout);
}
#endif

/* Each round does the path `units` times. A round that fails ends the path: it then has too few samples. */
static inline void bench_path(const char *prefix, const char *name, int rounds, int units, bool (*once)(void))
{
    for (int i = 0; i < rounds / 10 + 1; i++) {
        if (!once()) {
            return;
        }
    }
    for (int batch = 0; batch < BENCH_BATCHES; batch++) {
        int64_t start = bench_now_ns();
        for (int i = 0; i < rounds; i++) {
            if (!once()) {
                return;
            }
        }
        bench_print(prefix, name, (bench_now_ns() - start) * 10 / rounds / units);
    }
}

#endif
