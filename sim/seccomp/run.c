/* Running a task until its next event. */
#include "host.h"

#include <abi/control.h>
#include <abi/errno.h>
#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FRAME_BYTES 8192u /* of the system stack must be writable when the host delivers a foreign call */

static unsigned long long task_word(const struct isolation_task *task)
{
    return (unsigned long long)task->space->process << 32 | (unsigned)task->tid;
}

bool isolation_preempt(struct isolation *isolation)
{
    atomic_store(&isolation->preempt, true);
    unsigned long long word = atomic_load(&isolation->running);
    return word != 0 && syscall(SYS_tgkill, (pid_t)(word >> 32), (pid_t)(word & 0xffffffffu), SIGSTOP) == 0;
}

/* The event of a memory access that the host refused. */
static void event_fault(struct isolation_task *task, const siginfo_t *info, struct isolation_event *event)
{
    uint64_t address = (uint64_t)info->si_addr;
    event->address = address;
    if (info->si_code != SEGV_MAPERR && info->si_code != SEGV_ACCERR) {
        event->kind = ISOLATION_EXCEPTION; /* a general protection fault, or the like */
        event->exception = EXCEPTION_FAULT;
        event->access = ACCESS_READ;
        return;
    }
    event->kind = ISOLATION_FAULT;
    uint32_t prot = shadow_prot(&task->space->shadow, address);
    if (task_registers_load(task) && task->registers.rip == address) {
        event->access = ACCESS_EXECUTE;
    } else {
        event->access = (prot & PROT_R) != 0 ? ACCESS_WRITE : ACCESS_READ;
    }
}

static uint32_t exception_of(int signal_number)
{
    switch (signal_number) {
    case SIGBUS:
        return EXCEPTION_BUS;
    case SIGFPE:
        return EXCEPTION_ARITHMETIC;
    case SIGTRAP:
        return EXCEPTION_BREAKPOINT;
    default:
        return EXCEPTION_ILLEGAL;
    }
}

/* Looks at a stop of the running task. False: it meant nothing, and the task goes on. */
static bool event_of_stop(struct isolation_task *task, int status, struct isolation_event *event)
{
    int number = WSTOPSIG(status);
    siginfo_t info = {0};
    task->state = TASK_STOPPED;
    task->registers_known = task->registers_changed = task->foreign = false;
    if (status >> 16 != 0 || number == SIGSTOP) {
        event->kind = ISOLATION_PREEMPTED;
        return true;
    }
    ptrace(PTRACE_GETSIGINFO, task->tid, NULL, &info);
    bool forced = info.si_code > 0; /* by the processor or the filter, not sent by somebody */
    switch (number) {
    case SIGSYS:
        task->foreign = forced;
        return false;
    case SIGXCPU: /* the realtime limit, which Linux has raised by a second */
        realtime_limit(task->space->process);
        return false;
    case SIGSEGV:
        if (forced) {
            event_fault(task, &info, event);
        }
        return forced;
    case SIGBUS:
    case SIGILL:
    case SIGFPE:
    case SIGTRAP:
        event->kind = ISOLATION_EXCEPTION;
        event->exception = exception_of(number);
        event->address = (uint64_t)info.si_addr;
        return forced;
    default:
        return false;
    }
}

/* A foreign call can be delivered only onto a writable stack: the host writes there without asking the kernel. */
static bool stack_missing(struct isolation_task *task, struct isolation_event *event)
{
    uint64_t top = task->control + LIBSYS_STACK_OFFSET + LIBSYS_STACK_BYTES;
    for (uint64_t address = top - FRAME_BYTES; address < top; address += PAGE_BYTES) {
        if ((shadow_prot(&task->space->shadow, address) & PROT_W) == 0) {
            *event = (struct isolation_event){.kind = ISOLATION_FAULT, .address = address, .access = ACCESS_WRITE};
            return true;
        }
    }
    return false;
}

/* Lets the task go. False: `event` says why it cannot. */
static bool task_resume(struct isolation_task *task, struct isolation_event *event)
{
    if (task->state == TASK_CALL) {
        task->state = TASK_RUNNING;
        notification_answer(task->space->thread_listener, task->call_id, task->result);
        return true;
    }
    if (task->foreign && stack_missing(task, event)) {
        return false;
    }
    if (task->registers_changed) {
        ptrace(PTRACE_SETREGS, task->tid, NULL, &task->registers);
    }
    task->state = TASK_RUNNING;
    ptrace(PTRACE_CONT, task->tid, NULL, task->foreign ? SIGSYS : 0);
    return true;
}

/* Takes the changes of state that the host reports. True: one of them is the task's event. */
static bool changes_take(struct isolation_task *task, struct isolation_event *event)
{
    pid_t tid;
    int status;
    bool found = false;
    while (!found && (tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
        if (tid == task->tid && WIFSTOPPED(status)) {
            found = event_of_stop(task, status, event) || !task_resume(task, event);
        } else if (WIFSTOPPED(status)) {
            ptrace(PTRACE_CONT, tid, NULL, 0); /* a signal from outside: nothing for us */
        } else {
            space_task_lost(task->space->isolation, tid);
            found = task->space->lost;
            event->kind = ISOLATION_LOST;
        }
    }
    if (found) {
        wait_again();
    }
    return found;
}

/* True: the notification is the task's event. */
static bool event_of_notification(struct isolation_task *task, const struct seccomp_notif *notification,
                                  struct isolation_event *event)
{
    const struct seccomp_data *data = &notification->data;
    if ((pid_t)notification->pid != task->tid) {
        if ((pid_t)notification->pid == task->space->seed) {
            task->space->seed_id = notification->id;
        }
        return false;
    }
    task->state = TASK_CALL;
    task->call_id = notification->id;
    task->result = -E_NOSYS;
    if (data->instruction_pointer >= STUB_CODE && data->instruction_pointer <= STUB_CODE + STUB_BYTES) {
        event->kind = ISOLATION_EXCEPTION; /* it jumped into the stub */
        event->exception = EXCEPTION_ILLEGAL;
        event->address = data->instruction_pointer;
        return true;
    }
    event->kind = ISOLATION_CALL;
    event->number = (uint32_t)data->nr;
    for (int i = 0; i < 6; i++) {
        event->argument[i] = data->args[i];
    }
    return true;
}

static void task_wait(struct isolation_task *task, struct isolation_event *event)
{
    struct seccomp_notif notification;
    for (;;) {
        int result = wait_notification(task->space->thread_listener, &notification);
        if (result == 0 && event_of_notification(task, &notification, event)) {
            return;
        }
        if (result == -E_INTR && changes_take(task, event)) {
            return;
        }
        if (result == -E_NOENT) {
            space_lose(task->space);
            event->kind = ISOLATION_LOST;
            return;
        }
    }
}

void isolation_task_run(struct isolation_task *task, void *owner, struct isolation_event *event)
{
    struct isolation *isolation = task->space->isolation;
    *event = (struct isolation_event){.kind = ISOLATION_LOST};
    task->owner = owner;
    space_flush(task->space);
    if (task->space->lost) {
        task->owner = NULL;
        return;
    }
    atomic_store(&isolation->running, task_word(task));
    if (atomic_exchange(&isolation->preempt, false)) {
        event->kind = ISOLATION_PREEMPTED;
    } else if (task_resume(task, event)) {
        task_wait(task, event);
    }
    if (event->kind == ISOLATION_LOST) {
        task->owner = NULL; /* this event tells */
    }
    atomic_store(&isolation->running, 0);
    atomic_store(&isolation->preempt, false); /* what was asked for until now is reported by this return */
}
