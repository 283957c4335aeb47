/* The kill storm: clients and servers that die at random, in every thread state, while they call, answer, copy, wait,
 * sleep, fault and spin. Afterwards nothing may be left, nobody may hang, and whoever lives has been answered.
 *
 *     kills [COUNT [SEED]] [NAME...]
 *
 * A worker is a thread of this space, a thread with a copy of it, or a process of the root server; each has a table
 * of its own, so its death is a process's. Workers run below the driver's priority: it kills whenever it likes. */
#include "test.h"
#include "worker.h"

#include <stdlib.h>
#include <string.h>
#include <sys/os.h>

#define COUNT_DEFAULT 10000u
#define SEED_DEFAULT 1u
#define ROUND_KILLS 200u
#define PAUSE_NS_MAX 1000000u
#define STACK_BYTES 65536u
#define KEPT_PAGES_MAX 64u /* that servers may touch for the first time in the second storm */
#define FAULTS_LEFT_MAX 256u
#define END_TRIES 24000
#define END_NAP_NS 5000000u
#define SETTLED_LOOKS 3u
#define SIGKILL_NUMBER 9

enum worker_kind { WORKER_THREAD, WORKER_SPACE, WORKER_PROCESS };

/* Started workers, as the driver knows them. */
struct worker {
    enum worker_kind kind;
    int handle; /* of the thread; -1: none */
    int pid;
    int control_memory;
};

static struct worker workers[WORKERS];
static uint8_t stacks[WORKERS][STACK_BYTES] __attribute__((aligned(16)));
static uint64_t control_addresses[WORKERS];
static uint64_t seed, random_state;
static uint64_t kill_count;
static uint32_t kills_by_state[THREAD_DEAD + 1];
static int fault_channel, fault_connection, own_priority;
static const char *trouble; /* the driver's own: NULL if all went well */

static void expect(bool holds, const char *what)
{
    if (!holds && trouble == NULL) {
        trouble = what;
    }
}

static uint64_t pick(uint64_t limit)
{
    return test_random(&random_state) % limit;
}

static bool is_server(unsigned index)
{
    return index < SERVERS;
}

/* A server's channel is in its own table only, so that it goes with it; clients find the connection. */
static void channel_open(unsigned index)
{
    int channel = sys_channel_create(HANDLE_GRANT, 4, pick(2) == 0 ? CHANNEL_UNBLOCK : 0);
    int connection = sys_connection_create(HANDLE_GRANT, channel, index + 1, RIGHTS_ALL);
    expect(channel >= 0 && connection >= 0, "cannot make a channel");
    sys_handle_duplicate(SYS_SELF_TABLE, connection, SYS_SELF_TABLE, FD_CONNECTION + (int)index, DUPLICATE_EXACT,
                         RIGHTS_ALL, 0);
    sys_handle_close(SYS_SELF_TABLE, connection);
    sys_handle_duplicate(SYS_SELF_TABLE, channel, SYS_SELF_TABLE, FD_CHANNEL, DUPLICATE_EXACT, RIGHTS_ALL, 0);
    sys_handle_close(SYS_SELF_TABLE, channel);
}

static void worker_run(unsigned index)
{
    if (is_server(index)) {
        worker_server(index);
    } else {
        worker_client(index);
    }
}

static void worker_thread(uint64_t index)
{
    worker_run((unsigned)index);
    sys_thread_exit();
}

static void process_start(unsigned index, int priority)
{
    int pid = os_fork();
    if (pid == 0) {
        sys_thread_set(SYS_SELF_THREAD, THREAD_PRIORITY, (uint64_t)priority);
        worker_run(index);
        os_exit(0);
    }
    expect(pid > 0, "cannot fork");
    workers[index].pid = pid;
}

static int table_make(void)
{
    int table = sys_table_create(HANDLE_GRANT);
    expect(table >= 0 && sys_table_copy(table, SYS_SELF_TABLE, FD_CONNECTION, FD_LIMIT - FD_CONNECTION) > 0 &&
               sys_handle_duplicate(SYS_SELF_TABLE, HANDLE_GRANT, table, HANDLE_GRANT, DUPLICATE_EXACT, RIGHTS_ALL,
                                    0) == HANDLE_GRANT,
           "cannot make a table");
    return table;
}

static int space_make(enum worker_kind kind)
{
    if (kind == WORKER_THREAD) {
        return SYS_SELF_SPACE;
    }
    int space = sys_space_create(HANDLE_GRANT);
    expect(space >= 0 && sys_space_clone(space, SYS_SELF_SPACE, HANDLE_GRANT) == 0, "cannot clone the space");
    return space;
}

static void thread_start(unsigned index, enum worker_kind kind, int priority)
{
    struct worker *worker = &workers[index];
    int table = table_make(), space = space_make(kind);
    ((struct control *)(uintptr_t)control_addresses[index])->transfer_count = 0; /* the one before died with it set */
    uint64_t top = (uintptr_t)stacks[index] + STACK_BYTES - 8; /* as after a call */
    worker->handle = sys_thread_create(HANDLE_GRANT, space, table, worker->control_memory, control_addresses[index],
                                       pick(4) == 0 ? -1 : fault_connection);
    expect(worker->handle >= 0, "cannot make a thread");
    expect(sys_thread_set(worker->handle, THREAD_PRIORITY, (uint64_t)priority) == 0, "cannot lower a priority");
    if (pick(32) == 0) { /* one that never starts: its table does not hold itself */
        expect(sys_thread_kill(worker->handle) == 0, "cannot kill a new thread");
        kills_by_state[THREAD_NEW]++;
        kill_count++;
    } else {
        expect(sys_thread_start(worker->handle, (uintptr_t)worker_thread, top, index) == 0, "cannot start a thread");
    }
    sys_handle_close(SYS_SELF_TABLE, table);
    if (space >= 0) {
        sys_handle_close(SYS_SELF_TABLE, space);
    }
}

static void worker_start(unsigned index)
{
    static const enum worker_kind kinds[] = {WORKER_THREAD, WORKER_THREAD, WORKER_THREAD, WORKER_THREAD,
                                             WORKER_THREAD, WORKER_SPACE,  WORKER_SPACE,  WORKER_PROCESS};
    struct worker *worker = &workers[index];
    int priority = own_priority - 1 - (int)pick(3);
    worker->kind = kinds[pick(sizeof kinds / sizeof kinds[0])];
    worker->handle = -1;
    worker_ledger->records[index] = (struct record){
        .seed = test_random(&random_state),
        .owns_space = worker->kind != WORKER_THREAD,
        .faults = worker->kind != WORKER_PROCESS,
    };
    if (is_server(index)) {
        channel_open(index);
    }
    if (worker->kind == WORKER_PROCESS) {
        process_start(index, priority);
    } else {
        thread_start(index, worker->kind, priority);
    }
    if (is_server(index)) {
        sys_handle_close(SYS_SELF_TABLE, FD_CHANNEL);
    }
}

/* Answers exceptions: go on (and fault again) or die; or leaves the thread where it is until the end. */
static void faults_answer(bool end)
{
    static uint64_t left[FAULTS_LEFT_MAX];
    static unsigned left_count;
    while (sys_receive(fault_channel, NULL, 0, 0) == 0) {
        struct receive_info info = sys_control()->info;
        if (info.kind == RECEIVED_EXCEPTION && !end && left_count < FAULTS_LEFT_MAX && pick(4) == 0) {
            left[left_count++] = info.message_id;
        } else if (info.kind == RECEIVED_EXCEPTION) {
            sys_reply(info.message_id, end ? EXCEPTION_KILL : (int64_t)pick(2), NULL, 0);
        }
    }
    while (end && left_count > 0) {
        sys_reply(left[--left_count], EXCEPTION_KILL, NULL, 0); /* it may be dead */
    }
}

static void process_kill(struct worker *worker)
{
    struct wait_result result = {0};
    os_kill(worker->pid, SIGKILL_NUMBER);
    expect(os_wait(worker->pid, &result, WAIT_EXITED) == worker->pid, "a killed process does not end");
    expect(result.status == SIGKILL_NUMBER || result.status == 0,
           "a killed process has a strange status");
    kill_count++;
}

static void thread_kill(struct worker *worker)
{
    struct thread_info info = {0};
    expect(sys_thread_info(worker->handle, &info) == 0, "no information of a thread");
    if (info.state != THREAD_DEAD) {
        kills_by_state[info.state]++;
        kill_count++;
        expect(sys_thread_kill(worker->handle) == 0, "cannot kill a thread");
    }
    sys_handle_close(SYS_SELF_TABLE, worker->handle);
}

static void worker_kill(unsigned index)
{
    if (workers[index].kind == WORKER_PROCESS) {
        process_kill(&workers[index]);
    } else {
        thread_kill(&workers[index]);
    }
    const struct record *record = &worker_ledger->records[index];
    if (record->bad != 0 && trouble == NULL) {
        os_print(1, "kills: worker.c:%u: status %ld\n", record->bad, (long)record->bad_status);
        trouble = "a worker met what it should not";
    }
}

/* What else can befall a worker. */
static void worker_disturb(unsigned index)
{
    if (workers[index].kind == WORKER_PROCESS) {
        return;
    }
    switch (pick(4)) {
    case 0: sys_thread_suspend(workers[index].handle); break;
    case 1: sys_thread_interrupt(workers[index].handle); break;
    default: sys_thread_resume(workers[index].handle); break;
    }
}

static void round_run(uint64_t wanted)
{
    worker_ledger->stop = 0;
    for (unsigned i = 0; i < WORKERS; i++) {
        worker_start(i);
    }
    while (kill_count < wanted && trouble == NULL) {
        if (pick(4) != 0) {
            sys_thread_sleep((uint64_t)sys_clock_read() + pick(PAUSE_NS_MAX));
        }
        faults_answer(false);
        worker_disturb((unsigned)pick(WORKERS));
        unsigned victim = (unsigned)pick(WORKERS);
        worker_kill(victim);
        worker_start(victim);
        if (pick(8) == 0) {
            sys_notification_signal(FD_NOTIFICATION, 1);
        }
    }
}

static bool client_ended(unsigned index)
{
    struct thread_info info = {0};
    if (worker_ledger->records[index].finished != 0) {
        return true;
    }
    return workers[index].kind != WORKER_PROCESS && sys_thread_info(workers[index].handle, &info) == 0 &&
           info.state == THREAD_DEAD;
}

/* The servers die; the clients who live must come out of their calls, and end by themselves. */
static void clients_end(void)
{
    worker_ledger->stop = 1;
    for (unsigned i = 0; i < SERVERS; i++) {
        worker_kill(i);
    }
    for (unsigned i = SERVERS; i < WORKERS; i++) {
        sys_thread_resume(workers[i].kind == WORKER_PROCESS ? SYS_SELF_THREAD : workers[i].handle);
    }
    for (unsigned i = SERVERS; i < WORKERS; i++) {
        for (int tries = 0; !client_ended(i) && tries < END_TRIES; tries++) {
            faults_answer(true);
            sys_thread_sleep((uint64_t)sys_clock_read() + END_NAP_NS);
        }
        const struct record *record = &worker_ledger->records[i];
        expect(client_ended(i), "a client hangs");
        expect(record->finished == 0 || record->calls_begun == record->calls_ended, "a client was not answered");
        worker_kill(i);
    }
    for (unsigned i = 0; i < SERVERS; i++) {
        sys_handle_close(SYS_SELF_TABLE, FD_CONNECTION + (int)i);
    }
    faults_answer(true);
}

static void storm(uint64_t wanted)
{
    kill_count = 0;
    memset(kills_by_state, 0, sizeof kills_by_state);
    while (kill_count < wanted && trouble == NULL) {
        round_run(kill_count + ROUND_KILLS < wanted ? kill_count + ROUND_KILLS : wanted);
        clients_end();
    }
    os_print(1, "kills: new %u ready %u calling %u unanswered %u receiving %u notification %u address %u sleep %u\n",
             kills_by_state[THREAD_NEW], kills_by_state[THREAD_READY], kills_by_state[THREAD_SEND],
             kills_by_state[THREAD_REPLY], kills_by_state[THREAD_RECEIVE], kills_by_state[THREAD_NOTIFICATION_WAIT],
             kills_by_state[THREAD_ADDRESS_WAIT], kills_by_state[THREAD_SLEEP]);
}

/* Memory that every copy of this space shares; its address or -error. */
static int64_t shared_map(uint64_t size_bytes, int *memory)
{
    uint64_t whole_bytes = (size_bytes + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
    *memory = sys_memory_create(HANDLE_GRANT, whole_bytes);
    return sys_space_map(SYS_SELF_SPACE, 0, whole_bytes, *memory, 0, PROT_R | PROT_W | MAP_FLAG_SHARED);
}

static bool memory_map(void)
{
    int memory;
    int64_t address = shared_map(sizeof(struct ledger), &memory);
    worker_ledger = (struct ledger *)(uintptr_t)address;
    for (unsigned i = 0; i < WORKERS && address > 0; i++) {
        address = shared_map(PAGE_BYTES, &workers[i].control_memory);
        control_addresses[i] = (uint64_t)address;
    }
    return address > 0;
}

static bool prepare(void)
{
    struct thread_info info = {0};
    fault_channel = sys_channel_create(HANDLE_GRANT, 4, 0);
    fault_connection = sys_connection_create(HANDLE_GRANT, fault_channel, 1, RIGHTS_ALL);
    int notification = sys_notification_create(HANDLE_GRANT);
    if (fault_connection < 0 || notification < 0 || sys_thread_info(SYS_SELF_THREAD, &info) != 0 || !memory_map()) {
        return false;
    }
    own_priority = (int)info.base_priority;
    sys_handle_duplicate(SYS_SELF_TABLE, notification, SYS_SELF_TABLE, FD_NOTIFICATION, DUPLICATE_EXACT, RIGHTS_ALL, 0);
    random_state = seed;
    memset(stacks, 1, sizeof stacks);
    worker_prepare();
    return true;
}

static bool counts_are_equal(const struct kernel_info *left, const struct kernel_info *right)
{
    return left->free_pages == right->free_pages &&
           memcmp(left->object_count, right->object_count, sizeof left->object_count) == 0;
}

/* Waits until the counts stop changing: the last of a dead process goes after its parent was told. */
static void settled_info(struct kernel_info *info)
{
    struct kernel_info before;
    unsigned equal = 0;
    sys_kernel_info(info);
    while (equal < SETTLED_LOOKS) {
        before = *info;
        sys_thread_sleep((uint64_t)sys_clock_read() + END_NAP_NS);
        sys_kernel_info(info);
        equal = counts_are_equal(&before, info) ? equal + 1 : 0;
    }
}

static uint64_t own_pages(void)
{
    struct grant_info info = {0};
    sys_grant_info(HANDLE_GRANT, &info);
    return info.used_pages;
}

static uint64_t count = COUNT_DEFAULT;

/* The first, smaller storm makes the servers touch what they keep; the second must cost nothing. */
TEST(ten_thousand_kills_in_every_state_leave_nothing_and_answer_all_IPC_17_PRC_7)
{
    struct kernel_info before, after;
    EXPECT(prepare());
    storm(count / 10);
    settled_info(&before);
    uint64_t own = own_pages();
    storm(count);
    settled_info(&after);
    if (trouble != NULL) {
        test_fail(__FILE__, __LINE__, "seed %lu: %s", (unsigned long)seed, trouble);
    }
    for (int type = 0; type < OBJECT_TYPE_COUNT; type++) {
        EXPECT_EQ(after.object_count[type], before.object_count[type]);
    }
    EXPECT_EQ(own_pages(), own);
    EXPECT(after.free_pages + KEPT_PAGES_MAX >= before.free_pages);
    for (int state = THREAD_SEND; state < THREAD_DEAD; state++) {
        EXPECT(count < COUNT_DEFAULT || kills_by_state[state] > 0);
    }
}

/* The next argument if it is a number. */
static bool number_take(int *argc, char ***argv, uint64_t *number)
{
    if (*argc < 2 || (*argv)[1][0] < '0' || (*argv)[1][0] > '9') {
        return false;
    }
    *number = strtoul((*argv)[1], NULL, 10);
    (*argv)++;
    (*argc)--;
    return true;
}

int main(int argc, char **argv)
{
    const struct test tests[] = {ten_thousand_kills_in_every_state_leave_nothing_and_answer_all_IPC_17_PRC_7};
    seed = SEED_DEFAULT;
    if (number_take(&argc, &argv, &count)) {
        number_take(&argc, &argv, &seed);
    }
    os_print(1, "kills: %lu, seed %lu\n", (unsigned long)count, (unsigned long)seed);
    return test_run_all(tests, 1, argc, argv);
}
