/* Where the VFS meets the rest of the root server: entry points for its calls, and what the VFS asks of processes. */
#include "root.h"
#include "vfs_parts.h"

#include <string.h>

struct vfs_with_contexts {
    struct vfs vfs;
    struct vfs_process_context contexts[PROCESSES_MAX]; /* by slot; process->vnode points to its own */
};

static int host_reply(void *context, void *call, int64_t status, const void *data, uint64_t data_bytes,
                      const struct transfer *transfers, uint32_t transfer_count)
{
    return root_reply_transfer(context, call, status, data, data_bytes, transfers, transfer_count);
}

static bool host_process(void *context, uint32_t pid, struct vfs_credentials *credentials,
                         struct vfs_process_context **names)
{
    struct process *process = process_find(context, pid);
    if (process == NULL) {
        return false;
    }
    const struct credentials *from = &process->credentials;
    *credentials = (struct vfs_credentials){.pid = pid,
                                            .uid = from->euid,
                                            .gid = from->egid,
                                            .real_uid = from->uid,
                                            .real_gid = from->gid};
    *names = process->vnode;
    return true;
}

static uint32_t host_process_next(void *context, uint32_t after)
{
    uint32_t lowest = 0;
    const struct process *process = NULL;
    while ((process = process_next(context, process)) != NULL) {
        if (process->pid > after && (lowest == 0 || process->pid < lowest)) {
            lowest = process->pid;
        }
    }
    return lowest;
}

static int64_t host_text(void *context, uint32_t pid, uint32_t file, char *buffer, uint64_t length_bytes)
{
    static const enum proc_file files[VFS_PROC_COUNT] = {
        [VFS_PROC_MEMINFO] = PROC_MEMINFO,         [VFS_PROC_UPTIME] = PROC_UPTIME,
        [VFS_PROC_STAT] = PROC_STAT,               [VFS_PROC_LOADAVG] = PROC_LOADAVG,
        [VFS_PROC_VERSION] = PROC_VERSION,         [VFS_PROC_CPUINFO] = PROC_CPUINFO,
        [VFS_PROC_FILESYSTEMS] = PROC_FILESYSTEMS, [VFS_PROC_PID_STAT] = PROC_PID_STAT,
        [VFS_PROC_PID_STATUS] = PROC_PID_STATUS,   [VFS_PROC_PID_CMDLINE] = PROC_PID_CMDLINE,
        [VFS_PROC_PID_COMM] = PROC_PID_COMM,       [VFS_PROC_PID_STATM] = PROC_PID_STATM,
        [VFS_PROC_PID_MAPS] = PROC_PID_MAPS,       [VFS_PROC_PID_EXE] = PROC_PID_EXE,
    };
    struct process *process = pid == 0 ? NULL : process_find(context, pid);
    if (file >= VFS_PROC_COUNT || (pid != 0 && process == NULL)) {
        return -E_NOENT;
    }
    return proc_text(context, process, files[file], buffer, length_bytes);
}

/* Descriptors may be seen and copied by their own process and by those of the same user: the mode of fd says so. */
static int64_t host_descriptor_next(void *context, uint32_t pid, uint32_t from)
{
    struct process *process = process_find(context, pid);
    if (process == NULL || process->table < 0) {
        return -1;
    }
    int handle = sys_handle_next(process->table, (int)from, 0);
    return handle < 0 || (uint32_t)handle >= HANDLE_SYSTEM_BASE ? -1 : handle;
}

static int host_descriptor(void *context, uint32_t pid, uint32_t number, uint32_t *rights)
{
    struct process *process = process_find(context, pid);
    if (process == NULL || process->table < 0) {
        return -E_NOENT;
    }
    int info = sys_handle_info(process->table, (int)number);
    if (info < 0) {
        return -E_NOENT;
    }
    *rights = (uint32_t)info >> 8 & RIGHTS_ALL;
    return sys_handle_duplicate(process->table, (int)number, SYS_SELF_TABLE, HANDLE_DYNAMIC, DUPLICATE_LOWEST,
                                RIGHTS_ALL, 0);
}

static int64_t host_now_ns(void *context)
{
    return (int64_t)root_realtime_ns(context);
}

int vfs_init(struct root *root)
{
    struct vfs_with_contexts *memory = root_memory(root, sizeof *memory);
    if (memory == NULL) {
        return -E_NOMEM;
    }
    struct vfs *vfs = &memory->vfs;
    root->vfs = vfs;
    vfs->host = (struct vfs_host){
        .context = root,
        .channel = root->channel,
        .grant = root->programs,
        .cookie_directory = COOKIE(COOKIE_DIRECTORY, 0),
        .cookie_text = COOKIE(COOKIE_TEXT, 0),
        .cookie_mask = ~(uint64_t)0 << COOKIE_SHIFT,
        .reply = host_reply,
        .process = host_process,
        .process_next = host_process_next,
        .text = host_text,
        .descriptor_next = host_descriptor_next,
        .descriptor = host_descriptor,
        .now_ns = host_now_ns,
    };
    vfs_state_init(vfs);
    return 0;
}

static struct vfs_message call_message(const struct root_call *call)
{
    return (struct vfs_message){
        .call = (void *)(uintptr_t)call,
        .identity = call->info.identity,
        .pid = call->process->pid,
        .cookie = call->info.cookie,
        .reply_bytes = call->info.reply_bytes,
        .request = &call->message.request,
        .path = call->path,
        .data = call->data,
        .handle = call->handle_count > 0 ? call->handles[0] : -1,
    };
}

void vfs_request(struct root *root, struct root_call *call)
{
    struct vfs_message message = call_message(call);
    if (message.request->operation == ROOT_UMASK) {
        call->process->umask = (uint32_t)message.request->argument[0] & 0777u; /* for /proc */
    }
    vfs_dispatch(root->vfs, &message);
}

void vfs_session(struct root *root, struct root_call *call)
{
    struct vfs_message message = call_message(call);
    vfs_session_serve(root->vfs, &message, &call->message.file);
}

void vfs_close(struct root *root, uint64_t cookie)
{
    vfs_session_close(root->vfs, cookie);
}

void vfs_cancel(struct root *root, struct root_call *call)
{
    vfs_operation_cancel(root->vfs, call);
}

void vfs_process_inherit(struct root *root, struct process *child, const struct process *parent)
{
    struct vfs_with_contexts *memory = (struct vfs_with_contexts *)(void *)root->vfs;
    struct vfs_process_context *context = &memory->contexts[child->slot];
    if (parent == NULL || parent->vnode == NULL) {
        vfs_process_context_init(root->vfs, context);
    } else {
        vfs_process_context_copy(context, parent->vnode);
    }
    child->vnode = context;
    child->umask = context->umask;
}

void vfs_process_exit(struct root *root, struct process *process)
{
    struct vfs *vfs = root->vfs;
    for (uint32_t i = 0; i < VFS_PORTS_MAX; i++) {
        if (vfs->ports[i].used && vfs->ports[i].pid == process->pid) {
            vfs_port_die(vfs, &vfs->ports[i]);
        }
    }
    if (process->vnode != NULL) {
        vfs_process_context_release(vfs, process->vnode);
        process->vnode = NULL;
    }
}
