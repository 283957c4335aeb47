/* Booting: kernel-model/src/boot.c, archive.c, elf.c. OBJ-1 (the first thread's handles), MEM-4 (W^X). */
#include <kernel/kernel.h>

#include <abi/archive.h>
#include <abi/errno.h>
#include <abi/handles.h>
#include <abi/start.h>
#include <string.h>
#include <unit.h>

#include "fake_platform.h"
#include "grant.h"
#include "memory.h"
#include "table.h"

#define FRAMES 256u
#define ARCHIVE_PAGES 8u
#define PAGE_OF_ROOT 1u
#define PAGE_OF_LIBRARY 4u
#define TEXT_ADDRESS 0x400000ull
#define DATA_ADDRESS 0x402ff0ull
#define BSS_BYTES 0x2000u

/* The parts of an ELF file that the loader looks at, at their places in the file. */
struct program {
    uint8_t identity[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, segments_offset, sections_offset;
    uint32_t flags;
    uint16_t header_bytes, segment_bytes, segment_count, section_bytes, section_count, section_names;
    struct {
        uint32_t type, flags;
        uint64_t offset, address, physical, file_bytes, memory_bytes, alignment;
    } segments[2];
};

static union {
    uint8_t bytes[ARCHIVE_PAGES * PAGE_BYTES];
    struct {
        struct archive_header header;
        struct archive_entry entries[3];
        char strings[64];
    } index;
} archive;

static struct fake_platform *fake;
static struct kernel *kernel;

static struct program *program_of(void)
{
    return (struct program *)(void *)(archive.bytes + PAGE_OF_ROOT * PAGE_BYTES);
}

static struct libsys_header *library_of(void)
{
    return (struct libsys_header *)(void *)(archive.bytes + PAGE_OF_LIBRARY * PAGE_BYTES);
}

static void program_fill(void)
{
    struct program *program = program_of();

    *program = (struct program){.identity = {0x7f, 'E', 'L', 'F', 2, 1, 1}, .type = 2, .version = 1,
#if defined(__x86_64__)
                                .machine = 62,
#else
                                .machine = 183,
#endif
                                .entry = TEXT_ADDRESS + 0x200, .segments_offset = 64, .header_bytes = 64,
                                .segment_bytes = 56, .segment_count = 2};
    program->segments[0].type = 1;
    program->segments[0].flags = 5;
    program->segments[0].address = TEXT_ADDRESS;
    program->segments[0].file_bytes = program->segments[0].memory_bytes = 0x300;
    program->segments[1].type = 1;
    program->segments[1].flags = 6;
    program->segments[1].offset = 0x1ff0;
    program->segments[1].address = DATA_ADDRESS;
    program->segments[1].file_bytes = 0x20;
    program->segments[1].memory_bytes = BSS_BYTES;
    memset((uint8_t *)program + 0x1ff0, 0xdd, 0x40);
}

static void archive_fill(void)
{
    static const char strings[] = "boot/libsys\0etc\0sbin/root";
    struct archive_entry *entries = archive.index.entries;

    memset(&archive, 0, sizeof(archive));
    memcpy(archive.index.strings, strings, sizeof(strings));
    archive.index.header = (struct archive_header){.magic = ARCHIVE_MAGIC, .size_bytes = sizeof(archive),
                                                   .entry_count = 3, .entries_offset = sizeof(struct archive_header),
                                                   .strings_offset = offsetof(__typeof__(archive.index), strings),
                                                   .strings_bytes = sizeof(archive.index.strings)};
    entries[0] = (struct archive_entry){.path_offset = 0, .data_offset = PAGE_OF_LIBRARY * PAGE_BYTES,
                                        .size_bytes = 2 * PAGE_BYTES, .mode = 0100755};
    entries[1] = (struct archive_entry){.path_offset = 12, .mode = 0040755};
    entries[2] = (struct archive_entry){.path_offset = 16, .data_offset = PAGE_OF_ROOT * PAGE_BYTES,
                                        .size_bytes = 3 * PAGE_BYTES, .mode = 0100755};
    program_fill();
    *library_of() = (struct libsys_header){.magic = LIBSYS_MAGIC, .image_bytes = 2 * PAGE_BYTES,
                                           .entry_upcall = LIBSYS_BASE + 0x100, .entry_foreign = LIBSYS_BASE + 0x200,
                                           .entry_start = LIBSYS_BASE + 0x300};
}

/* Boots a new machine with the archive as it is. */
static int boot(void)
{
    struct kernel_config config;

    fake = fake_create(FRAMES, &archive, sizeof(archive), &config);
    kernel = fake->kernel;
    ck_assert_int_eq(kernel_init(kernel, &config), 0);
    return kernel_boot(kernel, 5);
}

static struct object *object_of(int handle, enum object_type type, uint32_t rights)
{
    struct object *object = NULL;

    ck_assert_int_eq(table_lookup(kernel_next(kernel, 0, 6)->table, handle, type, rights, &object), 0);
    return object;
}

START_TEST(the_root_server_starts_in_the_library_with_its_handles_OBJ_1)
{
    struct thread *thread;
    struct fake_context *context;
    struct start_block block;
    uint64_t words[8];

    archive_fill();
    ck_assert_int_eq(boot(), 0);
    kernel_check(kernel);
    thread = kernel_next(kernel, 0, 6);
    ck_assert_ptr_nonnull(thread);
    context = fake_context_get(thread);
    ck_assert(context->started);
    ck_assert_uint_eq(context->pc, LIBSYS_BASE + 0x300);
    ck_assert_uint_eq(context->sp, LIBSYS_AREA_BASE + LIBSYS_STACK_OFFSET + LIBSYS_STACK_BYTES);
    ck_assert_uint_eq(context->argument, LIBSYS_DATA_BASE);
    ck_assert_uint_eq(context->control_address, LIBSYS_AREA_BASE);
    ck_assert_int_eq(space_copy_in(kernel, thread->space, &block, LIBSYS_DATA_BASE, sizeof(block)), 0);
    ck_assert_uint_eq(block.entry, TEXT_ADDRESS + 0x200);
    ck_assert_uint_eq(block.brk, (DATA_ADDRESS + BSS_BYTES + 0xfff) & ~0xfffull);
    ck_assert_int_eq(space_copy_in(kernel, thread->space, words, block.stack, sizeof(words)), 0);
    ck_assert(words[0] == 0 && words[1] == 0 && words[2] == 0 && words[7] == 0);
    ck_assert_ptr_eq(object_of(HANDLE_TABLE, OBJECT_TABLE, RIGHT_MANAGE), table_object(thread->table));
    ck_assert_ptr_eq(object_of(HANDLE_SPACE, OBJECT_SPACE, RIGHT_MANAGE), space_object(thread->space));
    ck_assert_ptr_eq(object_of(HANDLE_GRANT, OBJECT_GRANT, RIGHT_MANAGE), grant_object(kernel->memory.root_grant));
    object_of(HANDLE_AUTHORITY, OBJECT_AUTHORITY, RIGHTS_ALL);
    object_of(HANDLE_LIBSYS, OBJECT_MEMORY, RIGHT_READ | RIGHT_EXECUTE | RIGHT_DUPLICATE | RIGHT_TRANSFER);
    object_of(HANDLE_ARCHIVE, OBJECT_MEMORY, RIGHT_READ);
    ck_assert_uint_eq(kernel->libsys_entry_upcall, LIBSYS_BASE + 0x100);
    fake_destroy(fake);
}
END_TEST

START_TEST(the_machine_stops_with_the_root_servers_last_thread)
{
    static const char line[] = "failure: the root server has died, and the machine with it\n";
    struct thread_arguments arguments = {0};
    struct thread *root, *second, *other;

    archive_fill();
    ck_assert_int_eq(boot(), 0);
    root = kernel_next(kernel, 0, 6);
    arguments = (struct thread_arguments){.grant = kernel->memory.root_grant, .space = root->space,
                                          .table = root->table, .control_memory = root->control_memory};
    ck_assert_int_eq(thread_create(kernel, &arguments, &second), 0);
    ck_assert_int_eq(thread_start(kernel, second, 0, 0, 0), 0);
    ck_assert_int_eq(table_create(kernel, kernel->memory.root_grant, &arguments.table), 0);
    ck_assert_int_eq(thread_create(kernel, &arguments, &other), 0);
    ck_assert_int_eq(thread_start(kernel, other, 0, 0, 0), 0);
    kernel_thread_lost(kernel, 0, 7, second);
    ck_assert(!fake->stopped);
    kernel_thread_lost(kernel, 0, 8, root);
    ck_assert(fake->stopped);
    ck_assert_int_eq(fake->stop_status, KERNEL_STATUS_BROKEN);
    ck_assert_uint_eq(fake->log_length, sizeof(line) - 1);
    ck_assert_mem_eq(fake->log, line, sizeof(line) - 1);
    kernel_thread_lost(kernel, 0, 9, other);
    ck_assert_uint_eq(fake->log_length, sizeof(line) - 1);
    fake_destroy(fake);
}
END_TEST

START_TEST(segments_are_loaded_with_their_protection_and_zeroed_tails_MEM_4)
{
    static uint8_t data[BSS_BYTES];
    struct space *space;

    archive_fill();
    ck_assert_int_eq(boot(), 0);
    space = kernel_next(kernel, 0, 6)->space;
    ck_assert_int_eq(space_copy_in(kernel, space, data, DATA_ADDRESS, BSS_BYTES), 0);
    for (unsigned i = 0; i < BSS_BYTES; i++)
        ck_assert_uint_eq(data[i], i < 0x20 ? 0xdd : 0);
    ck_assert_int_eq(space_fault(kernel, space, TEXT_ADDRESS, ACCESS_EXECUTE), 0);
    ck_assert_int_eq(space_fault(kernel, space, TEXT_ADDRESS, ACCESS_WRITE), -E_FAULT);
    ck_assert_int_eq(space_fault(kernel, space, DATA_ADDRESS, ACCESS_WRITE), 0);
    ck_assert_int_eq(space_fault(kernel, space, DATA_ADDRESS, ACCESS_EXECUTE), -E_FAULT);
    ck_assert_int_eq(space_fault(kernel, space, LIBSYS_BASE, ACCESS_EXECUTE), 0);
    ck_assert_int_eq(space_fault(kernel, space, LIBSYS_BASE, ACCESS_WRITE), -E_FAULT);
    ck_assert_int_eq(space_fault(kernel, space, STACK_TOP - 1, ACCESS_WRITE), 0);
    ck_assert_int_eq(space_fault(kernel, space, STACK_TOP, ACCESS_WRITE), -E_FAULT);
    kernel_check(kernel);
    fake_destroy(fake);
}
END_TEST

static void expect(int error)
{
    ck_assert_int_eq(boot(), error);
    fake_destroy(fake);
    archive_fill();
}

START_TEST(damaged_archives_are_refused)
{
    archive_fill();
    archive.index.header.magic++;
    expect(-E_INVAL);
    archive.index.header.size_bytes += 1;
    expect(-E_INVAL);
    archive.index.header.entry_count = ARCHIVE_ENTRIES_MAX + 1;
    expect(-E_INVAL);
    archive.index.header.entries_offset = sizeof(archive) - 8;
    expect(-E_INVAL);
    archive.index.header.entries_offset += 4;
    expect(-E_INVAL);
    archive.index.header.strings_offset = UINT64_MAX;
    expect(-E_INVAL);
    archive.index.header.strings_bytes = UINT64_MAX;
    expect(-E_INVAL);
    archive.index.strings[63] = 'x';
    expect(-E_INVAL);
    archive.index.entries[2].path_offset = 64;
    expect(-E_INVAL);
    archive.index.entries[2].path_offset = 0; /* not in order */
    expect(-E_INVAL);
    archive.index.entries[2].data_offset++;
    expect(-E_INVAL);
    archive.index.entries[2].size_bytes = 7 * PAGE_BYTES + 1;
    expect(-E_INVAL);
    archive.index.entries[2].data_offset = ~(uint64_t)0xfff;
    expect(-E_INVAL);
    archive.index.strings[17] = 'z';
    expect(-E_NOENT);
    archive.index.entries[0].mode = 0040755;
    expect(-E_NOENT);
    expect(0);
}
END_TEST

START_TEST(unsound_programs_and_libraries_are_refused)
{
    archive_fill();
    program_of()->identity[4] = 1;
    expect(-E_NOEXEC);
    program_of()->type = 3;
    expect(-E_NOEXEC);
    program_of()->machine++;
    expect(-E_NOEXEC);
    program_of()->segment_count = 0xffff;
    expect(-E_NOEXEC);
    program_of()->segments_offset = 3 * PAGE_BYTES - 8;
    expect(-E_NOEXEC);
    program_of()->entry = DATA_ADDRESS;
    expect(-E_NOEXEC);
    program_of()->segments[1].address = TEXT_ADDRESS + 0x1f0;
    expect(-E_NOEXEC);
    program_of()->segments[1].address = PLATFORM_BASE;
    expect(-E_NOEXEC);
    program_of()->segments[1].address = 0;
    expect(-E_NOEXEC);
    program_of()->segments[1].memory_bytes = UINT64_MAX;
    expect(-E_NOEXEC);
    program_of()->segments[1].file_bytes = BSS_BYTES + 1;
    expect(-E_NOEXEC);
    program_of()->segments[1].offset = UINT64_MAX;
    expect(-E_NOEXEC);
    archive.index.entries[2].size_bytes = 63;
    expect(-E_NOEXEC);
    library_of()->magic++;
    expect(-E_NOEXEC);
    library_of()->image_bytes++;
    expect(-E_NOEXEC);
    library_of()->entry_start = LIBSYS_BASE + 2 * PAGE_BYTES;
    expect(-E_NOEXEC);
    library_of()->entry_upcall = LIBSYS_BASE - 1;
    expect(-E_NOEXEC);
    program_of()->segments[1].memory_bytes = 1ull << 40; /* no memory is taken before it is touched */
    expect(0);
}
END_TEST

START_TEST(no_flipped_byte_of_the_index_breaks_the_kernel)
{
    archive_fill();
    for (unsigned at = 0; at < sizeof(archive.index) + 176; at++) {
        uint8_t *byte = at < sizeof(archive.index) ? &archive.bytes[at]
                                                   : (uint8_t *)program_of() + (at - sizeof(archive.index));

        for (unsigned bit = 1; bit < 256; bit *= 4) {
            *byte ^= (uint8_t)bit;
            ck_assert_int_le(boot(), 0);
            fake_destroy(fake);
            *byte ^= (uint8_t)bit;
        }
    }
}
END_TEST

START_TEST(a_first_thread_without_an_archive_sees_physical_memory)
{
    struct boot_entry entry = {.pc = 0x1000, .sp = 0x2000, .argument = 3};
    struct kernel_config config;
    struct thread *thread;
    void *bytes;
    uint64_t length = PAGE_BYTES;

    fake = fake_create(FRAMES, NULL, 0, &config);
    kernel = fake->kernel;
    ck_assert_int_eq(kernel_init(kernel, &config), 0);
    ck_assert_int_eq(kernel_boot(kernel, 0), -E_NOENT);
    entry.control_address = (uintptr_t)fake->ram + (FRAMES - 100) * PAGE_BYTES;
    ck_assert_int_eq(kernel_boot_entry(kernel, &entry, 0), 0);
    kernel_check(kernel);
    thread = kernel_next(kernel, 0, 6);
    ck_assert_ptr_eq(thread->control, (void *)(uintptr_t)entry.control_address);
    ck_assert_uint_eq(fake_context_get(thread)->pc, 0x1000);
    ck_assert_int_eq(space_access(kernel, thread->space, (uintptr_t)fake->ram + 77, ACCESS_WRITE, false, &bytes,
                                  &length),
                     0);
    ck_assert_ptr_eq(bytes, fake->ram + 77);
    object_of(HANDLE_AUTHORITY, OBJECT_AUTHORITY, RIGHTS_ALL);
    entry.control_address++;
    ck_assert_int_eq(kernel_boot_entry(kernel, &entry, 0), -E_INVAL);
    fake_destroy(fake);
}
END_TEST

UNIT_MAIN("boot", the_root_server_starts_in_the_library_with_its_handles_OBJ_1,
          the_machine_stops_with_the_root_servers_last_thread,
          segments_are_loaded_with_their_protection_and_zeroed_tails_MEM_4, damaged_archives_are_refused,
          unsound_programs_and_libraries_are_refused, no_flipped_byte_of_the_index_breaks_the_kernel,
          a_first_thread_without_an_archive_sees_physical_memory)
