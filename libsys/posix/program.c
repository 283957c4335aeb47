/* Opening executables: the file as a memory object, its header checked, "#!" followed. */
#include "loader.h"

#include <sys/os.h>

#include "request.h"

#define PAGE_MASK ((uint64_t)PAGE_BYTES - 1u)
#define PROGRAM_BYTES_MAX (1ull << 32)

/* Reads the whole file into fresh memory: for servers that cannot give theirs. */
static int file_copy(struct program *program)
{
    uint64_t bytes = (program->file_bytes + PAGE_MASK) & ~PAGE_MASK;
    int memory = sys_memory_create(HANDLE_GRANT, bytes);
    if (memory < 0) {
        return memory;
    }
    int64_t view = sys_space_map(SYS_SELF_SPACE, 0, bytes, memory, 0, PROT_R | PROT_W);
    int64_t status = view;
    uint64_t done = 0;
    while (status >= 0 && done < program->file_bytes) {
        status = os_pread(program->fd, (uint8_t *)(uintptr_t)view + done, program->file_bytes - done, done);
        if (status == 0) {
            status = -E_NOEXEC;
        } else if (status == -E_INTR) {
            status = sys_thread_yield();
        } else if (status > 0) {
            done += (uint64_t)status;
        }
    }
    if (view >= 0) {
        sys_space_unmap(SYS_SELF_SPACE, (uint64_t)view, bytes);
    }
    if (status < 0) {
        sys_handle_close(SYS_SELF_TABLE, memory);
        return (int)status;
    }
    program->memory = memory;
    program->offset_bytes = 0;
    return 0;
}

/* Asks the server for the file's memory. */
static int file_map(struct program *program)
{
    struct control *control = sys_control();
    struct file_request request = {.operation = FILE_MAP};
    control->receive_base = HANDLE_DYNAMIC;
    control->received_handles[0] = -1;
    int64_t offset = file_send(program->fd, &request, NULL, 0, NULL, 0, CALL_UNINTERRUPTIBLE);
    int memory = control->received_handles[0];
    if (offset >= 0 && memory >= 0 && ((uint64_t)offset & PAGE_MASK) == 0) {
        program->memory = memory;
        program->offset_bytes = (uint64_t)offset;
        return 0;
    }
    if (memory >= 0) {
        sys_handle_close(SYS_SELF_TABLE, memory);
    }
    return file_copy(program);
}

/* Whether the object holds every page that the image takes from the file. */
static int memory_check(const struct program *program)
{
    int64_t bytes = sys_memory_info(program->memory);
    if (bytes < 0) {
        return (int)bytes;
    }
    for (uint32_t i = 0; i < program->image.segment_count; i++) {
        const struct elf_segment *segment = &program->image.segments[i];
        uint64_t end = program->offset_bytes + segment->offset + ((segment->file_bytes + PAGE_MASK) & ~PAGE_MASK);
        if (segment->file_bytes != 0 && end > (uint64_t)bytes) {
            return -E_NOEXEC;
        }
    }
    return 0;
}

static int file_open(const char *path, struct program *program, uint8_t *head, uint64_t *head_bytes)
{
    struct file_stat stat;
    int status = os_access(OS_AT_CWD, path, 1);
    if (status < 0) {
        return status;
    }
    program->fd = os_open(OS_AT_CWD, path, OPEN_READ_ONLY | OPEN_CLOSE_ON_EXEC, 0);
    if (program->fd < 0) {
        return program->fd;
    }
    status = os_fstat(program->fd, &stat);
    if (status < 0) {
        return status;
    }
    if ((stat.mode & 0170000u) != 0100000u) {
        return -E_ACCES;
    }
    if (stat.size_bytes > PROGRAM_BYTES_MAX) {
        return -E_NOEXEC;
    }
    int64_t got = os_pread(program->fd, head, ELF_HEAD_BYTES, 0);
    if (got < 0) {
        return (int)got;
    }
    *head_bytes = (uint64_t)got;
    program->file_bytes = stat.size_bytes;
    program->path = path;
    return 0;
}

static int image_take(struct program *program, const uint8_t *head, uint64_t head_bytes)
{
    int status = elf_check(head, head_bytes, program->file_bytes, &program->image);
    if (status == 0 && program->image.interpreter) {
        os_log("%s: is linked dynamically, which is not supported: link it statically\n", program->path);
        status = -E_NOENT;
    }
    return status;
}

static int program_find(const char *path, struct program *program)
{
    uint8_t head[ELF_HEAD_BYTES] __attribute__((aligned(16)));
    uint64_t head_bytes = 0;
    for (unsigned depth = 0;; depth++) {
        int status = file_open(path, program, head, &head_bytes);
        if (status < 0) {
            return status;
        }
        if (head_bytes < 2 || head[0] != '#' || head[1] != '!') {
            return image_take(program, head, head_bytes);
        }
        if (depth == SCRIPT_DEPTH_MAX) {
            return -E_LOOP;
        }
        status = script_parse(head, head_bytes, program);
        if (status < 0) {
            return status;
        }
        if (program->script == NULL) {
            program->script = path;
        }
        os_close(program->fd);
        program->fd = -1;
        path = program->interpreter;
    }
}

int program_open(const char *path, struct program *program)
{
    *program = (struct program){.memory = -1, .fd = -1};
    int status = program_find(path, program);
    if (status == 0) {
        status = file_map(program);
    }
    if (status == 0) {
        status = memory_check(program);
    }
    if (status != 0) {
        program_close(program);
    }
    return status;
}

int program_from_memory(int memory, uint64_t offset_bytes, uint64_t size_bytes, struct program *program)
{
    uint64_t mapped = (size_bytes < ELF_HEAD_BYTES ? size_bytes + PAGE_MASK : ELF_HEAD_BYTES) & ~PAGE_MASK;
    *program = (struct program){
        .memory = memory, .fd = -1, .offset_bytes = offset_bytes, .file_bytes = size_bytes, .path = ""};
    if (size_bytes == 0 || size_bytes > PROGRAM_BYTES_MAX || (offset_bytes & PAGE_MASK) != 0) {
        return -E_NOEXEC;
    }
    int64_t view = sys_space_map(SYS_SELF_SPACE, 0, mapped, memory, offset_bytes, PROT_R);
    if (view < 0) {
        return (int)view;
    }
    int status = image_take(program, (const uint8_t *)(uintptr_t)view,
                            size_bytes < ELF_HEAD_BYTES ? size_bytes : ELF_HEAD_BYTES);
    sys_space_unmap(SYS_SELF_SPACE, (uint64_t)view, mapped);
    return status == 0 ? memory_check(program) : status;
}

void program_close(struct program *program)
{
    if (program->memory >= 0) {
        sys_handle_close(SYS_SELF_TABLE, program->memory);
    }
    if (program->fd >= 0) {
        os_close(program->fd);
    }
    program->memory = program->fd = -1;
}
