/* Starts the first process, sbin/init of the boot archive. It gets the archive and the authority over the machine
 * (device memory, interrupts), both transferable: it hands them on to the drivers and servers that it starts. */
#include "boot_archive.h"
#include "root.h"
#include <string.h>
#include <sys/os.h>

#define INIT_PATH "sbin/init"
#define INIT_NAME "init"

/* Handles of abi/handles.h that init's table gets: the first three its own, the rest the server's. */
static int handles_give(const struct process *process, int process_handle)
{
    const struct {
        int from;
        int at;
    } gifts[] = {
        {process->table, HANDLE_TABLE},       {process->space, HANDLE_SPACE}, {process->grant, HANDLE_GRANT},
        {HANDLE_LIBSYS, HANDLE_LIBSYS},       {process_handle, HANDLE_ROOT},  {HANDLE_ARCHIVE, HANDLE_ARCHIVE},
        {HANDLE_AUTHORITY, HANDLE_AUTHORITY},
    };
    for (uint32_t i = 0; i < sizeof gifts / sizeof gifts[0]; i++) {
        int result = sys_handle_duplicate(SYS_SELF_TABLE, gifts[i].from, process->table, gifts[i].at, DUPLICATE_EXACT,
                                          RIGHTS_ALL, 0);
        if (result < 0) {
            return result;
        }
    }
    return 0;
}

/* The archive's place of init. Returns 0, -E_NOENT, or an error of mapping. */
static int init_find(struct root *root, struct os_fill *fill)
{
    int64_t size = root->archive < 0 ? -E_NOENT : sys_memory_info(root->archive);
    if (size < 0) {
        return (int)size;
    }
    int64_t address = sys_space_map(root->space, 0, (uint64_t)size, root->archive, 0, PROT_R);
    if (address < 0) {
        return (int)address;
    }
    const struct archive_entry *entry =
        boot_archive_find((const void *)(uintptr_t)address, (uint64_t)size, INIT_PATH);
    if (entry != NULL) {
        fill->memory = root->archive;
        fill->offset_bytes = entry->data_offset;
        fill->size_bytes = entry->size_bytes;
    }
    sys_space_unmap(root->space, (uint64_t)address, (uint64_t)size);
    return entry == NULL ? -E_NOENT : 0;
}

static int init_start(struct root *root, struct process *process, struct os_fill *fill)
{
    char name[] = INIT_NAME;
    char path[] = "PATH=/bin:/sbin:/usr/bin:/usr/sbin";
    char *argv[] = {name, NULL};
    char *envp[] = {path, NULL};
    fill->grant = process->grant;
    fill->space = process->space;
    int result = os_fill_memory(fill, argv, envp);
    if (result < 0) {
        return result;
    }
    struct task_start start = {
        .pc = fill->pc,
        .sp = fill->sp,
        .argument = fill->argument,
        .control_address = fill->control_address,
        .control_memory = fill->control_memory,
        .priority = PROCESS_PRIORITY,
    };
    result = process_start(root, process, &start);
    sys_handle_close(SYS_SELF_TABLE, fill->control_memory);
    return result;
}

static int init_make(struct root *root)
{
    struct os_fill fill = {.memory = -1};
    int result = init_find(root, &fill);
    if (result < 0) {
        return result;
    }
    struct process *process = NULL;
    int handle = -1;
    result = process_create(root, NULL, false, &process, &handle);
    if (result < 0) {
        return result;
    }
    root_assert(process->pid == PID_INIT);
    strcpy(process->name, INIT_NAME);
    strcpy(process->executable, "/" INIT_PATH);
    memcpy(process->command_line, INIT_NAME, sizeof INIT_NAME);
    process->command_line_bytes = sizeof INIT_NAME;
    result = handles_give(process, handle);
    sys_handle_close(SYS_SELF_TABLE, handle);
    return result < 0 ? result : init_start(root, process, &fill);
}

int root_start_init(struct root *root)
{
    int result = init_make(root);
    if (result < 0) {
        os_log("root server: cannot start %s of the boot archive: error %d\n", INIT_PATH, -result);
    }
    return result;
}
