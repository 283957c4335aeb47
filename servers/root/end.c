/* The end of processes: exit, death by a signal, reaping. A process that ends gives everything back at once; what stays
 * is its status, until its parent has taken it. */
#include "root.h"

/* Its calls that wait for something will never be answered. */
static void calls_drop(struct root *root, const struct process *process)
{
    for (uint32_t i = 0; i < ROOT_CALLS_MAX; i++) {
        struct root_call *call = &root->calls[i];
        if (call->state == CALL_WAITING && IDENTITY_PID(call->info.identity) == process->pid) {
            root_reply(root, call, -E_SRCH, NULL, 0);
        }
    }
}

static void handle_drop(int *handle)
{
    if (*handle >= 0) {
        sys_handle_close(SYS_SELF_TABLE, *handle);
    }
    *handle = -1;
}

/* The kernel empties a table when its last thread dies; one that never had a thread holds handles to itself. */
static void table_empty(int table)
{
    for (int h = sys_handle_next(table, 0, 0); h >= 0; h = sys_handle_next(table, h + 1, 0)) {
        sys_handle_close(table, h);
    }
}

static void objects_drop(struct process *process, bool blank)
{
    if (blank && process->table >= 0) {
        table_empty(process->table);
    }
    handle_drop(&process->table);
    handle_drop(&process->space);
    handle_drop(&process->grant);
}

static void peak_note(struct process *process)
{
    struct grant_info info;
    if (process->grant >= 0 && sys_grant_info(process->grant, &info) == 0) {
        process->usage.peak_pages = info.used_pages;
    }
}

/* Blank ones go: nobody will start them. */
static void children_to_init(struct root *root, struct process *process)
{
    struct process *init = process_find(root, PID_INIT);
    for (struct process *p = process_next(root, NULL); p != NULL; p = process_next(root, p)) {
        if (p->parent == process && p->state == PROCESS_BLANK) {
            process_end(root, p, 0);
        } else if (p->parent == process) {
            p->parent = init;
        }
    }
}

static int status_code(int32_t status)
{
    int signal = status & 0x7f;
    return signal != 0 ? 128 + signal : (status >> 8) & 0xff;
}

/* Tells the parent; a zombie that nobody will ask for goes at once. */
static void parent_tell(struct root *root, struct process *process)
{
    struct process *parent = process->parent;
    if (parent == NULL) {
        process_reap(root, process);
        wait_update(root);
        return;
    }
    int signal = process->status & 0x7f;
    int32_t code = signal == 0 ? CHILD_EXITED : (process->status & 0x80) != 0 ? CHILD_DUMPED : CHILD_KILLED;
    signal_child(root, process, code, signal == 0 ? (process->status >> 8) & 0xff : signal);
    bool unwanted = (parent->signal_flags & SIGNAL_NO_CHILD_WAIT) != 0 ||
                    (parent->told && (parent->ignored & SIGNAL_BIT(SIGNAL_CHLD)) != 0);
    if (process->state == PROCESS_ZOMBIE && unwanted) {
        process_reap(root, process); /* before anybody waits for it: such waits end when no children are left */
    }
    wait_update(root);
}

void process_end(struct root *root, struct process *process, int32_t status)
{
    if (process->state != PROCESS_ALIVE && process->state != PROCESS_BLANK) {
        return;
    }
    bool blank = process->state == PROCESS_BLANK;
    if (!blank) {
        groups_before_end(root);
    }
    process->state = PROCESS_ZOMBIE;
    process->status = status;
    process->stopped = process->report_stop = process->report_continue = false;
    peak_note(process);
    while (process->tasks != NULL) {
        task_remove(root, process->tasks);
    }
    if (process->pid == PID_INIT) {
        sys_machine_stop(status_code(status));
    }
    calls_drop(root, process);
    vfs_process_exit(root, process);
    if (process->alarm_ns != DEADLINE_NONE) {
        process->alarm_ns = DEADLINE_NONE;
        alarm_arm(root);
    }
    objects_drop(process, blank);
    children_to_init(root, process);
    if (blank) {
        process_reap(root, process); /* it was never a child to wait for */
    } else {
        parent_tell(root, process);
        groups_after_end(root);
    }
}

void process_reap(struct root *root, struct process *process)
{
    root_assert(process->state == PROCESS_ZOMBIE);
    struct process *parent = process->parent;
    if (parent != NULL) {
        struct usage_record *sum = &parent->children_usage;
        sum->user_ns += process->usage.user_ns + process->children_usage.user_ns;
        sum->system_ns += process->usage.system_ns + process->children_usage.system_ns;
        sum->peak_pages = sum->peak_pages > process->usage.peak_pages ? sum->peak_pages : process->usage.peak_pages;
    }
    process->parent = NULL;
    process->state = PROCESS_GONE;
    root->table.pid_slot[process->pid] = 0;
    root->table.count--;
    process_release(root, process);
}

void process_handle_closed(struct root *root, uint64_t cookie)
{
    struct process *process = process_of_cookie(root, cookie);
    if (process == NULL) {
        return;
    }
    process->handle_open = false;
    if (process->state == PROCESS_BLANK) {
        process_end(root, process, 0);
    } else {
        process_release(root, process);
    }
}

void serve_exit(struct root *root, struct root_call *call)
{
    if (call_task(call) == NULL) {
        root_reply(root, call, -E_PERM, NULL, 0);
        return;
    }
    process_end(root, call->process, STATUS_EXITED(call->message.request.argument[0]));
    call_free(root, call); /* nobody waits for a reply any more */
}

void serve_shutdown(struct root *root, struct root_call *call)
{
    if (call->process->credentials.euid != 0) {
        root_reply(root, call, -E_PERM, NULL, 0);
        return;
    }
    sys_machine_stop((int)(call->message.request.argument[0] & 0xff));
}
