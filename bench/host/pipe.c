/* The host's own pipe: round trips of 64 bytes between two processes on one CPU. */
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define BYTES 64
#define ROUNDS 100000

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int main(void)
{
    int there[2], back[2];
    char buffer[BYTES] = {0};
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    sched_setaffinity(0, sizeof one, &one);
    if (pipe(there) != 0 || pipe(back) != 0) {
        return 1;
    }
    if (fork() == 0) {
        close(there[1]);
        while (read(there[0], buffer, BYTES) == BYTES && write(back[1], buffer, BYTES) == BYTES) {
        }
        _exit(0);
    }
    int64_t start = now_ns();
    for (int i = 0; i < ROUNDS; i++) {
        if (write(there[1], buffer, BYTES) != BYTES || read(back[0], buffer, BYTES) != BYTES) {
            return 1;
        }
    }
    printf("host_pipe_64 %lld\n", (long long)((now_ns() - start) / ROUNDS));
    return 0;
}
