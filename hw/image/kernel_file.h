/* A linked kernel and what a boot loader wants of it. The archive's place is the page-aligned symbol image_end, which
 * is past everything that the kernel loads or clears. */
#ifndef HW_KERNEL_FILE_H
#define HW_KERNEL_FILE_H

#include <stddef.h>
#include <stdint.h>

#define KERNEL_FILE_ERROR_BYTES 256u

struct kernel_file {
    uint8_t *bytes;
    size_t size_bytes;
    uint64_t archive_physical; /* of image_end */
    char error[KERNEL_FILE_ERROR_BYTES];
};

/* Reads and checks an ELF file: 64 bits, little-endian, with segments inside it and the symbol image_end. 0, or -1
 * with a line for the user in error. */
int kernel_file_open(struct kernel_file *kernel, const char *path);
/* The same of bytes that are in memory already and stay the caller's. */
int kernel_file_check(struct kernel_file *kernel, uint8_t *bytes, size_t size_bytes);
/* Where the kernel has a symbol. 0, or -1 with a line for the user in error. */
int kernel_file_symbol(struct kernel_file *kernel, const char *name, uint64_t *address);
void kernel_file_close(struct kernel_file *kernel);

/* The image with the archive in it: for aarch64 flat memory from the kernel's first byte on, with the size in its
 * header; for others the ELF file with one more segment. To be freed; NULL: an error as above. */
uint8_t *kernel_file_image(struct kernel_file *kernel, const void *archive, uint64_t archive_bytes, size_t *size_bytes);

#endif
