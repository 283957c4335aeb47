/* The boot archive, read-only: finding a file in it. Nothing in it is believed. */
#ifndef ROOT_BOOT_ARCHIVE_H
#define ROOT_BOOT_ARCHIVE_H

#include <abi/archive.h>

/* The regular file at `path` (no leading slash) of the archive in [bytes, bytes + size_bytes). Returns NULL: there is
 * none, or the archive is damaged. */
const struct archive_entry *boot_archive_find(const void *bytes, uint64_t size_bytes, const char *path);

#endif
