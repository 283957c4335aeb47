/* Operations: a client's request from its arrival to its reply, and who serves which. */
#include "vfs_parts.h"

#include <string.h>

static void operations_init(struct vfs *vfs)
{
    vfs_list_init(&vfs->operation_free);
    vfs_list_init(&vfs->active);
}

void vfs_state_init(struct vfs *vfs)
{
    vfs_node_init(vfs);
    vfs_cache_init(vfs);
    vfs_mount_init(vfs);
    vfs_session_init(vfs);
    operations_init(vfs);
    vfs_namespace_init(vfs);
}

static struct vfs_operation *operation_allocate(struct vfs *vfs)
{
    struct vfs_list *link = vfs_list_pop(&vfs->operation_free);
    if (link == NULL && vfs->operation_used < VFS_OPERATIONS_MAX) {
        link = &vfs->operations[vfs->operation_used++].link;
    }
    return link == NULL ? NULL : VFS_LIST_ENTRY(link, struct vfs_operation, link);
}

static void walk_clear(struct vfs_walk *walk)
{
    memset(walk, 0, offsetof(struct vfs_walk, name));
    walk->name[0] = '\0';
    walk->path[0] = '\0';
}

/* The directory that a connection to root stands for, with references; the base of relative paths. */
static int base_place(struct vfs *vfs, uint64_t cookie, const struct vfs_process_context *context,
                      struct vfs_place *place)
{
    if ((cookie & vfs->host.cookie_mask) != vfs->host.cookie_directory) {
        *place = vfs_place_copy(context->working);
        return 0;
    }
    struct vfs_session *session = vfs_session_find(vfs, cookie);
    if (session == NULL) {
        return -E_BADF;
    }
    *place = vfs_place_copy(session->place);
    return 0;
}

/* The second base, of rename and link: the directory descriptor that came along. */
static int base2_place(struct vfs *vfs, int handle, const struct vfs_process_context *context, struct vfs_place *place)
{
    uint64_t cookie = 0;
    if (handle >= 0) {
        int status = sys_connection_info(vfs->host.channel, handle, &cookie);
        if (status < 0) {
            return -E_NOTDIR;
        }
    }
    return base_place(vfs, cookie, context, place);
}

static int operation_places(struct vfs_operation *operation, const struct vfs_message *message,
                            const struct vfs_process_context *context)
{
    struct vfs *vfs = operation->vfs;
    if (context->root.node != NULL) {
        operation->root = vfs_place_copy(context->root);
    } else {
        operation->root = vfs_namespace_root(context->space);
    }
    int status = base_place(vfs, message->cookie, context, &operation->base);
    if (status == 0) {
        status = base2_place(vfs, message->handle, context, &operation->base2);
    }
    return status;
}

struct vfs_operation *vfs_operation_begin(struct vfs *vfs, const struct vfs_message *message)
{
    struct vfs_credentials credentials;
    struct vfs_process_context *context = NULL;
    vfs->host.process(vfs->host.context, message->pid, &credentials, &context);
    struct vfs_operation *operation = context == NULL ? NULL : operation_allocate(vfs);
    if (operation == NULL) {
        int error = context == NULL ? -E_SRCH : -E_NFILE;
        vfs->host.reply(vfs->host.context, message->call, error, NULL, 0, NULL, 0);
        return NULL;
    }
    memset(operation, 0, offsetof(struct vfs_operation, name));
    walk_clear(&operation->walk);
    walk_clear(&operation->walk2);
    operation->vfs = vfs;
    operation->call = message->call;
    operation->identity = message->identity;
    operation->reply_bytes = message->reply_bytes;
    operation->session_cookie = message->cookie;
    operation->request = *message->request;
    operation->credentials = credentials;
    operation->umask = context->umask;
    operation->space = context->space;
    operation->data_bytes = 0;
    vfs_list_push(&vfs->active, &operation->active);
    int status = operation_places(operation, message, context);
    uint32_t path_bytes = message->request->path_bytes;
    uint32_t data_bytes = message->request->data_bytes;
    if (status == 0 && (path_bytes >= PATH_BYTES_MAX || data_bytes >= PATH_BYTES_MAX)) {
        status = -E_NAMETOOLONG;
    }
    if (status == 0 && memchr(message->path, '\0', path_bytes) != NULL) {
        status = -E_INVAL;
    }
    if (status < 0) {
        vfs_operation_end(operation, status);
        return NULL;
    }
    memcpy(operation->walk.path, message->path, path_bytes);
    operation->walk.path_bytes = path_bytes;
    memcpy(operation->walk2.path, message->data, data_bytes);
    operation->walk2.path[data_bytes] = '\0';
    operation->walk2.path_bytes = data_bytes;
    return operation;
}

static void operation_free(struct vfs_operation *operation)
{
    struct vfs *vfs = operation->vfs;
    root_assert(operation->port == NULL);
    vfs_walk_release(vfs, &operation->walk);
    vfs_walk_release(vfs, &operation->walk2);
    vfs_place_release(vfs, &operation->root);
    vfs_place_release(vfs, &operation->base);
    vfs_place_release(vfs, &operation->base2);
    if (operation->node != NULL) {
        vfs_node_release(vfs, operation->node);
        operation->node = NULL;
    }
    vfs_list_remove(&operation->active);
    vfs_list_push(&vfs->operation_free, &operation->link);
}

static int operation_reply(struct vfs_operation *operation, int64_t status, const void *data, uint64_t bytes,
                           const struct transfer *transfer)
{
    struct vfs *vfs = operation->vfs;
    void *call = operation->call;
    operation->call = NULL;
    if (call == NULL) {
        return -E_SRCH;
    }
    return vfs->host.reply(vfs->host.context, call, status, data, bytes, transfer, transfer != NULL);
}

void vfs_operation_end_data(struct vfs_operation *operation, int64_t status, const void *data, uint64_t bytes)
{
    operation_reply(operation, status, data, bytes, NULL);
    operation_free(operation);
}

void vfs_operation_end(struct vfs_operation *operation, int64_t status)
{
    vfs_operation_end_data(operation, status, NULL, 0);
}

void vfs_operation_end_handle(struct vfs_operation *operation, int64_t status, int handle, uint32_t rights)
{
    uint32_t flags = (operation->request.flags & OPEN_CLOSE_ON_EXEC) != 0 ? HANDLE_CLOSE_ON_EXEC : 0;
    struct transfer transfer = {handle, rights, 1, flags};
    if (operation_reply(operation, status, NULL, 0, &transfer) != 0) {
        sys_handle_close(SYS_SELF_TABLE, handle);
    }
    operation_free(operation);
}

bool vfs_operation_cancel(struct vfs *vfs, const void *call)
{
    VFS_LIST_EACH (link, after, &vfs->active) {
        struct vfs_operation *operation = VFS_LIST_ENTRY(link, struct vfs_operation, active);
        if (operation->call != call) {
            continue;
        }
        if (operation->flying) {
            operation->cancelled = true;
            operation_reply(operation, -E_INTR, NULL, 0, NULL);
        } else {
            if (operation->port != NULL) {
                vfs_request_withdraw(operation);
            }
            vfs_operation_end(operation, -E_INTR);
        }
        return true;
    }
    return false;
}

static void operation_serve(struct vfs_operation *operation)
{
    static const struct {
        uint32_t operation;
        void (*serve)(struct vfs_operation *operation);
    } services[] = {
        {ROOT_OPEN, vfs_open_serve},         {ROOT_STAT, vfs_stat_serve},     {ROOT_ACCESS, vfs_access_serve},
        {ROOT_MKDIR, vfs_make_serve},        {ROOT_MKNOD, vfs_make_serve},    {ROOT_SYMLINK, vfs_make_serve},
        {ROOT_UNLINK, vfs_unlink_serve},     {ROOT_RENAME, vfs_rename_serve}, {ROOT_LINK, vfs_link_serve},
        {ROOT_READLINK, vfs_readlink_serve}, {ROOT_SETATTR, vfs_setattr_serve}, {ROOT_STATFS, vfs_statfs_serve},
        {ROOT_CHDIR, vfs_chdir_serve},       {ROOT_GETCWD, vfs_getcwd_serve}, {ROOT_UMASK, vfs_umask_serve},
        {ROOT_MOUNT, vfs_mount_serve},       {ROOT_UNMOUNT, vfs_unmount_serve},
    };
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++) {
        if (services[i].operation == operation->request.operation) {
            services[i].serve(operation);
            return;
        }
    }
    vfs_operation_end(operation, -E_NOSYS);
}

void vfs_dispatch(struct vfs *vfs, const struct vfs_message *message)
{
    if (message->request->operation == ROOT_PORT_NEXT) {
        vfs_request_next(vfs, message);
    } else if (message->request->operation == ROOT_PORT_INVALIDATE) {
        vfs_request_invalidate(vfs, message);
    } else {
        struct vfs_operation *operation = vfs_operation_begin(vfs, message);
        if (operation != NULL) {
            operation_serve(operation);
        }
    }
}
