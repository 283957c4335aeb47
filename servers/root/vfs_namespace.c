/* Namespaces: tables of mounts, shared by the process contexts that name them; and those contexts: working directory,
 * root, umask. A new namespace has the root server's own trees: an empty "/", /proc and /port. */
#include "vfs_parts.h"

#include <string.h>

static int namespace_mount_own(struct vfs *vfs, struct vfs_namespace *space, struct vfs_place parent, const char *name,
                               uint64_t inode)
{
    struct vfs_node *top = vfs_node_get(vfs, NULL, inode);
    if (top == NULL) {
        return -E_NFILE;
    }
    struct file_stat stat;
    vfs_text_stat(vfs, inode, &stat);
    vfs_node_learn(top, &stat);
    int status = vfs_mount_add(vfs, space, parent, name, (uint32_t)strlen(name), top, 0);
    vfs_node_release(vfs, top);
    return status;
}

/* With the trees of root's own; or NULL. */
static struct vfs_namespace *namespace_create(struct vfs *vfs)
{
    struct vfs_list *link = vfs_list_pop(&vfs->space_free);
    if (link == NULL && vfs->space_used < VFS_NAMESPACES_MAX) {
        link = &vfs->spaces[vfs->space_used++].link;
    }
    if (link == NULL) {
        return NULL;
    }
    struct vfs_namespace *space = VFS_LIST_ENTRY(link, struct vfs_namespace, link);
    vfs_list_init(&space->mounts);
    space->root = NULL;
    space->references = 1;
    int status = namespace_mount_own(vfs, space, (struct vfs_place){NULL, NULL}, "", VFS_INODE_TOP);
    if (status == 0) {
        struct vfs_place root = {space->root, space->root->top};
        status = namespace_mount_own(vfs, space, root, "proc", VFS_INODE_PROC);
        if (status == 0) {
            status = namespace_mount_own(vfs, space, root, "port", VFS_INODE_PORT);
        }
    }
    return status == 0 ? space : NULL;
}

void vfs_namespace_init(struct vfs *vfs)
{
    vfs_list_init(&vfs->space_free);
    vfs->first_space = namespace_create(vfs);
    root_assert(vfs->first_space != NULL);
}

struct vfs_place vfs_namespace_root(struct vfs_namespace *space)
{
    return vfs_place_make(space->root, space->root->top);
}

static void text_add(char *buffer, uint64_t *used, uint64_t length, const char *text)
{
    uint64_t bytes = strlen(text);
    if (bytes > length - *used) {
        bytes = length - *used;
    }
    memcpy(buffer + *used, text, bytes);
    *used += bytes;
}

int64_t vfs_namespace_describe(struct vfs_namespace *space, char *buffer, uint64_t length)
{
    uint64_t used = 0;
    VFS_LIST_EACH (link, after, &space->mounts) {
        struct vfs_mount *mount = VFS_LIST_ENTRY(link, struct vfs_mount, link);
        const struct vfs_port *port = mount->top->port;
        const char *own = mount->top->inode == VFS_INODE_PROC   ? "proc"
                          : mount->top->inode == VFS_INODE_PORT ? "port"
                                                                : "rootfs";
        const char *source = port == NULL ? own : port->name;
        struct vfs_place root = {space->root, space->root->top};
        struct vfs_place top = {mount, mount->top};
        char path[PATH_BYTES_MAX];
        const char *where = vfs_place_describe(top, root, path, sizeof path);
        text_add(buffer, &used, length, source);
        text_add(buffer, &used, length, " ");
        text_add(buffer, &used, length, where == NULL ? "/" : where);
        text_add(buffer, &used, length, " ");
        text_add(buffer, &used, length, source);
        text_add(buffer, &used, length, (mount->flags & ROOT_READ_ONLY) != 0 ? " ro 0 0\n" : " rw 0 0\n");
    }
    return (int64_t)used;
}

const char *vfs_place_describe(struct vfs_place place, struct vfs_place root, char *buffer,
                               uint64_t length)
{
    char *at = buffer + length - 1;
    *at = '\0';
    while (!vfs_place_is_same(place, root)) {
        const char *name = place.node->text;
        if (place.node == place.mount->top) {
            if (place.mount->parent.node == NULL) {
                break;
            }
            name = place.mount->name;
            place = place.mount->parent;
        } else if (place.node->parent == NULL || place.node->removed) {
            return NULL;
        } else {
            place.node = place.node->parent;
        }
        size_t bytes = strlen(name);
        if ((size_t)(at - buffer) < bytes + 1) {
            return NULL;
        }
        at -= bytes;
        memcpy(at, name, bytes);
        *--at = '/';
    }
    if (*at == '\0') {
        *--at = '/';
    }
    return at;
}

void vfs_process_context_init(struct vfs *vfs, struct vfs_process_context *context)
{
    context->space = vfs->first_space;
    context->space->references++;
    context->working = vfs_namespace_root(context->space);
    context->root = (struct vfs_place){NULL, NULL};
    context->umask = 022;
}

void vfs_process_context_copy(struct vfs_process_context *to, const struct vfs_process_context *from)
{
    to->space = from->space;
    to->space->references++;
    to->working = vfs_place_copy(from->working);
    to->root = vfs_place_copy(from->root);
    to->umask = from->umask;
}

void vfs_process_context_release(struct vfs *vfs, struct vfs_process_context *context)
{
    vfs_place_release(vfs, &context->working);
    vfs_place_release(vfs, &context->root);
    root_assert(context->space->references > 1); /* the first namespace stays */
    context->space->references--;
    context->space = NULL;
}

/* The caller's context, or NULL: it ended meanwhile. */
static struct vfs_process_context *operation_context(struct vfs_operation *operation)
{
    struct vfs_credentials credentials;
    struct vfs_host *host = &operation->vfs->host;
    struct vfs_process_context *context = NULL;
    host->process(host->context, operation->credentials.pid, &credentials, &context);
    return context;
}

static void chdir_walked(struct vfs_operation *operation, int status)
{
    struct vfs_place target = operation->walk.target;
    if (status == 0 && !vfs_node_is(target.node, VFS_TYPE_DIRECTORY)) {
        status = -E_NOTDIR;
    }
    if (status == 0) {
        status = vfs_permission_check(&target.node->stat, &operation->credentials, VFS_EXECUTE);
    }
    struct vfs_process_context *context = operation_context(operation);
    if (status == 0 && context != NULL) {
        struct vfs_place before = context->working;
        context->working = vfs_place_copy(target);
        vfs_place_release(operation->vfs, &before);
    }
    vfs_operation_end(operation, status);
}

void vfs_chdir_serve(struct vfs_operation *operation)
{
    bool to_session = (operation->session_cookie & operation->vfs->host.cookie_mask) ==
                      operation->vfs->host.cookie_directory;
    vfs_walk_start(operation, &operation->walk, operation->base, operation->walk.path, operation->walk.path_bytes,
                   VFS_WALK_FOLLOW | (to_session ? VFS_WALK_EMPTY : 0), chdir_walked);
}

void vfs_getcwd_serve(struct vfs_operation *operation)
{
    char *buffer = operation->walk.path;
    vfs_place_surface(operation->vfs, &operation->base);
    const char *path =
        vfs_place_describe(operation->base, operation->root, buffer, sizeof operation->walk.path);
    if (path == NULL) {
        vfs_operation_end(operation, operation->base.node->removed ? -E_NOENT : -E_NAMETOOLONG);
        return;
    }
    uint64_t bytes = strlen(path);
    vfs_operation_end_data(operation, bytes > operation->reply_bytes ? -E_RANGE : (int64_t)bytes, path, bytes);
}

void vfs_umask_serve(struct vfs_operation *operation)
{
    struct vfs_process_context *context = operation_context(operation);
    uint32_t before = context->umask;
    context->umask = (uint32_t)operation->request.argument[0] & 0777u;
    vfs_operation_end(operation, before);
}
