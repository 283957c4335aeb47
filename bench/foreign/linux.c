/* An ordinary Linux program, the same for the host and for the machine: PREFIX FILE PATH..., measures those paths.
 * FILE holds at least 4 KiB. A prefix that ends in fifo_ asks for real-time priority. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../bench.h"

#define BUFFER_BYTES (1u << 20)
#define PAGE 4096u
#define RUN_PAGES 256u
#define SCATTERED 64u
#define FAULTS 64u
#define FAULT_STRIDE (8u * PAGE)
#define ANSWER_BYTES 64u
#define FUTEX_WAIT 0
#define FUTEX_WAKE 1

int main(int argc, char **argv);

static char buffer[BUFFER_BYTES];
static char *self, *file;
static int there[2], back[2], open_file;
static size_t message_bytes;
static pid_t peer;
static uint32_t *words; /* shared: whose turn it is */
static char *scratch;

static bool all(ssize_t (*move)(int, void *, size_t), int fd, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        ssize_t part = move(fd, buffer + done, bytes - done);
        if (part <= 0) {
            return false;
        }
        done += (size_t)part;
    }
    return true;
}

static ssize_t out(int fd, void *bytes, size_t count)
{
    return write(fd, bytes, count);
}

/* There a message, back 64 bytes. */
static bool stream_once(void)
{
    return all(out, there[1], message_bytes) && all(read, back[0], ANSWER_BYTES);
}

static void peer_start(void (*run)(void))
{
    peer = fork();
    if (peer == 0) {
        run();
        _exit(0);
    }
}

static void peer_end(void)
{
    kill(peer, SIGKILL);
    waitpid(peer, NULL, 0);
}

static void stream_serve(void)
{
    while (all(read, there[0], message_bytes) && all(out, back[1], ANSWER_BYTES)) {
    }
}

static void streams_close(void)
{
    for (int i = 0; i < 2; i++) {
        close(there[i]);
        close(back[i]);
    }
}

static void pipe_bench(const char *prefix, const char *name, size_t bytes, int rounds)
{
    if (pipe(there) != 0 || pipe(back) != 0) {
        return;
    }
    message_bytes = bytes;
    peer_start(stream_serve);
    bench_path(prefix, name, rounds, 1, stream_once);
    peer_end();
    streams_close();
}

static void socket_bench(const char *prefix, const char *name)
{
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, there) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, back) != 0) {
        return;
    }
    message_bytes = ANSWER_BYTES;
    peer_start(stream_serve);
    bench_path(prefix, name, 4000, 1, stream_once);
    peer_end();
    streams_close();
}

static void turn_give(uint32_t mine, uint32_t theirs)
{
    __atomic_store_n(words, theirs, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, words, FUTEX_WAKE, 1, NULL, NULL, 0);
    while (__atomic_load_n(words, __ATOMIC_SEQ_CST) != mine) {
        syscall(SYS_futex, words, FUTEX_WAIT, theirs, NULL, NULL, 0);
    }
}

static void futex_serve(void)
{
    syscall(SYS_futex, words, FUTEX_WAIT, 0, NULL, NULL, 0);
    for (;;) {
        memcpy(words + 16, buffer, ANSWER_BYTES);
        turn_give(1, 0);
    }
}

static bool futex_once(void)
{
    memcpy(buffer, words + 16, ANSWER_BYTES);
    turn_give(0, 1);
    return true;
}

static void futex_bench(const char *prefix, const char *name)
{
    words = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    peer_start(futex_serve);
    bench_path(prefix, name, 4000, 1, futex_once);
    peer_end();
}

static bool getppid_once(void)
{
    return syscall(SYS_getppid) >= 0;
}

static bool faults_once(void)
{
    char *base = mmap(NULL, FAULTS * FAULT_STRIDE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) {
        return false;
    }
    madvise(base, FAULTS * FAULT_STRIDE, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < FAULTS; i++) {
        *(volatile char *)(base + i * FAULT_STRIDE) = 1;
    }
    return munmap(base, FAULTS * FAULT_STRIDE) == 0;
}

/* Pages of a memory file that has them already, as the machine's memory objects do. */
static bool map_at(size_t index, size_t pages)
{
    return mmap(scratch + index * PAGE, pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED | MAP_POPULATE,
                open_file, (off_t)(index / 2 * PAGE)) != MAP_FAILED;
}

static bool map_run_once(void)
{
    return map_at(0, RUN_PAGES) && munmap(scratch, RUN_PAGES * PAGE) == 0;
}

static bool map_scattered_once(void)
{
    for (size_t i = 0; i < SCATTERED; i++) {
        if (!map_at(2 * i, 1)) {
            return false;
        }
    }
    return munmap(scratch, 2 * SCATTERED * PAGE) == 0;
}

static void map_bench(const char *prefix)
{
    open_file = (int)syscall(SYS_memfd_create, "bench", 0);
    scratch = mmap(NULL, RUN_PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (open_file >= 0 && ftruncate(open_file, RUN_PAGES * PAGE) == 0) {
        bench_path(prefix, "map_run", 20, RUN_PAGES, map_run_once);
        bench_path(prefix, "map_scattered", 20, SCATTERED, map_scattered_once);
    }
    close(open_file);
}

static bool read_once(void)
{
    return pread(open_file, buffer, PAGE, 0) == PAGE;
}

static void read_bench(const char *prefix, const char *name)
{
    open_file = open(file, O_RDONLY);
    bench_path(prefix, name, 2000, 1, read_once);
    close(open_file);
}

static bool open_once(void)
{
    int fd = open(file, O_RDONLY);
    return fd >= 0 && close(fd) == 0;
}

static bool fork_once(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    return waitpid(pid, NULL, 0) == pid;
}

static bool exec_once(void)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        execl(self, self, (char *)NULL);
        _exit(1);
    }
    return waitpid(pid, &status, 0) == pid && status == 0;
}

static void path_run(const char *prefix, const char *name)
{
    if (strcmp(name, "pipe_64") == 0) {
        pipe_bench(prefix, name, ANSWER_BYTES, 4000);
    } else if (strcmp(name, "pipe_64k") == 0) {
        pipe_bench(prefix, name, 64u << 10, 500);
    } else if (strcmp(name, "pipe_1m") == 0) {
        pipe_bench(prefix, name, BUFFER_BYTES, 50);
    } else if (strcmp(name, "socket_64") == 0) {
        socket_bench(prefix, name);
    } else if (strcmp(name, "futex_64") == 0) {
        futex_bench(prefix, name);
    } else if (strcmp(name, "getppid") == 0) {
        bench_path(prefix, name, 4000, 1, getppid_once);
    } else if (strcmp(name, "fault") == 0) {
        bench_path(prefix, name, 10, FAULTS, faults_once);
    } else if (strcmp(name, "map") == 0) {
        map_bench(prefix);
    } else if (strcmp(name, "read_4k") == 0) {
        read_bench(prefix, name);
    } else if (strcmp(name, "open_close") == 0) {
        bench_path(prefix, name, 500, 1, open_once);
    } else if (strcmp(name, "fork") == 0) {
        bench_path(prefix, name, 20, 1, fork_once);
    } else if (strcmp(name, "exec") == 0) {
        bench_path(prefix, name, 10, 1, exec_once);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        return 0; /* what exec_once starts */
    }
    const char *prefix = argv[1];
    self = argv[0];
    file = argv[2];
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    sched_setaffinity(0, sizeof one, &one);
    if (strstr(prefix, "fifo_") != NULL) {
        struct sched_param parameter = {.sched_priority = 1};
        if (syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &parameter) != 0) {
            return 0;
        }
    }
    for (int i = 3; i < argc; i++) {
        path_run(prefix, argv[i]);
    }
    return 0;
}
