/* Reads the boot archive into a tree: see archive.h. */
#include "archive.h"

#include <string.h>
#include <sys/stat.h>

#include <abi/archive.h>
#include <abi/errno.h>

struct archive {
    const uint8_t *bytes;
    uint64_t size_bytes;
    struct archive_header header;
};

static bool range_inside(uint64_t offset, uint64_t length, uint64_t size)
{
    return offset <= size && length <= size - offset;
}

static bool header_sound(const struct archive *archive)
{
    const struct archive_header *header = &archive->header;
    return header->magic == ARCHIVE_MAGIC && header->size_bytes <= archive->size_bytes &&
           header->entry_count <= ARCHIVE_ENTRIES_MAX && header->entries_offset % 8 == 0 &&
           range_inside(header->entries_offset, header->entry_count * sizeof(struct archive_entry),
                        header->size_bytes) &&
           range_inside(header->strings_offset, header->strings_bytes, header->size_bytes);
}

/* The string at `offset` of the string table, NULL: it has no end there. */
static const char *string_at(const struct archive *archive, uint64_t offset)
{
    const struct archive_header *header = &archive->header;
    if (offset >= header->strings_bytes) {
        return NULL;
    }
    const char *text = (const char *)archive->bytes + header->strings_offset + offset;
    return memchr(text, '\0', header->strings_bytes - offset) != NULL ? text : NULL;
}

/* The directory that the path's last part belongs into, made if it is not there; `*name`: the last part. */
static int parent_find(struct tree *tree, const char *path, struct tree_node **parent, const char **name)
{
    struct tree_node *directory = tree_node(tree, TREE_ROOT_INODE);
    const char *slash = NULL;
    while ((slash = strchr(path, '/')) != NULL) {
        char part[NAME_BYTES_MAX + 1];
        size_t length = (size_t)(slash - path);
        if (length == 0 || length > NAME_BYTES_MAX) {
            return -E_INVAL;
        }
        memcpy(part, path, length);
        part[length] = '\0';
        struct tree_node *next = tree_find(tree, directory, part);
        if (next == NULL) {
            int error = tree_create(tree, directory, part, S_IFDIR | 0755, directory->modify_time_ns, &next);
            if (error < 0) {
                return error;
            }
        }
        if (!S_ISDIR(next->mode)) {
            return -E_INVAL;
        }
        directory = next;
        path = slash + 1;
    }
    *parent = directory;
    *name = path;
    return 0;
}

static void times_set(struct tree_node *node, const struct archive_entry *entry)
{
    node->mode = (node->mode & S_IFMT) | (entry->mode & 07777);
    node->uid = entry->uid;
    node->gid = entry->gid;
    node->access_time_ns = (int64_t)entry->mtime_ns;
    node->modify_time_ns = (int64_t)entry->mtime_ns;
    node->change_time_ns = (int64_t)entry->mtime_ns;
}

/* Checks the entry's data; links: `*target`. */
static int entry_check(const struct archive *archive, const struct archive_entry *entry, const char **target)
{
    if (S_ISREG(entry->mode)) {
        return range_inside(entry->data_offset, entry->size_bytes, archive->header.size_bytes) ? 0 : -E_INVAL;
    }
    if (S_ISLNK(entry->mode)) {
        *target = string_at(archive, entry->data_offset);
        return *target != NULL && **target != '\0' && strlen(*target) < PATH_BYTES_MAX ? 0 : -E_INVAL;
    }
    return S_ISDIR(entry->mode) ? 0 : -E_INVAL;
}

static int entry_load(struct tree *tree, const struct archive *archive, const struct archive_entry *entry)
{
    const char *path = string_at(archive, entry->path_offset);
    const char *target = NULL;
    const char *name = NULL;
    struct tree_node *parent = NULL;
    struct tree_node *node = NULL;
    int error = path == NULL || strlen(path) > ARCHIVE_PATH_MAX ? -E_INVAL : entry_check(archive, entry, &target);
    if (error < 0) {
        return error;
    }
    if (path[0] == '\0' && S_ISDIR(entry->mode)) {
        times_set(tree_node(tree, TREE_ROOT_INODE), entry);
        return 0;
    }
    error = parent_find(tree, path, &parent, &name);
    if (error < 0) {
        return error;
    }
    node = tree_find(tree, parent, name);
    if (node == NULL || !S_ISDIR(node->mode) || !S_ISDIR(entry->mode)) {
        error = tree_create(tree, parent, name, entry->mode & (S_IFMT | 07777), (int64_t)entry->mtime_ns, &node);
    }
    if (error < 0) {
        return error;
    }
    times_set(node, entry);
    if (S_ISREG(entry->mode)) {
        node->size_bytes = entry->size_bytes;
        node->archive_offset = entry->data_offset;
    } else if (S_ISLNK(entry->mode)) {
        node->target = target;
        node->size_bytes = strlen(target);
    }
    return 0;
}

int archive_load(struct tree *tree, const void *bytes, uint64_t size_bytes)
{
    struct archive archive = {.bytes = bytes, .size_bytes = size_bytes};
    if (size_bytes < sizeof archive.header) {
        return -E_INVAL;
    }
    memcpy(&archive.header, bytes, sizeof archive.header);
    if (!header_sound(&archive)) {
        return -E_INVAL;
    }
    for (uint32_t i = 0; i < archive.header.entry_count; i++) {
        struct archive_entry entry;
        memcpy(&entry, archive.bytes + archive.header.entries_offset + i * sizeof entry, sizeof entry);
        int error = entry_load(tree, &archive, &entry);
        if (error < 0) {
            return error == -E_NOSPC ? error : -E_INVAL;
        }
    }
    return 0;
}
