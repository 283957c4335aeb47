/* Spawn: a new process running a program, without a fork. */
#include <sys/os.h>
#include <sys/start.h>

#include "child.h"
#include "command.h"
#include "entry.h"
#include "loader.h"

/* Descriptors: all of ours, then the actions, then without those that close on exec. */
static int descriptors_give(const struct child *child, const struct os_file_action *actions, uint32_t action_count)
{
    int status = child_descriptors(child);
    for (uint32_t i = 0; status >= 0 && i < action_count; i++) {
        if (actions[i].to < 0 || (uint32_t)actions[i].to >= HANDLE_SYSTEM_BASE ||
            actions[i].from >= (int32_t)HANDLE_SYSTEM_BASE) {
            return -E_BADF;
        }
        if (actions[i].from < 0) {
            sys_handle_close(child->table, actions[i].to);
        } else if (actions[i].from == actions[i].to) {
            status = sys_handle_flags(child->table, actions[i].to, HANDLE_CLOSE_ON_EXEC, 0);
        } else {
            status = sys_handle_duplicate(child->table, actions[i].from, child->table, actions[i].to, DUPLICATE_EXACT,
                                          RIGHTS_ALL, 0);
        }
    }
    if (status < 0) {
        return status;
    }
    for (int fd = 0; (fd = sys_handle_next(child->table, fd, HANDLE_CLOSE_ON_EXEC)) >= 0; fd++) {
        sys_handle_close(child->table, fd);
    }
    return 0;
}

static int spawn(const struct program *program, const char *path, const struct os_file_action *actions,
                 uint32_t action_count, char *const argv[], char *const envp[])
{
    struct child child;
    int status = child_create(&child, 0);
    if (status < 0) {
        return status;
    }
    struct load load = {.grant = child.grant, .space = child.space, .control_memory = -1};
    status = load_process(&load, program, argv, envp, 0);
    if (status == 0) {
        status = descriptors_give(&child, actions, action_count);
    }
    if (status == 0) {
        status = child_handles(&child);
    }
    if (status == 0) {
        struct command command;
        char absolute[PATH_BYTES_MAX];
        command_make(&command, program, path, argv);
        child_name(&child, path_absolute(program->path, absolute), &command);
        status = child_start(&child, load.control_memory, START_CONTROL, process_entry_start(), START_STACK,
                             LIBSYS_DATA_BASE);
    }
    if (load.control_memory >= 0) {
        sys_handle_close(SYS_SELF_TABLE, load.control_memory);
    }
    child_close(&child);
    return status < 0 ? status : child.pid;
}

int os_spawn(const char *path, const struct os_file_action *actions, uint32_t action_count, char *const argv[],
             char *const envp[])
{
    struct program program;
    int status = program_open(path, &program);
    if (status < 0) {
        return status;
    }
    status = spawn(&program, path, actions, action_count, argv, envp);
    program_close(&program);
    return status;
}

int os_spawn_memory(int memory, uint64_t offset_bytes, uint64_t size_bytes, const char *name,
                    const struct os_file_action *actions, uint32_t action_count, char *const argv[], char *const envp[])
{
    struct program program;
    int status = program_from_memory(memory, offset_bytes, size_bytes, &program);
    if (status < 0) {
        return status;
    }
    program.path = name;
    return spawn(&program, name, actions, action_count, argv, envp);
}

int os_fill_memory(struct os_fill *fill, char *const argv[], char *const envp[])
{
    struct program program;
    int status = program_from_memory(fill->memory, fill->offset_bytes, fill->size_bytes, &program);
    if (status < 0) {
        return status;
    }
    struct load load = {.grant = fill->grant, .space = fill->space, .control_memory = -1};
    program.path = argv[0] != NULL ? argv[0] : "";
    status = load_process(&load, &program, argv, envp, 0);
    if (status == 0) {
        fill->control_memory = load.control_memory;
        fill->pc = process_entry_start();
        fill->sp = START_STACK;
        fill->argument = LIBSYS_DATA_BASE;
        fill->control_address = START_CONTROL;
    }
    return status;
}
