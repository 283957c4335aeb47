/* Process groups and sessions, by POSIX's rules. */
#include "root.h"

bool group_is_orphaned(struct root *root, uint32_t group, uint32_t session)
{
    for (struct process *p = process_next(root, NULL); p != NULL; p = process_next(root, p)) {
        const struct process *parent = p->parent;
        if (p->state == PROCESS_ALIVE && p->group == group && parent != NULL && parent->group != group &&
            parent->session == session) {
            return false;
        }
    }
    return true;
}

void groups_before_end(struct root *root)
{
    for (struct process *p = process_next(root, NULL); p != NULL; p = process_next(root, p)) {
        if (p->stopped) {
            p->orphaned = group_is_orphaned(root, p->group, p->session);
        }
    }
}

static void group_send(struct root *root, uint32_t group, int32_t signal)
{
    const struct signal_record record = {.signal = signal, .code = CODE_KERNEL};
    for (struct process *p = process_next(root, NULL); p != NULL; p = process_next(root, p)) {
        if (p->group == group) {
            signal_send(root, p, NULL, &record);
        }
    }
}

void groups_after_end(struct root *root)
{
    for (struct process *p = process_next(root, NULL); p != NULL; p = process_next(root, p)) {
        p->hung_up = p->hung_up || (p->stopped && !p->orphaned && group_is_orphaned(root, p->group, p->session));
    }
    for (struct process *p = process_next(root, NULL); p != NULL; p = process_next(root, p)) {
        if (p->hung_up) {
            uint32_t group = p->group;
            p->hung_up = false;
            group_send(root, group, SIGNAL_HUP); /* may end others, and come here again */
            group_send(root, group, SIGNAL_CONT);
        }
    }
}

static bool group_exists(struct root *root, uint32_t group, uint32_t session)
{
    for (struct process *p = process_next(root, NULL); p != NULL; p = process_next(root, p)) {
        if (p->group == group && p->session == session) {
            return true;
        }
    }
    return false;
}

/* pid 0: the caller's own. */
static struct process *call_target(struct root *root, const struct root_call *call, uint64_t pid)
{
    if (pid == 0) {
        return call->process;
    }
    return pid > PID_MAX ? NULL : process_find(root, (uint32_t)pid);
}

static int setpgid_check(struct root *root, const struct process *caller, const struct process *target, uint64_t group)
{
    if (target == NULL || (target != caller && target->parent != caller)) {
        return -E_SRCH;
    }
    if (group > PID_MAX) {
        return -E_INVAL;
    }
    if (target != caller && target->executed) {
        return -E_ACCES;
    }
    if (target->session == target->pid || target->session != caller->session) {
        return -E_PERM;
    }
    if (group != target->pid && !group_exists(root, (uint32_t)group, caller->session)) {
        return -E_PERM;
    }
    return 0;
}

void serve_setpgid(struct root *root, struct root_call *call)
{
    const uint64_t *argument = call->message.request.argument;
    struct process *target = call_target(root, call, argument[0]);
    uint64_t group = argument[1] == 0 && target != NULL ? target->pid : argument[1];
    int result = setpgid_check(root, call->process, target, group);
    if (result == 0) {
        target->group = (uint32_t)group;
    }
    root_reply(root, call, result, NULL, 0);
}

void serve_getpgid(struct root *root, struct root_call *call)
{
    const struct process *target = call_target(root, call, call->message.request.argument[0]);
    root_reply(root, call, target == NULL ? -E_SRCH : (int64_t)target->group, NULL, 0);
}

void serve_setsid(struct root *root, struct root_call *call)
{
    struct process *process = call->process;
    for (struct process *p = process_next(root, NULL); p != NULL; p = process_next(root, p)) {
        if (p->group == process->pid) {
            root_reply(root, call, -E_PERM, NULL, 0);
            return;
        }
    }
    process->group = process->session = process->pid;
    root_reply(root, call, process->pid, NULL, 0);
}

void serve_getsid(struct root *root, struct root_call *call)
{
    const struct process *target = call_target(root, call, call->message.request.argument[0]);
    root_reply(root, call, target == NULL ? -E_SRCH : (int64_t)target->session, NULL, 0);
}
