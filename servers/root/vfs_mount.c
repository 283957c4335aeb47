/* Places and mounts. A mount is known by the directory that it is in and its name there, so the name need not exist in
 * the file system below. A mount at "/" covers the one before, and the mounts in its top directory move along. */
#include "vfs_parts.h"

#include <string.h>

struct vfs_place vfs_place_make(struct vfs_mount *mount, struct vfs_node *node)
{
    mount->references++;
    vfs_node_hold(node);
    return (struct vfs_place){mount, node};
}

struct vfs_place vfs_place_copy(struct vfs_place place)
{
    return place.node == NULL ? place : vfs_place_make(place.mount, place.node);
}

void vfs_place_release(struct vfs *vfs, struct vfs_place *place)
{
    if (place->node == NULL) {
        return;
    }
    root_assert(place->mount->references > 0);
    place->mount->references--;
    vfs_node_release(vfs, place->node);
    *place = (struct vfs_place){NULL, NULL};
}

bool vfs_place_is_same(struct vfs_place a, struct vfs_place b)
{
    return a.mount == b.mount && a.node == b.node;
}

static void place_replace(struct vfs *vfs, struct vfs_place *place, struct vfs_place by)
{
    struct vfs_place before = *place;
    *place = vfs_place_copy(by);
    vfs_place_release(vfs, &before);
}

void vfs_place_ascend(struct vfs *vfs, struct vfs_place *place, struct vfs_place root)
{
    if (vfs_place_is_same(*place, root)) {
        return;
    }
    struct vfs_mount *mount = place->mount;
    if (place->node != mount->top) {
        if (place->node->parent != NULL) {
            place_replace(vfs, place, (struct vfs_place){mount, place->node->parent});
        }
    } else if (mount->parent.node != NULL) {
        place_replace(vfs, place, mount->parent);
    }
}

void vfs_place_surface(struct vfs *vfs, struct vfs_place *place)
{
    while (place->node != NULL && place->mount->covered_by != NULL && place->node == place->mount->top) {
        struct vfs_mount *above = place->mount->covered_by;
        place_replace(vfs, place, (struct vfs_place){above, above->top});
    }
}

void vfs_mount_init(struct vfs *vfs)
{
    vfs_list_init(&vfs->mount_free);
}

struct vfs_mount *vfs_mount_find(struct vfs_place parent, const char *name, uint32_t bytes)
{
    if (parent.node->mount_points == 0) {
        return NULL;
    }
    struct vfs_list *mounts = &parent.mount->space->mounts;
    struct vfs_mount *found = NULL;
    VFS_LIST_EACH (link, after, mounts) {
        struct vfs_mount *mount = VFS_LIST_ENTRY(link, struct vfs_mount, link);
        if (vfs_place_is_same(mount->parent, parent) && strlen(mount->name) == bytes &&
            memcmp(mount->name, name, bytes) == 0) {
            found = mount; /* the latest of that name */
        }
    }
    return found;
}

/* Puts the mounts of one top directory into another. */
static void mounts_move(struct vfs *vfs, struct vfs_namespace *space, struct vfs_place from, struct vfs_place to)
{
    VFS_LIST_EACH (link, after, &space->mounts) {
        struct vfs_mount *mount = VFS_LIST_ENTRY(link, struct vfs_mount, link);
        if (mount->parent.node != NULL && vfs_place_is_same(mount->parent, from)) {
            from.node->mount_points--;
            to.node->mount_points++;
            place_replace(vfs, &mount->parent, to);
        }
    }
}

int vfs_mount_add(struct vfs *vfs, struct vfs_namespace *space, struct vfs_place parent, const char *name,
                  uint32_t bytes, struct vfs_node *top, uint32_t flags)
{
    root_assert(bytes <= NAME_BYTES_MAX);
    struct vfs_list *link = vfs_list_pop(&vfs->mount_free);
    if (link == NULL && vfs->mount_used < VFS_MOUNTS_MAX) {
        link = &vfs->mounts[vfs->mount_used++].link;
    }
    if (link == NULL) {
        return -E_NFILE;
    }
    struct vfs_mount *mount = VFS_LIST_ENTRY(link, struct vfs_mount, link);
    memset(mount, 0, sizeof *mount);
    mount->space = space;
    mount->top = top;
    mount->flags = flags;
    memcpy(mount->name, name, bytes);
    vfs_node_hold(top);
    vfs_list_push(&space->mounts, &mount->link);
    if (parent.node != NULL) {
        mount->parent = vfs_place_copy(parent);
        parent.node->mount_points++;
        return 0;
    }
    struct vfs_mount *below = space->root;
    space->root = mount;
    if (below != NULL) {
        below->covered_by = mount;
        mounts_move(vfs, space, (struct vfs_place){below, below->top}, (struct vfs_place){mount, top});
    }
    return 0;
}

/* 0 or -E_BUSY. */
static int mount_remove(struct vfs *vfs, struct vfs_mount *mount)
{
    if (mount->references > 0 || mount->parent.node == NULL) {
        return -E_BUSY;
    }
    vfs_list_remove(&mount->link);
    mount->parent.node->mount_points--;
    vfs_place_release(vfs, &mount->parent);
    vfs_node_release(vfs, mount->top);
    vfs_list_push(&vfs->mount_free, &mount->link);
    return 0;
}

/* The port answered what the top of its tree is like. */
static void mount_answered(struct vfs_operation *operation, int status)
{
    struct vfs *vfs = operation->vfs;
    struct vfs_node *top = operation->node;
    if (status == 0 && (operation->answer.stat.mode & VFS_TYPE_MASK) != VFS_TYPE_DIRECTORY) {
        status = -E_NOTDIR;
    }
    if (status == 0) {
        vfs_node_learn(top, &operation->answer.stat);
        struct vfs_walk *walk = &operation->walk;
        struct vfs_place parent = walk->last == VFS_LAST_ROOT ? (struct vfs_place){NULL, NULL} : walk->at;
        status = vfs_mount_add(vfs, operation->space, parent, walk->name, walk->name_bytes, top,
                               operation->request.flags & ROOT_READ_ONLY);
    }
    vfs_operation_end(operation, status);
}

static void mount_walked(struct vfs_operation *operation, int status)
{
    struct vfs *vfs = operation->vfs;
    struct vfs_walk *walk = &operation->walk;
    struct vfs_port *port = vfs_port_find(vfs, operation->walk2.path, operation->walk2.path_bytes);
    if (status == 0 && walk->last != VFS_LAST_NAME && walk->last != VFS_LAST_ROOT) {
        status = -E_INVAL;
    } else if (status == 0 && walk->target.node != NULL && !vfs_node_is(walk->target.node, VFS_TYPE_DIRECTORY)) {
        status = -E_NOTDIR;
    } else if (status == 0 && port == NULL) {
        status = -E_NODEV;
    }
    if (status < 0) {
        vfs_operation_end(operation, status);
        return;
    }
    struct vfs_node *top = vfs_node_get(vfs, port, operation->request.argument[0]);
    if (top == NULL) {
        vfs_operation_end(operation, -E_NFILE);
        return;
    }
    vfs_request_send(operation, top, PORT_GETATTR, mount_answered);
    vfs_node_release(vfs, top);
}

void vfs_mount_serve(struct vfs_operation *operation)
{
    if (operation->credentials.uid != 0) {
        vfs_operation_end(operation, -E_PERM);
        return;
    }
    vfs_walk_start(operation, &operation->walk, operation->base, operation->walk.path, operation->walk.path_bytes,
                   VFS_WALK_CREATE | VFS_WALK_DIRECTORY | VFS_WALK_FOLLOW | VFS_WALK_DEAD, mount_walked);
}

static void unmount_walked(struct vfs_operation *operation, int status)
{
    struct vfs_walk *walk = &operation->walk;
    struct vfs_mount *mount = NULL;
    if (status == 0 && walk->last == VFS_LAST_ROOT) {
        status = -E_BUSY;
    } else if (status == 0) {
        mount = walk->last == VFS_LAST_NAME ? vfs_mount_find(walk->at, walk->name, walk->name_bytes) : NULL;
        status = mount == NULL ? -E_INVAL : 0;
    }
    if (status == 0) {
        vfs_place_release(operation->vfs, &walk->target);
        status = mount_remove(operation->vfs, mount);
    }
    vfs_operation_end(operation, status);
}

void vfs_unmount_serve(struct vfs_operation *operation)
{
    if (operation->credentials.uid != 0) {
        vfs_operation_end(operation, -E_PERM);
        return;
    }
    vfs_walk_start(operation, &operation->walk, operation->base, operation->walk.path, operation->walk.path_bytes,
                   VFS_WALK_CREATE | VFS_WALK_DIRECTORY | VFS_WALK_DEAD, unmount_walked);
}
