/* open: walks, checks, makes what is to be made, has the port open it, and moves the client a connection with the
 * server's cookie. Directories, texts and OPEN_PATH become sessions of root's own. A new name in /port is a new
 * port. */
#include "vfs_parts.h"

#include <string.h>

static void open_walked(struct vfs_operation *operation, int status);

static uint32_t open_access(uint32_t flags)
{
    uint32_t mode = flags & OPEN_ACCESS_MASK;
    uint32_t access = 0;
    if (mode == OPEN_READ_ONLY || mode == OPEN_READ_WRITE) {
        access |= VFS_READ;
    }
    if (mode == OPEN_WRITE_ONLY || mode == OPEN_READ_WRITE || (flags & OPEN_TRUNCATE) != 0) {
        access |= VFS_WRITE;
    }
    return access;
}

static uint32_t open_rights(uint32_t flags)
{
    uint32_t mode = flags & OPEN_ACCESS_MASK;
    uint32_t rights = RIGHT_DUPLICATE | RIGHT_TRANSFER;
    if (mode != OPEN_WRITE_ONLY) {
        rights |= RIGHT_READ;
    }
    if (mode != OPEN_READ_ONLY) {
        rights |= RIGHT_WRITE;
    }
    return rights;
}

static void close_answered(struct vfs_operation *operation, int status)
{
    (void)status;
    vfs_operation_end(operation, -E_INTR);
}

/* The server opened the file: a connection with its cookie is the descriptor. */
static void open_answered(struct vfs_operation *operation, int status)
{
    struct vfs *vfs = operation->vfs;
    struct vfs_node *node = operation->node;
    if (status < 0) {
        vfs_operation_end(operation, status);
        return;
    }
    uint64_t cookie = operation->answer.cookie;
    if (cookie == 0) {
        vfs_operation_end(operation, -E_IO);
        return;
    }
    uint32_t rights = open_rights(operation->request.flags);
    int handle = operation->cancelled
                     ? -E_INTR
                     : sys_connection_create(vfs->host.grant, node->port->channel, cookie, rights);
    if (handle < 0) {
        if (operation->call != NULL) {
            vfs->host.reply(vfs->host.context, operation->call, handle, NULL, 0, NULL, 0);
            operation->call = NULL;
        }
        operation->wire.argument = cookie;
        vfs_request_send(operation, node, PORT_CLOSE, close_answered);
        return;
    }
    vfs_operation_end_handle(operation, 0, handle, rights);
}

static void open_ask(struct vfs_operation *operation, struct vfs_node *node)
{
    operation->wire.flags = operation->request.flags;
    vfs_request_send(operation, node, PORT_OPEN, open_answered);
}

/* A file in /proc/PID/fd: the descriptor itself, once more. */
static void open_descriptor(struct vfs_operation *operation, uint32_t pid, uint32_t number)
{
    struct vfs_host *host = &operation->vfs->host;
    uint32_t wanted = open_rights(operation->request.flags);
    uint32_t rights = 0;
    int handle = host->descriptor(host->context, pid, number, &rights);
    if (handle < 0) {
        vfs_operation_end(operation, handle);
    } else if ((wanted & ~rights) != 0) {
        sys_handle_close(SYS_SELF_TABLE, handle);
        vfs_operation_end(operation, -E_ACCES);
    } else {
        vfs_operation_end_handle(operation, 0, handle, rights);
    }
}

/* The file at walk.target, with access checked already. */
static void open_existing(struct vfs_operation *operation)
{
    struct vfs_place place = operation->walk.target;
    uint32_t pid = 0;
    uint32_t number = 0;
    if (place.node->port == NULL && vfs_text_is_descriptor(place.node->inode, &pid, &number)) {
        open_descriptor(operation, pid, number);
        return;
    }
    if (place.node->port != NULL && !vfs_node_is(place.node, VFS_TYPE_DIRECTORY)) {
        open_ask(operation, place.node);
        return;
    }
    bool directory = vfs_node_is(place.node, VFS_TYPE_DIRECTORY);
    vfs_session_hand_over(operation, directory ? VFS_SESSION_DIRECTORY : VFS_SESSION_TEXT, place);
}

/* May the file that was found be opened so? */
static int open_check(const struct vfs_operation *operation, struct vfs_place place)
{
    uint32_t flags = operation->request.flags;
    uint32_t access = open_access(flags);
    const struct vfs_node *node = place.node;
    bool directory = vfs_node_is(node, VFS_TYPE_DIRECTORY);
    if ((flags & OPEN_CREATE) != 0 && (flags & OPEN_EXCLUSIVE) != 0) {
        return -E_EXIST;
    }
    if (vfs_node_is(node, VFS_TYPE_LINK)) {
        return -E_LOOP;
    }
    if ((flags & OPEN_DIRECTORY) != 0 && !directory) {
        return -E_NOTDIR;
    }
    if (directory && ((access & VFS_WRITE) != 0 || (flags & OPEN_CREATE) != 0)) {
        return -E_ISDIR;
    }
    bool stored = vfs_node_is(node, VFS_TYPE_FILE) || directory;
    if ((access & VFS_WRITE) != 0 && stored && (place.mount->flags & ROOT_READ_ONLY) != 0) {
        return -E_ROFS;
    }
    if (node->port == NULL && vfs_node_is(node, VFS_TYPE_FILE) && (access & VFS_WRITE) != 0) {
        return -E_ACCES;
    }
    return vfs_permission_check(&node->stat, &operation->credentials, access);
}

static void create_answered(struct vfs_operation *operation, int status)
{
    struct vfs *vfs = operation->vfs;
    struct vfs_walk *walk = &operation->walk;
    struct vfs_node *parent = walk->at.node;
    vfs_directory_altered(operation, parent);
    if (status == -E_EXIST && (operation->request.flags & OPEN_EXCLUSIVE) == 0 &&
        operation->tries < VFS_TRIES_MAX) { /* the server's tree changed by itself: look again */
        operation->tries++;
        vfs_cache_drop(vfs, parent, walk->name, walk->name_bytes);
        struct vfs_place base = vfs_place_copy(walk->at);
        char name[NAME_BYTES_MAX + 1];
        memcpy(name, walk->name, walk->name_bytes);
        vfs_walk_start(operation, walk, base, name, walk->name_bytes, walk->flags, open_walked);
        vfs_place_release(vfs, &base);
        return;
    }
    struct vfs_node *node = NULL;
    if (status == 0) {
        node = vfs_walk_learn(operation, parent, walk->name, walk->name_bytes, &status);
    }
    if (node == NULL) {
        vfs_cache_drop(vfs, parent, walk->name, walk->name_bytes);
        vfs_operation_end(operation, status);
        return;
    }
    operation->request.flags &= ~OPEN_TRUNCATE;
    open_ask(operation, node);
    vfs_node_release(vfs, node);
}

static void open_new_port(struct vfs_operation *operation)
{
    struct vfs *vfs = operation->vfs;
    struct vfs_port *port = NULL;
    int channel = -1;
    int status = -E_PERM;
    if (operation->credentials.uid == 0) {
        status = vfs_port_create(vfs, operation->walk.name, operation->walk.name_bytes,
                                 operation->credentials.pid, &port, &channel);
    }
    if (status < 0) {
        vfs_operation_end(operation, status);
        return;
    }
    vfs_operation_end_handle(operation, port->number, channel, RIGHTS_ALL);
}

static void open_create(struct vfs_operation *operation)
{
    struct vfs_walk *walk = &operation->walk;
    if (walk->at.node->port == NULL && walk->at.node->inode == VFS_INODE_PORT) {
        open_new_port(operation);
        return;
    }
    int status = vfs_permission_modify(operation, walk->at);
    if (status == 0 && (operation->request.flags & OPEN_DIRECTORY) != 0) {
        status = -E_INVAL;
    }
    if (status < 0) {
        vfs_operation_end(operation, status);
        return;
    }
    vfs_make_attributes(operation, walk->at.node, VFS_TYPE_FILE);
    operation->wire.flags = operation->request.flags;
    vfs_request_name(operation, walk->name, walk->name_bytes);
    vfs_request_send(operation, walk->at.node, PORT_CREATE, create_answered);
}

static void open_walked(struct vfs_operation *operation, int status)
{
    struct vfs_place target = operation->walk.target;
    uint32_t flags = operation->request.flags;
    if (status < 0) {
        vfs_operation_end(operation, status);
    } else if ((flags & OPEN_PATH) != 0) {
        bool wrong = (flags & OPEN_DIRECTORY) != 0 && !vfs_node_is(target.node, VFS_TYPE_DIRECTORY);
        if (wrong) {
            vfs_operation_end(operation, -E_NOTDIR);
        } else {
            vfs_session_hand_over(operation, VFS_SESSION_PATH, target);
        }
    } else if (target.node == NULL) {
        open_create(operation);
    } else {
        status = open_check(operation, target);
        if (status < 0) {
            vfs_operation_end(operation, status);
        } else {
            open_existing(operation);
        }
    }
}

void vfs_open_serve(struct vfs_operation *operation)
{
    uint32_t flags = operation->request.flags;
    if ((flags & OPEN_PATH) != 0) {
        flags &= OPEN_PATH | OPEN_DIRECTORY | OPEN_NO_FOLLOW | OPEN_CLOSE_ON_EXEC;
        operation->request.flags = flags;
    }
    if ((flags & OPEN_ACCESS_MASK) == OPEN_ACCESS_MASK) {
        vfs_operation_end(operation, -E_INVAL);
        return;
    }
    uint32_t walk_flags = 0;
    bool exclusive = (flags & OPEN_CREATE) != 0 && (flags & OPEN_EXCLUSIVE) != 0;
    if ((flags & OPEN_NO_FOLLOW) == 0 && !exclusive) {
        walk_flags |= VFS_WALK_FOLLOW;
    }
    if ((flags & OPEN_CREATE) != 0) {
        walk_flags |= VFS_WALK_CREATE;
    }
    vfs_walk_start(operation, &operation->walk, operation->base, operation->walk.path, operation->walk.path_bytes,
                   walk_flags, open_walked);
}
