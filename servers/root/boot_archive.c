/* Looks up files in the boot archive. */
#include "boot_archive.h"
#include <string.h>

#define MODE_TYPE 0170000u
#define MODE_REGULAR 0100000u

static int header_is_good(const struct archive_header *header, uint64_t size_bytes)
{
    return size_bytes >= sizeof *header && header->magic == ARCHIVE_MAGIC && header->size_bytes <= size_bytes &&
           header->entry_count <= ARCHIVE_ENTRIES_MAX && header->entries_offset % 8 == 0 &&
           header->entries_offset + (uint64_t)header->entry_count * sizeof(struct archive_entry) <=
               header->size_bytes &&
           header->strings_offset <= header->size_bytes &&
           header->strings_bytes <= header->size_bytes - header->strings_offset;
}

static int path_is(const struct archive_header *header, const struct archive_entry *entry, const char *path)
{
    uint64_t length = strlen(path) + 1;
    const char *strings = (const char *)header + header->strings_offset;
    return entry->path_offset <= header->strings_bytes && length <= header->strings_bytes - entry->path_offset &&
           memcmp(strings + entry->path_offset, path, length) == 0;
}

const struct archive_entry *boot_archive_find(const void *bytes, uint64_t size_bytes, const char *path)
{
    const struct archive_header *header = bytes;
    if (!header_is_good(header, size_bytes)) {
        return NULL;
    }
    const struct archive_entry *entries = (const void *)((const char *)bytes + header->entries_offset);
    for (uint32_t i = 0; i < header->entry_count; i++) {
        const struct archive_entry *entry = &entries[i];
        if ((entry->mode & MODE_TYPE) == MODE_REGULAR && path_is(header, entry, path)) {
            return entry->data_offset <= header->size_bytes &&
                           entry->size_bytes <= header->size_bytes - entry->data_offset
                       ? entry
                       : NULL;
        }
    }
    return NULL;
}
