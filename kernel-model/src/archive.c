/* The boot archive: checking and searching. */
#include "archive.h"

#include <abi/errno.h>
#include <abi/limits.h>

#define MODE_TYPE 0170000u
#define MODE_FILE 0100000u

static bool is_inside(uint64_t offset, uint64_t length, uint64_t size)
{
    return offset <= size && length <= size - offset;
}

static int path_compare(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return (int)(unsigned char)*a - (int)(unsigned char)*b;
}

static bool header_is_sound(const struct archive_header *header, const uint8_t *bytes, uint64_t size_bytes)
{
    uint64_t entries_bytes = (uint64_t)header->entry_count * sizeof(struct archive_entry);

    if (header->magic != ARCHIVE_MAGIC || header->size_bytes > size_bytes ||
        header->entry_count > ARCHIVE_ENTRIES_MAX || header->entries_offset % sizeof(uint64_t) != 0)
        return false;
    if (!is_inside(header->entries_offset, entries_bytes, header->size_bytes) || header->strings_bytes == 0 ||
        !is_inside(header->strings_offset, header->strings_bytes, header->size_bytes))
        return false;
    /* Then every string that starts inside ends inside. */
    return bytes[header->strings_offset + header->strings_bytes - 1] == '\0';
}

static const struct archive_entry *entries_of(const uint8_t *bytes)
{
    const struct archive_header *header = (const struct archive_header *)(const void *)bytes;

    return (const struct archive_entry *)(const void *)(bytes + header->entries_offset);
}

static const char *path_of(const uint8_t *bytes, const struct archive_entry *entry)
{
    const struct archive_header *header = (const struct archive_header *)(const void *)bytes;

    return (const char *)bytes + header->strings_offset + entry->path_offset;
}

int archive_check(const uint8_t *bytes, uint64_t size_bytes)
{
    const struct archive_header *header = (const struct archive_header *)(const void *)bytes;
    const struct archive_entry *entries;

    if (size_bytes < sizeof(*header) || !header_is_sound(header, bytes, size_bytes))
        return -E_INVAL;
    entries = entries_of(bytes);
    for (uint32_t i = 0; i < header->entry_count; i++) {
        const struct archive_entry *entry = &entries[i];

        if (entry->path_offset >= header->strings_bytes)
            return -E_INVAL;
        if (i > 0 && path_compare(path_of(bytes, entry - 1), path_of(bytes, entry)) >= 0)
            return -E_INVAL;
        if ((entry->mode & MODE_TYPE) != MODE_FILE)
            continue;
        if (entry->data_offset % PAGE_BYTES != 0 ||
            !is_inside(entry->data_offset, entry->size_bytes, header->size_bytes))
            return -E_INVAL;
    }
    return 0;
}

int archive_find(const uint8_t *bytes, const char *path, struct archive_file *file)
{
    const struct archive_header *header = (const struct archive_header *)(const void *)bytes;
    const struct archive_entry *entries = entries_of(bytes);
    uint32_t low = 0, high = header->entry_count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        const struct archive_entry *entry = &entries[middle];
        int order = path_compare(path_of(bytes, entry), path);

        if (order == 0 && (entry->mode & MODE_TYPE) == MODE_FILE) {
            *file = (struct archive_file){.bytes = bytes + entry->data_offset, .size_bytes = entry->size_bytes,
                                          .first_page = entry->data_offset >> PAGE_SHIFT};
            return 0;
        }
        if (order == 0)
            return -E_NOENT;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -E_NOENT;
}
