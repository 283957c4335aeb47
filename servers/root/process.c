/* The process table: slots, numbers, what a new process inherits. No kernel calls. */
#include "root.h"
#include <string.h>

struct process *process_find(struct root *root, uint32_t pid)
{
    if (pid == 0 || pid > PID_MAX || root->table.pid_slot[pid] == 0) {
        return NULL;
    }
    return &root->table.processes[root->table.pid_slot[pid] - 1];
}

struct process *process_next(struct root *root, const struct process *process)
{
    struct process_table *table = &root->table;
    uint32_t slot = process == NULL ? 0 : process->slot + 1u;
    for (; slot < table->high_water; slot++) {
        struct process *next = &table->processes[slot];
        if (next->state != PROCESS_FREE && next->state != PROCESS_GONE) {
            return next;
        }
    }
    return NULL;
}

uint64_t process_cookie(const struct process *process)
{
    return COOKIE(COOKIE_PROCESS, process->generation << 16 | process->slot);
}

struct process *process_of_cookie(struct root *root, uint64_t cookie)
{
    uint64_t slot = cookie & 0xffff;
    if (slot >= root->table.high_water) {
        return NULL;
    }
    struct process *process = &root->table.processes[slot];
    return process->state != PROCESS_FREE && process_cookie(process) == cookie ? process : NULL;
}

/* A group or a session outlives the process whose number it has. */
static bool number_names_group(struct root *root, uint32_t number)
{
    for (struct process *p = process_next(root, NULL); p != NULL; p = process_next(root, p)) {
        if (p->group == number || p->session == number) {
            return true;
        }
    }
    return false;
}

uint32_t number_take(struct root *root)
{
    struct process_table *table = &root->table;
    for (uint32_t tries = 0; tries < PID_MAX; tries++) {
        table->pid_last = table->pid_last % PID_MAX + 1;
        if (!table->number_used[table->pid_last] && !number_names_group(root, table->pid_last)) {
            table->number_used[table->pid_last] = 1;
            return table->pid_last;
        }
    }
    return 0;
}

static struct process *slot_unused(struct process_table *table)
{
    for (uint32_t slot = 0; slot < table->high_water; slot++) {
        if (table->processes[slot].state == PROCESS_FREE) {
            return &table->processes[slot];
        }
    }
    if (table->high_water == PROCESSES_MAX) {
        return NULL;
    }
    struct process *process = &table->processes[table->high_water];
    process->slot = (uint16_t)table->high_water++;
    return process;
}

static void process_clear(struct process *process)
{
    uint16_t slot = process->slot;
    memset(process, 0, offsetof(struct process, executable));
    process->slot = slot;
    process->space = process->table = process->grant = -1;
    process->alarm_ns = DEADLINE_NONE;
    process->executable[0] = 0;
}

static void process_inherit(struct process *child, struct process *creator, bool keep_caught)
{
    child->parent = creator;
    child->group = creator->group;
    child->session = creator->session;
    child->credentials = creator->credentials;
    child->ignored = creator->ignored;
    if (keep_caught) {
        child->told = creator->told;
        child->caught = creator->caught;
        child->signal_flags = creator->signal_flags;
    }
    memcpy(child->name, creator->name, sizeof child->name);
    memcpy(child->executable, creator->executable, strlen(creator->executable) + 1);
    child->command_line_bytes = creator->command_line_bytes;
    memcpy(child->command_line, creator->command_line, creator->command_line_bytes);
}

int process_take(struct root *root, struct process *creator, bool keep_caught, struct process **process_out)
{
    struct process_table *table = &root->table;
    struct process *process = slot_unused(table);
    uint32_t pid = process == NULL ? 0 : number_take(root);
    if (pid == 0) {
        return -E_AGAIN;
    }
    process_clear(process);
    process->pid = process->group = process->session = pid;
    if (creator != NULL) {
        process_inherit(process, creator, keep_caught);
    }
    process->generation = ++table->generations;
    process->state = PROCESS_BLANK;
    process->start_ns = root_now_ns();
    table->pid_slot[pid] = (uint16_t)(process->slot + 1u);
    table->count++;
    table->forks++;
    vfs_process_inherit(root, process, creator);
    *process_out = process;
    return 0;
}

void process_release(struct root *root, struct process *process)
{
    if (process->state == PROCESS_GONE && !process->handle_open && process->calls == 0) {
        process->state = PROCESS_FREE;
        root->table.number_used[process->pid] = 0;
    }
}
