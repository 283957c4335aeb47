/* Exec: fills a new space and has the root server put one thread in it in place of all of ours. Until then nothing of
 * the caller changes. */
#include <sys/os.h>
#include <sys/start.h>

#include "command.h"
#include "entry.h"
#include "loader.h"
#include "request.h"
#include "signals.h"

static int exec_ask(const struct load *load, const struct program *program, const char *path, char *const argv[])
{
    struct command command;
    char absolute[PATH_BYTES_MAX];
    command_make(&command, program, path, argv);
    struct root_message message = {
        .request = {.operation = ROOT_PROCESS_EXEC,
                    .data_bytes = command.all_bytes,
                    .argument = {process_entry_start(), START_STACK, LIBSYS_DATA_BASE, START_CONTROL,
                                 command.name_bytes, signal_mask_get()}},
        .path = path_absolute(program->path, absolute),
        .data = command.bytes,
        .call_flags = CALL_UNINTERRUPTIBLE,
        .receive_base = HANDLE_DYNAMIC,
        .transfer = {{.handle = load->space, .rights = RIGHTS_ALL},
                     {.handle = load->control_memory, .rights = RIGHTS_ALL}},
        .transfer_count = 2,
    };
    return (int)root_send(&message);
}

int os_exec(const char *path, char *const argv[], char *const envp[])
{
    struct program program;
    int status = arguments_check(argv, envp);
    if (status == 0) {
        status = program_open(path, &program);
    }
    if (status < 0) {
        return status;
    }
    struct load load = {.grant = HANDLE_GRANT, .control_memory = -1};
    load.space = sys_space_create(HANDLE_GRANT);
    status = load.space;
    if (status >= 0) {
        status = load_process(&load, &program, argv, envp, START_CLOSE);
    }
    if (status == 0) {
        status = exec_ask(&load, &program, path, argv);
    }
    if (load.control_memory >= 0) {
        sys_handle_close(SYS_SELF_TABLE, load.control_memory);
    }
    if (load.space >= 0) {
        sys_handle_close(SYS_SELF_TABLE, load.space);
    }
    program_close(&program);
    return status;
}
