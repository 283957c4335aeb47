/* The path walk: name after name from the directory cache, root's own trees or the port, across mounts and symbolic
 * links. When the port must be asked the walk parks in its operation and goes on with the answer. */
#include "vfs_parts.h"

#include <string.h>

/* What a step of the walk says, besides 0 (the end) and errors. */
enum { WALK_ON = 1, WALK_PARKED = 2 };

static int walk_expand(struct vfs_operation *operation, struct vfs_walk *walk, struct vfs_node *link);

void vfs_directory_changed(struct vfs *vfs, struct vfs_node *directory)
{
    directory->changes++;
    vfs_cache_drop_listing(vfs, directory);
}

bool vfs_directory_altered(struct vfs_operation *operation, struct vfs_node *directory)
{
    bool quiet = operation->changes == directory->changes;
    vfs_directory_changed(operation->vfs, directory);
    if (quiet) {
        operation->changes = directory->changes;
    }
    return quiet;
}

void vfs_walk_release(struct vfs *vfs, struct vfs_walk *walk)
{
    vfs_place_release(vfs, &walk->at);
    vfs_place_release(vfs, &walk->target);
}

static bool node_is_dead(const struct vfs_node *node)
{
    return node->port != NULL && node->port->dead;
}

static bool walk_is_at_end(const struct vfs_walk *walk)
{
    uint32_t position = walk->position;
    while (position < walk->path_bytes && walk->path[position] == '/') {
        position++;
    }
    return position == walk->path_bytes;
}

/* The current name leads to the place, whose references this takes over. */
static int walk_found(struct vfs_operation *operation, struct vfs_walk *walk, struct vfs_place place)
{
    struct vfs *vfs = operation->vfs;
    bool last = walk_is_at_end(walk);
    int status;
    if (vfs_node_is(place.node, VFS_TYPE_LINK) && (!last || walk->slash || (walk->flags & VFS_WALK_FOLLOW) != 0)) {
        status = walk_expand(operation, walk, place.node);
    } else if (!last) {
        vfs_place_release(vfs, &walk->at);
        walk->at = vfs_place_copy(place);
        status = WALK_ON;
    } else if (node_is_dead(place.node) && (walk->flags & VFS_WALK_DEAD) == 0) {
        status = -E_NXIO;
    } else if (walk->slash && !vfs_node_is(place.node, VFS_TYPE_DIRECTORY)) {
        status = -E_NOTDIR;
    } else {
        walk->target = vfs_place_copy(place);
        status = 0;
    }
    vfs_place_release(vfs, &place);
    return status;
}

static int walk_missing(const struct vfs_walk *walk)
{
    if (!walk_is_at_end(walk) || (walk->flags & VFS_WALK_CREATE) == 0) {
        return -E_NOENT;
    }
    return walk->slash && (walk->flags & VFS_WALK_DIRECTORY) == 0 ? -E_ISDIR : 0;
}

static void walk_run(struct vfs_operation *operation);

struct vfs_node *vfs_walk_learn(struct vfs_operation *operation, struct vfs_node *parent, const char *name,
                                uint32_t bytes, int *status)
{
    struct vfs *vfs = operation->vfs;
    const struct file_stat *stat = &operation->answer.stat;
    struct vfs_node *node = vfs_node_get(vfs, parent->port, stat->inode);
    if (node == NULL) {
        *status = -E_NFILE;
        return NULL;
    }
    bool directory = (stat->mode & VFS_TYPE_MASK) == VFS_TYPE_DIRECTORY;
    if ((stat->mode & VFS_TYPE_MASK) == 0 || (directory && vfs_node_is_within(parent, node))) {
        vfs_node_release(vfs, node); /* a tree that loops would trap walks */
        *status = -E_IO;
        return NULL;
    }
    node->removed = false;
    vfs_node_learn(node, stat);
    vfs_node_adopt(vfs, parent, node, name, bytes);
    if ((operation->answer.flags & PORT_ANSWER_UNCACHEABLE) == 0 && operation->changes == parent->changes) {
        vfs_cache_enter(vfs, parent, name, bytes, node);
    } else {
        vfs_cache_drop(vfs, parent, name, bytes); /* it may say that there is no such name */
    }
    *status = 0;
    return node;
}

static void lookup_answered(struct vfs_operation *operation, int status)
{
    struct vfs_walk *walk = operation->current;
    struct vfs_node *parent = walk->at.node;
    bool cacheable = (operation->answer.flags & PORT_ANSWER_UNCACHEABLE) == 0;
    if (status == 0) {
        struct vfs_node *node = vfs_walk_learn(operation, parent, walk->name, walk->name_bytes, &status);
        if (node != NULL) {
            walk->fresh = true;
            struct vfs_place place = vfs_place_make(walk->at.mount, node);
            vfs_node_release(operation->vfs, node);
            status = walk_found(operation, walk, place);
        }
    } else if (status == -E_NOENT) {
        if (cacheable && operation->changes == parent->changes) {
            vfs_cache_enter(operation->vfs, parent, walk->name, walk->name_bytes, NULL);
        }
        status = walk_missing(walk);
    }
    if (status == WALK_ON) {
        walk_run(operation);
    } else if (status != WALK_PARKED) {
        walk->done(operation, status);
    }
}

/* A name in one of root's own directories. */
static int walk_own(struct vfs_operation *operation, struct vfs_walk *walk)
{
    struct vfs *vfs = operation->vfs;
    uint64_t inode = vfs_text_lookup(vfs, walk->at.node->inode, walk->name, walk->name_bytes);
    if (inode == 0) {
        return walk_missing(walk);
    }
    struct vfs_node *node = vfs_node_get(vfs, NULL, inode);
    if (node == NULL) {
        return -E_NFILE;
    }
    struct file_stat stat;
    vfs_text_stat(vfs, inode, &stat);
    vfs_node_learn(node, &stat);
    vfs_node_adopt(vfs, walk->at.node, node, walk->name, walk->name_bytes);
    struct vfs_place place = vfs_place_make(walk->at.mount, node);
    vfs_node_release(vfs, node);
    return walk_found(operation, walk, place);
}

static int walk_name(struct vfs_operation *operation, struct vfs_walk *walk)
{
    struct vfs *vfs = operation->vfs;
    struct vfs_mount *mount = vfs_mount_find(walk->at, walk->name, walk->name_bytes);
    walk->fresh = false;
    if (mount != NULL) {
        return walk_found(operation, walk, vfs_place_make(mount, mount->top));
    }
    if (walk->at.node->port == NULL) {
        return walk_own(operation, walk);
    }
    struct vfs_node *node = NULL;
    if (vfs_cache_find(vfs, walk->at.node, walk->name, walk->name_bytes, &node)) {
        return node == NULL ? walk_missing(walk)
                            : walk_found(operation, walk, vfs_place_make(walk->at.mount, node));
    }
    vfs_request_name(operation, walk->name, walk->name_bytes);
    vfs_request_send(operation, walk->at.node, PORT_LOOKUP, lookup_answered);
    return WALK_PARKED;
}

/* Nothing is left of the path: the directory reached is the target. */
static int walk_finish(struct vfs_walk *walk)
{
    if (node_is_dead(walk->at.node) && (walk->flags & VFS_WALK_DEAD) == 0) {
        return -E_NXIO;
    }
    walk->target = walk->at;
    walk->at = (struct vfs_place){NULL, NULL};
    walk->name_bytes = 0;
    walk->name[0] = '\0';
    return 0;
}

/* Takes the next name, or ends. */
static int walk_step(struct vfs_operation *operation, struct vfs_walk *walk)
{
    while (walk->position < walk->path_bytes && walk->path[walk->position] == '/') {
        walk->position++;
    }
    if (walk->position == walk->path_bytes) {
        return walk_finish(walk);
    }
    const char *name = walk->path + walk->position;
    const char *slash = memchr(name, '/', walk->path_bytes - walk->position);
    uint32_t bytes = slash == NULL ? walk->path_bytes - walk->position : (uint32_t)(slash - name);
    if (bytes > NAME_BYTES_MAX) {
        return -E_NAMETOOLONG;
    }
    if (node_is_dead(walk->at.node) && vfs_mount_find(walk->at, name, bytes) == NULL) {
        return -E_NXIO; /* what is mounted in a dead tree can still be reached */
    }
    if (!vfs_node_is(walk->at.node, VFS_TYPE_DIRECTORY)) {
        return -E_NOTDIR;
    }
    int status = vfs_permission_check(&walk->at.node->stat, &operation->credentials, VFS_EXECUTE);
    if (status < 0) {
        return status;
    }
    memcpy(walk->name, name, bytes);
    walk->name[bytes] = '\0';
    walk->name_bytes = bytes;
    walk->slash = slash != NULL;
    walk->position += bytes;
    if (strcmp(walk->name, ".") == 0) {
        walk->last = VFS_LAST_DOT;
        return WALK_ON;
    }
    if (strcmp(walk->name, "..") == 0) {
        walk->last = VFS_LAST_DOT_DOT;
        vfs_place_ascend(operation->vfs, &walk->at, operation->root);
        return WALK_ON;
    }
    walk->last = VFS_LAST_NAME;
    return walk_name(operation, walk);
}

static void walk_run(struct vfs_operation *operation)
{
    struct vfs_walk *walk = operation->current;
    int status = WALK_ON;
    while (status == WALK_ON) {
        status = walk_step(operation, walk);
    }
    if (status != WALK_PARKED) { /* a parked one may be over already */
        walk->done(operation, status);
    }
}

/* Puts a symbolic link's target in front of the rest of the path. */
static int walk_splice(struct vfs_operation *operation, struct vfs_walk *walk, const char *target, uint32_t bytes)
{
    uint32_t rest = walk->path_bytes - walk->position;
    if (bytes == 0) {
        return -E_NOENT;
    }
    if (bytes + rest >= PATH_BYTES_MAX) {
        return -E_NAMETOOLONG;
    }
    memmove(walk->path + bytes, walk->path + walk->position, rest);
    memcpy(walk->path, target, bytes);
    walk->path_bytes = bytes + rest;
    walk->position = 0;
    if (walk->path[0] == '/') {
        vfs_place_release(operation->vfs, &walk->at);
        walk->at = vfs_place_copy(operation->root);
        walk->last = VFS_LAST_ROOT;
    }
    return WALK_ON;
}

static void link_answered(struct vfs_operation *operation, int status)
{
    struct vfs_walk *walk = operation->current;
    const char *target = (const char *)operation->data;
    uint32_t bytes = operation->data_bytes;
    if (status == 0) {
        struct vfs_node *link = operation->node;
        if (memchr(target, '\0', bytes) != NULL) {
            status = -E_IO;
        } else {
            bool cacheable = (operation->answer.flags & PORT_ANSWER_UNCACHEABLE) == 0;
            if (cacheable && bytes < sizeof link->text) {
                memcpy(link->text, target, bytes);
                link->text_bytes = (uint16_t)bytes;
                link->target_known = true;
            }
            status = walk_splice(operation, walk, target, bytes);
        }
    }
    if (status == WALK_ON) {
        walk_run(operation);
    } else {
        walk->done(operation, status);
    }
}

static int walk_expand(struct vfs_operation *operation, struct vfs_walk *walk, struct vfs_node *link)
{
    if (walk->links == VFS_LINKS_MAX) {
        return -E_LOOP;
    }
    walk->links++;
    if (link->port == NULL) {
        char *buffer = (char *)operation->data;
        int64_t bytes = vfs_text_target(operation, link->inode, buffer, PORT_DATA_BYTES_MAX);
        return bytes < 0 ? (int)bytes : walk_splice(operation, walk, buffer, (uint32_t)bytes);
    }
    if (link->target_known) {
        return walk_splice(operation, walk, link->text, link->text_bytes);
    }
    vfs_request_send(operation, link, PORT_READLINK, link_answered);
    return WALK_PARKED;
}

void vfs_walk_start(struct vfs_operation *operation, struct vfs_walk *walk, struct vfs_place base, const char *path,
                    uint32_t bytes, uint32_t flags, void (*done)(struct vfs_operation *operation, int status))
{
    root_assert(bytes < PATH_BYTES_MAX);
    memmove(walk->path, path, bytes);
    walk->path_bytes = bytes;
    walk->position = 0;
    walk->flags = flags;
    walk->done = done;
    walk->last = bytes > 0 && walk->path[0] == '/' ? VFS_LAST_ROOT : VFS_LAST_DOT;
    walk->fresh = false;
    walk->slash = false;
    struct vfs_place start = vfs_place_copy(walk->last == VFS_LAST_ROOT ? operation->root : base);
    vfs_walk_release(operation->vfs, walk);
    walk->at = start;
    operation->current = walk;
    if (bytes == 0 && (flags & VFS_WALK_EMPTY) == 0) {
        done(operation, -E_NOENT);
        return;
    }
    vfs_place_surface(operation->vfs, &walk->at);
    walk_run(operation);
}
