/* The directory cache: (directory, name) leads to a node, or is known not to exist; and pieces of listings. Neither
 * holds references: a node that goes takes what is cached about it along. The least recently used goes first. */
#include "vfs_parts.h"

#include <string.h>

static struct vfs_list *entry_bucket(struct vfs *vfs, const struct vfs_node *parent, const char *name, uint32_t bytes)
{
    uint64_t hash = (uint64_t)(parent - vfs->nodes) + 1;
    for (uint32_t i = 0; i < bytes; i++) {
        hash = (hash ^ (uint8_t)name[i]) * 0x100000001b3ull;
    }
    return &vfs->entry_hash[(hash ^ hash >> 32) & (VFS_ENTRY_BUCKETS - 1)];
}

void vfs_cache_init(struct vfs *vfs)
{
    for (uint32_t i = 0; i < VFS_ENTRY_BUCKETS; i++) {
        vfs_list_init(&vfs->entry_hash[i]);
    }
    vfs_list_init(&vfs->entry_recent);
    vfs_list_init(&vfs->entry_free);
    vfs_list_init(&vfs->chunk_recent);
    vfs_list_init(&vfs->chunk_free);
}

static void entry_drop(struct vfs *vfs, struct vfs_entry *entry)
{
    vfs_list_remove(&entry->hash);
    vfs_list_remove(&entry->recent);
    vfs_list_remove(&entry->sibling);
    vfs_list_remove(&entry->name_of);
    vfs_list_push(&vfs->entry_free, &entry->recent);
}

static struct vfs_entry *entry_find(struct vfs *vfs, const struct vfs_node *parent, const char *name, uint32_t bytes)
{
    struct vfs_list *bucket = entry_bucket(vfs, parent, name, bytes);
    VFS_LIST_EACH (link, after, bucket) {
        struct vfs_entry *entry = VFS_LIST_ENTRY(link, struct vfs_entry, hash);
        if (entry->parent == parent && entry->name_bytes == bytes && memcmp(entry->name, name, bytes) == 0) {
            return entry;
        }
    }
    return NULL;
}

static struct vfs_entry *entry_allocate(struct vfs *vfs)
{
    struct vfs_list *link = vfs_list_pop(&vfs->entry_free);
    if (link == NULL && vfs->entry_used < VFS_ENTRIES_MAX) {
        link = &vfs->entries[vfs->entry_used++].recent;
    }
    if (link == NULL) {
        entry_drop(vfs, VFS_LIST_ENTRY(vfs_list_first(&vfs->entry_recent), struct vfs_entry, recent));
        link = vfs_list_pop(&vfs->entry_free);
    }
    return VFS_LIST_ENTRY(link, struct vfs_entry, recent);
}

bool vfs_cache_find(struct vfs *vfs, const struct vfs_node *parent, const char *name, uint32_t bytes,
                    struct vfs_node **node)
{
    struct vfs_entry *entry = entry_find(vfs, parent, name, bytes);
    if (entry == NULL) {
        return false;
    }
    vfs_list_remove(&entry->recent);
    vfs_list_push(&vfs->entry_recent, &entry->recent);
    *node = entry->node;
    return true;
}

void vfs_cache_enter(struct vfs *vfs, struct vfs_node *parent, const char *name, uint32_t bytes, struct vfs_node *node)
{
    root_assert(bytes > 0 && bytes <= NAME_BYTES_MAX);
    vfs_cache_drop(vfs, parent, name, bytes);
    struct vfs_entry *entry = entry_allocate(vfs);
    entry->parent = parent;
    entry->node = node;
    entry->name_bytes = (uint8_t)bytes;
    memcpy(entry->name, name, bytes);
    entry->name[bytes] = '\0';
    vfs_list_push(entry_bucket(vfs, parent, name, bytes), &entry->hash);
    vfs_list_push(&vfs->entry_recent, &entry->recent);
    vfs_list_push(&parent->children, &entry->sibling);
    if (node != NULL) {
        vfs_list_push(&node->names, &entry->name_of);
    }
}

void vfs_cache_drop(struct vfs *vfs, const struct vfs_node *parent, const char *name, uint32_t bytes)
{
    struct vfs_entry *entry = entry_find(vfs, parent, name, bytes);
    if (entry != NULL) {
        entry_drop(vfs, entry);
    }
}

void vfs_cache_drop_children(struct vfs *vfs, struct vfs_node *parent)
{
    VFS_LIST_EACH (link, after, &parent->children) {
        entry_drop(vfs, VFS_LIST_ENTRY(link, struct vfs_entry, sibling));
    }
}

void vfs_cache_drop_names(struct vfs *vfs, struct vfs_node *node)
{
    VFS_LIST_EACH (link, after, &node->names) {
        entry_drop(vfs, VFS_LIST_ENTRY(link, struct vfs_entry, name_of));
    }
}

static void chunk_drop(struct vfs *vfs, struct vfs_chunk *chunk)
{
    vfs_list_remove(&chunk->recent);
    vfs_list_remove(&chunk->of_node);
    vfs_list_push(&vfs->chunk_free, &chunk->recent);
}

void vfs_cache_drop_listing(struct vfs *vfs, struct vfs_node *node)
{
    VFS_LIST_EACH (link, after, &node->chunks) {
        chunk_drop(vfs, VFS_LIST_ENTRY(link, struct vfs_chunk, of_node));
    }
}

void vfs_cache_enter_listing(struct vfs *vfs, struct vfs_node *node, uint64_t offset, const void *data, uint32_t bytes)
{
    root_assert(bytes <= PORT_DATA_BYTES_MAX);
    struct vfs_list *link = vfs_list_pop(&vfs->chunk_free);
    if (link == NULL && vfs->chunk_used < VFS_CHUNKS_MAX) {
        link = &vfs->chunks[vfs->chunk_used++].recent;
    }
    if (link == NULL) {
        chunk_drop(vfs, VFS_LIST_ENTRY(vfs_list_first(&vfs->chunk_recent), struct vfs_chunk, recent));
        link = vfs_list_pop(&vfs->chunk_free);
    }
    struct vfs_chunk *chunk = VFS_LIST_ENTRY(link, struct vfs_chunk, recent);
    chunk->node = node;
    chunk->offset = offset;
    chunk->bytes = bytes;
    memcpy(chunk->data, data, bytes);
    vfs_list_push(&vfs->chunk_recent, &chunk->recent);
    vfs_list_push(&node->chunks, &chunk->of_node);
}

/* Where in the chunk the record at `offset` begins; -1: nowhere. */
static int64_t chunk_seek(const struct vfs_chunk *chunk, uint64_t offset)
{
    if (chunk->offset == offset) {
        return 0;
    }
    uint32_t at = 0;
    while (at < chunk->bytes) {
        const struct directory_record *record = (const void *)((const char *)chunk->data + at);
        at += record->record_bytes;
        if (record->next_offset == offset && at < chunk->bytes) {
            return at;
        }
    }
    return -1;
}

const void *vfs_cache_find_listing(struct vfs *vfs, struct vfs_node *node, uint64_t offset, uint32_t *bytes)
{
    VFS_LIST_EACH (link, after, &node->chunks) {
        struct vfs_chunk *chunk = VFS_LIST_ENTRY(link, struct vfs_chunk, of_node);
        int64_t at = chunk_seek(chunk, offset);
        if (at >= 0) {
            vfs_list_remove(&chunk->recent);
            vfs_list_push(&vfs->chunk_recent, &chunk->recent);
            *bytes = chunk->bytes - (uint32_t)at;
            return (const char *)chunk->data + at;
        }
    }
    return NULL;
}

bool vfs_listing_is_sound(const void *data, uint32_t bytes)
{
    uint32_t at = 0;
    while (at < bytes) {
        if (bytes - at <= sizeof(struct directory_record)) {
            return false;
        }
        const struct directory_record *record = (const void *)((const char *)data + at);
        uint32_t size = record->record_bytes;
        if (size % 8 != 0 || size > bytes - at || record->name_bytes == 0 || record->name_bytes > NAME_BYTES_MAX ||
            size < sizeof *record + record->name_bytes + 1u || record->name[record->name_bytes] != '\0' ||
            memchr(record->name, '/', record->name_bytes) != NULL || strlen(record->name) != record->name_bytes) {
            return false;
        }
        at += size;
    }
    return true;
}
