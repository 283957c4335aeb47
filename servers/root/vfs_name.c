/* Making and taking away names: mkdir, mknod, symlink, link, unlink, rmdir; and readlink. */
#include "vfs_parts.h"

#include <string.h>

void vfs_make_attributes(struct vfs_operation *operation, const struct vfs_node *directory, uint32_t type)
{
    struct file_stat *stat = &operation->wire.stat;
    uint32_t mode = (uint32_t)operation->request.argument[0] & VFS_MODE_BITS & ~operation->umask;
    stat->mode = type == VFS_TYPE_LINK ? VFS_TYPE_LINK | 0777u : type | mode;
    stat->uid = operation->credentials.uid;
    stat->gid = operation->credentials.gid;
    if ((directory->stat.mode & VFS_MODE_SETGID) != 0) {
        stat->gid = directory->stat.gid;
        stat->mode |= type == VFS_TYPE_DIRECTORY ? VFS_MODE_SETGID : 0;
    }
}

/* The port answered that the name now leads to a file. */
static void name_answered(struct vfs_operation *operation, int status)
{
    struct vfs *vfs = operation->vfs;
    struct vfs_walk *walk = operation->current;
    vfs_directory_altered(operation, walk->at.node);
    struct vfs_node *node = NULL;
    if (status == 0) {
        node = vfs_walk_learn(operation, walk->at.node, walk->name, walk->name_bytes, &status);
    }
    if (node != NULL) {
        vfs_node_release(vfs, node);
    } else {
        vfs_cache_drop(vfs, walk->at.node, walk->name, walk->name_bytes);
    }
    vfs_operation_end(operation, status);
}

static void make_send(struct vfs_operation *operation)
{
    struct vfs_walk *walk = &operation->walk;
    uint32_t kind = PORT_CREATE;
    uint32_t type = (uint32_t)operation->request.argument[0] & VFS_TYPE_MASK;
    if (operation->request.operation == ROOT_MKDIR) {
        kind = PORT_MKDIR;
        type = VFS_TYPE_DIRECTORY;
    } else if (operation->request.operation == ROOT_SYMLINK) {
        kind = PORT_SYMLINK;
        type = VFS_TYPE_LINK;
        operation->data_bytes = operation->walk2.path_bytes;
        memcpy(operation->data, operation->walk2.path, operation->data_bytes);
    } else if (type == 0) {
        type = VFS_TYPE_FILE;
    }
    vfs_make_attributes(operation, walk->at.node, type);
    operation->wire.flags = 0;
    vfs_request_name(operation, walk->name, walk->name_bytes);
    vfs_request_send(operation, walk->at.node, kind, name_answered);
}

static void make_walked(struct vfs_operation *operation, int status)
{
    struct vfs_walk *walk = &operation->walk;
    if (status == 0 && walk->target.node != NULL) {
        status = -E_EXIST;
    }
    if (status == 0) {
        status = vfs_permission_modify(operation, walk->at);
    }
    if (status < 0) {
        vfs_operation_end(operation, status);
        return;
    }
    make_send(operation);
}

void vfs_make_serve(struct vfs_operation *operation)
{
    uint32_t kind = operation->request.operation;
    uint32_t type = (uint32_t)operation->request.argument[0] & VFS_TYPE_MASK;
    if (kind == ROOT_MKNOD && type != 0 && type != VFS_TYPE_FILE && type != VFS_TYPE_FIFO) {
        vfs_operation_end(operation, -E_PERM);
        return;
    }
    if (kind == ROOT_SYMLINK && operation->walk2.path_bytes == 0) {
        vfs_operation_end(operation, -E_NOENT);
        return;
    }
    vfs_walk_start(operation, &operation->walk, operation->base, operation->walk.path, operation->walk.path_bytes,
                   VFS_WALK_CREATE | (kind == ROOT_MKDIR ? VFS_WALK_DIRECTORY : 0), make_walked);
}

static void link_walked(struct vfs_operation *operation, int status)
{
    struct vfs_walk *from = &operation->walk;
    struct vfs_walk *to = &operation->walk2;
    if (status == 0 && to->target.node != NULL) {
        status = -E_EXIST;
    } else if (status == 0 && from->target.mount != to->at.mount) {
        status = -E_XDEV;
    }
    if (status == 0) {
        status = vfs_permission_modify(operation, to->at);
    }
    if (status < 0) {
        vfs_operation_end(operation, status);
        return;
    }
    operation->wire.inode2 = from->target.node->inode;
    vfs_request_name(operation, to->name, to->name_bytes);
    vfs_request_send(operation, to->at.node, PORT_LINK, name_answered);
}

static void link_source_walked(struct vfs_operation *operation, int status)
{
    if (status == 0 && vfs_node_is(operation->walk.target.node, VFS_TYPE_DIRECTORY)) {
        status = -E_PERM;
    }
    if (status < 0) {
        vfs_operation_end(operation, status);
        return;
    }
    struct vfs_walk *to = &operation->walk2;
    vfs_walk_start(operation, to, operation->base2, to->path, to->path_bytes, VFS_WALK_CREATE, link_walked);
}

void vfs_link_serve(struct vfs_operation *operation)
{
    uint32_t flags = (operation->request.flags & ROOT_NO_FOLLOW) == 0 ? VFS_WALK_FOLLOW : 0;
    vfs_walk_start(operation, &operation->walk, operation->base, operation->walk.path, operation->walk.path_bytes,
                   flags, link_source_walked);
}

static void unlink_answered(struct vfs_operation *operation, int status)
{
    struct vfs *vfs = operation->vfs;
    struct vfs_walk *walk = &operation->walk;
    bool quiet = vfs_directory_altered(operation, walk->at.node);
    bool cacheable = (operation->answer.flags & PORT_ANSWER_UNCACHEABLE) == 0;
    if (status == 0 && quiet && cacheable) {
        vfs_cache_enter(vfs, walk->at.node, walk->name, walk->name_bytes, NULL);
    } else {
        vfs_cache_drop(vfs, walk->at.node, walk->name, walk->name_bytes);
    }
    struct vfs_node *node = walk->target.node;
    if (status == 0) {
        node->target_known = false;
        node->removed = vfs_node_is(node, VFS_TYPE_DIRECTORY) || node->stat.link_count <= 1;
    }
    vfs_operation_end(operation, status);
}

/* May the name that was found be taken away, as rmdir or as unlink? */
static int unlink_check(const struct vfs_operation *operation)
{
    const struct vfs_walk *walk = &operation->walk;
    const struct vfs_node *node = walk->target.node;
    bool rmdir = (operation->request.flags & ROOT_DIRECTORY) != 0;
    bool directory = vfs_node_is(node, VFS_TYPE_DIRECTORY);
    if (walk->last == VFS_LAST_ROOT || walk->last == VFS_LAST_DOT_DOT) {
        return !rmdir ? -E_ISDIR : walk->last == VFS_LAST_ROOT ? -E_BUSY : -E_NOTEMPTY;
    }
    if (walk->last == VFS_LAST_DOT) {
        return rmdir ? -E_INVAL : -E_ISDIR;
    }
    if (rmdir && !directory) {
        return -E_NOTDIR;
    }
    if (walk->target.mount != walk->at.mount || node->mount_points > 0) {
        return -E_BUSY;
    }
    int status = vfs_permission_remove(operation, walk->at, node);
    return status == 0 && directory && !rmdir ? -E_ISDIR : status;
}

static void unlink_walked(struct vfs_operation *operation, int status)
{
    struct vfs_walk *walk = &operation->walk;
    if (status == 0) {
        status = unlink_check(operation);
    }
    if (status < 0) {
        vfs_operation_end(operation, status);
        return;
    }
    bool rmdir = (operation->request.flags & ROOT_DIRECTORY) != 0;
    vfs_request_name(operation, walk->name, walk->name_bytes);
    vfs_request_send(operation, walk->at.node, rmdir ? PORT_RMDIR : PORT_UNLINK, unlink_answered);
}

void vfs_unlink_serve(struct vfs_operation *operation)
{
    vfs_walk_start(operation, &operation->walk, operation->base, operation->walk.path, operation->walk.path_bytes, 0,
                   unlink_walked);
}

static void readlink_reply(struct vfs_operation *operation, const char *target, uint64_t bytes)
{
    bytes = bytes < operation->reply_bytes ? bytes : operation->reply_bytes;
    vfs_operation_end_data(operation, (int64_t)bytes, target, bytes);
}

static void readlink_answered(struct vfs_operation *operation, int status)
{
    if (status < 0) {
        vfs_operation_end(operation, status);
        return;
    }
    readlink_reply(operation, (const char *)operation->data, operation->data_bytes);
}

static void readlink_walked(struct vfs_operation *operation, int status)
{
    struct vfs_node *node = operation->walk.target.node;
    if (status == 0 && !vfs_node_is(node, VFS_TYPE_LINK)) {
        status = -E_INVAL;
    }
    if (status < 0) {
        vfs_operation_end(operation, status);
    } else if (node->port == NULL) {
        char *buffer = (char *)operation->data;
        int64_t bytes = vfs_text_target(operation, node->inode, buffer, PORT_DATA_BYTES_MAX);
        if (bytes < 0) {
            vfs_operation_end(operation, bytes);
        } else {
            readlink_reply(operation, buffer, (uint64_t)bytes);
        }
    } else if (node->target_known) {
        readlink_reply(operation, node->text, node->text_bytes);
    } else {
        vfs_request_send(operation, node, PORT_READLINK, readlink_answered);
    }
}

void vfs_readlink_serve(struct vfs_operation *operation)
{
    bool session = (operation->session_cookie & operation->vfs->host.cookie_mask) ==
                   operation->vfs->host.cookie_directory;
    vfs_walk_start(operation, &operation->walk, operation->base, operation->walk.path, operation->walk.path_bytes,
                   session ? VFS_WALK_EMPTY : 0, readlink_walked);
}
