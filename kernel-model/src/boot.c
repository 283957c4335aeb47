/* The first thread: the root server from the boot archive, or a function of the platform's. It runs with the root grant
 * and holds all the authority there is; whatever anybody else gets, it gives. If booting fails the kernel is of no
 * further use, so errors leave behind what was made before. */
#include <abi/errno.h>
#include <abi/handles.h>
#include <abi/start.h>
#include <kernel/kernel.h>

#include "archive.h"
#include "assert.h"
#include "elf.h"
#include "grant.h"
#include "kernel_state.h"
#include "memory.h"
#include "table.h"
#include "thread.h"

#define BOOT_PRIORITY 200u /* above the programs it serves */
#define BOOT_STACK_BYTES (256ull * 1024)
#define AUXILIARY_PAGE_BYTES 6u /* Linux's number for the page size */
#define RIGHTS_IMAGE (RIGHT_READ | RIGHT_EXECUTE | RIGHT_DUPLICATE | RIGHT_TRANSFER)

/* The first thread's objects; each with a reference that boot_finish drops. */
struct boot {
    struct grant *grant;
    struct space *space;
    struct table *table;
    struct memory *control;
    uint64_t control_page;
    uint64_t control_address;
};

static int handle_put(struct kernel *kernel, struct table *table, int handle, struct object *object, uint32_t rights)
{
    int error = table_reserve_at(kernel, table, handle);

    if (error == 0)
        table_fill(table, handle, object, rights, 0);
    return error;
}

static int authority_put(struct kernel *kernel, struct boot *boot)
{
    struct object *authority;
    int error = object_create(kernel, boot->grant, OBJECT_AUTHORITY, sizeof(*authority), &authority);

    if (error != 0)
        return error;
    error = handle_put(kernel, boot->table, HANDLE_AUTHORITY, authority, RIGHTS_ALL);
    object_release(kernel, authority);
    return error;
}

static int boot_begin(struct kernel *kernel, struct boot *boot)
{
    int error;

    *boot = (struct boot){.grant = kernel->memory.root_grant};
    error = space_create(kernel, boot->grant, &boot->space);
    if (error == 0)
        error = table_create(kernel, boot->grant, &boot->table);
    if (error == 0)
        error = handle_put(kernel, boot->table, HANDLE_TABLE, table_object(boot->table), RIGHTS_ALL);
    if (error == 0)
        error = handle_put(kernel, boot->table, HANDLE_SPACE, space_object(boot->space), RIGHTS_ALL);
    if (error == 0)
        error = handle_put(kernel, boot->table, HANDLE_GRANT, grant_object(boot->grant), RIGHTS_ALL);
    if (error == 0 && kernel->memory.archive != NULL)
        error = handle_put(kernel, boot->table, HANDLE_ARCHIVE, memory_object(kernel->memory.archive), RIGHTS_IMAGE);
    return error == 0 ? authority_put(kernel, boot) : error;
}

/* Makes and starts the thread; space, table and control memory are its and its handles' from here on. */
static int boot_finish(struct kernel *kernel, struct boot *boot, uint64_t pc, uint64_t sp, uint64_t argument)
{
    struct thread_arguments arguments = {.grant = boot->grant, .space = boot->space, .table = boot->table,
                                         .control_memory = boot->control, .control_page = boot->control_page,
                                         .control_address = boot->control_address, .priority = BOOT_PRIORITY};
    struct thread *thread;
    int error = thread_create(kernel, &arguments, &thread);

    if (error != 0)
        return error;
    error = thread_start(kernel, thread, pc, sp, argument);
    KERNEL_ASSERT(kernel, error == 0);
    object_release(kernel, (struct object *)(void *)thread);
    object_release(kernel, memory_object(boot->control));
    object_release(kernel, space_object(boot->space));
    object_release(kernel, table_object(boot->table));
    return 0;
}

/* Fresh memory of its own at an address; *memory (if wanted) has a reference for the caller. */
static int memory_map(struct kernel *kernel, struct boot *boot, uint64_t address, uint64_t size_bytes, uint32_t flags,
                      struct memory **memory)
{
    struct memory *made;
    int error = memory_create(kernel, boot->grant, size_bytes, &made);

    if (error != 0)
        return error;
    error = space_map(kernel, boot->space, &address, size_bytes, made, RIGHT_READ | RIGHT_WRITE, 0,
                      PROT_R | PROT_W | MAP_FLAG_FIXED | flags);
    if (error == 0 && memory != NULL)
        *memory = made;
    else
        object_release(kernel, memory_object(made));
    return error;
}

static bool is_in_image(const struct libsys_header *header, uint64_t address)
{
    return address >= LIBSYS_BASE && address - LIBSYS_BASE < header->image_bytes;
}

/* Maps the system library's image and makes its handle; returns its header. */
static int library_map(struct kernel *kernel, struct boot *boot, const struct archive_file *file,
                       const struct libsys_header **header)
{
    uint64_t pages = (file->size_bytes + PAGE_BYTES - 1) >> PAGE_SHIFT;
    uint64_t address = LIBSYS_BASE;
    struct memory *memory;
    int error;

    *header = (const struct libsys_header *)(const void *)file->bytes;
    if (file->size_bytes < sizeof(**header) || file->size_bytes > LIBSYS_BYTES_MAX ||
        (*header)->magic != LIBSYS_MAGIC || (*header)->image_bytes > file->size_bytes ||
        !is_in_image(*header, (*header)->entry_upcall) || !is_in_image(*header, (*header)->entry_start))
        return -E_NOEXEC;
    error = memory_create_fixed(kernel, boot->grant, kernel->frames.archive_first + file->first_page, pages, &memory);
    if (error != 0)
        return error;
    error = space_map(kernel, boot->space, &address, pages << PAGE_SHIFT, memory, RIGHT_READ | RIGHT_EXECUTE, 0,
                      PROT_R | PROT_X | MAP_FLAG_FIXED | MAP_FLAG_SHARED);
    if (error == 0)
        error = handle_put(kernel, boot->table, HANDLE_LIBSYS, memory_object(memory), RIGHTS_IMAGE);
    object_release(kernel, memory_object(memory));
    return error;
}

/* The library's data, thread area 0, and the program's stack. */
static int areas_map(struct kernel *kernel, struct boot *boot, const struct elf_program *program)
{
    const uint64_t words[] = {0, 0, 0, AUXILIARY_PAGE_BYTES, PAGE_BYTES, 0, 0, 0}; /* argc, argv, envp, auxiliary */
    struct start_block block = {.entry = program->entry, .stack = STACK_TOP - sizeof(words), .brk = program->end};
    int error = memory_map(kernel, boot, LIBSYS_DATA_BASE, LIBSYS_DATA_BYTES, 0, NULL);

    if (error == 0)
        error = memory_map(kernel, boot, LIBSYS_AREA_BASE, PAGE_BYTES, MAP_FLAG_SHARED | MAP_FLAG_NO_CLONE,
                           &boot->control);
    if (error == 0)
        error = memory_map(kernel, boot, LIBSYS_AREA_BASE + LIBSYS_STACK_OFFSET, LIBSYS_STACK_BYTES, 0, NULL);
    if (error == 0)
        error = memory_map(kernel, boot, STACK_TOP - BOOT_STACK_BYTES, BOOT_STACK_BYTES, 0, NULL);
    if (error == 0)
        error = space_copy_out(kernel, boot->space, LIBSYS_DATA_BASE, &block, sizeof(block));
    if (error == 0)
        error = space_copy_out(kernel, boot->space, block.stack, words, sizeof(words));
    boot->control_address = LIBSYS_AREA_BASE;
    return error;
}

int kernel_boot(struct kernel *kernel, uint64_t now_ns)
{
    const uint8_t *bytes;
    const struct libsys_header *header;
    struct archive_file root, library;
    struct elf_program program;
    struct boot boot;
    int error;

    kernel->now_ns = now_ns;
    if (kernel->memory.archive == NULL)
        return -E_NOENT;
    bytes = frame_bytes(kernel, kernel->frames.archive_first);
    error = archive_check(bytes, memory_size(kernel->memory.archive));
    if (error == 0)
        error = archive_find(bytes, "sbin/root", &root);
    if (error == 0)
        error = archive_find(bytes, "boot/libsys", &library);
    if (error == 0)
        error = boot_begin(kernel, &boot);
    if (error == 0)
        error = library_map(kernel, &boot, &library, &header);
    if (error == 0)
        error = elf_load(kernel, boot.space, boot.grant, root.bytes, root.size_bytes, &program);
    if (error == 0)
        error = areas_map(kernel, &boot, &program);
    if (error != 0)
        return error;
    kernel->libsys_entry_upcall = header->entry_upcall;
    kernel->root_table = boot.table;
    return boot_finish(kernel, &boot, header->entry_start,
                       LIBSYS_AREA_BASE + LIBSYS_STACK_OFFSET + LIBSYS_STACK_BYTES, LIBSYS_DATA_BASE);
}

/* Shows physical memory at its own address, but for the platform's range. */
static int identity_map(struct kernel *kernel, struct boot *boot)
{
    static const struct {
        uint64_t start, end;
    } ranges[] = {{USER_BASE, PLATFORM_BASE}, {PLATFORM_END, USER_END}};
    struct memory *memory;
    int error = memory_create_identity(kernel, boot->grant, USER_END >> PAGE_SHIFT, &memory);

    boot->control = memory;
    for (unsigned i = 0; error == 0 && i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        uint64_t address = ranges[i].start;

        error = space_map(kernel, boot->space, &address, ranges[i].end - address, memory,
                          RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE, address,
                          PROT_R | PROT_W | PROT_X | MAP_FLAG_FIXED | MAP_FLAG_SHARED);
    }
    return error;
}

int kernel_boot_entry(struct kernel *kernel, const struct boot_entry *entry, uint64_t now_ns)
{
    struct boot boot;
    int error;

    if (entry->control_address % PAGE_BYTES != 0 || entry->control_address >= USER_END)
        return -E_INVAL;
    kernel->now_ns = now_ns;
    error = boot_begin(kernel, &boot);
    if (error == 0)
        error = identity_map(kernel, &boot);
    if (error != 0)
        return error;
    boot.control_address = entry->control_address;
    boot.control_page = entry->control_address >> PAGE_SHIFT;
    return boot_finish(kernel, &boot, entry->pc, entry->sp, entry->argument);
}
