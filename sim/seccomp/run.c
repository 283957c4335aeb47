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

static unsigned long long task_word(const struct isolation_task *task)
{
    return (unsigned long long)task->space->process << 32 | (unsigned)task->tid;
}

bool isolation_preempt(struct isolation *isolation)
{
    atomic_store(&isolation->preempt, true);
    unsigned long long word = atomic_load(&isolation->running);
    return word != 0 && syscall(SYS_tgkill, (pid_t)(word >> 32), (pid_t)(word & 0xffffffffu), SIGUSR1) == 0;
}

/* Has preemption been asked for? Writes only then: a request that comes meanwhile stays. */
static bool preempt_take(struct isolation *isolation)
{
    return atomic_load(&isolation->preempt) && atomic_exchange(&isolation->preempt, false);
}

#define TRAP_PAGE_FAULT 14u
#define PAGE_FAULT_WRITE 2u
#define PAGE_FAULT_EXECUTE 16u

static uint32_t exception_of(uint64_t signal_number)
{
    switch (signal_number) {
    case SIGSEGV: /* not a page fault: a general protection fault, or the like */
        return EXCEPTION_FAULT;
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

/* A signal, as the stub reports it. Its words are the program's own: a lie harms only the liar. */
static void event_of_signal(struct isolation_task *task, const struct seccomp_data *data, struct isolation_event *event)
{
    uint64_t number = data->args[0], error = data->args[4], trap = data->args[5];
    const struct frame *frame = task_frame(task, data->args[3]);
    task->state = TASK_FRAME;
    if (frame == NULL) {
        space_lose(task->space);
        event->kind = ISOLATION_LOST;
        return;
    }
    uint64_t answered = STUB_CODE + (uint64_t)(stub_answered - stub_begin);
    uint64_t foreign = STUB_CODE + (uint64_t)(stub_foreign - stub_begin);
    if (frame->rip < answered || frame->rip >= foreign || task->frame == 0) {
        task->frame = data->args[3]; /* else it was on its way into the frame that it has been given */
    }
    event->address = data->args[2];
    if (number == SIGUSR1 || number == SIGXCPU) {
        event->kind = ISOLATION_PREEMPTED;
        if (number == SIGXCPU) { /* the realtime limit, which Linux has raised by a second */
            realtime_limit(task->space->process);
        }
    } else if (number == SIGSEGV && trap == TRAP_PAGE_FAULT) {
        event->kind = ISOLATION_FAULT;
        event->access = (error & PAGE_FAULT_EXECUTE) != 0 ? ACCESS_EXECUTE
                        : (error & PAGE_FAULT_WRITE) != 0 ? ACCESS_WRITE
                                                          : ACCESS_READ;
    } else {
        event->kind = ISOLATION_EXCEPTION;
        event->exception = exception_of(number);
        event->access = ACCESS_READ;
    }
}

/* Lets the task go. */
static void task_resume(struct isolation_task *task)
{
    int64_t answer = task->state == TASK_FRAME ? (int64_t)task->frame : task->result;
    task->state = TASK_RUNNING;
    notification_answer(task->space->thread_listener, task->call_id, answer);
}

/* Takes the changes of state that the host reports. True: the task is lost. */
static bool changes_take(struct isolation_task *task)
{
    pid_t tid;
    int status;
    while ((tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
        if (WIFSTOPPED(status)) {
            ptrace(PTRACE_CONT, tid, NULL, 0); /* a signal from outside: nothing for us */
        } else {
            space_task_lost(task->space->isolation, tid);
        }
    }
    return task->space->lost;
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
    bool in_stub = data->instruction_pointer - STUB_CODE <= STUB_BYTES;
    if (in_stub && data->nr == STUB_EVENT) {
        event_of_signal(task, data, event);
    } else if (in_stub) {
        event->kind = ISOLATION_EXCEPTION; /* it jumped into the stub */
        event->exception = EXCEPTION_ILLEGAL;
        event->address = data->instruction_pointer;
    } else {
        event->kind = ISOLATION_CALL;
        event->number = (uint32_t)data->nr;
        for (int i = 0; i < 6; i++) {
            event->argument[i] = data->args[i];
        }
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
        if (result == -E_NOENT) {
            space_lose(task->space);
        }
        if (result < 0 && (changes_take(task) || result == -E_NOENT)) {
            event->kind = ISOLATION_LOST;
            return;
        }
    }
}

void isolation_task_run(struct isolation_task *task, void *owner, struct isolation_event *event)
{
    struct isolation *isolation = task->space->isolation;
    event->kind = ISOLATION_LOST;
    task->owner = owner;
    space_flush(task->space);
    if (task->space->lost) {
        task->owner = NULL;
        return;
    }
    atomic_store(&isolation->running, task_word(task)); /* before the look at `preempt`, as the other side's */
    if (preempt_take(isolation)) {
        event->kind = ISOLATION_PREEMPTED;
    } else {
        task_resume(task);
        task_wait(task, event);
    }
    if (event->kind == ISOLATION_LOST) {
        task->owner = NULL; /* this event tells */
    }
    atomic_store_explicit(&isolation->running, 0, memory_order_release); /* seen late, it costs a needless kick */
    preempt_take(isolation); /* what was asked for until now is reported by this return */
}
