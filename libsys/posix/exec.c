/* Exec: fills a new space and has the root server put one thread in it in place of all of ours. Until then nothing of
 * the caller changes. */
#include <sys/os.h>
#include <sys/start.h>

#include "child.h"
#include "entry.h"
#include "loader.h"
#include "request.h"

/* What the root server shows of the new program: its name, then the command line with its NULs, cut. */
struct exec_data {
    char bytes[PATH_BYTES_MAX];
    uint32_t name_bytes, all_bytes;
};

static void data_add(struct exec_data *data, const char *string, uint64_t bytes)
{
    for (uint64_t i = 0; i < bytes && data->all_bytes < sizeof data->bytes; i++) {
        data->bytes[data->all_bytes++] = string[i];
    }
}

static void data_make(struct exec_data *data, const struct program *program, const char *path, char *const argv[])
{
    const char *name = path_last(path);
    uint64_t bytes = string_length(name);
    data->all_bytes = 0;
    data_add(data, name, bytes > NAME_OF_PROCESS_BYTES ? NAME_OF_PROCESS_BYTES : bytes);
    data->name_bytes = data->all_bytes;
    uint32_t first = 0;
    if (program->script != NULL) {
        data_add(data, program->interpreter, string_length(program->interpreter) + 1);
        if (program->interpreter_argument != NULL) {
            data_add(data, program->interpreter_argument, string_length(program->interpreter_argument) + 1);
        }
        data_add(data, program->script, string_length(program->script) + 1);
        first = argv != NULL && argv[0] != NULL ? 1 : 0;
    }
    for (uint32_t i = first; argv != NULL && argv[i] != NULL && data->all_bytes < sizeof data->bytes; i++) {
        data_add(data, argv[i], string_length(argv[i]) + 1);
    }
}

static int exec_ask(const struct load *load, const struct program *program, const char *path, char *const argv[])
{
    struct exec_data data;
    data_make(&data, program, path, argv);
    struct root_message message = {
        .request = {.operation = ROOT_PROCESS_EXEC,
                    .data_bytes = data.all_bytes,
                    .argument = {process_entry_start(), START_STACK, LIBSYS_DATA_BASE, START_CONTROL, data.name_bytes}},
        .path = program->path,
        .data = data.bytes,
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
