/* The tree: see tree.h. */
#include "tree.h"

#include <string.h>
#include <sys/stat.h>

#include <abi/errno.h>

static uint32_t node_place(const struct tree *tree, const struct tree_node *node)
{
    return (uint32_t)(node - tree->nodes);
}

static uint32_t bucket_of(uint32_t directory, const char *name)
{
    uint64_t hash = 0xcbf29ce484222325ull ^ directory;
    for (; *name != '\0'; name++) {
        hash = (hash ^ (uint8_t)*name) * 0x100000001b3ull;
    }
    return (uint32_t)((hash ^ (hash >> 32)) % TREE_BUCKETS);
}

/* A node place for use, or NULL. Its inode number: place and generation, so that none comes twice. */
static struct tree_node *node_take(struct tree *tree, uint32_t mode, int64_t now_ns)
{
    uint32_t place = tree->node_free;
    if (place != 0) {
        tree->node_free = tree->nodes[place].next_free;
    } else if (tree->nodes_used < TREE_NODES_MAX) {
        place = ++tree->nodes_used;
    } else {
        return NULL;
    }
    struct tree_node *node = &tree->nodes[place];
    uint32_t generation = node->generation;
    *node = (struct tree_node){.inode = (uint64_t)generation * (TREE_NODES_MAX + 1) + place,
                               .generation = generation,
                               .mode = mode,
                               .access_time_ns = now_ns,
                               .modify_time_ns = now_ns,
                               .change_time_ns = now_ns};
    tree->node_count++;
    return node;
}

/* Frees the node if nothing holds it. */
static void node_release(struct tree *tree, struct tree_node *node)
{
    if (node->link_count > 0 || node->open_count > 0) {
        return;
    }
    block_map_cut(&tree->blocks, &node->map, 0);
    node->inode = 0;
    node->generation++;
    node->next_free = tree->node_free;
    tree->node_free = node_place(tree, node);
    tree->node_count--;
}

void tree_init(struct tree *tree, void *memory, uint64_t size_bytes, uint32_t mode, int64_t now_ns)
{
    blocks_init(&tree->blocks, memory, size_bytes);
    struct tree_node *root = node_take(tree, S_IFDIR | mode, now_ns);
    root->link_count = 2;
    root->parent = node_place(tree, root);
}

struct tree_node *tree_node(struct tree *tree, uint64_t inode)
{
    uint64_t place = inode % (TREE_NODES_MAX + 1);
    if (inode == 0 || place == 0 || tree->nodes[place].inode != inode) {
        return NULL;
    }
    return &tree->nodes[place];
}

static struct tree_entry *entry_find(struct tree *tree, const struct tree_node *directory, const char *name)
{
    uint32_t place = node_place(tree, directory);
    for (uint32_t i = tree->buckets[bucket_of(place, name)]; i != 0; i = tree->entries[i].hash_next) {
        if (tree->entries[i].directory == place && strcmp(tree->entries[i].name, name) == 0) {
            return &tree->entries[i];
        }
    }
    return NULL;
}

struct tree_node *tree_find(struct tree *tree, const struct tree_node *directory, const char *name)
{
    const struct tree_entry *entry = entry_find(tree, directory, name);
    return entry != NULL ? &tree->nodes[entry->node] : NULL;
}

static uint32_t entry_take(struct tree *tree)
{
    uint32_t place = tree->entry_free;
    if (place != 0) {
        tree->entry_free = tree->entries[place].next;
        return place;
    }
    return tree->entries_used < TREE_ENTRIES_MAX ? ++tree->entries_used : 0;
}

/* Names `node` in `directory` with the entry at `place`; the name is free and fits. */
static void entry_add(struct tree *tree, struct tree_node *directory, const char *name, struct tree_node *node,
                      uint32_t place)
{
    struct tree_entry *entry = &tree->entries[place];
    uint32_t *bucket = &tree->buckets[bucket_of(node_place(tree, directory), name)];
    *entry = (struct tree_entry){.node = node_place(tree, node),
                                 .directory = node_place(tree, directory),
                                 .hash_next = *bucket,
                                 .previous = directory->last_entry,
                                 .serial = ++directory->next_serial,
                                 .name_bytes = (uint32_t)strlen(name)};
    memcpy(entry->name, name, entry->name_bytes);
    *bucket = place;
    if (directory->last_entry != 0) {
        tree->entries[directory->last_entry].next = place;
    } else {
        directory->first_entry = place;
    }
    directory->last_entry = place;
    directory->entry_count++;
    if (S_ISDIR(node->mode)) {
        node->parent = entry->directory;
        directory->link_count++;
    }
}

static void entry_remove(struct tree *tree, struct tree_entry *entry)
{
    uint32_t place = (uint32_t)(entry - tree->entries);
    struct tree_node *directory = &tree->nodes[entry->directory];
    uint32_t *link = &tree->buckets[bucket_of(entry->directory, entry->name)];
    while (*link != place) {
        link = &tree->entries[*link].hash_next;
    }
    *link = entry->hash_next;
    *(entry->previous != 0 ? &tree->entries[entry->previous].next : &directory->first_entry) = entry->next;
    *(entry->next != 0 ? &tree->entries[entry->next].previous : &directory->last_entry) = entry->previous;
    directory->entry_count--;
    if (S_ISDIR(tree->nodes[entry->node].mode)) {
        directory->link_count--;
    }
    entry->next = tree->entry_free;
    tree->entry_free = place;
}

/* Can `name` be added to `directory`? */
static int name_check(struct tree *tree, const struct tree_node *directory, const char *name)
{
    size_t length = strlen(name);
    if (!S_ISDIR(directory->mode)) {
        return -E_NOTDIR;
    }
    if (directory->link_count == 0) {
        return -E_NOENT;
    }
    if (length == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strchr(name, '/') != NULL) {
        return -E_INVAL;
    }
    if (length > NAME_BYTES_MAX) {
        return -E_NAMETOOLONG;
    }
    return entry_find(tree, directory, name) != NULL ? -E_EXIST : 0;
}

static void directory_touch(struct tree_node *directory, int64_t now_ns)
{
    directory->modify_time_ns = now_ns;
    directory->change_time_ns = now_ns;
}

int tree_create(struct tree *tree, struct tree_node *directory, const char *name, uint32_t mode, int64_t now_ns,
                struct tree_node **made)
{
    int error = name_check(tree, directory, name);
    if (error < 0) {
        return error;
    }
    if (S_ISDIR(mode) && directory->link_count >= TREE_LINKS_MAX) {
        return -E_MLINK;
    }
    uint32_t place = entry_take(tree);
    if (place == 0) {
        return -E_NOSPC;
    }
    struct tree_node *node = node_take(tree, mode, now_ns);
    if (node == NULL) {
        tree->entries[place].next = tree->entry_free;
        tree->entry_free = place;
        return -E_NOSPC;
    }
    node->link_count = S_ISDIR(mode) ? 2 : 1;
    entry_add(tree, directory, name, node, place);
    directory_touch(directory, now_ns);
    *made = node;
    return 0;
}

int tree_symlink(struct tree *tree, struct tree_node *directory, const char *name, const char *target, int64_t now_ns,
                 struct tree_node **made)
{
    size_t length = strlen(target);
    if (length == 0) {
        return -E_NOENT;
    }
    if (length >= BLOCK_BYTES) {
        return -E_NAMETOOLONG;
    }
    if (blocks_free_count(&tree->blocks) == 0) {
        return -E_NOSPC;
    }
    int error = tree_create(tree, directory, name, S_IFLNK | 0777, now_ns, made);
    if (error < 0) {
        return error;
    }
    struct tree_node *node = *made;
    uint8_t *text = blocks_address(&tree->blocks, block_map_make(&tree->blocks, &node->map, 0));
    memcpy(text, target, length);
    node->target = (const char *)text;
    node->size_bytes = length;
    return 0;
}

int tree_link(struct tree *tree, struct tree_node *directory, const char *name, struct tree_node *node, int64_t now_ns)
{
    int error = name_check(tree, directory, name);
    if (error < 0) {
        return error;
    }
    if (S_ISDIR(node->mode)) {
        return -E_PERM;
    }
    if (node->link_count == 0) {
        return -E_NOENT;
    }
    if (node->link_count >= TREE_LINKS_MAX) {
        return -E_MLINK;
    }
    uint32_t place = entry_take(tree);
    if (place == 0) {
        return -E_NOSPC;
    }
    node->link_count++;
    node->change_time_ns = now_ns;
    entry_add(tree, directory, name, node, place);
    directory_touch(directory, now_ns);
    return 0;
}

/* May the entry be removed as a directory or as something else? */
static int removal_check(const struct tree *tree, const struct tree_entry *entry, bool want_directory)
{
    const struct tree_node *node = &tree->nodes[entry->node];
    if (!want_directory) {
        return S_ISDIR(node->mode) ? -E_ISDIR : 0;
    }
    if (!S_ISDIR(node->mode)) {
        return -E_NOTDIR;
    }
    return node->entry_count > 0 ? -E_NOTEMPTY : 0;
}

static void entry_destroy(struct tree *tree, struct tree_entry *entry, int64_t now_ns)
{
    struct tree_node *node = &tree->nodes[entry->node];
    entry_remove(tree, entry);
    node->link_count -= S_ISDIR(node->mode) ? 2 : 1;
    node->change_time_ns = now_ns;
    node_release(tree, node);
}

int tree_unlink(struct tree *tree, struct tree_node *directory, const char *name, bool want_directory, int64_t now_ns)
{
    if (!S_ISDIR(directory->mode)) {
        return -E_NOTDIR;
    }
    struct tree_entry *entry = entry_find(tree, directory, name);
    if (entry == NULL) {
        return -E_NOENT;
    }
    int error = removal_check(tree, entry, want_directory);
    if (error < 0) {
        return error;
    }
    entry_destroy(tree, entry, now_ns);
    directory_touch(directory, now_ns);
    return 0;
}

/* Is `node` the directory `place` or above it? */
static bool node_contains(const struct tree *tree, uint32_t node, uint32_t place)
{
    while (place != node && tree->nodes[place].parent != place) {
        place = tree->nodes[place].parent;
    }
    return place == node;
}

int tree_rename(struct tree *tree, struct tree_node *from, const char *name, struct tree_node *to, const char *new_name,
                int64_t now_ns)
{
    if (!S_ISDIR(from->mode)) {
        return -E_NOTDIR;
    }
    struct tree_entry *entry = entry_find(tree, from, name);
    if (entry == NULL) {
        return -E_NOENT;
    }
    struct tree_node *node = &tree->nodes[entry->node];
    int error = name_check(tree, to, new_name);
    struct tree_entry *old = error == -E_EXIST ? entry_find(tree, to, new_name) : NULL;
    if (error < 0 && old == NULL) {
        return error;
    }
    if (S_ISDIR(node->mode) && node_contains(tree, entry->node, node_place(tree, to))) {
        return -E_INVAL;
    }
    if (old != NULL) {
        if (old->node == entry->node) {
            return 0;
        }
        error = removal_check(tree, old, S_ISDIR(node->mode));
        if (error < 0) {
            return error;
        }
        entry_destroy(tree, old, now_ns);
    }
    uint32_t place = (uint32_t)(entry - tree->entries);
    entry_remove(tree, entry);
    tree->entry_free = tree->entries[place].next;
    entry_add(tree, to, new_name, node, place);
    node->change_time_ns = now_ns;
    directory_touch(from, now_ns);
    directory_touch(to, now_ns);
    return 0;
}

void tree_open(struct tree_node *node)
{
    node->open_count++;
}

void tree_close(struct tree *tree, struct tree_node *node)
{
    node->open_count--;
    node_release(tree, node);
}

void tree_trim(struct tree *tree, struct tree_node *node)
{
    uint64_t used = node->size_bytes % BLOCK_BYTES;
    block_map_cut(&tree->blocks, &node->map, (node->size_bytes + BLOCK_BYTES - 1) / BLOCK_BYTES);
    uint32_t last = block_map_get(&tree->blocks, &node->map, node->size_bytes / BLOCK_BYTES);
    if (last != 0 && used > 0) {
        memset(blocks_address(&tree->blocks, last) + used, 0, BLOCK_BYTES - used);
    }
}

int tree_resize(struct tree *tree, struct tree_node *node, uint64_t size_bytes, int64_t now_ns)
{
    if (size_bytes > FILE_BYTES_MAX) {
        return -E_FBIG;
    }
    bool shrinks = size_bytes < node->size_bytes;
    node->size_bytes = size_bytes;
    if (shrinks) {
        tree_trim(tree, node);
    }
    node->modify_time_ns = now_ns;
    node->change_time_ns = now_ns;
    return 0;
}

int tree_list(const struct tree *tree, const struct tree_node *directory, uint64_t offset, void *buffer,
              uint32_t length_bytes)
{
    uint32_t used = 0;
    for (uint32_t i = directory->first_entry; i != 0; i = tree->entries[i].next) {
        const struct tree_entry *entry = &tree->entries[i];
        const struct tree_node *node = &tree->nodes[entry->node];
        uint32_t bytes = (uint32_t)(sizeof(struct directory_record) + entry->name_bytes + 1 + 7) & ~7u;
        if (entry->serial <= offset) {
            continue;
        }
        if (bytes > length_bytes - used) {
            return used > 0 ? (int)used : -E_INVAL;
        }
        struct directory_record *record = (struct directory_record *)(void *)((uint8_t *)buffer + used);
        memset(record, 0, bytes);
        record->inode = node->inode;
        record->next_offset = entry->serial;
        record->record_bytes = (uint16_t)bytes;
        record->name_bytes = (uint16_t)entry->name_bytes;
        record->mode = node->mode;
        memcpy(record->name, entry->name, entry->name_bytes);
        used += bytes;
    }
    return (int)used;
}

void tree_stat(const struct tree_node *node, struct file_stat *stat)
{
    *stat = (struct file_stat){.inode = node->inode,
                               .mode = node->mode,
                               .link_count = node->link_count,
                               .uid = node->uid,
                               .gid = node->gid,
                               .size_bytes = node->size_bytes,
                               .blocks = (uint64_t)node->map.held * (BLOCK_BYTES / 512),
                               .access_time_ns = node->access_time_ns,
                               .modify_time_ns = node->modify_time_ns,
                               .change_time_ns = node->change_time_ns};
    if (node->archive_offset != 0) {
        stat->blocks = (node->size_bytes + 511) / 512;
    }
}
