/* UEFI application: puts kernel and boot archive, an ELF file behind its own code, where the kernel can run, and starts
 * it as a PVH boot loader would. Everything that the kernel looks at first lies below 1 GiB. */
#include "firmware.h"

#include <pvh.h>

#include <stdbool.h>
#include <stddef.h>

#define LOW_BYTES (1ull << 30)
#define LARGE_BYTES (1ull << 21)
#define PAGE_BYTES 4096ull
#define MAP_PAGES 16u
#define SEGMENT_LOAD 1u
#define RANGES_MAX ((PAGE_BYTES - sizeof(struct pvh_start)) / sizeof(struct pvh_range))

struct elf_header {
    uint8_t identification[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, segments_offset, sections_offset;
    uint32_t flags;
    uint16_t header_bytes, segment_bytes, segment_count;
};

struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, address, physical, file_bytes, memory_bytes, alignment;
};

/* What lies in the page that the kernel is given. */
struct handover {
    struct pvh_start start;
    struct pvh_range ranges[RANGES_MAX];
};

extern const uint8_t image_file[] __attribute__((visibility("hidden"))); /* header.S; reached without a table */
uint64_t loader_run(void *handle, const struct firmware_system *system);

static void say(const struct firmware_system *system, const char *text)
{
    uint16_t c[2] = {0, 0};
    for (; *text != '\0'; text++) {
        c[0] = (uint16_t)*text;
        system->output->write(system->output, c);
    }
}

static void bytes_copy(uint8_t *to, const uint8_t *from, uint64_t length)
{
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(length) : : "memory");
}

static void bytes_clear(uint8_t *to, uint64_t length)
{
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(length) : "a"(0) : "memory");
}

static const struct elf_segment *segment_at(unsigned i)
{
    const struct elf_header *header = (const void *)image_file;
    return (const void *)(image_file + header->segments_offset + i * (uint64_t)header->segment_bytes);
}

/* The physical addresses that the file was linked for. */
static void image_extent(uint64_t *start, uint64_t *end)
{
    const struct elf_header *header = (const void *)image_file;
    *start = UINT64_MAX;
    *end = 0;
    for (unsigned i = 0; i < header->segment_count; i++) {
        const struct elf_segment *segment = segment_at(i);
        if (segment->type == SEGMENT_LOAD) {
            *start = segment->physical < *start ? segment->physical : *start;
            uint64_t segment_end = segment->physical + segment->memory_bytes;
            *end = segment_end > *end ? segment_end : *end;
        }
    }
}

/* Memory below 1 GiB; 0: there is not so much. */
static uint64_t pages_get(const struct firmware_system *system, uint64_t pages)
{
    uint64_t address = LOW_BYTES - 1;
    uint64_t error = system->boot->pages_allocate(FIRMWARE_BELOW, FIRMWARE_LOADER_DATA, pages, &address);
    return error == 0 ? address : 0;
}

/* Puts the image into memory; returns where its 64-bit entry is, 0: there is no room. */
static uint64_t image_load(const struct firmware_system *system)
{
    const struct elf_header *header = (const void *)image_file;
    uint64_t start, end, entry = 0;
    image_extent(&start, &end);
    uint64_t base = pages_get(system, (end - start + LARGE_BYTES) / PAGE_BYTES + 1);
    if (base == 0) {
        return 0;
    }
    base = (base + LARGE_BYTES - 1) & ~(LARGE_BYTES - 1);
    for (unsigned i = 0; i < header->segment_count; i++) {
        const struct elf_segment *segment = segment_at(i);
        if (segment->type != SEGMENT_LOAD) {
            continue;
        }
        uint8_t *to = (uint8_t *)(uintptr_t)(base + segment->physical - start);
        bytes_copy(to, image_file + segment->offset, segment->file_bytes);
        bytes_clear(to + segment->file_bytes, segment->memory_bytes - segment->file_bytes);
        if (header->entry - segment->address < segment->memory_bytes) {
            entry = (uint64_t)(uintptr_t)to + (header->entry - segment->address);
        }
    }
    return entry;
}

/* What is the kernel's when the firmware is gone. */
static bool is_free(uint32_t kind)
{
    return kind == FIRMWARE_LOADER_CODE || kind == FIRMWARE_LOADER_DATA || kind == FIRMWARE_BOOT_CODE ||
           kind == FIRMWARE_BOOT_DATA || kind == FIRMWARE_FREE;
}

static void range_add(struct handover *handover, uint64_t start, uint64_t size_bytes)
{
    struct pvh_range *last = handover->ranges + handover->start.range_count;
    if (handover->start.range_count != 0 && last[-1].start + last[-1].size_bytes == start) {
        last[-1].size_bytes += size_bytes;
    } else if (handover->start.range_count < RANGES_MAX) {
        *last = (struct pvh_range){.start = start, .size_bytes = size_bytes, .kind = PVH_RAM};
        handover->start.range_count++;
    }
}

/* Takes the memory map and sends the firmware away. The map may change under our hands once. */
static bool firmware_leave(void *handle, const struct firmware_system *system, uint8_t *map, struct handover *handover)
{
    uint64_t map_bytes, key, descriptor_bytes;
    uint32_t version;
    for (unsigned tries = 0;; tries++) {
        map_bytes = MAP_PAGES * PAGE_BYTES;
        if (system->boot->map_get(&map_bytes, map, &key, &descriptor_bytes, &version) != 0) {
            return false;
        }
        if (system->boot->leave(handle, key) == 0) {
            break;
        }
        if (tries == 4) {
            return false;
        }
    }
    for (uint64_t at = 0; at < map_bytes; at += descriptor_bytes) {
        const struct firmware_range *range = (const void *)(map + at);
        if (is_free(range->kind)) {
            range_add(handover, range->start, range->pages * PAGE_BYTES);
        }
    }
    return true;
}

static uint64_t acpi_find(const struct firmware_system *system)
{
    for (uint64_t i = 0; i < system->entry_count; i++) {
        const struct firmware_entry *entry = &system->entries[i];
        if (entry->number[0] == FIRMWARE_ACPI_LOW && entry->number[1] == FIRMWARE_ACPI_HIGH) {
            return (uint64_t)(uintptr_t)entry->bytes;
        }
    }
    return 0;
}

uint64_t loader_run(void *handle, const struct firmware_system *system)
{
    uint64_t entry = image_load(system), pages = pages_get(system, 1 + MAP_PAGES);
    if (entry == 0 || pages == 0) {
        say(system, "baton: too little memory\r\n");
        return FIRMWARE_OUT_OF_RESOURCES;
    }
    struct handover *handover = (struct handover *)(uintptr_t)pages;
    bytes_clear((uint8_t *)handover, PAGE_BYTES);
    handover->start = (struct pvh_start){
        .magic = PVH_MAGIC,
        .version = 1,
        .acpi = acpi_find(system),
        .ranges = (uint64_t)(uintptr_t)handover->ranges,
    };
    say(system, "baton: loaded\r\n"); /* the runner of emulators waits for it: hw/image/loaded_line.h */
    if (!firmware_leave(handle, system, (uint8_t *)(uintptr_t)(pages + PAGE_BYTES), handover)) {
        say(system, "baton: the firmware does not let go\r\n");
        return FIRMWARE_OUT_OF_RESOURCES;
    }
    __asm__ volatile("jmp *%0" : : "r"(entry), "D"(handover) : "memory");
    __builtin_unreachable();
}
