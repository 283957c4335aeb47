/* Round trips between two processes: call and reply of 64 bytes and of 4 words in registers each way, and 64 bytes
 * through the system's own pipes. */
#include <sys/os.h>

#define BYTES 64u
#define ROUNDS 20000
#define WARM_UP 1000

int main(void);

static uint8_t buffer[BYTES];

static _Noreturn void serve(int channel)
{
    struct part part = {(uintptr_t)buffer, sizeof buffer};
    uint64_t id = 0;
    for (;;) {
        if (sys_reply_receive(id, 0, &part, 1, &part, 1, channel) < 0) {
            os_exit(1);
        }
        id = sys_control()->info.kind == RECEIVED_MESSAGE ? sys_control()->info.message_id : 0;
    }
}

/* Two calls for each message: no register is left for receiving in the call that answers. */
static _Noreturn void serve_short(int channel)
{
    while (sys_receive(channel, NULL, 0, DEADLINE_NONE) == 0) {
        sys_reply_short(sys_control()->info.message_id, 0, sys_control()->words, MESSAGE_WORDS_MAX);
    }
    os_exit(1);
}

static int64_t call_once(int connection, bool is_short)
{
    struct part part = {(uintptr_t)buffer, sizeof buffer};
    const uint64_t words[MESSAGE_WORDS_MAX] = {1, 2, 3, 4};
    return is_short ? sys_call_short(connection, words, MESSAGE_WORDS_MAX, MESSAGE_WORDS_MAX, 0)
                    : sys_call(connection, &part, 1, &part, 1, 0, DEADLINE_NONE);
}

static int64_t calls_measure(bool is_short)
{
    int channel = sys_channel_create(HANDLE_GRANT, 4, 0);
    int connection = sys_connection_create(HANDLE_GRANT, channel, 1, RIGHTS_ALL);
    int fd = os_duplicate(channel, 3, DUPLICATE_LOWEST, 0);
    int pid = os_fork();
    if (pid == 0) {
        is_short ? serve_short(fd) : serve(fd);
    }
    int64_t start = 0;
    for (int i = 0; i < WARM_UP + ROUNDS; i++) {
        if (i == WARM_UP) {
            start = sys_clock_read();
        }
        if (call_once(connection, is_short) != 0) {
            return -1;
        }
    }
    int64_t each = (sys_clock_read() - start) / ROUNDS;
    os_kill(pid, 9);
    return each;
}

static int64_t pipes_measure(void)
{
    int there[2], back[2];
    if (os_pipe(there, 0) < 0 || os_pipe(back, 0) < 0) {
        return -1;
    }
    int pid = os_fork();
    if (pid == 0) {
        while (os_read(there[0], buffer, BYTES) == BYTES) {
            os_write(back[1], buffer, BYTES);
        }
        os_exit(0);
    }
    const int rounds = ROUNDS / 10;
    int64_t start = sys_clock_read();
    for (int i = 0; i < rounds; i++) {
        if (os_write(there[1], buffer, BYTES) != BYTES || os_read(back[0], buffer, BYTES) != BYTES) {
            return -1;
        }
    }
    int64_t each = (sys_clock_read() - start) / rounds;
    os_kill(pid, 9);
    return each;
}

int main(void)
{
    os_print(1, "call_reply_64 %lld\n", (long long)calls_measure(false));
    os_print(1, "call_reply_short %lld\n", (long long)calls_measure(true));
    os_print(1, "pipe_64 %lld\n", (long long)pipes_measure());
    return 0;
}
