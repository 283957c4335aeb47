/* Checks ELF64 headers. Nothing in them is believed: offsets and sizes must lie in the file, segments must not overlap,
 * wrap or leave the program's part of the address space. */
#include "elf_image.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <abi/registers.h>
#include <abi/types.h>

struct elf_header {
    uint8_t identification[16];
    uint16_t type;
    uint16_t machine;
    uint32_t version;
    uint64_t entry;
    uint64_t program_headers;
    uint64_t section_headers;
    uint32_t flags;
    uint16_t header_bytes;
    uint16_t program_header_bytes;
    uint16_t program_header_count;
    uint16_t section_header_bytes;
    uint16_t section_header_count;
    uint16_t section_names;
};

struct elf_program_header {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t address;
    uint64_t physical;
    uint64_t file_bytes;
    uint64_t memory_bytes;
    uint64_t alignment;
};

enum { TYPE_EXECUTABLE = 2, TYPE_DYNAMIC = 3 };
enum { SEGMENT_LOAD = 1, SEGMENT_INTERPRETER = 3 };
enum { FLAG_EXECUTE = 1, FLAG_WRITE = 2, FLAG_READ = 4 };

#define PAGE_MASK ((uint64_t)PAGE_BYTES - 1u)
#define FILE_BYTES_MAX (1ull << 46)

static bool header_is_good(const struct elf_header *header, uint64_t head_bytes)
{
    static const uint8_t wanted[7] = {0x7f, 'E', 'L', 'F', 2, 1, 1}; /* 64 bits, little-endian, version 1 */
    for (unsigned i = 0; i < sizeof wanted; i++) {
        if (header->identification[i] != wanted[i]) {
            return false;
        }
    }
    uint64_t table_bytes = (uint64_t)header->program_header_count * sizeof(struct elf_program_header);
    return (header->type == TYPE_EXECUTABLE || header->type == TYPE_DYNAMIC) && header->machine == ABI_ELF_MACHINE &&
           header->version == 1 && header->program_header_bytes == sizeof(struct elf_program_header) &&
           header->program_header_count != 0 && header->program_headers % 8 == 0 &&
           header->program_headers <= head_bytes && table_bytes <= head_bytes - header->program_headers;
}

static uint32_t prot_of(uint32_t flags)
{
    return ((flags & FLAG_READ) != 0 ? PROT_R : 0) | ((flags & FLAG_WRITE) != 0 ? PROT_W : 0) |
           ((flags & FLAG_EXECUTE) != 0 ? PROT_X : 0);
}

static int segment_add(const struct elf_program_header *header, uint64_t base, uint64_t file_bytes,
                       struct elf_image *image)
{
    uint64_t slack = header->address & PAGE_MASK;
    if (header->memory_bytes == 0) {
        return 0;
    }
    if (image->segment_count == ELF_SEGMENTS_MAX || header->file_bytes > header->memory_bytes ||
        header->address > ELF_TOP || header->memory_bytes > ELF_TOP || header->offset > file_bytes ||
        header->file_bytes > file_bytes - header->offset || (header->offset & PAGE_MASK) != slack) {
        return -E_NOEXEC;
    }
    uint64_t start = header->address - slack + base;
    uint64_t bytes = (header->memory_bytes + slack + PAGE_MASK) & ~PAGE_MASK;
    if (start < USER_BASE || start < image->end || start > ELF_TOP || bytes > ELF_TOP - start) {
        return -E_NOEXEC;
    }
    image->segments[image->segment_count++] = (struct elf_segment){
        .address = start,
        .offset = header->offset - slack,
        .file_bytes = header->file_bytes == 0 ? 0 : header->file_bytes + slack,
        .memory_bytes = bytes,
        .prot = prot_of(header->flags),
    };
    image->end = start + bytes;
    return 0;
}

/* Where the program headers are in memory: in the segment that holds their part of the file. */
static void headers_find(uint64_t offset, uint64_t bytes, struct elf_image *image)
{
    for (uint32_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];
        if (offset >= segment->offset && offset - segment->offset + bytes <= segment->file_bytes) {
            image->headers = segment->address + (offset - segment->offset);
            return;
        }
    }
}

static bool entry_is_good(const struct elf_image *image)
{
    for (uint32_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];
        if ((segment->prot & PROT_X) != 0 && image->entry >= segment->address &&
            image->entry - segment->address < segment->memory_bytes) {
            return true;
        }
    }
    return false;
}

int elf_check(const void *head, uint64_t head_bytes, uint64_t file_bytes, struct elf_image *image)
{
    const struct elf_header *header = head;
    *image = (struct elf_image){0};
    if (head_bytes > ELF_HEAD_BYTES || head_bytes < sizeof *header || file_bytes < head_bytes ||
        file_bytes > FILE_BYTES_MAX || !header_is_good(header, head_bytes)) {
        return -E_NOEXEC;
    }
    uint64_t base = header->type == TYPE_DYNAMIC ? ELF_DYNAMIC_BASE : 0;
    const struct elf_program_header *table = (const void *)((const uint8_t *)head + header->program_headers);
    for (uint32_t i = 0; i < header->program_header_count; i++) {
        if (table[i].type == SEGMENT_INTERPRETER) {
            image->interpreter = 1;
        }
        if (table[i].type == SEGMENT_LOAD && segment_add(&table[i], base, file_bytes, image) != 0) {
            return -E_NOEXEC;
        }
    }
    image->header_count = header->program_header_count;
    image->header_bytes = sizeof *table;
    if (header->entry > ELF_TOP) {
        return -E_NOEXEC;
    }
    image->entry = header->entry + base;
    headers_find(header->program_headers, (uint64_t)header->program_header_count * sizeof *table, image);
    return entry_is_good(image) ? 0 : -E_NOEXEC;
}
