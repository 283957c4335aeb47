/* Signals: what becomes of one that is sent, which thread is told, and the default actions. Handlers and masks are the
 * system library's; the root server knows which signals a process ignores or catches, and the mask that each thread
 * told last. A process that never told anything gets the default action at once. */
#include "root.h"
#include <string.h>

#define SIGNALS_STOP                                                                                      \
    (SIGNAL_BIT(SIGNAL_STOP) | SIGNAL_BIT(SIGNAL_TSTP) | SIGNAL_BIT(SIGNAL_TTIN) | SIGNAL_BIT(SIGNAL_TTOU))
#define SIGNALS_CORE                                                                                      \
    (SIGNAL_BIT(SIGNAL_QUIT) | SIGNAL_BIT(SIGNAL_ILL) | SIGNAL_BIT(SIGNAL_TRAP) | SIGNAL_BIT(SIGNAL_ABRT) | \
     SIGNAL_BIT(SIGNAL_BUS) | SIGNAL_BIT(SIGNAL_FPE) | SIGNAL_BIT(SIGNAL_SEGV) | SIGNAL_BIT(SIGNAL_XCPU) |  \
     SIGNAL_BIT(SIGNAL_XFSZ) | SIGNAL_BIT(SIGNAL_SYS))
#define SIGNALS_IGNORED (SIGNAL_BIT(SIGNAL_CHLD) | SIGNAL_BIT(SIGNAL_URG) | SIGNAL_BIT(SIGNAL_WINCH))
#define SIGNALS_FORCED (SIGNAL_BIT(SIGNAL_KILL) | SIGNAL_BIT(SIGNAL_STOP))

enum signal_action signal_default(uint32_t signal)
{
    uint64_t bit = SIGNAL_BIT(signal);
    if (signal == SIGNAL_CONT) {
        return ACTION_CONTINUE;
    }
    if ((bit & SIGNALS_STOP) != 0) {
        return ACTION_STOP;
    }
    if ((bit & SIGNALS_IGNORED) != 0) {
        return ACTION_IGNORE;
    }
    return (bit & SIGNALS_CORE) != 0 ? ACTION_CORE : ACTION_TERMINATE;
}

/* What to do with a signal that comes for a process now. */
enum signal_verdict { VERDICT_DROP, VERDICT_PEND, VERDICT_DEFAULT };

static enum signal_verdict signal_judge(const struct process *process, uint32_t signal)
{
    uint64_t bit = SIGNAL_BIT(signal);
    bool caught = process->told && (process->caught & bit) != 0;
    if (process->pid == PID_INIT && !caught) {
        return VERDICT_DROP;
    }
    if ((bit & SIGNALS_FORCED) != 0) {
        return VERDICT_DEFAULT;
    }
    if (caught) {
        return VERDICT_PEND;
    }
    enum signal_action action = signal_default(signal);
    if ((process->ignored & bit) != 0 || action == ACTION_IGNORE || action == ACTION_CONTINUE) {
        return VERDICT_DROP;
    }
    return process->told ? VERDICT_PEND : VERDICT_DEFAULT;
}

uint32_t signal_take(struct process *process, struct task *task, uint64_t blocked, struct signal_record *record)
{
    uint64_t ready = (task->pending | process->pending) & ~blocked;
    if (ready == 0) {
        return 0;
    }
    uint32_t signal = (uint32_t)__builtin_ctzll(ready) + 1;
    if ((task->pending & SIGNAL_BIT(signal)) != 0) {
        task->pending &= ~SIGNAL_BIT(signal);
        *record = task->record;
        record->signal = (int32_t)signal;
    } else {
        process->pending &= ~SIGNAL_BIT(signal);
        *record = process->records[signal];
    }
    return signal;
}

/* Tells one thread that may take the signal; if all block it, it stays pending until one of them fetches again. */
static void signal_interrupt(struct process *process, uint32_t signal, const struct task *except)
{
    for (struct task *task = process->tasks; task != NULL; task = task->next) {
        if (task != except && (task->blocked & SIGNAL_BIT(signal)) == 0) {
            sys_thread_interrupt(task->handle);
            return;
        }
    }
}

static void process_stop(struct root *root, struct process *process, uint32_t signal)
{
    if (process->stopped) {
        return;
    }
    for (struct task *task = process->tasks; task != NULL; task = task->next) {
        sys_thread_suspend(task->handle);
    }
    process->stopped = process->report_stop = true;
    process->report_continue = false;
    process->status = STATUS_STOPPED(signal);
    if (process->parent != NULL && (process->parent->signal_flags & SIGNAL_NO_CHILD_STOP) == 0) {
        signal_child(root, process, CHILD_STOPPED, (int32_t)signal);
    }
    wait_update(root);
}

static void process_continue(struct root *root, struct process *process)
{
    if (!process->stopped) {
        return;
    }
    process->stopped = process->report_stop = false;
    process->report_continue = true;
    for (struct task *task = process->tasks; task != NULL; task = task->next) {
        sys_thread_resume(task->handle);
    }
    if (process->parent != NULL && (process->parent->signal_flags & SIGNAL_NO_CHILD_STOP) == 0) {
        signal_child(root, process, CHILD_CONTINUED, SIGNAL_CONT);
    }
    wait_update(root);
}

/* Takes a signal's default action on a process. */
static void signal_act(struct root *root, struct process *process, uint32_t signal)
{
    switch (signal_default(signal)) {
    case ACTION_TERMINATE:
        process_end(root, process, STATUS_SIGNALED(signal, false));
        break;
    case ACTION_CORE:
        process_end(root, process, STATUS_SIGNALED(signal, true));
        break;
    case ACTION_STOP:
        if (signal == SIGNAL_STOP || !group_is_orphaned(root, process->group, process->session)) {
            process_stop(root, process, signal);
        }
        break;
    case ACTION_IGNORE:
    case ACTION_CONTINUE:
        break;
    }
}

void signal_exec(struct root *root, struct process *process, struct task *task, uint64_t blocked)
{
    task->blocked = blocked & ~SIGNALS_FORCED;
    process->told = task->blocked != 0; /* as its library will say when it starts */
    uint64_t ready = (process->pending | task->pending) & ~task->blocked;
    process->pending &= ~ready;
    task->pending &= ~ready;
    for (; ready != 0 && process->state == PROCESS_ALIVE; ready &= ready - 1) {
        uint32_t signal = (uint32_t)__builtin_ctzll(ready) + 1;
        if (signal_judge(process, signal) != VERDICT_DROP) {
            signal_act(root, process, signal);
        }
    }
}

/* Stop signals and SIGCONT undo each other, even when ignored or blocked. */
static void signal_undo(struct root *root, struct process *process, uint32_t signal)
{
    uint64_t undone = 0;
    if (signal == SIGNAL_CONT) {
        undone = SIGNALS_STOP;
    } else if ((SIGNAL_BIT(signal) & SIGNALS_STOP) != 0) {
        undone = SIGNAL_BIT(SIGNAL_CONT);
    }
    process->pending &= ~undone;
    for (struct task *task = process->tasks; task != NULL; task = task->next) {
        task->pending &= ~undone;
    }
    if (signal == SIGNAL_CONT) {
        process_continue(root, process);
    }
}

void signal_send(struct root *root, struct process *process, struct task *task, const struct signal_record *record)
{
    uint32_t signal = (uint32_t)record->signal;
    if (process->state != PROCESS_ALIVE) {
        return;
    }
    signal_undo(root, process, signal);
    enum signal_verdict verdict = signal_judge(process, signal);
    if (verdict == VERDICT_DEFAULT) {
        signal_act(root, process, signal);
    } else if (verdict == VERDICT_PEND && task != NULL) {
        task->pending |= SIGNAL_BIT(signal);
        task->record = *record;
        sys_thread_interrupt(task->handle);
    } else if (verdict == VERDICT_PEND && (process->pending & SIGNAL_BIT(signal)) == 0) {
        process->pending |= SIGNAL_BIT(signal);
        process->records[signal] = *record;
        signal_interrupt(process, signal, NULL);
    }
}

void signal_child(struct root *root, struct process *child, int32_t code, int32_t status)
{
    if (child->parent == NULL) {
        return;
    }
    struct signal_record record = {
        .signal = SIGNAL_CHLD,
        .code = code,
        .pid = (int32_t)child->pid,
        .uid = child->credentials.uid,
        .status = status,
    };
    signal_send(root, child->parent, NULL, &record);
}

void serve_signal_fetch(struct root *root, struct root_call *call)
{
    struct process *process = call->process;
    struct task *task = call_task(call);
    if (task == NULL) {
        root_reply(root, call, -E_PERM, NULL, 0);
        return;
    }
    struct signal_record record = {.signal = 0};
    task->blocked = call->message.request.argument[0] & ~SIGNALS_FORCED;
    uint32_t signal = signal_take(process, task, task->blocked, &record);
    for (uint64_t refused = process->pending & task->blocked; refused != 0; refused &= refused - 1) {
        signal_interrupt(process, (uint32_t)__builtin_ctzll(refused) + 1, task);
    }
    root_reply(root, call, signal, &record, sizeof record);
}

void serve_signal_disposition(struct root *root, struct root_call *call)
{
    struct process *process = call->process;
    const uint64_t *argument = call->message.request.argument;
    process->told = true;
    process->ignored = argument[0] & ~SIGNALS_FORCED;
    process->caught = argument[1] & ~SIGNALS_FORCED;
    process->signal_flags = (uint32_t)argument[2];
    process->pending &= ~process->ignored;
    for (struct task *task = process->tasks; task != NULL; task = task->next) {
        task->pending &= ~process->ignored;
    }
    root_reply(root, call, 0, NULL, 0);
}

void serve_signal_default(struct root *root, struct root_call *call)
{
    uint64_t signal = call->message.request.argument[0];
    if (signal < 1 || signal > SIGNAL_MAX || call_task(call) == NULL) {
        root_reply(root, call, -E_INVAL, NULL, 0);
        return;
    }
    /* A thread that is stopped takes its reply once it is continued. */
    signal_act(root, call->process, (uint32_t)signal);
    root_reply(root, call, 0, NULL, 0);
}

void serve_signal_pending(struct root *root, struct root_call *call)
{
    struct task *task = call_task(call);
    uint64_t pending = call->process->pending | (task == NULL ? 0 : task->pending);
    root_reply(root, call, (int64_t)(pending & INT64_MAX), NULL, 0);
}
