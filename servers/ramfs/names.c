/* Operations on names of a ramfs: what the root server asks for. It has checked permissions already. */
#include <string.h>
#include <sys/stat.h>

#include <abi/errno.h>

#include "ramfs.h"

static int stat_answer(struct server *server, struct server_name *name, const struct tree_node *node)
{
    tree_stat(node, &name->answer.stat);
    name->answer.stat.device = server->port;
    return 0;
}

static struct tree_node *request_node(struct server *server, const struct server_name *name)
{
    return tree_node(&ramfs_of(server)->tree, name->request.inode);
}

/* The directory of the request; -error. */
static int request_directory(struct server *server, const struct server_name *name, struct tree_node **directory)
{
    *directory = request_node(server, name);
    if (*directory == NULL) {
        return -E_NOENT;
    }
    return S_ISDIR((*directory)->mode) ? 0 : -E_NOTDIR;
}

static int name_lookup(struct server *server, struct server_name *name)
{
    struct tree_node *directory = NULL;
    int error = request_directory(server, name, &directory);
    if (error < 0) {
        return error;
    }
    const struct tree_node *node = tree_find(&ramfs_of(server)->tree, directory, name->name);
    return node != NULL ? stat_answer(server, name, node) : -E_NOENT;
}

static int name_getattr(struct server *server, struct server_name *name)
{
    const struct tree_node *node = request_node(server, name);
    return node != NULL ? stat_answer(server, name, node) : -E_NOENT;
}

static int name_setattr(struct server *server, struct server_name *name)
{
    struct ramfs *ramfs = ramfs_of(server);
    struct tree_node *node = request_node(server, name);
    const struct file_stat *stat = &name->request.stat;
    uint32_t mask = name->request.mask;
    int64_t now_ns = ramfs_now_ns(ramfs);
    if (node == NULL) {
        return -E_NOENT;
    }
    if ((mask & PORT_SET_SIZE) != 0) {
        int error = S_ISREG(node->mode) ? tree_resize(&ramfs->tree, node, stat->size_bytes, now_ns) : -E_INVAL;
        if (error < 0) {
            return error;
        }
    }
    if ((mask & PORT_SET_MODE) != 0) {
        node->mode = (node->mode & S_IFMT) | (stat->mode & 07777);
    }
    if ((mask & PORT_SET_UID) != 0) {
        node->uid = stat->uid;
    }
    if ((mask & PORT_SET_GID) != 0) {
        node->gid = stat->gid;
    }
    if ((mask & PORT_SET_ACCESS_TIME) != 0) {
        node->access_time_ns = stat->access_time_ns;
    }
    if ((mask & PORT_SET_MODIFY_TIME) != 0) {
        node->modify_time_ns = stat->modify_time_ns;
    }
    node->change_time_ns = now_ns;
    return stat_answer(server, name, node);
}

static int name_open(struct server *server, struct server_name *name)
{
    struct ramfs *ramfs = ramfs_of(server);
    struct tree_node *node = request_node(server, name);
    uint32_t flags = name->request.flags;
    if (node == NULL) {
        return -E_NOENT;
    }
    if (!S_ISREG(node->mode) && !S_ISDIR(node->mode)) {
        return -E_NXIO;
    }
    if ((flags & OPEN_ACCESS_MASK) != OPEN_READ_ONLY || (flags & OPEN_TRUNCATE) != 0) {
        if (S_ISDIR(node->mode)) {
            return -E_ISDIR;
        }
        if (ramfs->read_only) {
            return -E_ROFS;
        }
    }
    if ((flags & OPEN_TRUNCATE) != 0) {
        tree_resize(&ramfs->tree, node, 0, ramfs_now_ns(ramfs));
    }
    tree_open(node);
    return stat_answer(server, name, node);
}

/* Makes a node of the type `type` and gives it the requester's owner. */
static int node_make(struct server *server, struct server_name *name, uint32_t type)
{
    struct ramfs *ramfs = ramfs_of(server);
    const struct file_stat *stat = &name->request.stat;
    struct tree_node *directory = NULL;
    struct tree_node *node = NULL;
    int error = request_directory(server, name, &directory);
    if (error < 0) {
        return error;
    }
    if (type == S_IFLNK) {
        error = tree_symlink(&ramfs->tree, directory, name->name, name->data, ramfs_now_ns(ramfs), &node);
    } else {
        error =
            tree_create(&ramfs->tree, directory, name->name, type | (stat->mode & 07777), ramfs_now_ns(ramfs), &node);
    }
    if (error < 0) {
        return error;
    }
    node->uid = stat->uid;
    node->gid = stat->gid;
    return stat_answer(server, name, node);
}

static int name_create(struct server *server, struct server_name *name)
{
    uint32_t type = name->request.stat.mode & S_IFMT;
    if (type != 0 && type != S_IFREG && type != S_IFIFO) {
        return -E_PERM;
    }
    return node_make(server, name, type == 0 ? S_IFREG : type);
}

static int name_mkdir(struct server *server, struct server_name *name)
{
    return node_make(server, name, S_IFDIR);
}

static int name_symlink(struct server *server, struct server_name *name)
{
    return node_make(server, name, S_IFLNK);
}

static int name_link(struct server *server, struct server_name *name)
{
    struct ramfs *ramfs = ramfs_of(server);
    struct tree_node *directory = NULL;
    int error = request_directory(server, name, &directory);
    struct tree_node *node = tree_node(&ramfs->tree, name->request.inode2);
    if (error < 0) {
        return error;
    }
    if (node == NULL) {
        return -E_NOENT;
    }
    error = tree_link(&ramfs->tree, directory, name->name, node, ramfs_now_ns(ramfs));
    return error < 0 ? error : stat_answer(server, name, node);
}

static int name_remove(struct server *server, struct server_name *name)
{
    struct ramfs *ramfs = ramfs_of(server);
    struct tree_node *directory = NULL;
    int error = request_directory(server, name, &directory);
    if (error < 0) {
        return error;
    }
    bool want_directory = name->request.operation == PORT_RMDIR;
    return tree_unlink(&ramfs->tree, directory, name->name, want_directory, ramfs_now_ns(ramfs));
}

static int name_rename(struct server *server, struct server_name *name)
{
    struct ramfs *ramfs = ramfs_of(server);
    struct tree_node *from = NULL;
    int error = request_directory(server, name, &from);
    struct tree_node *to = tree_node(&ramfs->tree, name->request.inode2);
    if (error < 0) {
        return error;
    }
    if (to == NULL) {
        return -E_NOENT;
    }
    return tree_rename(&ramfs->tree, from, name->name, to, name->data, ramfs_now_ns(ramfs));
}

static int name_readlink(struct server *server, struct server_name *name)
{
    const struct tree_node *node = request_node(server, name);
    if (node == NULL) {
        return -E_NOENT;
    }
    if (!S_ISLNK(node->mode)) {
        return -E_INVAL;
    }
    name->answer.data_bytes = (uint32_t)node->size_bytes;
    memcpy(name->out, node->target, node->size_bytes);
    return 0;
}

static int name_readdir(struct server *server, struct server_name *name)
{
    struct tree_node *directory = NULL;
    int error = request_directory(server, name, &directory);
    if (error < 0) {
        return error;
    }
    uint32_t length = name->request.length < PORT_DATA_BYTES_MAX ? (uint32_t)name->request.length : PORT_DATA_BYTES_MAX;
    int listed = tree_list(&ramfs_of(server)->tree, directory, name->request.argument, name->out, length);
    if (listed < 0) {
        return listed;
    }
    name->answer.data_bytes = (uint32_t)listed;
    return 0;
}

static int name_statfs(struct server *server, struct server_name *name)
{
    const struct ramfs *ramfs = ramfs_of(server);
    const struct blocks *blocks = &ramfs->tree.blocks;
    struct port_statfs statfs = {.block_bytes = BLOCK_BYTES,
                                 .blocks = blocks->count,
                                 .blocks_free = blocks_free_count(blocks),
                                 .files = TREE_NODES_MAX,
                                 .files_free = TREE_NODES_MAX - ramfs->tree.node_count,
                                 .name_bytes_max = NAME_BYTES_MAX};
    if (ramfs->read_only) {
        statfs.files_free = 0;
        statfs.blocks_free = 0;
    }
    memcpy(name->out, &statfs, sizeof statfs);
    name->answer.data_bytes = sizeof statfs;
    return 0;
}

const struct server_operations ramfs_operations_read_only = {
    .file = {[FILE_READ] = ramfs_read, [FILE_SEEK] = ramfs_seek, [FILE_STAT] = ramfs_stat, [FILE_MAP] = ramfs_map},
    .name = {[PORT_LOOKUP] = name_lookup,
             [PORT_GETATTR] = name_getattr,
             [PORT_OPEN] = name_open,
             [PORT_READLINK] = name_readlink,
             [PORT_READDIR] = name_readdir,
             [PORT_STATFS] = name_statfs},
    .close = ramfs_close,
};

const struct server_operations ramfs_operations = {
    .file = {[FILE_READ] = ramfs_read,
             [FILE_WRITE] = ramfs_write,
             [FILE_SEEK] = ramfs_seek,
             [FILE_STAT] = ramfs_stat,
             [FILE_TRUNCATE] = ramfs_truncate},
    .name = {[PORT_LOOKUP] = name_lookup,
             [PORT_GETATTR] = name_getattr,
             [PORT_SETATTR] = name_setattr,
             [PORT_OPEN] = name_open,
             [PORT_CREATE] = name_create,
             [PORT_MKDIR] = name_mkdir,
             [PORT_SYMLINK] = name_symlink,
             [PORT_LINK] = name_link,
             [PORT_UNLINK] = name_remove,
             [PORT_RMDIR] = name_remove,
             [PORT_RENAME] = name_rename,
             [PORT_READLINK] = name_readlink,
             [PORT_READDIR] = name_readdir,
             [PORT_STATFS] = name_statfs},
    .close = ramfs_close,
};
