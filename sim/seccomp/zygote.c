/* The zygote: a process with nothing in it but the stub, from which address spaces are made quickly and clean. It is
 * stopped whenever it is not making one. */
#include "host.h"

#include <sequences.h>

#include <abi/errno.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ZYGOTE_OPTIONS (PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK)
#define EXIT_SETUP 126
#define SIGNALS_MAX 64
#ifndef SA_RESTORER
#define SA_RESTORER 0x04000000u
#endif
#define REALTIME_SPIN_US 50000u

struct kernel_sigaction {
    uint64_t handler;
    uint64_t flags;
    uint64_t restorer;
    uint64_t mask;
};

/* The C library's areas that the host writes to on its own are about to be unmapped. */
static void thread_areas_drop(void)
{
    sequences_drop();
    syscall(SYS_set_robust_list, NULL, 24);
    syscall(SYS_set_tid_address, NULL);
}

#define MASK(number) (1ull << ((number) - 1))

/* None blocked; events and foreign calls to the stub's handlers, on the task's signal stack; all others ignored. While
 * the stub handles an event, kicks are blocked, until it unblocks them itself: the handlers never return by sigreturn,
 * which would believe the program's mask. So there is no restorer either. */
static void signals_set(void)
{
    static const int events[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGUSR1, SIGXCPU};
    struct kernel_sigaction actions[SIGNALS_MAX + 1] = {0};
    for (int number = 1; number <= SIGNALS_MAX; number++) {
        actions[number].handler = (uint64_t)(uintptr_t)SIG_IGN;
    }
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        actions[events[i]].handler = STUB_CODE + (uint64_t)(stub_event - stub_begin);
        actions[events[i]].mask = MASK(SIGUSR1) | MASK(SIGXCPU);
    }
    actions[SIGSYS].handler = STUB_CODE + (uint64_t)(stub_foreign - stub_begin);
    for (int number = 1; number <= SIGNALS_MAX; number++) {
        struct kernel_sigaction action = actions[number];
        action.flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART | SA_RESTORER;
        syscall(SYS_rt_sigaction, number, &action, NULL, 8);
    }
    uint64_t none = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, 8);
}

void realtime_limit(pid_t process)
{
    struct rlimit limit = {REALTIME_SPIN_US, RLIM_INFINITY};
    prlimit(process, RLIMIT_RTTIME, &limit, NULL);
}

static void limits_set(bool realtime)
{
    struct rlimit zero = {0, 0};
    setrlimit(RLIMIT_CORE, &zero);
    setpgid(0, 0); /* its own group: terminal signals are the machine's */
    prctl(PR_SET_NAME, "baton-task");
    if (realtime) {
        struct sched_param parameter = {.sched_priority = 2};
        realtime_limit(0);
        sched_setscheduler(0, SCHED_FIFO, &parameter);
    }
}

static _Noreturn void zygote_main(const struct isolation *isolation, int go)
{
    char byte;
    const struct isolation_config *config = &isolation->config;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != isolation->machine || read(go, &byte, 1) != 1) {
        _exit(EXIT_SETUP);
    }
    limits_set(config->realtime);
    signals_set();
    if (dup2(config->memory_fd, STUB_MEMORY_FD) != STUB_MEMORY_FD ||
        syscall(SYS_close_range, STUB_MEMORY_FD + 1, ~0u, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        _exit(EXIT_SETUP);
    }
    void *code = mmap((void *)(uintptr_t)STUB_CODE, PAGE_BYTES, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED_NOREPLACE,
                      STUB_MEMORY_FD, (off_t)config->own_offset);
    if (code != (void *)(uintptr_t)STUB_CODE) {
        _exit(EXIT_SETUP);
    }
    thread_areas_drop();
    register uint64_t machine __asm__("r13") = (uint64_t)isolation->machine;
    uint64_t entry = STUB_CODE + (uint64_t)(stub_zygote - stub_begin);
    __asm__ volatile("jmp *%0" : : "r"(entry), "r"(machine));
    __builtin_unreachable();
}

static int zygote_seize(struct isolation *isolation, int go, const char **error)
{
    int status;
    if (ptrace(PTRACE_SEIZE, isolation->zygote, NULL, ZYGOTE_OPTIONS) != 0) {
        *error = "the host refuses ptrace: allow it (container: --cap-add SYS_PTRACE or a looser seccomp profile)";
        return -errno;
    }
    if (write(go, "g", 1) != 1 || !wait_stop(isolation->zygote, &status) || WSTOPSIG(status) != SIGTRAP) {
        *error = "the host refused to set up a process for programs: seccomp, memory files or executable mappings";
        return -E_PERM;
    }
    return 0;
}

int zygote_start(struct isolation *isolation, const char **error)
{
    int go[2];
    if (pipe2(go, O_CLOEXEC) != 0) {
        *error = "no file descriptors left: raise ulimit -n";
        return -errno;
    }
    isolation->zygote = fork();
    if (isolation->zygote == 0) {
        zygote_main(isolation, go[0]);
    }
    int result = -E_AGAIN;
    *error = "the host refused to start a process: raise ulimit -u";
    if (isolation->zygote > 0) {
        result = zygote_seize(isolation, go[1], error);
    }
    close(go[0]);
    close(go[1]);
    return result;
}

void zygote_stop(struct isolation *isolation)
{
    int status;
    if (isolation->zygote > 0) {
        kill(isolation->zygote, SIGKILL);
        while (wait_stop(isolation->zygote, &status)) {
        }
        isolation->zygote = 0;
    }
}

pid_t zygote_space(struct isolation *isolation, uint64_t ring_offset)
{
    pid_t zygote = isolation->zygote;
    unsigned long process = 0;
    int status = 0;
    ptrace(PTRACE_POKEUSER, zygote, offsetof(struct user_regs_struct, r12), ring_offset);
    if (ptrace(PTRACE_CONT, zygote, NULL, 0) != 0 || !wait_stop(zygote, &status)) {
        return -E_NOMEM;
    }
    if (status >> 8 == (SIGTRAP | PTRACE_EVENT_FORK << 8)) {
        ptrace(PTRACE_GETEVENTMSG, zygote, NULL, &process);
        ptrace(PTRACE_CONT, zygote, NULL, 0);
        if (!wait_stop(zygote, &status) || !wait_stop((pid_t)process, &status)) {
            return -E_NOMEM;
        }
    }
    return process == 0 ? -E_NOMEM : (pid_t)process; /* 0: the host's fork failed */
}
