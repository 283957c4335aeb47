/* fork, exec, wait, pipes, signals. */
#include "show.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t caught, depth;

static void catch(int number)
{
    caught = caught * 100 + number;
    depth++;
}

static pid_t child(void (*run)(void))
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        run();
        _exit(99);
    }
    return pid;
}

static int status_of(pid_t pid)
{
    int status = -1;
    SHOW(waitpid(pid, &status, 0) == pid);
    return status;
}

static void exit_7(void)
{
    _exit(7);
}

static void kill_itself(void)
{
    kill(getpid(), SIGKILL);
}

static void abort_itself(void)
{
    abort();
}

static void wait_for_ever(void)
{
    for (;;) {
        pause();
    }
}

static void exec_true(void)
{
    char *const arguments[] = {"sh", "-c", "exit $((40 + $X))", NULL}, *const environment[] = {"X=2", NULL};
    execve("/bin/sh", arguments, environment);
}

static void exec_nothing(void)
{
    char *const arguments[] = {"nothing", NULL};
    _exit(execve("/none", arguments, arguments) == -1 && errno == ENOENT ? 5 : 6);
}

static void exec_with_descriptors(void)
{
    char *const arguments[] = {"sh", "-c", "echo x >&8 || exit 3; (echo x >&9) 2>/dev/null && exit 4; exit 9", NULL};
    char *const environment[] = {NULL};
    int fd = open("/dev/null", O_WRONLY);
    if (dup2(fd, 8) == 8 && dup2(fd, 9) == 9 && fcntl(9, F_SETFD, FD_CLOEXEC) == 0) {
        execve("/bin/sh", arguments, environment);
    }
}

static void statuses(void)
{
    int status;
    SHOW(WEXITSTATUS(status_of(child(exit_7))));
    SHOW(WTERMSIG(status_of(child(kill_itself))));
    SHOW(WTERMSIG(status_of(child(abort_itself))));
    SHOW(WEXITSTATUS(status_of(child(exec_true))));
    SHOW(WEXITSTATUS(status_of(child(exec_nothing))));
    SHOW(WEXITSTATUS(status_of(child(exec_with_descriptors))));
    SHOW(waitpid(-1, &status, 0));
    pid_t pid = child(wait_for_ever);
    SHOW(waitpid(pid, &status, WNOHANG));
    SHOW(kill(pid, 0));
    SHOW(kill(pid, SIGSTOP));
    SHOW(waitpid(pid, &status, WUNTRACED) == pid);
    SHOW(WIFSTOPPED(status));
    SHOW(WSTOPSIG(status));
    SHOW(kill(pid, SIGCONT));
    SHOW(waitpid(pid, &status, WCONTINUED) == pid);
    SHOW(WIFCONTINUED(status));
    SHOW(kill(pid, SIGTERM));
    SHOW(WTERMSIG(status_of(pid)));
    SHOW(kill(pid, 0));
    SHOW(kill(getpid(), 99));
}

static void pipes(void)
{
    int fds[2];
    char buffer[64];
    SHOW(pipe(fds));
    SHOW(write(fds[1], "through", 7));
    SHOW(read(fds[0], buffer, 3));
    SHOW(read(fds[0], buffer, sizeof buffer));
    SHOW(fcntl(fds[0], F_SETFL, O_NONBLOCK));
    SHOW(read(fds[0], buffer, 1));
    struct pollfd polled[] = {{fds[0], POLLIN, 0}, {fds[1], POLLOUT, 0}};
    SHOW(poll(polled, 2, 0));
    SHOW(polled[0].revents);
    SHOW(polled[1].revents);
    SHOW(lseek(fds[0], 0, SEEK_SET));
    SHOW(close(fds[1]));
    SHOW(read(fds[0], buffer, 1));
    SHOW(poll(polled, 1, -1));
    SHOW(polled[0].revents);
    SHOW(close(fds[0]));
    SHOW(pipe(fds));
    SHOW(close(fds[0]));
    caught = 0;
    SHOW(signal(SIGPIPE, catch) != SIG_ERR);
    SHOW(write(fds[1], "x", 1));
    SHOW(caught);
    SHOW(close(fds[1]));
}

static int talk[2];

static void read_talk(void)
{
    char byte;
    close(talk[1]);
    int count = 0;
    while (read(talk[0], &byte, 1) == 1) {
        count++;
    }
    _exit(count);
}

static void pipe_between_processes(void)
{
    SHOW(pipe(talk));
    pid_t pid = child(read_talk);
    SHOW(write(talk[1], "twelve bytes", 12));
    SHOW(close(talk[0]));
    SHOW(close(talk[1]));
    SHOW(WEXITSTATUS(status_of(pid)));
}

static void handlers(void)
{
    struct sigaction action = {.sa_handler = catch};
    sigset_t set, old, none;
    caught = 0;
    SHOW(sigaction(SIGUSR1, &action, NULL));
    SHOW(sigaction(SIGUSR2, &action, NULL));
    SHOW(raise(SIGUSR1));
    SHOW(caught);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    SHOW(sigprocmask(SIG_BLOCK, &set, &old));
    SHOW(kill(getpid(), SIGUSR2));
    SHOW(caught);
    SHOW(sigpending(&old));
    SHOW(sigismember(&old, SIGUSR2));
    SHOW(sigprocmask(SIG_UNBLOCK, &set, NULL));
    SHOW(caught);
    SHOW(sigaction(SIGKILL, &action, NULL));
    SHOW(sigaction(SIGALRM, &action, NULL));
    caught = 0;
    sigaddset(&set, SIGALRM);
    sigaddset(&set, SIGCHLD);
    sigemptyset(&none);
    SHOW(sigprocmask(SIG_BLOCK, &set, &old));
    SHOW(alarm(1));
    SHOW(sigsuspend(&none));
    SHOW(caught);
    SHOW(sigaction(SIGCHLD, &action, NULL));
    caught = 0;
    pid_t pid = child(exit_7);
    while (caught == 0) {
        sigsuspend(&none);
    }
    SHOW(caught);
    SHOW(sigprocmask(SIG_SETMASK, &old, NULL));
    SHOW(WEXITSTATUS(status_of(pid)));
    SHOW(signal(SIGCHLD, SIG_DFL) != SIG_ERR);
}

static void note(int number)
{
    caught = number;
}

static void interrupt_for_ever(void)
{
    pid_t parent = getppid();
    while (getppid() == parent) { /* else that one is dead, and somebody else's pid would be signalled */
        kill(parent, SIGUSR1);
        sched_yield();
    }
}

static void interrupt_then_write(void)
{
    for (int i = 0; i < 50; i++) {
        kill(getppid(), SIGUSR1);
        sched_yield();
    }
    _exit(write(talk[1], "r", 1) == 1 ? 0 : 1);
}

static void restarts(void)
{
    char byte = 0;
    struct sigaction action = {.sa_handler = note};
    SHOW(pipe(talk));
    SHOW(sigaction(SIGUSR1, &action, NULL));
    pid_t pid = child(interrupt_for_ever);
    SHOW(read(talk[0], &byte, 1));
    SHOW(kill(pid, SIGKILL));
    int status;
    while (waitpid(pid, &status, 0) != pid) {
    }
    SHOW(caught == SIGUSR1);
    action.sa_flags = SA_RESTART;
    SHOW(sigaction(SIGUSR1, &action, NULL));
    caught = 0;
    pid = child(interrupt_then_write);
    SHOW(read(talk[0], &byte, 1));
    SHOW(caught == SIGUSR1);
    SHOW(WEXITSTATUS(status_of(pid)));
    SHOW(close(talk[0]));
    SHOW(close(talk[1]));
}

static void groups(void)
{
    SHOW(getpgrp() > 0);
    pid_t pid = child(wait_for_ever);
    SHOW(setpgid(pid, pid));
    SHOW(getpgid(pid) == pid);
    SHOW(kill(-pid, SIGTERM));
    SHOW(WTERMSIG(status_of(pid)));
    SHOW(getpgid(pid));
}

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 65536);
    statuses();
    pipes();
    pipe_between_processes();
    handlers();
    restarts();
    groups();
    return 0;
}
