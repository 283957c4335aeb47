/* Sending signals on request: to a process, a group, all, or one thread. */
#include "root.h"

static struct process *call_sender(struct root *root, const struct root_call *call)
{
    struct process *sender = process_find(root, IDENTITY_PID(call->info.identity));
    return sender == NULL ? call->process : sender;
}

static bool kill_means(const struct process *sender, int64_t pid, const struct process *target)
{
    if (pid > 0) {
        return target->pid == (uint64_t)pid;
    }
    if (pid == 0) {
        return target->group == sender->group;
    }
    return pid == -1 ? target->pid != PID_INIT && target != sender : target->group == (uint64_t)-pid;
}

static bool kill_may(const struct process *sender, const struct process *target, uint32_t signal)
{
    return process_may(sender, target) || (signal == SIGNAL_CONT && sender->session == target->session);
}

void serve_kill(struct root *root, struct root_call *call)
{
    int64_t pid = (int64_t)call->message.request.argument[0];
    uint64_t signal = call->message.request.argument[1];
    struct process *sender = call_sender(root, call);
    if (signal > SIGNAL_MAX) {
        root_reply(root, call, -E_INVAL, NULL, 0);
        return;
    }
    struct signal_record record = {
        .signal = (int32_t)signal, .pid = (int32_t)sender->pid, .uid = sender->credentials.uid};
    int result = -E_SRCH;
    for (struct process *p = process_next(root, NULL); p != NULL; p = process_next(root, p)) {
        if (p->state == PROCESS_BLANK || !kill_means(sender, pid, p)) {
            continue;
        }
        if (!kill_may(sender, p, (uint32_t)signal)) {
            result = result == 0 ? 0 : -E_PERM;
            continue;
        }
        result = 0;
        if (signal != 0) {
            signal_send(root, p, NULL, &record);
        }
    }
    root_reply(root, call, result, NULL, 0);
}

#define CODE_THREAD (-6) /* si_code of a signal sent to a thread */

void serve_kill_thread(struct root *root, struct root_call *call)
{
    const uint64_t *argument = call->message.request.argument;
    struct process *sender = call_sender(root, call);
    struct process *process = argument[0] > PID_MAX ? NULL : process_find(root, (uint32_t)argument[0]);
    struct task *task = process == NULL || argument[1] > PID_MAX ? NULL : task_find(process, (uint32_t)argument[1]);
    int result = 0;
    if (argument[2] > SIGNAL_MAX) {
        result = -E_INVAL;
    } else if (task == NULL) {
        result = -E_SRCH;
    } else if (!kill_may(sender, process, (uint32_t)argument[2])) {
        result = -E_PERM;
    } else if (argument[2] != 0) {
        struct signal_record record = {
            .signal = (int32_t)argument[2],
            .code = CODE_THREAD,
            .pid = (int32_t)sender->pid,
            .uid = sender->credentials.uid,
        };
        signal_send(root, process, task, &record);
    }
    root_reply(root, call, result, NULL, 0);
}
