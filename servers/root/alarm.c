/* Alarms: one per process, one kernel timer for the earliest. */
#include "root.h"

#define ALARM_NS_MAX (UINT64_MAX / 4)

void alarm_arm(struct root *root)
{
    uint64_t earliest = DEADLINE_NONE;
    for (struct process *p = process_next(root, NULL); p != NULL; p = process_next(root, p)) {
        if (p->alarm_ns < earliest) {
            earliest = p->alarm_ns;
        }
    }
    sys_timer_set(root->timer, earliest, 0);
}

void alarm_expire(struct root *root)
{
    const struct signal_record record = {.signal = SIGNAL_ALRM, .code = CODE_KERNEL};
    uint64_t now = root_now_ns();
    for (struct process *p = process_next(root, NULL); p != NULL; p = process_next(root, p)) {
        if (p->alarm_ns > now) {
            continue;
        }
        uint64_t next = now + p->alarm_interval_ns;
        p->alarm_ns = p->alarm_interval_ns == 0 ? DEADLINE_NONE : next;
        signal_send(root, p, NULL, &record);
    }
    alarm_arm(root);
}

void serve_alarm(struct root *root, struct root_call *call)
{
    struct process *process = call->process;
    const uint64_t *argument = call->message.request.argument;
    if (argument[0] > ALARM_NS_MAX || argument[1] > ALARM_NS_MAX) {
        root_reply(root, call, -E_INVAL, NULL, 0);
        return;
    }
    uint64_t now = root_now_ns();
    struct alarm_state before = {0, process->alarm_interval_ns};
    if (process->alarm_ns != DEADLINE_NONE) {
        before.remaining_ns = process->alarm_ns > now ? process->alarm_ns - now : 1;
    }
    process->alarm_ns = argument[0] == 0 ? DEADLINE_NONE : now + argument[0];
    process->alarm_interval_ns = argument[1];
    alarm_arm(root);
    root_reply(root, call, 0, &before, sizeof before);
}
