/* Bad addresses given to calls: an error for the call, never for the program. */
#include "show.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The compiler must not know. */
static char *volatile bad = (char *)16;
static char *volatile kernel = (char *)-4096;
static char *volatile not_canonical = (char *)0x8000000000000000;

static void paths(void)
{
    struct stat st;
    SHOW(open(bad, O_RDONLY));
    SHOW(open(kernel, O_RDONLY));
    SHOW(open(not_canonical, O_RDONLY));
    SHOW(mkdir(kernel, 0700));
    SHOW(syscall(SYS_newfstatat, AT_FDCWD, bad, &st, 0));
    SHOW(syscall(SYS_newfstatat, AT_FDCWD, "/", bad, 0));
    SHOW(rename("/none", bad));
    SHOW(syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", bad, 100));
    SHOW(syscall(SYS_getcwd, bad, 100));
}

static void programs(void)
{
    char *bad_arguments[] = {bad, NULL};
    char *arguments[] = {"x", NULL};
    SHOW(execve(bad, arguments, arguments));
    SHOW(execve("/bin/sh", bad_arguments, arguments));
    SHOW(execve("/bin/sh", arguments, bad_arguments));
    SHOW(execve("/bin/sh", (char **)bad, arguments));
}

static void buffers(void)
{
    int pipes[2];
    SHOW(pipe(pipes));
    SHOW(write(pipes[1], bad, 5));
    SHOW(write(pipes[1], "hello", 5));
    SHOW(read(pipes[0], kernel, 5));
    SHOW(pipe((int *)bad));
    SHOW(pipe((int *)kernel));
    SHOW(close(pipes[0]));
    SHOW(close(pipes[1]));
}

static void structures(void)
{
    SHOW(syscall(SYS_rt_sigaction, SIGUSR1, bad, NULL, 8));
    SHOW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, bad, NULL, 8));
    SHOW(syscall(SYS_nanosleep, bad, NULL));
    SHOW(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, bad));
    SHOW(uname((struct utsname *)bad));
    SHOW(syscall(SYS_gettimeofday, bad, NULL));
    SHOW(syscall(SYS_ppoll, bad, 1, NULL, NULL, 8));
}

static void many_leave_nothing_behind(void)
{
    for (int i = 0; i < 1000; i++) {
        (void)open(bad, O_RDONLY);
    }
    int fd;
    SHOW(fd = open("/", O_RDONLY));
    SHOW(close(fd));
}

/* With a handler for SIGSEGV, it is still the call that fails. */
static void handler(int signal)
{
    (void)signal;
    _exit(77);
}

static void caught(void)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        signal(SIGSEGV, handler);
        (void)open(bad, O_RDONLY);
        _exit(errno == EFAULT ? 0 : 1);
    }
    SHOW(waitpid(child, &status, 0) == child);
    SHOW(status);
    child = fork();
    if (child == 0) {
        signal(SIGSEGV, handler);
        *(volatile char *)bad = 1;
    }
    SHOW(waitpid(child, &status, 0) == child);
    SHOW(WEXITSTATUS(status));
}

int main(void)
{
    paths();
    programs();
    buffers();
    structures();
    many_leave_nothing_behind();
    caught();
    return 0;
}
