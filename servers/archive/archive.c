/* Finds files in the boot archive: see archive.h. */
#include "archive.h"

#include <string.h>
#include <sys/stat.h>

#include <abi/archive.h>

static bool inside(uint64_t offset, uint64_t length, uint64_t size)
{
    return offset <= size && length <= size - offset;
}

/* Is the string at `offset` of the string table this path? */
static bool path_matches(const uint8_t *strings, uint64_t strings_bytes, uint64_t offset, const char *path)
{
    uint64_t length = strlen(path) + 1;
    return inside(offset, length, strings_bytes) && memcmp(strings + offset, path, length) == 0;
}

bool archive_find(const void *archive, uint64_t size_bytes, const char *path, uint64_t *offset_bytes,
                  uint64_t *length_bytes)
{
    const uint8_t *bytes = archive;
    struct archive_header header;
    if (size_bytes < sizeof header) {
        return false;
    }
    memcpy(&header, bytes, sizeof header);
    if (header.magic != ARCHIVE_MAGIC || header.entry_count > ARCHIVE_ENTRIES_MAX ||
        !inside(header.entries_offset, header.entry_count * sizeof(struct archive_entry), size_bytes) ||
        !inside(header.strings_offset, header.strings_bytes, size_bytes)) {
        return false;
    }
    for (uint32_t i = 0; i < header.entry_count; i++) {
        struct archive_entry entry;
        memcpy(&entry, bytes + header.entries_offset + i * sizeof entry, sizeof entry);
        if (!path_matches(bytes + header.strings_offset, header.strings_bytes, entry.path_offset, path)) {
            continue;
        }
        *offset_bytes = entry.data_offset;
        *length_bytes = entry.size_bytes;
        return S_ISREG(entry.mode) && inside(entry.data_offset, entry.size_bytes, size_bytes);
    }
    return false;
}
