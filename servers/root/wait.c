/* Waiting for children: what a wait tells, and the waits that have nothing to tell yet. */
#include "root.h"

static bool wait_means(const struct process *parent, int64_t pid, const struct process *child)
{
    if (pid > 0) {
        return child->pid == (uint64_t)pid;
    }
    if (pid == 0) {
        return child->group == parent->group;
    }
    return pid == -1 || child->group == (uint64_t)-pid;
}

/* What this process has to tell, if anything. */
static bool wait_report(const struct process *process, uint32_t flags, int32_t *status)
{
    if (process->state == PROCESS_ZOMBIE) {
        *status = process->status;
        return true;
    }
    if ((flags & WAIT_STOPPED) != 0 && process->report_stop) {
        *status = process->status;
        return true;
    }
    if ((flags & WAIT_CONTINUED) != 0 && process->report_continue) {
        *status = STATUS_CONTINUED;
        return true;
    }
    return false;
}

struct wait_choice {
    struct process *process; /* NULL: nothing to tell yet */
    int32_t status;
};

/* What a parent's wait for `pid` (as waitpid's) would tell now. Returns 0, or -E_CHILD: no child is meant. */
static int wait_choose(struct root *root, const struct process *parent, int64_t pid, uint32_t flags,
                       struct wait_choice *choice)
{
    bool any = false;
    choice->process = NULL;
    for (struct process *p = process_next(root, NULL); p != NULL; p = process_next(root, p)) {
        if (p->parent != parent || p->state == PROCESS_BLANK || !wait_means(parent, pid, p)) {
            continue;
        }
        any = true;
        if (wait_report(p, flags, &choice->status)) {
            choice->process = p;
            return 0;
        }
    }
    return any ? 0 : -E_CHILD;
}

/* The same for a wait through a process handle: only that process, whoever asks. */
static int wait_choose_handle(struct process *process, uint32_t flags, struct wait_choice *choice)
{
    if (process->state == PROCESS_GONE) {
        return -E_CHILD;
    }
    choice->process = process->state != PROCESS_BLANK && wait_report(process, flags, &choice->status) ? process : NULL;
    return 0;
}

/* What was told is not told again, unless WAIT_KEEP. Only the parent takes a zombie away. */
static void wait_consume(struct root *root, struct process *process, const struct process *waiter, uint32_t flags)
{
    if ((flags & WAIT_KEEP) != 0) {
        return;
    }
    if (process->state != PROCESS_ZOMBIE) {
        process->report_stop = process->report_continue = false;
    } else if (process->parent == waiter) {
        process_reap(root, process);
    }
}

static void wait_answer(struct root *root, struct root_call *call, struct process *waiter,
                        const struct wait_choice *choice)
{
    struct process *process = choice->process;
    struct wait_result result = {.status = choice->status, .uid = process->credentials.uid};
    process_usage(process, &result.usage);
    result.usage.user_ns += process->children_usage.user_ns;
    int64_t pid = process->pid;
    wait_consume(root, process, waiter, call->message.request.flags);
    root_reply(root, call, pid, &result, sizeof result);
}

/* Answers the wait if there is something to tell, now or never. */
static bool wait_try(struct root *root, struct root_call *call)
{
    const struct root_request *request = &call->message.request;
    struct process *waiter = process_find(root, IDENTITY_PID(call->info.identity));
    if (waiter == NULL) {
        root_reply(root, call, -E_SRCH, NULL, 0);
        return true;
    }
    struct wait_choice choice = {NULL, 0};
    int result = waiter == call->process
                     ? wait_choose(root, waiter, (int64_t)request->argument[0], request->flags, &choice)
                     : wait_choose_handle(call->process, request->flags, &choice);
    if (result < 0) {
        root_reply(root, call, result, NULL, 0);
        return true;
    }
    if (choice.process != NULL) {
        wait_answer(root, call, waiter, &choice);
        return true;
    }
    return false;
}

void wait_update(struct root *root)
{
    for (uint32_t i = 0; i < ROOT_CALLS_MAX; i++) {
        if (root->calls[i].state == CALL_WAITING) {
            wait_try(root, &root->calls[i]);
        }
    }
}

void serve_wait(struct root *root, struct root_call *call)
{
    if (wait_try(root, call)) {
        return;
    }
    if ((call->message.request.flags & WAIT_NO_HANG) != 0) {
        root_reply(root, call, 0, NULL, 0);
        return;
    }
    call->state = CALL_WAITING;
}
