/* Round trips between two processes: calls of several sizes, answered with 64 bytes; four words in registers; pulses.
 * A first argument is put before the names. */
#include <sys/os.h>

#include "bench.h"

#define ANSWER_BYTES 64u
#define BUFFER_BYTES (1u << 20)
#define SIGKILL_NUMBER 9

int main(int argc, char **argv);

static uint8_t buffer[BUFFER_BYTES];
static int connection;
static uint32_t call_bytes;

static _Noreturn void serve(int channel)
{
    struct part room = {(uintptr_t)buffer, sizeof buffer}, answer = {(uintptr_t)buffer, ANSWER_BYTES};
    uint64_t id = 0;
    for (;;) {
        if (sys_reply_receive(id, 0, &answer, 1, &room, 1, channel) < 0) {
            os_exit(1);
        }
        id = sys_control()->info.kind == RECEIVED_MESSAGE ? sys_control()->info.message_id : 0;
    }
}

static _Noreturn void serve_short(int channel)
{
    struct control *control = sys_control();
    uint64_t id = 0;
    while (sys_reply_receive_short(id, 0, control->words, MESSAGE_WORDS_MAX, channel) == 0) {
        id = control->info.kind == RECEIVED_MESSAGE ? control->info.message_id : 0;
    }
    os_exit(1);
}

static bool call_once(void)
{
    struct part part = {(uintptr_t)buffer, call_bytes}, answer = {(uintptr_t)buffer, ANSWER_BYTES};
    return sys_call(connection, &part, 1, &answer, 1, 0, DEADLINE_NONE) == 0;
}

static bool short_once(void)
{
    const uint64_t words[MESSAGE_WORDS_MAX] = {1, 2, 3, 4};
    return sys_call_short(connection, words, MESSAGE_WORDS_MAX, MESSAGE_WORDS_MAX, 0) == 0;
}

/* A pulse, and the short wait until its receiver asks for the next. */
static bool pulse_once(void)
{
    while (sys_pulse(connection, 1, 2, -1) == -E_AGAIN) {
        sys_thread_yield();
    }
    return true;
}

static int server_start(void (*run)(int))
{
    int channel = sys_channel_create(HANDLE_GRANT, 4, 0);
    connection = sys_connection_create(HANDLE_GRANT, channel, 1, RIGHTS_ALL);
    int fd = os_duplicate(channel, 3, DUPLICATE_LOWEST, 0);
    int pid = os_fork();
    if (pid == 0) {
        run(fd);
    }
    return pid;
}

int main(int argc, char **argv)
{
    const char *prefix = argc > 1 ? argv[1] : "";
    int server = server_start(serve), server_short = -1;
    call_bytes = ANSWER_BYTES;
    bench_path(prefix, "call_64", 4000, 1, call_once);
    call_bytes = 64u << 10;
    bench_path(prefix, "call_64k", 1000, 1, call_once);
    call_bytes = BUFFER_BYTES;
    bench_path(prefix, "call_1m", 50, 1, call_once);
    bench_path(prefix, "pulse", 4000, 1, pulse_once);
    os_kill(server, SIGKILL_NUMBER);
    server_short = server_start(serve_short);
    bench_path(prefix, "call_short", 4000, 1, short_once);
    os_kill(server_short, SIGKILL_NUMBER);
    return 0;
}
