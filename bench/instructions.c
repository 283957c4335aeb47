/* What each path costs on a machine whose time is instructions (`./dev hw BOARD bench`): prints `NAME COUNT` with
 * tenths, stubs and the loop around them included. The other side of each path is another process of the same priority.
 * Arguments: ROUNDS and names of paths; without names all. */
#include <sys/os.h>

#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define LARGE_BYTES (64u << 10)
#define WARM_UP_ROUNDS 20
#define SIGKILL_NUMBER 9
#define PULSE_SLOTS 1000u
#define FAULT_PAGES 512u
#define BUDGET_NS 1000000000ull

int main(int argc, char **argv);

static uint8_t buffer[LARGE_BYTES], other[LARGE_BYTES];
static int channel, connection, child, notification, source, paged;
static uint32_t bytes; /* of messages and answers */
static volatile uint8_t *touched;

/* Keeps the compiler from dropping or joining copies. */
static void clobber(void *memory)
{
    __asm__ volatile("" : : "r"(memory) : "memory");
}

/* Answers each message with as much as came, from one call to the next. */
static void serve(void)
{
    struct part room = {(uintptr_t)buffer, bytes}, answer = room;
    uint32_t count = bytes != 0;
    uint64_t id = 0;
    while (sys_reply_receive(id, 0, &answer, id != 0 ? count : 0, &room, count, channel) >= 0) {
        id = sys_control()->info.message_id;
    }
}

/* The same, with the message left in registers. */
static void serve_words(void)
{
    struct control *control = sys_control();
    uint64_t id = 0;
    while (sys_reply_receive_short(id, 0, control->words, bytes / 8, channel) >= 0) {
        id = control->info.message_id;
    }
}

static void serve_with_budget(void)
{
    int scheduling = sys_scheduling_create(HANDLE_GRANT, BUDGET_NS, BUDGET_NS, -1, 0, 0);
    sys_scheduling_bind(scheduling, SYS_SELF_THREAD);
    serve_words();
}

static void serve_yields(void)
{
    for (;;) {
        sys_thread_yield();
    }
}

static void serve_pages(void)
{
    struct fault_message fault;
    struct part part = {(uintptr_t)&fault, sizeof fault};
    uint64_t id = 0;
    while (sys_reply_receive(id, 0, NULL, 0, &part, 1, channel) >= 0) {
        id = sys_control()->info.message_id;
        sys_memory_supply(paged, fault.offset_bytes, source, fault.offset_bytes, PAGE_BYTES);
    }
}

static int descriptor(int handle)
{
    return os_duplicate(handle, 3, DUPLICATE_LOWEST, 0);
}

static bool server_start(void (*run)(void))
{
    child = os_fork();
    if (child == 0) {
        run();
        os_exit(1);
    }
    return child > 0;
}

static bool channel_open(void)
{
    channel = descriptor(sys_channel_create(HANDLE_GRANT, PULSE_SLOTS, 0));
    connection = sys_connection_create(HANDLE_GRANT, channel, 1, RIGHTS_ALL);
    return channel >= 0 && connection >= 0;
}

static bool words_open(void)
{
    return channel_open() && server_start(serve_words);
}

static bool parts_open(void)
{
    return channel_open() && server_start(serve);
}

static bool budget_open(void)
{
    return channel_open() && server_start(serve_with_budget);
}

static bool yield_open(void)
{
    return server_start(serve_yields);
}

static bool notification_open(void)
{
    notification = sys_notification_create(HANDLE_GRANT);
    return notification >= 0;
}

/* Memory whose pages are the other process's; each may be asked for once. */
static bool pages_open(void)
{
    if (!channel_open()) {
        return false;
    }
    source = descriptor(sys_memory_create(HANDLE_GRANT, FAULT_PAGES * PAGE_BYTES));
    paged = descriptor(sys_memory_paged(HANDLE_GRANT, FAULT_PAGES * PAGE_BYTES, connection, 1));
    int64_t at = sys_space_map(SYS_SELF_SPACE, 0, FAULT_PAGES * PAGE_BYTES, paged, 0, PROT_R | PROT_W);
    touched = (volatile uint8_t *)(uintptr_t)at;
    return source >= 0 && paged >= 0 && at > 0 && server_start(serve_pages);
}

static bool zeros_open(void)
{
    int64_t at = os_memory_map(0, FAULT_PAGES * FAULT_AROUND_PAGES * PAGE_BYTES, PROT_R | PROT_W);
    touched = (volatile uint8_t *)(uintptr_t)at;
    return at > 0;
}

static bool nothing_open(void)
{
    return true;
}

static bool words_once(void)
{
    const uint64_t words[MESSAGE_WORDS_MAX] = {1, 2, 3, 4};
    return sys_call_short(connection, words, bytes / 8, bytes / 8, 0) == 0;
}

static bool parts_once(void)
{
    struct part send = {(uintptr_t)buffer, bytes}, answer = {(uintptr_t)other, bytes};
    return sys_call(connection, &send, 1, &answer, 1, 0, DEADLINE_NONE) == 0;
}

static bool copy_once(void)
{
    memcpy(other, buffer, bytes);
    clobber(other);
    memcpy(buffer, other, bytes);
    clobber(buffer);
    return true;
}

static bool pulse_once(void)
{
    return sys_pulse(connection, 1, 2, -1) == 0;
}

static bool trap_once(void)
{
    return sys_handle_info(SYS_SELF_TABLE, HANDLE_GRANT) >= 0;
}

static bool yield_once(void)
{
    return sys_thread_yield() == 0;
}

static bool signal_once(void)
{
    return sys_notification_signal(notification, 1) == 0;
}

static bool page_once(void)
{
    *touched;
    touched += PAGE_BYTES;
    return true;
}

/* One page in each group that a fault brings in. */
static bool zero_once(void)
{
    *touched = 1;
    touched += FAULT_AROUND_PAGES * PAGE_BYTES;
    return true;
}

/* units: of the path in a round. rounds_max: 0 any number. */
static const struct path {
    const char *name;
    bool (*open)(void), (*once)(void);
    uint32_t bytes;
    int units, rounds_max;
} paths[] = {
    {"call_0_words", words_open, words_once, 0, 1, 0},
    {"call_4_words", words_open, words_once, 32, 1, 0},
    {"call_64", parts_open, parts_once, 64, 1, 0},
    {"call_256", parts_open, parts_once, 256, 1, 0},
    {"call_960", parts_open, parts_once, 960, 1, 0},
    {"call_64k", parts_open, parts_once, LARGE_BYTES, 1, 100},
    {"memcpy_64k", nothing_open, copy_once, LARGE_BYTES, 1, 100},
    {"call_0_words_budget", budget_open, words_once, 0, 1, 0},
    {"pulse", channel_open, pulse_once, 0, 1, PULSE_SLOTS - WARM_UP_ROUNDS},
    {"trap", nothing_open, trap_once, 0, 1, 0},
    {"yield", yield_open, yield_once, 0, 2, 0},
    {"yield_alone", nothing_open, yield_once, 0, 1, 0},
    {"signal", notification_open, signal_once, 0, 1, 0},
    {"fault_pager", pages_open, page_once, 0, 1, FAULT_PAGES - WARM_UP_ROUNDS},
    {"fault_zero", zeros_open, zero_once, 0, 1, FAULT_PAGES - WARM_UP_ROUNDS},
};

static void path_run(const struct path *path, int rounds)
{
    bytes = path->bytes;
    child = -1;
    if (path->rounds_max != 0 && rounds > path->rounds_max) {
        rounds = path->rounds_max;
    }
    bool good = path->open();
    for (int i = 0; good && i < WARM_UP_ROUNDS; i++) {
        good = path->once();
    }
    int64_t start = sys_clock_read();
    for (int i = 0; good && i < rounds; i++) {
        good = path->once();
    }
    int64_t end = sys_clock_read();
    if (good) {
        bench_print("", path->name, (end - start) * 10 / rounds / path->units);
    } else {
        os_print(2, "%s failed\n", path->name);
    }
    if (child > 0) {
        os_kill(child, SIGKILL_NUMBER);
        os_wait(child, &(struct wait_result){0}, 0);
    }
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 1000;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        bool wanted = argc <= 2;
        for (int k = 2; k < argc; k++) {
            wanted = wanted || strcmp(argv[k], paths[i].name) == 0;
        }
        if (wanted && rounds > 0) {
            path_run(&paths[i], rounds);
        }
    }
    return 0;
}
