/* Fills a blank address space with the library, a program and its stack, by kernel calls on the space's handle. */
#include "loader.h"

#include <sys/os.h>
#include <sys/start.h>

#include "signals.h"
#include "state.h"
#include "thread_area.h"

#define PAGE_MASK ((uint64_t)PAGE_BYTES - 1u)

/* Fresh memory, mapped; the mapping keeps it. */
static int fresh_map(const struct load *load, uint64_t address, uint64_t bytes, uint32_t prot)
{
    int memory = sys_memory_create(load->grant, bytes);
    if (memory < 0) {
        return memory;
    }
    int64_t status = sys_space_map(load->space, address, bytes, memory, 0, prot | MAP_FLAG_FIXED);
    sys_handle_close(SYS_SELF_TABLE, memory);
    return status < 0 ? (int)status : 0;
}

/* A private copy of the file's pages, copied on write. What follows the file's bytes in the last page is cleared. */
static int segment_map_copy(const struct load *load, const struct program *program, const struct elf_segment *segment,
                            uint64_t mapped)
{
    static const uint8_t zeros[256];
    int memory = sys_memory_clone(load->grant, program->memory, program->offset_bytes + segment->offset, mapped);
    if (memory < 0) {
        return memory;
    }
    int64_t status = sys_space_map(load->space, segment->address, mapped, memory, 0, segment->prot | MAP_FLAG_FIXED);
    sys_handle_close(SYS_SELF_TABLE, memory);
    for (uint64_t at = segment->file_bytes; status >= 0 && at < mapped;) {
        uint64_t step = mapped - at < sizeof zeros ? mapped - at : sizeof zeros;
        status = sys_space_write(load->space, segment->address + at, zeros, step);
        at += step;
    }
    return status < 0 ? (int)status : 0;
}

static int segment_map(const struct load *load, const struct program *program, const struct elf_segment *segment)
{
    uint64_t mapped = (segment->file_bytes + PAGE_MASK) & ~PAGE_MASK;
    int status = 0;
    if (mapped != 0 && (segment->prot & PROT_W) == 0 && mapped == segment->memory_bytes) {
        int64_t address =
            sys_space_map(load->space, segment->address, mapped, program->memory,
                          program->offset_bytes + segment->offset, segment->prot | MAP_FLAG_FIXED | MAP_FLAG_SHARED);
        status = address < 0 ? (int)address : 0;
    } else if (mapped != 0) {
        status = segment_map_copy(load, program, segment, mapped);
    }
    if (status == 0 && segment->memory_bytes > mapped) {
        status = fresh_map(load, segment->address + mapped, segment->memory_bytes - mapped, segment->prot);
    }
    return status;
}

static void words_gather(struct stack_words *words)
{
    struct process_ids ids = {0};
    os_ids(&ids);
    uint64_t seed = (uint64_t)sys_clock_read() * 0x9e3779b97f4a7c15ull ^ sys_control()->identity;
    *words = (struct stack_words){.uid = ids.uid, .euid = ids.euid, .gid = ids.gid, .egid = ids.egid};
    for (unsigned i = 0; i < 2; i++) { /* splitmix64 */
        seed += 0x9e3779b97f4a7c15ull;
        uint64_t mixed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9ull;
        mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebull;
        words->random[i] = mixed ^ mixed >> 31;
    }
}

/* The stack is one object; its top is written through a mapping of ours. */
static int stack_load(struct load *load, const struct program *program, char *const argv[], char *const envp[])
{
    struct stack_words words;
    words_gather(&words);
    int memory = sys_memory_create(load->grant, START_STACK_BYTES);
    if (memory < 0) {
        return memory;
    }
    int64_t view = sys_space_map(SYS_SELF_SPACE, 0, ARGUMENT_BYTES_MAX, memory, START_STACK_BYTES - ARGUMENT_BYTES_MAX,
                                 PROT_R | PROT_W);
    if (view < 0) {
        sys_handle_close(SYS_SELF_TABLE, memory);
        return (int)view;
    }
    int64_t start = stack_build((uint8_t *)(uintptr_t)view, ARGUMENT_BYTES_MAX, STACK_TOP - ARGUMENT_BYTES_MAX, program,
                                argv, envp, &words);
    sys_space_unmap(SYS_SELF_SPACE, (uint64_t)view, ARGUMENT_BYTES_MAX);
    int64_t status = start;
    if (start >= 0) {
        load->stack = STACK_TOP - ARGUMENT_BYTES_MAX + (uint64_t)start;
        status = sys_space_map(load->space, STACK_TOP - START_STACK_BYTES, START_STACK_BYTES, memory, 0,
                               PROT_R | PROT_W | MAP_FLAG_FIXED);
    }
    sys_handle_close(SYS_SELF_TABLE, memory);
    return status < 0 ? (int)status : 0;
}

static int library_load(struct load *load)
{
    int64_t image_bytes = sys_memory_info(HANDLE_LIBSYS);
    if (image_bytes < 0) {
        return (int)image_bytes;
    }
    int64_t status = sys_space_map(load->space, LIBSYS_BASE, (uint64_t)image_bytes, HANDLE_LIBSYS, 0,
                                   PROT_R | PROT_X | MAP_FLAG_FIXED | MAP_FLAG_SHARED);
    if (status >= 0) {
        status = fresh_map(load, LIBSYS_DATA_BASE, LIBSYS_DATA_BYTES, PROT_R | PROT_W);
    }
    if (status >= 0) {
        status = area_map_stack(load->space, load->grant, 0);
    }
    if (status >= 0) {
        status = area_map_control(load->space, load->grant, 0);
        load->control_memory = (int)status;
    }
    return status < 0 ? (int)status : 0;
}

static int state_write(const struct load *load, const struct program *program, uint32_t flags)
{
    struct process_state state = {
        .start = {.entry = program->image.entry, .stack = load->stack, .brk = program->image.end, .flags = flags}};
    uint64_t mask = thread_state()->mask;
    struct thread_data thread = {.mask = mask, .mask_told = mask}; /* what is pending is fetched when it is unblocked */
    signal_actions_inherit(&state);
    int64_t status = sys_space_write(load->space, LIBSYS_DATA_BASE, &state, sizeof state);
    if (status >= 0) {
        status = sys_space_write(load->space, START_CONTROL + CONTROL_KERNEL_BYTES, &thread, sizeof thread);
    }
    return status < 0 ? (int)status : 0;
}

int load_process(struct load *load, const struct program *program, char *const argv[], char *const envp[],
                 uint32_t start_flags)
{
    load->control_memory = -1;
    int status = library_load(load);
    for (uint32_t i = 0; status == 0 && i < program->image.segment_count; i++) {
        status = segment_map(load, program, &program->image.segments[i]);
    }
    if (status == 0) {
        status = stack_load(load, program, argv, envp);
    }
    if (status == 0) {
        status = state_write(load, program, start_flags);
    }
    if (status != 0 && load->control_memory >= 0) {
        sys_handle_close(SYS_SELF_TABLE, load->control_memory);
        load->control_memory = -1;
    }
    return status;
}
