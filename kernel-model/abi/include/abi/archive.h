/* The boot archive: a header, entries sorted by path, a string table, then file data, each file page-aligned, so that
 * pages can be mapped straight from it. Little-endian. */
#ifndef ABI_ARCHIVE_H
#define ABI_ARCHIVE_H

#include <stdint.h>

#define ARCHIVE_MAGIC 0x31524e4f544142ull /* "BATONR1" */
#define ARCHIVE_ENTRIES_MAX 65536u
#define ARCHIVE_PATH_MAX 1024u

struct archive_header {
    uint64_t magic;
    uint64_t size_bytes; /* of the whole archive, a multiple of the page size */
    uint32_t entry_count;
    uint32_t entries_offset; /* struct archive_entry[entry_count] */
    uint64_t strings_offset;
    uint64_t strings_bytes;
};

struct archive_entry {
    uint64_t path_offset; /* in the string table; without leading slash, NUL-terminated, sorted by strcmp */
    uint64_t data_offset; /* from the archive's start; files: page-aligned; links: the target, in the string table */
    uint64_t size_bytes;
    uint64_t mtime_ns;
    uint32_t mode; /* POSIX type and permission bits */
    uint32_t uid;
    uint32_t gid;
    uint32_t reserved;
};

#endif
