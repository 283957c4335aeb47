/* rename: two walks, POSIX's rules, one request; what the cache and the directory moved know is then mended. */
#include "vfs_parts.h"

#include <string.h>

static void rename_answered(struct vfs_operation *operation, int status)
{
    struct vfs *vfs = operation->vfs;
    struct vfs_walk *from = &operation->walk;
    struct vfs_walk *to = &operation->walk2;
    vfs_directory_changed(vfs, from->at.node);
    vfs_directory_changed(vfs, to->at.node);
    vfs_cache_drop(vfs, from->at.node, from->name, from->name_bytes);
    vfs_cache_drop(vfs, to->at.node, to->name, to->name_bytes);
    struct vfs_node *source = from->target.node;
    struct vfs_node *replaced = to->target.node;
    if (status == 0 && replaced != NULL) {
        replaced->target_known = false;
        replaced->removed = vfs_node_is(replaced, VFS_TYPE_DIRECTORY) || replaced->stat.link_count <= 1;
    }
    if (status == 0 && !vfs_node_is_within(to->at.node, source)) {
        vfs_node_adopt(vfs, to->at.node, source, to->name, to->name_bytes);
    }
    vfs_operation_end(operation, status);
}

/* Rules about what may replace what; 1: nothing to do. */
static int rename_check_replaced(const struct vfs_operation *operation, const struct vfs_node *source,
                                 const struct vfs_node *replaced)
{
    const struct vfs_walk *from = &operation->walk;
    bool directory = vfs_node_is(source, VFS_TYPE_DIRECTORY);
    if (replaced == source) {
        return 1;
    }
    if (directory != vfs_node_is(replaced, VFS_TYPE_DIRECTORY)) {
        return directory ? -E_NOTDIR : -E_ISDIR;
    }
    if (directory && vfs_node_is_within(from->at.node, replaced)) {
        return -E_NOTEMPTY;
    }
    return replaced->mount_points > 0 ? -E_BUSY : 0;
}

static int rename_check_permission(const struct vfs_operation *operation)
{
    const struct vfs_walk *from = &operation->walk;
    const struct vfs_walk *to = &operation->walk2;
    const struct vfs_node *source = from->target.node;
    int status = vfs_permission_remove(operation, from->at, source);
    if (status == 0) {
        status = to->target.node == NULL ? vfs_permission_modify(operation, to->at)
                                         : vfs_permission_remove(operation, to->at, to->target.node);
    }
    if (status == 0 && vfs_node_is(source, VFS_TYPE_DIRECTORY) && from->at.node != to->at.node) {
        status = vfs_permission_check(&source->stat, &operation->credentials, VFS_WRITE); /* its ".." changes */
    }
    return status;
}

static int rename_check(const struct vfs_operation *operation)
{
    const struct vfs_walk *from = &operation->walk;
    const struct vfs_walk *to = &operation->walk2;
    const struct vfs_node *source = from->target.node;
    const struct vfs_node *replaced = to->target.node;
    if (from->last != VFS_LAST_NAME || to->last != VFS_LAST_NAME) {
        return -E_BUSY;
    }
    if (from->target.mount != from->at.mount || (replaced != NULL && to->target.mount != to->at.mount)) {
        return -E_BUSY;
    }
    if (from->at.mount != to->at.mount) {
        return -E_XDEV;
    }
    bool directory = vfs_node_is(source, VFS_TYPE_DIRECTORY);
    if (directory && vfs_node_is_within(to->at.node, source)) {
        return -E_INVAL;
    }
    if (!directory && to->slash) {
        return -E_NOTDIR;
    }
    int status = replaced == NULL ? 0 : rename_check_replaced(operation, source, replaced);
    return status != 0 ? status : rename_check_permission(operation);
}

static void rename_walked(struct vfs_operation *operation, int status)
{
    struct vfs_walk *from = &operation->walk;
    struct vfs_walk *to = &operation->walk2;
    if (status == 0) {
        status = rename_check(operation);
    }
    if (status != 0) {
        vfs_operation_end(operation, status < 0 ? status : 0);
        return;
    }
    operation->wire.inode2 = to->at.node->inode;
    operation->data_bytes = to->name_bytes;
    memcpy(operation->data, to->name, to->name_bytes);
    vfs_request_name(operation, from->name, from->name_bytes);
    vfs_request_send(operation, from->at.node, PORT_RENAME, rename_answered);
}

static void rename_source_walked(struct vfs_operation *operation, int status)
{
    if (status < 0) {
        vfs_operation_end(operation, status);
        return;
    }
    struct vfs_walk *to = &operation->walk2;
    vfs_walk_start(operation, to, operation->base2, to->path, to->path_bytes, VFS_WALK_CREATE | VFS_WALK_DIRECTORY,
                   rename_walked);
}

void vfs_rename_serve(struct vfs_operation *operation)
{
    vfs_walk_start(operation, &operation->walk, operation->base, operation->walk.path, operation->walk.path_bytes, 0,
                   rename_source_walked);
}
