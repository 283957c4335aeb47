/* Makes blank processes and gives them what every process has. */
#include "child.h"

#include "command.h"
#include "request.h"

int child_create(struct child *child, uint32_t flags)
{
    int32_t received[TRANSFER_MAX];
    struct root_message message = {.request = {.operation = ROOT_PROCESS_CREATE, .flags = flags},
                                   .call_flags = CALL_UNINTERRUPTIBLE,
                                   .receive_base = HANDLE_DYNAMIC,
                                   .received = received};
    int64_t pid = root_send(&message);
    if (pid < 0) {
        return (int)pid;
    }
    *child = (struct child){(int)pid, received[0], received[1], received[2], received[3]};
    if (child->table < 0 || child->space < 0 || child->grant < 0 || child->process < 0) {
        child_close(child);
        return -E_MFILE;
    }
    return 0;
}

int child_descriptors(const struct child *child)
{
    return sys_table_copy(child->table, SYS_SELF_TABLE, 0, HANDLE_PIPE + 1);
}

int child_handles(const struct child *child)
{
    const struct {
        int handle;
        int place;
    } handles[] = {
        {child->table, HANDLE_TABLE},
        {child->space, HANDLE_SPACE},
        {child->grant, HANDLE_GRANT},
        {child->process, HANDLE_ROOT},
    };
    for (unsigned i = 0; i < sizeof handles / sizeof handles[0]; i++) {
        int status = sys_handle_duplicate(SYS_SELF_TABLE, handles[i].handle, child->table, handles[i].place,
                                          DUPLICATE_EXACT, RIGHTS_ALL, 0);
        if (status < 0) {
            return status;
        }
    }
    return 0;
}

void child_name(const struct child *child, const char *program, const struct command *command)
{
    struct root_message message = {
        .request = {.operation = ROOT_SET_NAME,
                    .data_bytes = command->all_bytes,
                    .argument = {0, 0, 0, 0, command->name_bytes}},
        .path = program,
        .data = command->bytes,
        .connection = child->process,
        .call_flags = CALL_UNINTERRUPTIBLE,
        .receive_base = HANDLE_DYNAMIC,
    };
    root_send(&message);
}

int child_start(const struct child *child, int control_memory, uint64_t control_address, uint64_t pc, uint64_t sp,
                uint64_t argument)
{
    struct root_message message = {
        .request = {.operation = ROOT_PROCESS_START, .argument = {pc, sp, argument, control_address}},
        .connection = child->process,
        .call_flags = CALL_UNINTERRUPTIBLE,
        .receive_base = HANDLE_DYNAMIC,
        .transfer = {{.handle = control_memory, .rights = RIGHTS_ALL}},
        .transfer_count = 1,
    };
    return (int)root_send(&message);
}

void child_close(struct child *child)
{
    int handles[] = {child->process, child->grant, child->space, child->table};
    for (unsigned i = 0; i < sizeof handles / sizeof handles[0]; i++) {
        if (handles[i] >= 0) {
            sys_handle_close(SYS_SELF_TABLE, handles[i]);
        }
    }
}
