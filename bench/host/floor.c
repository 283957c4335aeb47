/* What the host itself needs for the hosted machine's paths, with nothing done in between: a round trip over a kernel
 * thread by seccomp notifications, with the priorities that the machine has (sim/host.c), and one copy of a message. An
 * argument is put before the names; one that ends in fifo_ asks for real-time priority. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../bench.h"

#define CALL 0x7f00 /* no system call of Linux */
#define TASKS 2
#define NICE 3
#define SLICE_NS 10000000u
#define COPY_BYTES_MAX (1u << 20)
#define RSEQ_BYTES 32
#define RSEQ_SIGNATURE 0x53053053u

struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime_ns, deadline_ns, period_ns;
};

extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));

static bool fifo;
static pid_t tasks[TASKS];
static int listeners[TASKS];
static struct seccomp_notif calls[TASKS]; /* each task's, not answered yet */
static char *memory;
static size_t copy_bytes;

static void sequences_drop(void)
{
    if (&__rseq_size != NULL && __rseq_size != 0) {
        syscall(SYS_rseq, (char *)__builtin_thread_pointer() + __rseq_offset, RSEQ_BYTES, 1, RSEQ_SIGNATURE);
    }
}

static void priority_set(int fifo_priority, int nice, uint64_t slice_ns)
{
    struct sched_param parameter = {.sched_priority = fifo_priority};
    struct attributes attributes = {.size = sizeof(attributes), .nice = nice, .runtime_ns = slice_ns};
    if (fifo && sched_setscheduler(0, SCHED_FIFO, &parameter) != 0) {
        exit(0);
    }
    if (!fifo) {
        syscall(SYS_sched_setattr, 0, &attributes, 0);
    }
}

static _Noreturn void task_main(int tell)
{
    struct sock_filter filter[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                                   BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALL, 0, 1),
                                   BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
                                   BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
    unsigned flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    priority_set(2, 0, 0);
    sequences_drop();
    int listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    if (listener < 0 || write(tell, &listener, sizeof(listener)) != sizeof(listener)) {
        _exit(1);
    }
    for (;;) {
        syscall(CALL, 1, 2, 3);
    }
}

static bool receive(int task)
{
    memset(&calls[task], 0, sizeof(calls[task]));
    return ioctl(listeners[task], SECCOMP_IOCTL_NOTIF_RECV, &calls[task]) == 0;
}

static bool answer(int task)
{
    struct seccomp_notif_resp response = {.id = calls[task].id};
    return ioctl(listeners[task], SECCOMP_IOCTL_NOTIF_SEND, &response) == 0;
}

static bool task_start(int task)
{
    int told[2], listener;
    if (pipe(told) != 0 || (tasks[task] = fork()) < 0) {
        return false;
    }
    if (tasks[task] == 0) {
        task_main(told[1]);
    }
    close(told[1]);
    bool good = read(told[0], &listener, sizeof(listener)) == sizeof(listener);
    int process = (int)syscall(SYS_pidfd_open, tasks[task], 0);
    listeners[task] = good ? (int)syscall(SYS_pidfd_getfd, process, listener, 0) : -1;
    close(process);
    close(told[0]);
    ioctl(listeners[task], SECCOMP_IOW(4, uint64_t), 1ul); /* SYNC_WAKE_UP */
    return receive(task);
}

/* The client has called: the server runs until it asks for the next message, then the client is answered. */
static bool round_once(void)
{
    return answer(1) && receive(1) && answer(0) && receive(0);
}

static bool copy_once(void)
{
    memcpy(memory, memory + 2 * COPY_BYTES_MAX, copy_bytes);
    __asm__ volatile("" ::: "memory");
    return true;
}

static bool memory_make(void)
{
    size_t bytes = 3 * COPY_BYTES_MAX;
    int file = memfd_create("bench", 0);
    if (file < 0 || ftruncate(file, (off_t)bytes) != 0) {
        return false;
    }
    memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0);
    close(file);
    return memory != MAP_FAILED;
}

int main(int argc, char **argv)
{
    const char *prefix = argc > 1 ? argv[1] : "";
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    sched_setaffinity(0, sizeof(one), &one);
    fifo = strstr(prefix, "fifo_") != NULL;
    bool good = task_start(0) && task_start(1);
    priority_set(1, NICE, SLICE_NS);
    sequences_drop();
    if (good) {
        bench_path(prefix, "round_trip", 4000, 1, round_once);
    }
    if (!fifo && memory_make()) {
        copy_bytes = 64u << 10;
        bench_path(prefix, "copy_64k", 1000, 1, copy_once);
        copy_bytes = COPY_BYTES_MAX;
        bench_path(prefix, "copy_1m", 50, 1, copy_once);
    }
    for (int task = 0; task < TASKS; task++) {
        if (tasks[task] > 0) {
            kill(tasks[task], SIGKILL);
        }
    }
    return 0;
}
