/* Builder of the boot archive (abi/archive.h): collects files, directories and links, then writes them out as one
 * page-aligned run of bytes. Parents that nobody named are made with mode 0755. A later entry of the same path replaces
 * an earlier one. */
#ifndef IMAGE_ARCHIVE_H
#define IMAGE_ARCHIVE_H

#include <stddef.h>
#include <stdint.h>

struct archive;

#define ARCHIVE_ERROR_BYTES 512u

/* NULL: no memory. */
struct archive *archive_create(void);
void archive_destroy(struct archive *archive);

/* Each returns 0, or -1 with a line for the user in archive_error. */
int archive_add_bytes(struct archive *archive, const char *os_path, const void *bytes, size_t size_bytes,
                      uint32_t mode);
int archive_add_link(struct archive *archive, const char *os_path, const char *target);
int archive_add_directory(struct archive *archive, const char *os_path, uint32_t mode);
/* A host file (mode 0: its own permission bits), or a host directory with all that is in it. */
int archive_add_host(struct archive *archive, const char *os_path, const char *host_path, uint32_t mode);
/* The lines of a boot list: "file OS MODE HOST", "link OS TARGET", "dir OS MODE", "#..."; HOST relative to the list. */
int archive_add_list(struct archive *archive, const char *list_path);
const char *archive_error(const struct archive *archive);

/* Lays the archive out; its size in bytes, a multiple of the page size. */
uint64_t archive_layout(struct archive *archive);
/* Writes it to `to`, which has room for archive_layout's bytes. 0 or -1 (a host file changed or cannot be read). */
int archive_write(struct archive *archive, void *to);

#endif
