/* Who a process is: user and group numbers, its other numbers, and what they allow. */
#include "root.h"

bool process_may(const struct process *actor, const struct process *target)
{
    const struct credentials *a = &actor->credentials;
    const struct credentials *t = &target->credentials;
    return a->euid == 0 || a->uid == t->uid || a->euid == t->uid;
}

void serve_ids(struct root *root, struct root_call *call)
{
    const struct process *process = call->process;
    struct process_ids ids = {
        .pid = process->pid,
        .parent_pid = process->parent == NULL ? 0 : process->parent->pid,
        .group = process->group,
        .session = process->session,
        .uid = process->credentials.uid,
        .euid = process->credentials.euid,
        .gid = process->credentials.gid,
        .egid = process->credentials.egid,
    };
    root_reply(root, call, 0, &ids, sizeof ids);
}

/* -1 keeps it. Without privilege only the real and effective numbers that it has may be set. */
static int id_change(uint64_t wanted, const uint32_t has[2], bool privileged, uint32_t *id)
{
    if ((uint32_t)wanted == UINT32_MAX) {
        return 0;
    }
    if (!privileged && (uint32_t)wanted != has[0] && (uint32_t)wanted != has[1]) {
        return -E_PERM;
    }
    *id = (uint32_t)wanted;
    return 0;
}

void serve_setids(struct root *root, struct root_call *call)
{
    const uint64_t *argument = call->message.request.argument;
    struct credentials *now = &call->process->credentials;
    struct credentials next = *now;
    bool privileged = now->euid == 0;
    const uint32_t uids[2] = {now->uid, now->euid};
    const uint32_t gids[2] = {now->gid, now->egid};
    if (id_change(argument[0], uids, privileged, &next.uid) < 0 ||
        id_change(argument[1], uids, privileged, &next.euid) < 0 ||
        id_change(argument[2], gids, privileged, &next.gid) < 0 ||
        id_change(argument[3], gids, privileged, &next.egid) < 0) {
        root_reply(root, call, -E_PERM, NULL, 0);
        return;
    }
    *now = next;
    root_reply(root, call, 0, NULL, 0);
}

void serve_usage(struct root *root, struct root_call *call)
{
    struct usage_record usage = call->process->children_usage;
    if (call->message.request.flags == 0) {
        process_usage(call->process, &usage);
        struct grant_info info;
        if (call->process->grant >= 0 && sys_grant_info(call->process->grant, &info) == 0) {
            usage.peak_pages = info.used_pages;
        }
    }
    root_reply(root, call, 0, &usage, sizeof usage);
}
