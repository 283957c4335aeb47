/* The loader of static ELF64 programs. */
#include "elf.h"

#include <abi/errno.h>
#include <abi/limits.h>
#include <abi/registers.h>

#include "frame.h"
#include "memory.h"
#include "object.h"

#define ELF_MAGIC 0x464c457fu
#define ELF_CLASS_64 2u
#define ELF_LITTLE_ENDIAN 1u
#define ELF_TYPE_EXECUTABLE 2u
#define ELF_SEGMENT_LOAD 1u
#define ELF_SEGMENT_X 1u
#define ELF_SEGMENT_W 2u
#define ELF_SEGMENT_R 4u
#define ELF_SEGMENTS_MAX 32u

struct elf_header {
    uint32_t magic;
    uint8_t class, encoding, version, abi;
    uint8_t padding[8];
    uint16_t type, machine;
    uint32_t file_version;
    uint64_t entry, segments_offset, sections_offset;
    uint32_t flags;
    uint16_t header_bytes, segment_bytes, segment_count;
    uint16_t section_bytes, section_count, section_names;
};

struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, address, physical, file_bytes, memory_bytes, alignment;
};

static uint64_t page_down(uint64_t address)
{
    return address & ~((uint64_t)PAGE_BYTES - 1);
}

static bool segment_is_sound(const struct elf_segment *segment, uint64_t size_bytes, uint64_t above)
{
    if (segment->file_bytes > segment->memory_bytes || segment->memory_bytes == 0 ||
        segment->offset > size_bytes || segment->file_bytes > size_bytes - segment->offset)
        return false;
    return page_down(segment->address) >= above && segment->address >= USER_BASE && segment->address < USER_END &&
           segment->memory_bytes <= USER_END - segment->address;
}

/* All but what space_map checks itself. */
static int program_check(const uint8_t *bytes, uint64_t size_bytes)
{
    const struct elf_header *header = (const struct elf_header *)(const void *)bytes;
    const struct elf_segment *segments;
    uint64_t above = 0;
    bool entry_found = false;

    if (size_bytes < sizeof(*header) || header->magic != ELF_MAGIC || header->class != ELF_CLASS_64 ||
        header->encoding != ELF_LITTLE_ENDIAN || header->type != ELF_TYPE_EXECUTABLE ||
        header->machine != ABI_ELF_MACHINE || header->segment_bytes != sizeof(*segments) ||
        header->segment_count > ELF_SEGMENTS_MAX || header->segments_offset % sizeof(uint64_t) != 0 ||
        header->segments_offset > size_bytes ||
        header->segment_count * sizeof(*segments) > size_bytes - header->segments_offset)
        return -E_NOEXEC;
    segments = (const struct elf_segment *)(const void *)(bytes + header->segments_offset);
    for (unsigned i = 0; i < header->segment_count; i++) {
        if (segments[i].type != ELF_SEGMENT_LOAD || segments[i].memory_bytes == 0)
            continue;
        if (!segment_is_sound(&segments[i], size_bytes, above))
            return -E_NOEXEC;
        above = segments[i].address + segments[i].memory_bytes;
        if ((segments[i].flags & ELF_SEGMENT_X) != 0 && header->entry >= segments[i].address && header->entry < above)
            entry_found = true;
    }
    return entry_found ? 0 : -E_NOEXEC;
}

static int bytes_copy(struct kernel *kernel, struct memory *memory, uint64_t offset, const uint8_t *bytes,
                      uint64_t length)
{
    while (length > 0) {
        uint64_t in_page = offset & (PAGE_BYTES - 1);
        uint64_t step = length < PAGE_BYTES - in_page ? length : PAGE_BYTES - in_page;
        uint64_t frame;
        int error = memory_page(kernel, memory, offset >> PAGE_SHIFT, true, &frame);

        if (error != 0)
            return error;
        __builtin_memcpy((uint8_t *)frame_bytes(kernel, frame) + in_page, bytes, step);
        offset += step;
        bytes += step;
        length -= step;
    }
    return 0;
}

static uint32_t prot_of(uint32_t flags)
{
    return ((flags & ELF_SEGMENT_R) != 0 ? PROT_R : 0) | ((flags & ELF_SEGMENT_W) != 0 ? PROT_W : 0) |
           ((flags & ELF_SEGMENT_X) != 0 ? PROT_X : 0);
}

static int segment_load(struct kernel *kernel, struct space *space, struct grant *grant, const uint8_t *bytes,
                        const struct elf_segment *segment, uint64_t *end)
{
    uint64_t start = page_down(segment->address);
    uint64_t size = segment->address + segment->memory_bytes - start;
    struct memory *memory;
    int error = memory_create(kernel, grant, size, &memory);

    if (error != 0)
        return error;
    error = bytes_copy(kernel, memory, segment->address - start, bytes + segment->offset, segment->file_bytes);
    if (error == 0)
        error = space_map(kernel, space, &start, memory_size(memory), memory, RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE,
                          0, prot_of(segment->flags) | MAP_FLAG_FIXED);
    *end = start + memory_size(memory);
    object_release(kernel, memory_object(memory));
    return error == -E_INVAL ? -E_NOEXEC : error;
}

int elf_load(struct kernel *kernel, struct space *space, struct grant *grant, const uint8_t *bytes,
             uint64_t size_bytes, struct elf_program *program)
{
    const struct elf_header *header = (const struct elf_header *)(const void *)bytes;
    const struct elf_segment *segments;
    int error = program_check(bytes, size_bytes);

    if (error != 0)
        return error;
    segments = (const struct elf_segment *)(const void *)(bytes + header->segments_offset);
    program->entry = header->entry;
    for (unsigned i = 0; i < header->segment_count; i++) {
        if (segments[i].type != ELF_SEGMENT_LOAD || segments[i].memory_bytes == 0)
            continue;
        error = segment_load(kernel, space, grant, bytes, &segments[i], &program->end);
        if (error != 0)
            return error;
    }
    return 0;
}
