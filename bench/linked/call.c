/* Round trips through the kernel in linked mode, 64 bytes each way. */
#include "linked/linked.h"

#include <abi/handles.h>
#include <stdio.h>
#include <time.h>

#define BYTES 64u
#define ROUNDS 1000000
#define RAM_BYTES (16u << 20)

static int channel, connection;
static uint8_t buffers[2][BYTES];
static double each_ns;

static int64_t call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
    return linked_syscall(number, (const uint64_t[6]){a, b, c, d, e, f});
}

static void serve(void *argument)
{
    (void)argument;
    struct part part = {(uintptr_t)buffers[0], BYTES};
    uint64_t id = 0;
    for (;;) {
        call(SYS_REPLY_RECEIVE, id, 0, (uintptr_t)&part, 1u | 1u << 16, (uintptr_t)&part, (uint64_t)channel);
        id = linked_control()->info.message_id;
    }
}

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void measure(void *argument)
{
    (void)argument;
    channel = (int)call(SYS_CHANNEL_CREATE, HANDLE_GRANT, 4, 0, 0, 0, 0);
    connection = (int)call(SYS_CONNECTION_CREATE, HANDLE_GRANT, (uint64_t)channel, 1, RIGHTS_ALL, 0, 0);
    linked_thread_start(serve, NULL, -1);
    struct part part = {(uintptr_t)buffers[1], BYTES};
    double start = now_ns();
    for (int i = 0; i < ROUNDS; i++) {
        call(SYS_CALL, (uint64_t)connection, (uintptr_t)&part, (uintptr_t)&part, 1u | 1u << 16, DEADLINE_NONE, 0);
    }
    each_ns = (now_ns() - start) / ROUNDS;
}

int main(void)
{
    struct linked_options options = {.ram_bytes = RAM_BYTES};
    struct linked *linked = linked_create(&options);
    if (linked == NULL || linked_boot(linked, measure, NULL) != 0 || linked_run(linked) != 0) {
        return 1;
    }
    linked_destroy(linked);
    printf("linked_call_64 %.0f\n", each_ns);
    return 0;
}
