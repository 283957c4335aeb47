/* Attributes: stat, access, statfs, and setting them by path or by device and inode number. Sizes and times are
 * asked of the server each time, for clients write to it directly; owner, mode and type change only through here. */
#include "vfs_parts.h"

#include <string.h>

static void stat_answered(struct vfs_operation *operation, int status)
{
    if (status < 0) {
        vfs_operation_end(operation, status);
        return;
    }
    struct vfs_node *node = operation->node;
    vfs_node_learn(node, &operation->answer.stat);
    struct file_stat stat = node->stat;
    vfs_operation_end_data(operation, 0, &stat, sizeof stat);
}

static void stat_walked(struct vfs_operation *operation, int status)
{
    struct vfs_walk *walk = &operation->walk;
    if (status < 0) {
        vfs_operation_end(operation, status);
        return;
    }
    struct vfs_node *node = walk->target.node;
    if (node->port == NULL || walk->fresh || node->removed) {
        struct file_stat stat = node->stat;
        if (node->port == NULL) {
            vfs_text_stat(operation->vfs, node->inode, &stat);
        } else if (node->removed) { /* the server may know it no more */
            stat.link_count = 0;
        }
        vfs_operation_end_data(operation, 0, &stat, sizeof stat);
        return;
    }
    vfs_request_send(operation, node, PORT_GETATTR, stat_answered);
}

/* Walks to the target, the descriptor itself if the path is empty. */
static void attribute_walk(struct vfs_operation *operation, void (*done)(struct vfs_operation *operation, int status))
{
    struct vfs *vfs = operation->vfs;
    bool session = (operation->session_cookie & vfs->host.cookie_mask) == vfs->host.cookie_directory;
    uint32_t flags = (operation->request.flags & ROOT_NO_FOLLOW) == 0 ? VFS_WALK_FOLLOW : 0;
    vfs_walk_start(operation, &operation->walk, operation->base, operation->walk.path, operation->walk.path_bytes,
                   flags | (session ? VFS_WALK_EMPTY : 0), done);
}

void vfs_stat_serve(struct vfs_operation *operation)
{
    attribute_walk(operation, stat_walked);
}

static void access_walked(struct vfs_operation *operation, int status)
{
    struct vfs_place target = operation->walk.target;
    uint32_t access = (uint32_t)operation->request.argument[0];
    if (status == 0) {
        struct vfs_credentials real = operation->credentials;
        real.uid = real.real_uid;
        real.gid = real.real_gid;
        status = vfs_permission_check(&target.node->stat, &real, access);
    }
    bool stored = status == 0 && (vfs_node_is(target.node, VFS_TYPE_FILE) ||
                                  vfs_node_is(target.node, VFS_TYPE_DIRECTORY));
    if (stored && (access & VFS_WRITE) != 0 && (target.mount->flags & ROOT_READ_ONLY) != 0) {
        status = -E_ROFS;
    }
    vfs_operation_end(operation, status);
}

void vfs_access_serve(struct vfs_operation *operation)
{
    if (operation->request.argument[0] > 7) {
        vfs_operation_end(operation, -E_INVAL);
        return;
    }
    attribute_walk(operation, access_walked);
}

static void setattr_answered(struct vfs_operation *operation, int status)
{
    if (status == 0) {
        vfs_node_learn(operation->node, &operation->answer.stat);
    }
    vfs_operation_end(operation, status);
}

/* The node's attributes are known: checks, and sends what is to be set. */
static void setattr_apply(struct vfs_operation *operation, struct vfs_node *node)
{
    uint32_t mask = (uint32_t)operation->request.argument[0];
    int status = 0;
    if (node->port == NULL) {
        status = -E_PERM;
    } else if ((mask & PORT_SET_SIZE) != 0 && !vfs_node_is(node, VFS_TYPE_FILE)) {
        status = vfs_node_is(node, VFS_TYPE_DIRECTORY) ? -E_ISDIR : -E_INVAL;
    } else {
        status = vfs_permission_attributes(&operation->credentials, &node->stat, &mask, &operation->wanted);
    }
    if (status < 0 || mask == 0) {
        vfs_operation_end(operation, status);
        return;
    }
    operation->wire.stat = operation->wanted;
    operation->wire.mask = mask;
    vfs_request_send(operation, node, PORT_SETATTR, setattr_answered);
}

static void setattr_walked(struct vfs_operation *operation, int status)
{
    struct vfs_place target = operation->walk.target;
    if (status == 0 && (target.mount->flags & ROOT_READ_ONLY) != 0) {
        status = -E_ROFS;
    }
    if (status < 0) {
        vfs_operation_end(operation, status);
        return;
    }
    setattr_apply(operation, target.node);
}

static void setattr_heard(struct vfs_operation *operation, int status)
{
    if (status < 0) {
        vfs_operation_end(operation, status);
        return;
    }
    vfs_node_learn(operation->node, &operation->answer.stat);
    setattr_apply(operation, operation->node);
}

/* Is the port's tree mounted so that nobody may write? */
static bool port_is_read_only(const struct vfs_operation *operation, const struct vfs_port *port)
{
    bool mounted = false;
    struct vfs_list *mounts = &operation->space->mounts;
    VFS_LIST_EACH (link, after, mounts) {
        struct vfs_mount *mount = VFS_LIST_ENTRY(link, struct vfs_mount, link);
        if (mount->top->port == port && (mount->flags & ROOT_READ_ONLY) == 0) {
            return false;
        }
        mounted = mounted || mount->top->port == port;
    }
    return mounted;
}

/* The file of an open descriptor, by the numbers that its stat told. Truncating goes to the descriptor instead. */
static void setattr_by_inode(struct vfs_operation *operation, const uint64_t *address)
{
    struct vfs *vfs = operation->vfs;
    struct vfs_port *port = vfs_port_find_number(vfs, address[0]);
    int status = 0;
    if (port == NULL) {
        status = address[0] == 0 ? -E_PERM : -E_NXIO;
    } else if ((operation->request.argument[0] & PORT_SET_SIZE) != 0) {
        status = -E_INVAL;
    } else if (port_is_read_only(operation, port)) {
        status = -E_ROFS;
    }
    struct vfs_node *node = status == 0 ? vfs_node_get(vfs, port, address[1]) : NULL;
    if (node == NULL) {
        vfs_operation_end(operation, status < 0 ? status : -E_NFILE);
        return;
    }
    if (node->stat_known) {
        setattr_apply(operation, node);
    } else {
        vfs_request_send(operation, node, PORT_GETATTR, setattr_heard);
    }
    vfs_node_release(vfs, node);
}

void vfs_setattr_serve(struct vfs_operation *operation)
{
    const uint64_t *argument = operation->request.argument;
    const uint64_t known = PORT_SET_MODE | PORT_SET_UID | PORT_SET_GID | PORT_SET_SIZE | PORT_SET_ACCESS_TIME |
                           PORT_SET_MODIFY_TIME;
    bool by_inode = (operation->request.flags & ROOT_BY_INODE) != 0;
    bool times = (argument[0] & (PORT_SET_ACCESS_TIME | PORT_SET_MODIFY_TIME)) != 0;
    uint64_t data[4] = {0, 0, 0, 0};
    uint32_t bytes = operation->walk2.path_bytes < sizeof data ? operation->walk2.path_bytes : sizeof data;
    if ((argument[0] & ~known) != 0 || (by_inode && bytes < 32) || (times && bytes < 16)) {
        vfs_operation_end(operation, -E_INVAL);
        return;
    }
    memcpy(data, operation->walk2.path, bytes);
    operation->wanted = (struct file_stat){.mode = (uint32_t)argument[1],
                                           .uid = (uint32_t)argument[2],
                                           .gid = (uint32_t)argument[3],
                                           .size_bytes = argument[4],
                                           .access_time_ns = (int64_t)data[0],
                                           .modify_time_ns = (int64_t)data[1]};
    if (by_inode) {
        setattr_by_inode(operation, &data[2]);
    } else {
        attribute_walk(operation, setattr_walked);
    }
}

static void statfs_answered(struct vfs_operation *operation, int status)
{
    struct port_statfs statfs;
    if (status == 0 && operation->data_bytes != sizeof statfs) {
        status = -E_IO;
    }
    if (status < 0) {
        vfs_operation_end(operation, status);
        return;
    }
    memcpy(&statfs, operation->data, sizeof statfs);
    vfs_operation_end_data(operation, 0, &statfs, sizeof statfs);
}

static void statfs_walked(struct vfs_operation *operation, int status)
{
    if (status < 0) {
        vfs_operation_end(operation, status);
    } else if (operation->walk.target.node->port == NULL) {
        struct port_statfs own = {PAGE_BYTES, 0, 0, 0, 0, NAME_BYTES_MAX};
        vfs_operation_end_data(operation, 0, &own, sizeof own);
    } else {
        vfs_request_send(operation, operation->walk.target.node, PORT_STATFS, statfs_answered);
    }
}

void vfs_statfs_serve(struct vfs_operation *operation)
{
    attribute_walk(operation, statfs_walked);
}
