/* Finds files in the boot archive (abi/archive.h). Nothing in the archive is trusted. */
#ifndef SERVERS_ARCHIVE_H
#define SERVERS_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

/* Where a regular file's bytes lie in an archive of `size_bytes`. False: no such file, or an unsound archive. */
bool archive_find(const void *archive, uint64_t size_bytes, const char *path, uint64_t *offset_bytes,
                  uint64_t *length_bytes);

#endif
