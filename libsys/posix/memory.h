/* Memory of this process, for the personality: what brk, mmap, mprotect and mremap need. */
#ifndef POSIX_MEMORY_H
#define POSIX_MEMORY_H

#include <stdint.h>

/* Moves the end of the heap to `address` if that can be; returns where it is. */
uint64_t memory_brk(uint64_t address);
/* Maps `size_bytes` of anonymous memory; flags: PROT_* and MAP_FLAG_FIXED, MAP_FLAG_SHARED (with forked children).
 * Returns the address. -E_INVAL, -E_NOMEM. */
int64_t memory_map(uint64_t address, uint64_t size_bytes, uint32_t prot_flags);
/* Maps a file from `offset_bytes` on: a private copy, or shared and read-only (writable shared ones: -E_NODEV). Bytes
 * past the end of the file are zero. Blocks. Errors: -E_BADF, -E_ACCES, -E_NODEV, -E_NOMEM, -E_INVAL. */
int64_t memory_map_file(uint64_t address, uint64_t size_bytes, int fd, uint64_t offset_bytes, uint32_t prot_flags);
int memory_protect(uint64_t address, uint64_t size_bytes, uint32_t prot);
int memory_unmap(uint64_t address, uint64_t size_bytes);
/* Grows, shrinks or moves a private anonymous mapping. Returns the new address. -E_NOMEM: it may not move and has no
 * room; -E_FAULT: nothing is mapped there. */
int64_t memory_remap(uint64_t address, uint64_t size_bytes, uint64_t new_bytes, int may_move);

#endif
