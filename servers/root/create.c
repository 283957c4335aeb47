/* Making processes: blank ones, their first thread, and exec's replacement of all threads by one. The first thread of a
 * process always has the process's number. */
#include "root.h"
#include <string.h>

/* Grant, space and table of a blank process; what was made before an error is the caller's to close. */
static int objects_create(struct root *root, struct process *process)
{
    process->grant = sys_grant_create(root->programs, root->programs_pages);
    if (process->grant < 0) {
        return process->grant;
    }
    process->space = sys_space_create(process->grant);
    if (process->space < 0) {
        return process->space;
    }
    process->table = sys_table_create(process->grant);
    return process->table < 0 ? process->table : 0;
}

int process_create(struct root *root, struct process *creator, bool keep_caught, struct process **process_out,
                   int *handle_out)
{
    struct process *process = NULL;
    int result = process_take(root, creator, keep_caught, &process);
    if (result < 0) {
        return result;
    }
    result = objects_create(root, process);
    if (result == 0) {
        result = sys_connection_create(root->programs, root->channel, process_cookie(process),
                                       RIGHT_READ | RIGHT_WRITE | RIGHT_DUPLICATE | RIGHT_TRANSFER);
    }
    if (result < 0) {
        process_end(root, process, 0);
        return result;
    }
    process->handle_open = true;
    *process_out = process;
    *handle_out = result;
    return 0;
}

int process_start(struct root *root, struct process *process, const struct task_start *start)
{
    struct task *task = NULL;
    int result = task_create(root, process, process->space, process->pid, start, &task);
    if (result < 0) {
        return result;
    }
    result = sys_thread_start(task->handle, start->pc, start->sp, start->argument);
    if (result < 0) {
        task_remove(root, task);
        return result;
    }
    process->state = PROCESS_ALIVE;
    return 0;
}

void serve_create(struct root *root, struct root_call *call)
{
    struct process *process = NULL;
    int handle = -1;
    if (call_task(call) == NULL) {
        root_reply(root, call, -E_PERM, NULL, 0);
        return;
    }
    bool keep_caught = (call->message.request.flags & ROOT_KEEP_CAUGHT) != 0;
    int result = process_create(root, call->process, keep_caught, &process, &handle);
    if (result < 0) {
        root_reply(root, call, result, NULL, 0);
        return;
    }
    struct transfer transfers[] = {
        {handle, RIGHTS_ALL, 1, 0},
        {process->grant, RIGHTS_ALL, 0, 0},
        {process->space, RIGHTS_ALL, 0, 0},
        {process->table, RIGHTS_ALL, 0, 0},
    };
    if (root_reply_transfer(root, call, process->pid, NULL, 0, transfers, 4) < 0) {
        sys_handle_close(SYS_SELF_TABLE, handle); /* its close pulse ends the blank process */
    }
}

/* Priority of the thread that makes another: what the child starts with. */
static uint32_t creator_priority(struct root *root, const struct root_call *call)
{
    struct process *creator = process_find(root, IDENTITY_PID(call->info.identity));
    struct task *task = creator == NULL ? NULL : task_find(creator, IDENTITY_TID(call->info.identity));
    struct thread_info info;
    if (task == NULL || sys_thread_info(task->handle, &info) < 0) {
        return PROCESS_PRIORITY;
    }
    return info.base_priority;
}

static struct task_start start_of_call(struct root *root, const struct root_call *call)
{
    const uint64_t *argument = call->message.request.argument;
    return (struct task_start){
        .pc = argument[0],
        .sp = argument[1],
        .argument = argument[2],
        .control_address = argument[3],
        .priority = creator_priority(root, call),
    };
}

void serve_start(struct root *root, struct root_call *call)
{
    struct process *process = call->process;
    if (process->state != PROCESS_BLANK || call->handle_count < 1) {
        root_reply(root, call, -E_INVAL, NULL, 0);
        return;
    }
    struct task_start start = start_of_call(root, call);
    start.control_memory = call->handles[0];
    root_reply(root, call, process_start(root, process, &start), NULL, 0);
}

/* The kernel's event trace is told, too. */
static void name_set(struct process *process, const char *name, uint64_t bytes)
{
    uint64_t length = bytes < PROCESS_NAME_BYTES ? bytes : PROCESS_NAME_BYTES - 1;
    memset(process->name, 0, sizeof process->name);
    memcpy(process->name, name, length);
    for (struct task *task = process->tasks; task != NULL; task = task->next) {
        sys_thread_set(task->handle, THREAD_NAME, (uintptr_t)process->name);
    }
}

/* Name, program and command line, as EXEC gives them. */
static void program_set(struct process *process, const struct root_call *call)
{
    uint64_t name_bytes = call->message.request.argument[4];
    name_set(process, call->data, name_bytes);
    memcpy(process->executable, call->path, call->path_bytes + 1);
    process->command_line_bytes = (uint32_t)(call->data_bytes - name_bytes);
    memcpy(process->command_line, call->data + name_bytes, process->command_line_bytes);
}

static bool program_is_good(const struct root_call *call)
{
    uint64_t name_bytes = call->message.request.argument[4];
    return name_bytes <= call->data_bytes && call->data_bytes - name_bytes <= PATH_BYTES_MAX;
}

/* The new thread has been started, so the table has one that uses it: everything of the old program goes. What is
 * close-on-exec is closed by the library's start. */
static void exec_commit(struct root *root, struct root_call *call, struct task *task, int space)
{
    struct process *process = call->process;
    struct task *next = NULL;
    for (struct task *old = process->tasks; old != NULL; old = next) {
        next = old->next;
        if (old != task) {
            task_remove(root, old);
        }
    }
    sys_handle_close(SYS_SELF_TABLE, process->space);
    process->space = space;
    process->caught = 0;
    process->signal_flags = 0;
    process->executed = true;
    program_set(process, call);
    if (process->stopped) { /* after the caller had asked */
        sys_thread_suspend(task->handle);
    }
}

void serve_exec(struct root *root, struct root_call *call)
{
    struct process *process = call->process;
    struct task *caller = call_task(call);
    if (caller == NULL || call->handle_count < 2 || !program_is_good(call)) {
        root_reply(root, call, -E_INVAL, NULL, 0);
        return;
    }
    struct task_start start = start_of_call(root, call);
    start.control_memory = call->handles[1];
    struct task *task = NULL;
    int space = call->handles[0];
    int result = task_create(root, process, space, process->pid, &start, &task);
    if (result == 0) {
        result = sys_handle_duplicate(SYS_SELF_TABLE, space, process->table, HANDLE_SPACE, DUPLICATE_EXACT,
                                      RIGHTS_ALL, 0);
    }
    if (result >= 0) {
        result = sys_thread_start(task->handle, start.pc, start.sp, start.argument);
    }
    if (result < 0) {
        if (task != NULL) {
            task_remove(root, task);
        }
        root_reply(root, call, result, NULL, 0);
        return;
    }
    call_take_handle(call, 0);
    uint64_t blocked = call->message.request.argument[5];
    task->pending = caller->pending;
    exec_commit(root, call, task, space);
    root_reply(root, call, 0, NULL, 0); /* to nobody: frees the call */
    signal_exec(root, process, task, blocked);
}

/* Until it is told another, the command line of a process that is being made is its name. */
static void command_line_default(struct process *process)
{
    if (process->state == PROCESS_BLANK) {
        process->command_line_bytes = (uint32_t)strlen(process->name) + 1;
        memcpy(process->command_line, process->name, process->command_line_bytes);
    }
}

void serve_set_name(struct root *root, struct root_call *call)
{
    int result = 0;
    if (call->path_bytes == 0) {
        name_set(call->process, call->data, call->data_bytes);
        command_line_default(call->process);
    } else if (program_is_good(call)) {
        program_set(call->process, call);
    } else {
        result = -E_INVAL;
    }
    root_reply(root, call, result, NULL, 0);
}

void serve_executable(struct root *root, struct root_call *call)
{
    uint64_t length = strlen(call->process->executable);
    root_reply(root, call, length == 0 ? -E_NOENT : (int64_t)length, call->process->executable, length);
}
