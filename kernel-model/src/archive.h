/* The boot archive (abi/archive.h): checked once, then searched. */
#ifndef KERNEL_ARCHIVE_H
#define KERNEL_ARCHIVE_H

#include <abi/archive.h>
#include <abi/types.h>

/* A file's bytes in the archive. */
struct archive_file {
    const uint8_t *bytes;
    uint64_t size_bytes;
    uint64_t first_page; /* of the archive */
};

/* Is this a whole, sound archive? All offsets inside, all paths NUL-terminated and in strict order, files page-aligned.
 * bytes is page-aligned. 0 or -E_INVAL. */
int archive_check(const uint8_t *bytes, uint64_t size_bytes);
/* Finds a regular file by its path without leading slash, in a checked archive. 0 or -E_NOENT. */
int archive_find(const uint8_t *bytes, const char *path, struct archive_file *file);

#endif
