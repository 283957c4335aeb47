/* Processes and threads: identities, birth, death, waiting, signals sent, futexes. */
#include "linux_call.h"

#include "foreign.h"
#include "foreign_registers.h"
#include "linux_clone.h"
#include "request.h"
#include "signals.h"
#include "state.h"
#include "threads.h"

#define GROUPS_MAX 1
#define REBOOT_MAGIC_1 0xfee1deadu
#define REBOOT_HALT 0xcdef0123u
#define REBOOT_POWER_OFF 0x4321fedcu
#define REBOOT_RESTART 0x1234567u

int64_t linux_getpid(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return IDENTITY_PID(sys_control()->identity);
}

int64_t linux_gettid(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return IDENTITY_TID(sys_control()->identity);
}

static struct process_ids ids_get(void)
{
    struct process_ids ids = {0};
    os_ids(&ids);
    return ids;
}

int64_t linux_getppid(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return ids_get().parent_pid;
}

int64_t linux_getuid(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return ids_get().uid;
}

int64_t linux_geteuid(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return ids_get().euid;
}

int64_t linux_getgid(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return ids_get().gid;
}

int64_t linux_getegid(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return ids_get().egid;
}

static int64_t three_put(const uint64_t a[6], uint32_t real, uint32_t effective)
{
    *(uint32_t *)(uintptr_t)a[0] = real;
    *(uint32_t *)(uintptr_t)a[1] = effective;
    *(uint32_t *)(uintptr_t)a[2] = effective;
    return 0;
}

int64_t linux_getresuid(struct foreign_frame *frame, const uint64_t a[6])
{
    struct process_ids ids = ids_get();
    (void)frame;
    return three_put(a, ids.uid, ids.euid);
}

int64_t linux_getresgid(struct foreign_frame *frame, const uint64_t a[6])
{
    struct process_ids ids = ids_get();
    (void)frame;
    return three_put(a, ids.gid, ids.egid);
}

#define SAME ((uint64_t)-1)

static int64_t ids_set(uint64_t uid, uint64_t euid, uint64_t gid, uint64_t egid)
{
    const struct root_message message = {.request = {.operation = ROOT_SETIDS, .argument = {uid, euid, gid, egid}},
                                         .call_flags = CALL_UNINTERRUPTIBLE};
    return root_send(&message);
}

/* 32-bit IDs as programs pass them: -1 in 32 bits means "leave". */
static uint64_t id_widen(uint64_t id)
{
    return (uint32_t)id == UINT32_MAX ? SAME : (uint32_t)id;
}

int64_t linux_setuid(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return ids_set(id_widen(a[0]), id_widen(a[0]), SAME, SAME);
}

int64_t linux_setgid(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return ids_set(SAME, SAME, id_widen(a[0]), id_widen(a[0]));
}

int64_t linux_setreuid(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return ids_set(id_widen(a[0]), id_widen(a[1]), SAME, SAME);
}

int64_t linux_setregid(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return ids_set(SAME, SAME, id_widen(a[0]), id_widen(a[1]));
}

int64_t linux_setresuid(struct foreign_frame *frame, const uint64_t a[6])
{
    return linux_setreuid(frame, a);
}

int64_t linux_setresgid(struct foreign_frame *frame, const uint64_t a[6])
{
    return linux_setregid(frame, a);
}

/* No supplementary groups. */
int64_t linux_getgroups(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return 0;
}

int64_t linux_setgroups(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return ids_get().euid != 0 ? -E_PERM : a[0] > GROUPS_MAX ? -E_INVAL : 0;
}

int64_t linux_setpgid(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_setpgid((int)a[0], (int)a[1]);
}

int64_t linux_getpgid(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_getpgid((int)a[0]);
}

int64_t linux_getpgrp(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return os_getpgid(0);
}

int64_t linux_setsid(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return os_setsid();
}

int64_t linux_getsid(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return root_ask(ROOT_GETSID, a[0], 0);
}

int64_t linux_exit(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    thread_end((int)a[0] & 0xff);
}

int64_t linux_exit_group(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    os_exit((int)a[0] & 0xff);
}

int64_t linux_fork(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return os_fork();
}

/* A copy, not a share: the parent goes on at once, which no correct program can tell but by time. */
int64_t linux_vfork(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    (void)a;
    return os_fork();
}

/* What a clone asks for, its arguments sorted by the architecture (linux_clone). */
static int64_t process_clone(struct foreign_frame *frame, const struct linux_clone *clone)
{
    int pid = os_fork();
    if (pid < 0) {
        return pid;
    }
    if (pid > 0) {
        if ((clone->flags & CLONE_PARENT_SETTID) != 0) {
            *(int32_t *)(uintptr_t)clone->parent_tid = pid;
        }
        return pid;
    }
    if (clone->stack != 0) {
        linux_stack_set(frame, clone->stack);
    }
    if ((clone->flags & CLONE_SETTLS) != 0) {
        linux_tls_set(frame, clone->tls);
    }
    if ((clone->flags & CLONE_CHILD_SETTID) != 0) {
        *(int32_t *)(uintptr_t)clone->child_tid = (int32_t)IDENTITY_TID(sys_control()->identity);
    }
    thread_clear_tid(clone->flags & CLONE_CHILD_CLEARTID ? clone->child_tid : 0);
    return 0;
}

static int64_t thread_clone(const struct foreign_frame *frame, const struct linux_clone *clone)
{
    struct foreign_frame child = *frame;
    if (clone->stack == 0) {
        return -E_INVAL;
    }
    linux_stack_set(&child, clone->stack);
    foreign_result_put(&child, 0);
    if ((clone->flags & CLONE_SETTLS) != 0) {
        linux_tls_set(&child, clone->tls);
    }
    /* The thread itself writes its number, before it runs: the parent may come too late. */
    uint64_t set_tid = clone->flags & CLONE_CHILD_SETTID    ? clone->child_tid
                       : clone->flags & CLONE_PARENT_SETTID ? clone->parent_tid
                                                            : 0;
    int tid = thread_start_at(&child.registers, set_tid,
                              clone->flags & CLONE_CHILD_CLEARTID ? clone->child_tid : 0);
    if (tid > 0 && (clone->flags & CLONE_PARENT_SETTID) != 0) {
        *(int32_t *)(uintptr_t)clone->parent_tid = tid;
    }
    return tid;
}

/* A thread, or a process with a copy of the memory. CLONE_VM without CLONE_THREAD is taken only with CLONE_VFORK, where
 * a copy will do (posix_spawn), all but the report of an exec that failed. */
int64_t linux_clone_begin(struct foreign_frame *frame, const struct linux_clone *clone)
{
    if ((clone->flags & CLONE_THREAD) != 0) {
        return thread_clone(frame, clone);
    }
    if ((clone->flags & CLONE_VM) != 0 && (clone->flags & CLONE_VFORK) == 0) {
        return -E_INVAL;
    }
    return process_clone(frame, clone);
}

int64_t linux_execve(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return os_exec((const char *)(uintptr_t)a[0], (char *const *)(uintptr_t)a[1], (char *const *)(uintptr_t)a[2]);
}

int64_t linux_wait4(struct foreign_frame *frame, const uint64_t a[6])
{
    struct wait_result result = {0};
    (void)frame;
    if ((a[2] & ~0xe000000bull) != 0) {
        return -E_INVAL;
    }
    int pid = os_wait((int)a[0], &result, (uint32_t)(a[2] & 0xb) | WAIT_EXITED);
    if (pid > 0 && a[1] != 0) {
        *(int32_t *)(uintptr_t)a[1] = result.status;
    }
    if (pid > 0 && a[3] != 0) {
        linux_usage_put(a[3], &result.usage);
    }
    return pid;
}

/* Fills siginfo for waitid from a wait status. */
static void child_info_put(uint64_t address, int pid, const struct wait_result *result)
{
    enum { CLD_EXITED = 1, CLD_KILLED = 2, CLD_STOPPED = 5, CLD_CONTINUED = 6, SIGCHLD_NUMBER = 17 };
    int32_t *out = (int32_t *)(uintptr_t)address;
    int status = result->status;
    for (int i = 0; i < 32; i++) {
        out[i] = 0;
    }
    if (pid <= 0) {
        return;
    }
    bool stopped = (status & 0xff) == 0x7f, continued = status == 0xffff, exited = (status & 0x7f) == 0;
    out[0] = SIGCHLD_NUMBER;
    out[2] = continued ? CLD_CONTINUED : stopped ? CLD_STOPPED : exited ? CLD_EXITED : CLD_KILLED;
    out[4] = pid;
    out[5] = (int32_t)result->uid;
    out[6] = stopped || exited ? status >> 8 & 0xff : status & 0x7f;
}

int64_t linux_waitid(struct foreign_frame *frame, const uint64_t a[6])
{
    struct wait_result result = {0};
    (void)frame;
    int pid = a[0] == 0 ? -1 : a[0] == 1 ? (int)a[1] : a[0] == 2 ? -(int)a[1] : 0;
    if (a[0] > 2 || (a[3] & ~0x0100000full) != 0 || (a[3] & 0xe) == 0 || (pid == 0 && a[0] != 2)) {
        return -E_INVAL;
    }
    int found = os_wait(pid, &result, (uint32_t)a[3]);
    if (found >= 0 && a[2] != 0) {
        child_info_put(a[2], found, &result);
    }
    return found < 0 ? found : 0;
}

int64_t linux_kill(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return a[1] > SIGNALS_MAX ? -E_INVAL : os_kill((int)a[0], (int)a[1]);
}

static int64_t thread_kill(uint64_t pid, uint64_t tid, uint64_t signal)
{
    const struct root_message message = {.request = {.operation = ROOT_KILL_THREAD, .argument = {pid, tid, signal}},
                                         .call_flags = CALL_UNINTERRUPTIBLE};
    return signal > SIGNALS_MAX || (int)tid <= 0 ? -E_INVAL : root_send(&message);
}

int64_t linux_tkill(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return thread_kill(IDENTITY_PID(sys_control()->identity), a[0], a[1]);
}

int64_t linux_tgkill(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return (int)a[0] <= 0 ? -E_INVAL : thread_kill(a[0], a[1], a[2]);
}

int64_t linux_reboot(struct foreign_frame *frame, const uint64_t a[6])
{
    uint32_t command = (uint32_t)a[2];
    (void)frame;
    if ((uint32_t)a[0] != REBOOT_MAGIC_1) {
        return -E_INVAL;
    }
    if (command != REBOOT_HALT && command != REBOOT_POWER_OFF && command != REBOOT_RESTART) {
        return command == 0 || command == 0x89abcdefu ? 0 : -E_INVAL; /* Ctrl-Alt-Del on or off: there is none */
    }
    return os_shutdown(0);
}

int64_t linux_set_tid_address(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return thread_clear_tid(a[0]);
}

#define FUTEX_WAIT 0u
#define FUTEX_WAKE 1u
#define FUTEX_REQUEUE 3u
#define FUTEX_CMP_REQUEUE 4u
#define FUTEX_WAIT_BITSET 9u
#define FUTEX_WAKE_BITSET 10u
#define FUTEX_COMMAND_MASK 0x7fu
#define FUTEX_CLOCK_REALTIME 0x100u

static int64_t futex_wait(const uint64_t a[6], bool absolute)
{
    uint64_t deadline_ns = DEADLINE_NONE;
    if (a[3] != 0) {
        int status = linux_time_ns((const struct linux_time *)(uintptr_t)a[3], &deadline_ns);
        if (status != 0) {
            return status;
        }
        if (!absolute) {
            deadline_ns = linux_deadline(deadline_ns);
        } else if ((a[1] & FUTEX_CLOCK_REALTIME) != 0) {
            uint64_t offset_ns = linux_realtime_offset();
            deadline_ns = deadline_ns > offset_ns ? deadline_ns - offset_ns : 0;
        }
    }
    return sys_address_wait((const uint32_t *)(uintptr_t)a[0], (uint32_t)a[2], deadline_ns);
}

/* Requeue wakes all: they find the second lock held and wait there by themselves. */
int64_t linux_futex(struct foreign_frame *frame, const uint64_t a[6])
{
    const uint32_t *address = (const uint32_t *)(uintptr_t)a[0];
    (void)frame;
    switch (a[1] & FUTEX_COMMAND_MASK) {
    case FUTEX_WAIT:
        return futex_wait(a, false);
    case FUTEX_WAIT_BITSET:
        return futex_wait(a, true);
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
        return sys_address_wake(address, (uint32_t)a[2]);
    case FUTEX_CMP_REQUEUE:
        if (__atomic_load_n(address, __ATOMIC_SEQ_CST) != (uint32_t)a[5]) {
            return -E_AGAIN;
        }
        return sys_address_wake(address, UINT32_MAX);
    case FUTEX_REQUEUE:
        return sys_address_wake(address, UINT32_MAX);
    default:
        return -E_NOSYS;
    }
}
