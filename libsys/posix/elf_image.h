/* ELF64 files: what is in the header, checked. Pure: looks at bytes, asks nobody. */
#ifndef POSIX_ELF_IMAGE_H
#define POSIX_ELF_IMAGE_H

#include <stdint.h>

#define ELF_SEGMENTS_MAX 16u
#define ELF_HEAD_BYTES 4096u               /* the header and all program headers lie within */
#define ELF_DYNAMIC_BASE 0x555555554000ull /* where position-independent programs go */
#define ELF_TOP 0x5ffffffff000ull          /* a program ends below */

struct elf_segment {
    uint64_t address;      /* page-aligned, with the base added */
    uint64_t offset;       /* page-aligned */
    uint64_t file_bytes;   /* from `offset` on; may end within a page; 0: nothing from the file */
    uint64_t memory_bytes; /* from `address` on, a multiple of the page size */
    uint32_t prot;         /* PROT_* */
};

struct elf_image {
    struct elf_segment segments[ELF_SEGMENTS_MAX];
    uint32_t segment_count;
    uint32_t header_count; /* program headers */
    uint64_t entry;        /* with the base added */
    uint64_t headers;      /* address of the program headers in memory; 0: not loaded */
    uint64_t end;          /* past the last segment, page-aligned */
    uint32_t interpreter;  /* not 0: it wants one, so it is dynamic */
    uint32_t header_bytes; /* of one program header */
};

/* Checks the first `head_bytes` (at most ELF_HEAD_BYTES) of a file of `file_bytes` and fills *image. Returns 0, or
 * -E_NOEXEC: not an ELF64 program for this machine, or a field is wrong. */
int elf_check(const void *head, uint64_t head_bytes, uint64_t file_bytes, struct elf_image *image);

#endif
