/* Kernel files and images. Tests: tests/unit/hw_image/kernel_file_test.c. */
#include "kernel_file.h"

#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096u
#define IMAGE_BYTES_MAX (1ull << 30)
#define ARCHIVE_SYMBOL "image_end"
/* The header of flat kernels of aarch64: where its magic number and the size of the image stand. */
#define FLAT_MAGIC_OFFSET 56u
#define FLAT_MAGIC "ARM\x64"
#define FLAT_SIZE_OFFSET 16u

static int fail(struct kernel_file *kernel, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(kernel->error, sizeof kernel->error, format, list);
    va_end(list);
    return -1;
}

static uint64_t page_round(uint64_t bytes)
{
    return (bytes + PAGE - 1) & ~(uint64_t)(PAGE - 1);
}

/* A table of `count` entries inside the file, aligned; NULL if it is not. */
static const void *table_at(const struct kernel_file *kernel, uint64_t offset, uint64_t count, uint64_t entry_bytes)
{
    bool inside = offset <= kernel->size_bytes && count <= (kernel->size_bytes - offset) / entry_bytes;
    return inside && offset % 8 == 0 ? kernel->bytes + offset : NULL;
}

static const Elf64_Phdr *segments_of(const struct kernel_file *kernel, size_t *count)
{
    const Elf64_Ehdr *header = (const void *)kernel->bytes;
    *count = header->e_phnum;
    return (const void *)(kernel->bytes + header->e_phoff);
}

static int segments_check(struct kernel_file *kernel)
{
    const Elf64_Ehdr *header = (const void *)kernel->bytes;
    const Elf64_Phdr *segments = table_at(kernel, header->e_phoff, header->e_phnum, sizeof *segments);
    if (segments == NULL || header->e_phentsize != sizeof *segments || header->e_phnum == 0) {
        return fail(kernel, "has no good table of segments");
    }
    for (size_t i = 0; i < header->e_phnum; i++) {
        if (segments[i].p_type == PT_LOAD && (segments[i].p_offset > kernel->size_bytes ||
                                              segments[i].p_filesz > kernel->size_bytes - segments[i].p_offset ||
                                              segments[i].p_filesz > segments[i].p_memsz)) {
            return fail(kernel, "segment %zu is not inside the file", i);
        }
    }
    return 0;
}

/* Value of the symbol in one symbol table; false: it is not there. */
static bool symbol_in(const struct kernel_file *kernel, const Elf64_Shdr *sections, const Elf64_Shdr *section,
                      const char *name, uint64_t *value)
{
    size_t bytes = strlen(name) + 1;
    const Elf64_Sym *symbols = table_at(kernel, section->sh_offset, section->sh_size / sizeof *symbols,
                                        sizeof *symbols);
    const Elf64_Shdr *strings = &sections[section->sh_link];
    if (symbols == NULL || strings->sh_offset > kernel->size_bytes ||
        strings->sh_size > kernel->size_bytes - strings->sh_offset) {
        return false;
    }
    for (size_t i = 0; i < section->sh_size / sizeof *symbols; i++) {
        uint64_t at = symbols[i].st_name;
        if (at < strings->sh_size && strings->sh_size - at >= bytes &&
            memcmp(kernel->bytes + strings->sh_offset + at, name, bytes) == 0) {
            *value = symbols[i].st_value;
            return true;
        }
    }
    return false;
}

static bool symbol_find(const struct kernel_file *kernel, const char *name, uint64_t *value)
{
    const Elf64_Ehdr *header = (const void *)kernel->bytes;
    const Elf64_Shdr *sections = table_at(kernel, header->e_shoff, header->e_shnum, sizeof *sections);
    for (size_t i = 0; sections != NULL && i < header->e_shnum; i++) {
        if (sections[i].sh_type == SHT_SYMTAB && sections[i].sh_link < header->e_shnum &&
            symbol_in(kernel, sections, &sections[i], name, value)) {
            return true;
        }
    }
    return false;
}

/* image_end is a virtual address, or a physical one: what a segment that is linked there says. It may lie a page behind
 * the segment's end. */
static int archive_locate(struct kernel_file *kernel)
{
    uint64_t value = 0, last = 0;
    size_t count;
    const Elf64_Phdr *segments = segments_of(kernel, &count);
    if (!symbol_find(kernel, ARCHIVE_SYMBOL, &value)) {
        return fail(kernel, "has no symbol " ARCHIVE_SYMBOL);
    }
    if (value % PAGE != 0) {
        return fail(kernel, ARCHIVE_SYMBOL " at 0x%llx does not begin a page", (unsigned long long)value);
    }
    for (size_t i = 0; i < count; i++) {
        if (segments[i].p_type != PT_LOAD) {
            continue;
        }
        uint64_t end = page_round(segments[i].p_paddr + segments[i].p_memsz);
        if (value >= segments[i].p_vaddr && value <= page_round(segments[i].p_vaddr + segments[i].p_memsz)) {
            kernel->archive_physical = segments[i].p_paddr + (value - segments[i].p_vaddr);
        }
        last = end > last ? end : last;
    }
    if (kernel->archive_physical < last) {
        return fail(kernel, ARCHIVE_SYMBOL " is not past the last segment");
    }
    return 0;
}

int kernel_file_check(struct kernel_file *kernel, uint8_t *bytes, size_t size_bytes)
{
    *kernel = (struct kernel_file){.bytes = bytes, .size_bytes = size_bytes};
    const Elf64_Ehdr *header = (const void *)bytes;
    if (size_bytes < sizeof *header || memcmp(bytes, ELFMAG, SELFMAG) != 0 ||
        header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB) {
        return fail(kernel, "is no ELF file of 64 bits");
    }
    return segments_check(kernel) == 0 ? archive_locate(kernel) : -1;
}

int kernel_file_open(struct kernel_file *kernel, const char *path)
{
    *kernel = (struct kernel_file){.bytes = NULL};
    FILE *file = fopen(path, "rbe");
    long size = file != NULL && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    uint8_t *bytes = size >= 0 ? malloc((size_t)size + 1) : NULL;
    bool whole = bytes != NULL && fseek(file, 0, SEEK_SET) == 0 && fread(bytes, 1, (size_t)size, file) == (size_t)size;
    int error = errno;
    if (file != NULL) {
        fclose(file);
    }
    if (!whole) {
        free(bytes);
        return fail(kernel, "%s", strerror(error));
    }
    return kernel_file_check(kernel, bytes, (size_t)size);
}

int kernel_file_symbol(struct kernel_file *kernel, const char *name, uint64_t *address)
{
    return symbol_find(kernel, name, address) ? 0 : fail(kernel, "has no symbol %s", name);
}

void kernel_file_close(struct kernel_file *kernel)
{
    free(kernel->bytes);
    kernel->bytes = NULL;
}

/* The kernel's memory as it is loaded, then the archive. */
static uint8_t *flat_make(struct kernel_file *kernel, const void *archive, uint64_t archive_bytes, size_t *size_bytes)
{
    size_t count;
    const Elf64_Phdr *segments = segments_of(kernel, &count);
    uint64_t start = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        if (segments[i].p_type == PT_LOAD && segments[i].p_memsz != 0 && segments[i].p_paddr < start) {
            start = segments[i].p_paddr;
        }
    }
    uint64_t kernel_bytes = kernel->archive_physical - start;
    if (start > kernel->archive_physical || kernel_bytes > IMAGE_BYTES_MAX || archive_bytes > IMAGE_BYTES_MAX) {
        fail(kernel, "the image would be larger than %llu bytes", IMAGE_BYTES_MAX);
        return NULL;
    }
    *size_bytes = kernel_bytes + archive_bytes;
    uint8_t *image = calloc(1, *size_bytes);
    if (image == NULL) {
        fail(kernel, "no memory");
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (segments[i].p_type == PT_LOAD) {
            memcpy(image + (segments[i].p_paddr - start), kernel->bytes + segments[i].p_offset, segments[i].p_filesz);
        }
    }
    memcpy(image + kernel_bytes, archive, archive_bytes);
    if (kernel_bytes >= FLAT_MAGIC_OFFSET + 4 && memcmp(image + FLAT_MAGIC_OFFSET, FLAT_MAGIC, 4) == 0) {
        uint64_t size = *size_bytes;
        memcpy(image + FLAT_SIZE_OFFSET, &size, sizeof size);
    }
    return image;
}

/* The file, the archive, and a new table of segments that names both. */
static uint8_t *elf_make(struct kernel_file *kernel, const void *archive, uint64_t archive_bytes, size_t *size_bytes)
{
    size_t count;
    const Elf64_Phdr *segments = segments_of(kernel, &count);
    uint64_t at = page_round(kernel->size_bytes), table = page_round(at + archive_bytes);
    uint8_t *image = calloc(1, table + (count + 1) * sizeof *segments);
    if (image == NULL || archive_bytes > IMAGE_BYTES_MAX || count + 1 >= PN_XNUM) {
        free(image);
        fail(kernel, "no memory");
        return NULL;
    }
    memcpy(image, kernel->bytes, kernel->size_bytes);
    memcpy(image + at, archive, archive_bytes);
    memcpy(image + table, segments, count * sizeof *segments);
    Elf64_Phdr *added = (Elf64_Phdr *)(void *)(image + table) + count;
    *added = (Elf64_Phdr){.p_type = PT_LOAD, .p_flags = PF_R, .p_offset = at, .p_vaddr = kernel->archive_physical,
                          .p_paddr = kernel->archive_physical, .p_filesz = archive_bytes, .p_memsz = archive_bytes,
                          .p_align = PAGE};
    Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)image;
    header->e_phoff = table;
    header->e_phnum = (Elf64_Half)(count + 1);
    *size_bytes = table + (count + 1) * sizeof *segments;
    return image;
}

uint8_t *kernel_file_image(struct kernel_file *kernel, const void *archive, uint64_t archive_bytes, size_t *size_bytes)
{
    const Elf64_Ehdr *header = (const void *)kernel->bytes;
    return header->e_machine == EM_AARCH64 ? flat_make(kernel, archive, archive_bytes, size_bytes)
                                           : elf_make(kernel, archive, archive_bytes, size_bytes);
}
