/* Waiting for tasks: notifications, and changes of state of tracees. A change interrupts the wait for a notification by
 * SIGCHLD; the race between the check and the sleep is closed by the signal handler, which moves the interrupted thread
 * out of the window (wait_receive). All other calls of the host go on after the signal. The handler's state is the one
 * thing here that is per process. */
#include "host.h"

#include <abi/errno.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <ucontext.h>

/* ioctl(listener, request, notification) unless *changed is set; returns the host's result or -EINTR. */
long wait_receive(int listener, unsigned long request, struct seccomp_notif *notification, volatile int *changed);
extern const char wait_window_begin[], wait_window_end[], wait_window_out[];

__asm__(".text\n"
        ".globl wait_receive, wait_window_begin, wait_window_end, wait_window_out\n"
        ".type wait_receive, @function\n"
        "wait_receive:\n"
        "wait_window_begin:\n"
        "    cmpl $0, (%rcx)\n"
        "    jne wait_window_out\n"
        "    mov $16, %eax\n"
        "    mov %rcx, %r8\n"
        "    syscall\n"
        "wait_window_end:\n"
        "    ret\n"
        "wait_window_out:\n"
        "    mov $-4, %rax\n"
        "    ret\n"
        ".size wait_receive, . - wait_receive\n");

static volatile int wait_changed;
static atomic_uint *wait_changes; /* told of every change */

static void child_changed(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    greg_t *address = &((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    wait_changed = 1;
    atomic_fetch_add(wait_changes, 1);
    if (*address >= (greg_t)wait_window_begin && *address < (greg_t)wait_window_end) {
        *address = (greg_t)wait_window_out;
    }
}

void wait_init(atomic_uint *changes)
{
    wait_changes = changes;
    struct sigaction action = {.sa_sigaction = child_changed, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigset_t set;
    sigemptyset(&action.sa_mask);
    sigaction(SIGCHLD, &action, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void wait_again(void)
{
    wait_changed = 1;
}

bool wait_take(void)
{
    bool changed = wait_changed != 0;
    wait_changed = 0;
    return changed;
}

bool wait_stop(pid_t tid, int *status)
{
    pid_t got;
    do {
        got = waitpid(tid, status, __WALL);
    } while (got < 0 && errno == EINTR);
    return got == tid && WIFSTOPPED(*status);
}

int wait_notification(int listener, struct seccomp_notif *notification)
{
    for (;;) {
        memset(notification, 0, sizeof(*notification));
        long result = wait_receive(listener, SECCOMP_IOCTL_NOTIF_RECV, notification, &wait_changed);
        if (result == 0) {
            return 0;
        }
        if (result == -EINTR) {
            wait_changed = 0;
            return -E_INTR;
        }
        struct pollfd poll_users = {.fd = listener, .events = POLLIN};
        if (result != -ENOENT || (poll(&poll_users, 1, 0) > 0 && (poll_users.revents & POLLHUP) != 0)) {
            return -E_NOENT;
        }
    }
}

void listener_sync(int listener)
{
    /* SET_FLAGS, SYNC_WAKE_UP: Linux 6.6; older ones do without. */
    while (ioctl(listener, SECCOMP_IOW(4, uint64_t), 1ul) != 0 && errno == EINTR) {
    }
}
