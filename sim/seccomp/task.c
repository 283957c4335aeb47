/* Programs' tasks: making, starting and keeping them, and their registers. Tasks of ended threads stay idle in their
 * space and are used again. */
#include "host.h"

#include <abi/errno.h>
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#define CODE_SEGMENT 0x33
#define STACK_SEGMENT 0x2b
#define FLAGS_START 0x202u
#define FLAGS_USER 0x240cd5u /* CF PF AF ZF SF DF OF AC ID: what a program may set */
#define FS_BASE_END 0x7ffffffff000ull
#define RESTART_FIRST (-516) /* a call that the host would restart: ERESTARTSYS and its kin */
#define RESTART_LAST (-512)

/* The seed's next notification is the clone that it waits in. */
static bool seed_wait(struct isolation_space *space)
{
    struct seccomp_notif notification;
    bool interrupted = false;
    int result = 0;
    while (space->seed_id == 0 && !space->lost &&
           (result = wait_notification(space->thread_listener, &notification)) != -E_NOENT) {
        if (result == 0 && (pid_t)notification.pid == space->seed) {
            space->seed_id = notification.id;
        } else if (result == -E_INTR) {
            siginfo_t info = {0};
            interrupted = true;
            if (waitid(P_PID, (id_t)space->seed, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) != 0 ||
                info.si_pid != 0) {
                space_lose(space);
            }
        }
    }
    if (interrupted) {
        wait_again();
    }
    return space->seed_id != 0;
}

/* Waits for what came of the seed's clone. True: it made a task, and is stopped for telling so. */
static bool seed_cloned(struct isolation_space *space)
{
    struct seccomp_notif notification;
    int status, result;
    bool interrupted = false;
    while ((result = wait_notification(space->thread_listener, &notification)) == -E_INTR) {
        interrupted = true;
        if (waitpid(space->seed, &status, __WALL | WNOHANG) != 0) {
            break;
        }
    }
    if (interrupted) {
        wait_again();
    }
    if (result == 0 && (pid_t)notification.pid == space->seed) {
        space->seed_id = notification.id; /* back again: the host refused */
        return false;
    }
    if (result != -E_INTR || status >> 8 != (SIGTRAP | PTRACE_EVENT_CLONE << 8)) {
        space_lose(space);
        return false;
    }
    return true;
}

/* Lets the seed clone once. Returns the new task's ID, in its first stop, or -1. */
static pid_t seed_clone(struct isolation_space *space)
{
    int status;
    unsigned long tid = 0;
    if (!seed_wait(space) || !notification_continue(space->thread_listener, space->seed_id)) {
        return -1;
    }
    space->seed_id = 0;
    if (!seed_cloned(space)) {
        return -1;
    }
    ptrace(PTRACE_GETEVENTMSG, space->seed, NULL, &tid);
    ptrace(PTRACE_CONT, space->seed, NULL, 0);
    return wait_stop((pid_t)tid, &status) ? (pid_t)tid : -1;
}

int isolation_task_create(struct isolation_space *space, struct isolation_task **task_out)
{
    struct isolation_task *task = space->idle;
    if (task != NULL && !space->lost) {
        space->idle = task->next_idle;
        *task_out = task;
        return 0;
    }
    if (space->task_count == SPACE_TASKS_MAX || (task = calloc(1, sizeof(*task))) == NULL) {
        return -E_NOMEM;
    }
    pid_t tid = space->lost ? -1 : seed_clone(space);
    if (tid < 0) {
        free(task);
        return -E_NOMEM;
    }
    task->space = space;
    task->tid = tid;
    task->next = space->tasks;
    space->tasks = task;
    space->task_count++;
    *task_out = task;
    return 0;
}

void isolation_task_destroy(struct isolation_task *task)
{
    task->owner = NULL;
    task->next_idle = task->space->idle;
    task->space->idle = task;
}

bool task_stop(struct isolation_task *task)
{
    int status;
    if (task->space->lost) {
        return false;
    }
    if (task->state != TASK_CALL) {
        return true;
    }
    ptrace(PTRACE_INTERRUPT, task->tid, NULL, NULL);
    notification_answer(task->space->thread_listener, task->call_id, task->result);
    if (!wait_stop(task->tid, &status)) {
        space_lose(task->space);
        return false;
    }
    task->state = TASK_STOPPED;
    task->registers_known = task->registers_changed = task->foreign = false;
    return true;
}

bool task_registers_load(struct isolation_task *task)
{
    struct user_regs_struct *r = &task->registers;
    if (task->registers_known) {
        return true;
    }
    if (task->space->lost || ptrace(PTRACE_GETREGS, task->tid, NULL, r) != 0) {
        return false;
    }
    task->registers_known = true;
    if ((int64_t)r->orig_rax >= 0 && (int64_t)r->rax >= RESTART_FIRST && (int64_t)r->rax <= RESTART_LAST) {
        r->rip -= 2; /* stopped in a call that nobody received: it is made again */
        r->rax = r->orig_rax;
        task->registers_changed = true;
    }
    r->orig_rax = ~0ull;
    return true;
}

/* Makes a host call on the task's behalf. False: it failed or the task is lost. */
static bool task_call(struct isolation_task *task, uint64_t number, uint64_t argument0)
{
    struct isolation_space *space = task->space;
    struct seccomp_notif notification;
    struct user_regs_struct *r = &task->registers;
    int status, result;
    r->rax = number;
    r->rdi = argument0;
    r->rsi = 0;
    r->rsp = 0;
    r->rip = STUB_CODE + (uint64_t)(stub_call - stub_begin);
    if (ptrace(PTRACE_SETREGS, task->tid, NULL, r) != 0 || ptrace(PTRACE_CONT, task->tid, NULL, 0) != 0) {
        return false;
    }
    bool interrupted = false;
    while ((result = wait_notification(space->thread_listener, &notification)) != -E_NOENT) {
        if (result == -E_INTR) {
            interrupted = true;
            if (waitpid(task->tid, &status, __WALL | WNOHANG) != 0) {
                if (!WIFSTOPPED(status)) {
                    break;
                }
                ptrace(PTRACE_CONT, task->tid, NULL, 0); /* a late SIGSTOP */
            }
        } else if ((pid_t)notification.pid == space->seed) {
            space->seed_id = notification.id;
        } else {
            break;
        }
    }
    if (interrupted) {
        wait_again();
    }
    return result == 0 && (uint64_t)notification.data.nr == number &&
           notification_continue(space->thread_listener, notification.id) && wait_stop(task->tid, &status) &&
           status >> 8 == SIGTRAP && ptrace(PTRACE_PEEKUSER, task->tid, offsetof(struct user_regs_struct, rax), 0) == 0;
}

static void registers_clear(struct isolation_task *task)
{
    task->registers =
        (struct user_regs_struct){.cs = CODE_SEGMENT, .ss = STACK_SEGMENT, .orig_rax = ~0ull, .eflags = FLAGS_START};
    task->registers_known = task->registers_changed = true;
}

/* Extended registers at their initial values, so that nothing of the task's earlier life shows. */
static void xstate_reset(struct isolation_task *task)
{
    struct isolation *isolation = task->space->isolation;
    struct iovec vector = {.iov_base = isolation->xstate, .iov_len = XSTATE_BYTES_MAX};
    if (isolation->xstate_bytes == 0 && ptrace(PTRACE_GETREGSET, task->tid, NT_X86_XSTATE, &vector) == 0) {
        isolation->xstate_bytes = vector.iov_len;
        memset(isolation->xstate, 0, vector.iov_len);
        isolation->xstate[0] = 0x7f; /* FCW */
        isolation->xstate[1] = 0x03;
        isolation->xstate[24] = 0x80; /* MXCSR */
        isolation->xstate[25] = 0x1f;
        isolation->xstate[512] = 3; /* x87 and SSE are given, all else initial */
    }
    vector.iov_len = isolation->xstate_bytes;
    ptrace(PTRACE_SETREGSET, task->tid, NT_X86_XSTATE, &vector);
}

/* Foreign calls are delivered on the thread's system stack. */
static bool stack_set(struct isolation_task *task, uint64_t control)
{
    stack_t stack = {.ss_sp = (void *)(uintptr_t)(control + LIBSYS_STACK_OFFSET), .ss_size = LIBSYS_STACK_BYTES};
    if (task->stack_of == control) {
        return true;
    }
    task->space->ring->stack = stack;
    if (!task_call(task, SYS_sigaltstack, STUB_RING + RING_STACK_OFFSET)) {
        return false;
    }
    task->stack_of = control;
    return true;
}

void isolation_task_start(struct isolation_task *task, uint64_t pc, uint64_t sp, uint64_t argument,
                          uint64_t control_address)
{
    if (!task_stop(task)) {
        return;
    }
    registers_clear(task);
    if (!stack_set(task, control_address)) {
        space_lose(task->space);
        return;
    }
    xstate_reset(task);
    registers_clear(task);
    task->foreign = false;
    task->control = control_address;
    task->registers.rip = pc;
    task->registers.rsp = sp;
    task->registers.rdi = argument;
    task->registers.gs_base = control_address;
}

void isolation_task_result(struct isolation_task *task, int64_t result)
{
    if (task->state == TASK_CALL) {
        task->result = result;
    } else if (task_registers_load(task)) {
        task->registers.rax = (uint64_t)result;
        task->registers_changed = true;
    }
}

void isolation_task_get(struct isolation_task *task, struct registers *out)
{
    const struct user_regs_struct *r = &task->registers;
    if (!task_stop(task) || !task_registers_load(task)) {
        *out = (struct registers){0};
        return;
    }
    *out = (struct registers){.rax = r->rax,
                              .rbx = r->rbx,
                              .rcx = r->rcx,
                              .rdx = r->rdx,
                              .rsi = r->rsi,
                              .rdi = r->rdi,
                              .rbp = r->rbp,
                              .rsp = r->rsp,
                              .r8 = r->r8,
                              .r9 = r->r9,
                              .r10 = r->r10,
                              .r11 = r->r11,
                              .r12 = r->r12,
                              .r13 = r->r13,
                              .r14 = r->r14,
                              .r15 = r->r15,
                              .rip = r->rip,
                              .rflags = r->eflags,
                              .fs_base = r->fs_base};
}

void isolation_task_set(struct isolation_task *task, const struct registers *in)
{
    struct user_regs_struct *r = &task->registers;
    if (!task_stop(task) || !task_registers_load(task)) {
        return;
    }
    r->rax = in->rax, r->rbx = in->rbx, r->rcx = in->rcx, r->rdx = in->rdx, r->rsi = in->rsi, r->rdi = in->rdi;
    r->rbp = in->rbp, r->rsp = in->rsp, r->r8 = in->r8, r->r9 = in->r9, r->r10 = in->r10, r->r11 = in->r11;
    r->r12 = in->r12, r->r13 = in->r13, r->r14 = in->r14, r->r15 = in->r15, r->rip = in->rip;
    r->eflags = (in->rflags & FLAGS_USER) | FLAGS_START;
    r->fs_base = in->fs_base < FS_BASE_END ? in->fs_base : 0;
    task->registers_changed = true;
    task->foreign = false;
}
