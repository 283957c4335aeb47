/* Vnodes: found by port and inode number, reference-counted. A node that nobody references stays cached, with its
 * entries in the directory cache and its listing, until its place is needed; a node references its parent directory. */
#include "vfs_parts.h"

#include <string.h>

static struct vfs_list *node_bucket(struct vfs *vfs, const struct vfs_port *port, uint64_t inode)
{
    uint64_t number = port == NULL ? 0 : port->number;
    uint64_t hash = (inode ^ number << 48) * 0x9e3779b97f4a7c15ull;
    return &vfs->node_hash[hash >> 40 & (VFS_NODE_BUCKETS - 1)];
}

void vfs_node_init(struct vfs *vfs)
{
    for (uint32_t i = 0; i < VFS_NODE_BUCKETS; i++) {
        vfs_list_init(&vfs->node_hash[i]);
    }
    vfs_list_init(&vfs->node_unused);
    vfs_list_init(&vfs->node_free);
}

/* Forgets an unreferenced node and all that is cached about it. */
static void node_forget(struct vfs *vfs, struct vfs_node *node)
{
    root_assert(node->references == 0 && node->mount_points == 0);
    vfs_cache_drop_children(vfs, node);
    vfs_cache_drop_names(vfs, node);
    vfs_cache_drop_listing(vfs, node);
    struct vfs_node *parent = node->parent;
    node->parent = NULL;
    vfs_list_remove(&node->unused);
    vfs_list_remove(&node->hash);
    if (node->port != NULL) {
        node->port->node_count--;
        vfs_port_settle(node->port);
    }
    vfs_list_push(&vfs->node_free, &node->hash);
    if (parent != NULL) {
        vfs_node_release(vfs, parent);
    }
}

static struct vfs_node *node_allocate(struct vfs *vfs)
{
    struct vfs_list *link = vfs_list_pop(&vfs->node_free);
    if (link == NULL && vfs->node_used < VFS_NODES_MAX) {
        link = &vfs->nodes[vfs->node_used++].hash;
    }
    if (link == NULL && !vfs_list_is_empty(&vfs->node_unused)) {
        node_forget(vfs, VFS_LIST_ENTRY(vfs_list_first(&vfs->node_unused), struct vfs_node, unused));
        link = vfs_list_pop(&vfs->node_free);
    }
    return link == NULL ? NULL : VFS_LIST_ENTRY(link, struct vfs_node, hash);
}

struct vfs_node *vfs_node_find(struct vfs *vfs, const struct vfs_port *port, uint64_t inode)
{
    struct vfs_list *bucket = node_bucket(vfs, port, inode);
    VFS_LIST_EACH (link, after, bucket) {
        struct vfs_node *node = VFS_LIST_ENTRY(link, struct vfs_node, hash);
        if (node->port == port && node->inode == inode) {
            return node;
        }
    }
    return NULL;
}

struct vfs_node *vfs_node_get(struct vfs *vfs, struct vfs_port *port, uint64_t inode)
{
    struct vfs_node *node = vfs_node_find(vfs, port, inode);
    if (node != NULL) {
        vfs_node_hold(node);
        return node;
    }
    node = node_allocate(vfs);
    if (node == NULL) {
        return NULL;
    }
    node->port = port;
    node->inode = inode;
    node->stat_known = false;
    node->removed = false;
    node->target_known = false;
    node->text_bytes = 0;
    node->mount_points = 0;
    node->changes = 0;
    node->parent = NULL;
    node->references = 1;
    vfs_list_init(&node->children);
    vfs_list_init(&node->names);
    vfs_list_init(&node->chunks);
    vfs_list_push(node_bucket(vfs, port, inode), &node->hash);
    if (port != NULL) {
        port->node_count++;
    }
    return node;
}

void vfs_node_hold(struct vfs_node *node)
{
    if (node->references == 0) {
        vfs_list_remove(&node->unused);
    }
    node->references++;
}

void vfs_node_release(struct vfs *vfs, struct vfs_node *node)
{
    root_assert(node->references > 0);
    node->references--;
    if (node->references > 0) {
        return;
    }
    vfs_list_push(&vfs->node_unused, &node->unused);
    if (node->removed || (node->port != NULL && node->port->dead)) {
        node_forget(vfs, node);
    }
}

void vfs_node_forget_port(struct vfs *vfs, struct vfs_port *port)
{
    for (uint32_t i = 0; i < vfs->node_used; i++) {
        struct vfs_node *node = &vfs->nodes[i];
        bool live = node->references > 0 || vfs_list_is_linked(&node->unused);
        if (live && node->port == port) {
            vfs_cache_drop_children(vfs, node);
            vfs_cache_drop_listing(vfs, node);
            if (node->references == 0) {
                node_forget(vfs, node);
            }
        }
    }
}

void vfs_node_learn(struct vfs_node *node, const struct file_stat *stat)
{
    bool was_link = node->stat_known && (node->stat.mode & VFS_TYPE_MASK) == VFS_TYPE_LINK;
    node->stat = *stat;
    node->stat.inode = node->inode;
    node->stat.device = node->port == NULL ? 0 : node->port->number;
    node->stat_known = true;
    if (was_link && (stat->mode & VFS_TYPE_MASK) != VFS_TYPE_LINK) {
        node->target_known = false; /* the server uses the number again */
    }
}

bool vfs_node_is(const struct vfs_node *node, uint32_t type)
{
    return (node->stat.mode & VFS_TYPE_MASK) == type;
}

void vfs_node_adopt(struct vfs *vfs, struct vfs_node *parent, struct vfs_node *node, const char *name, uint32_t bytes)
{
    if (!vfs_node_is(node, VFS_TYPE_DIRECTORY)) {
        return;
    }
    struct vfs_node *before = node->parent;
    vfs_node_hold(parent);
    node->parent = parent;
    node->removed = false;
    memcpy(node->text, name, bytes);
    node->text[bytes] = '\0';
    node->text_bytes = (uint16_t)bytes;
    if (before != NULL) {
        vfs_node_release(vfs, before);
    }
}

bool vfs_node_is_within(const struct vfs_node *node, const struct vfs_node *ancestor)
{
    while (node != NULL && node != ancestor) {
        node = node->parent;
    }
    return node != NULL;
}
