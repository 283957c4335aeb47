/* Round trips through the kernel in linked mode, 64 bytes each way, and 4 words each way in registers. */
#include "../bench.h"
#include "linked/linked.h"

#include <abi/handles.h>
#include <stdlib.h>
#include <string.h>

#define BYTES 64u
#define ROUNDS 20000
#define RAM_BYTES (16u << 20)

static int channel, connection;
static uint8_t buffers[2][BYTES];
static int rounds = ROUNDS;
static const char *only = "";

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

static int short_channel;

static void serve_short(void *argument)
{
    (void)argument;
    struct control *control = linked_control();
    uint64_t id = 0;
    while (call(SYS_REPLY_RECEIVE_SHORT, id, MESSAGE_WORDS_MAX | (uint64_t)short_channel << 8, control->words[0],
                control->words[1], control->words[2], control->words[3]) == 0) {
        id = control->info.message_id;
    }
}

static bool call_once(void)
{
    struct part part = {(uintptr_t)buffers[1], BYTES};
    return call(SYS_CALL, (uint64_t)connection, (uintptr_t)&part, (uintptr_t)&part, 1u | 1u << 16, DEADLINE_NONE,
                0) == 0;
}

static bool short_once(void)
{
    return call(SYS_CALL_SHORT, (uint64_t)connection, 1, 2, 3, 4, MESSAGE_WORDS_MAX | MESSAGE_WORDS_MAX << 8) == 0;
}

static void measure_all(void *argument)
{
    (void)argument;
    channel = (int)call(SYS_CHANNEL_CREATE, HANDLE_GRANT, 4, 0, 0, 0, 0);
    connection = (int)call(SYS_CONNECTION_CREATE, HANDLE_GRANT, (uint64_t)channel, 1, RIGHTS_ALL, 0, 0);
    linked_thread_start(serve, NULL, -1);
    if (strcmp(only, "call_short") != 0) {
        bench_path("linked_", "call_64", rounds, 1, call_once);
    }
    short_channel = (int)call(SYS_CHANNEL_CREATE, HANDLE_GRANT, 4, 0, 0, 0, 0);
    connection = (int)call(SYS_CONNECTION_CREATE, HANDLE_GRANT, (uint64_t)short_channel, 1, RIGHTS_ALL, 0, 0);
    linked_thread_start(serve_short, NULL, -1);
    if (strcmp(only, "call_64") != 0) {
        bench_path("linked_", "call_short", rounds, 1, short_once);
    }
}

/* Arguments: rounds of each batch; the one path to measure. */
int main(int argc, char **argv)
{
    struct linked_options options = {.ram_bytes = RAM_BYTES};
    struct linked *linked = linked_create(&options);
    if (argc > 1) {
        rounds = atoi(argv[1]);
    }
    if (argc > 2) {
        only = argv[2];
    }
    if (linked == NULL || linked_boot(linked, measure_all, NULL) != 0 || linked_run(linked) != 0) {
        return 1;
    }
    linked_destroy(linked);
    return 0;
}
