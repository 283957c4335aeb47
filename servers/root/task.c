/* Tasks: the root server's records of threads. */
#include "root.h"
#include <string.h>

static struct task *task_unused(struct process_table *table)
{
    for (uint32_t i = 0; i < TASKS_MAX; i++) {
        if (!table->tasks[i].used) {
            return &table->tasks[i];
        }
    }
    return NULL;
}

static uint64_t identity_of(uint32_t pid, uint32_t tid)
{
    return (uint64_t)tid << 32 | pid;
}

int task_create(struct root *root, struct process *process, int space, uint32_t tid, const struct task_start *start,
                struct task **task_out)
{
    struct task *task = task_unused(&root->table);
    if (task == NULL || process->task_count >= TASKS_PER_PROCESS_MAX) {
        return -E_AGAIN;
    }
    int handle = sys_thread_create(process->grant, space, process->table, start->control_memory,
                                   start->control_address, root->self);
    if (handle < 0) {
        return handle;
    }
    int result = sys_thread_set(handle, THREAD_IDENTITY, identity_of(process->pid, tid));
    root_assert(result == 0);
    result = sys_thread_set(handle, THREAD_PRIORITY, start->priority);
    root_assert(result == 0);
    result = sys_thread_set(handle, THREAD_NAME, (uintptr_t)process->name);
    root_assert(result == 0);
    memset(task, 0, sizeof *task);
    task->used = true;
    task->handle = handle;
    task->tid = tid;
    task->process = process;
    task->next = process->tasks;
    process->tasks = task;
    process->task_count++;
    *task_out = task;
    return 0;
}

struct task *task_find(struct process *process, uint32_t tid)
{
    struct task *task = process->tasks;
    while (task != NULL && task->tid != tid) {
        task = task->next;
    }
    return task;
}

void task_remove(struct root *root, struct task *task)
{
    struct process *process = task->process;
    struct task **link = &process->tasks;
    while (*link != task) {
        link = &(*link)->next;
    }
    *link = task->next;
    process->task_count--;
    sys_thread_kill(task->handle);
    struct thread_info info;
    if (sys_thread_info(task->handle, &info) == 0) {
        process->usage.user_ns += info.cpu_ns;
    }
    sys_handle_close(SYS_SELF_TABLE, task->handle);
    if (task->tid != process->pid) {
        root->table.number_used[task->tid] = 0;
    }
    task->used = false;
}

/* Two tasks of one identity exist only around an exec: the dead one is meant. */
static bool task_is_dead(const struct task *task)
{
    struct thread_info info;
    return sys_thread_info(task->handle, &info) < 0 || info.state == THREAD_DEAD;
}

void task_died(struct root *root, uint64_t identity)
{
    struct process *process = process_find(root, IDENTITY_PID(identity));
    struct task *task = process == NULL ? NULL : task_find(process, IDENTITY_TID(identity));
    if (task == NULL || !task_is_dead(task)) {
        return;
    }
    if (process->task_count == 1) {
        process_end(root, process, STATUS_EXITED(0));
    } else {
        task_remove(root, task);
    }
}

void process_usage(struct process *process, struct usage_record *usage)
{
    *usage = process->usage;
    for (struct task *task = process->tasks; task != NULL; task = task->next) {
        struct thread_info info;
        if (sys_thread_info(task->handle, &info) == 0) {
            usage->user_ns += info.cpu_ns;
        }
    }
}

void serve_thread_create(struct root *root, struct root_call *call)
{
    struct process *process = call->process;
    const uint64_t *argument = call->message.request.argument;
    struct task *caller = call_task(call);
    struct thread_info info;
    if (caller == NULL || sys_thread_info(caller->handle, &info) < 0) {
        root_reply(root, call, -E_PERM, NULL, 0);
        return;
    }
    int memory = call->handle_count > 0 ? call->handles[0] : -1;
    struct task_start start = {argument[0], argument[1], argument[2], argument[3], memory, info.base_priority};
    uint32_t tid = number_take(root);
    struct task *task = NULL;
    int result = tid == 0 ? -E_AGAIN : task_create(root, process, process->space, tid, &start, &task);
    if (result < 0) {
        root->table.number_used[tid] = 0;
        root_reply(root, call, result, NULL, 0);
        return;
    }
    task->blocked = caller->blocked;
    if (process->stopped) {
        sys_thread_suspend(task->handle);
    }
    result = sys_thread_start(task->handle, start.pc, start.sp, start.argument);
    if (result < 0) {
        task_remove(root, task);
    }
    root_reply(root, call, result < 0 ? result : (int64_t)tid, NULL, 0);
}
