/* Anonymous and file memory of this process, paid from its grant. */
#include "memory.h"

#include <sys/os.h>

#include "request.h"
#include "state.h"

#define PAGE_MASK ((uint64_t)PAGE_BYTES - 1u)
#define PAGES_UP(bytes) (((bytes) + PAGE_MASK) & ~PAGE_MASK)
#define HEAP_BYTES_MAX (1ull << 40)
#define HEAP_STEP_BYTES (256ull << 10)

/* Private memory may be cut and joined at will, so each call gets an object of its own. */
static int64_t object_map(uint64_t address, uint64_t bytes, uint32_t prot_flags)
{
    int memory = sys_memory_create(HANDLE_GRANT, bytes);
    if (memory < 0) {
        return memory;
    }
    int64_t result = sys_space_map(SYS_SELF_SPACE, address, bytes, memory, 0, prot_flags);
    sys_handle_close(SYS_SELF_TABLE, memory);
    return result;
}

int64_t memory_map(uint64_t address, uint64_t size_bytes, uint32_t prot_flags)
{
    if (size_bytes == 0 || size_bytes > USER_END) {
        return size_bytes == 0 ? -E_INVAL : -E_NOMEM;
    }
    return object_map(address, PAGES_UP(size_bytes), prot_flags);
}

/* Maps the heap up to `wanted` at least, in steps, so that small ones do not make a region each. */
static bool heap_grow(struct process_state *state, uint64_t wanted)
{
    struct region_info next;
    uint64_t start = state->brk_mapped;
    uint64_t end = start + (wanted - start + HEAP_STEP_BYTES - 1) / HEAP_STEP_BYTES * HEAP_STEP_BYTES;
    if (sys_space_query(SYS_SELF_SPACE, start, &next) < 0) {
        return false;
    }
    if (next.end != 0 && next.start < end) {
        end = wanted;
    }
    if ((next.end != 0 && next.start < end) ||
        object_map(start, end - start, PROT_R | PROT_W | MAP_FLAG_FIXED) < 0) {
        return false;
    }
    state->brk_mapped = end;
    return true;
}

uint64_t memory_brk(uint64_t address)
{
    struct process_state *state = process_state();
    process_lock();
    uint64_t wanted = PAGES_UP(address);
    bool good = address >= state->start.brk && address - state->start.brk <= HEAP_BYTES_MAX;
    if (good && wanted > state->brk_mapped) {
        good = heap_grow(state, wanted);
    } else if (good && wanted < PAGES_UP(state->brk_now)) {
        /* What comes back later must be zero. */
        good = sys_space_unmap(SYS_SELF_SPACE, wanted, state->brk_mapped - wanted) >= 0;
        state->brk_mapped = good ? wanted : state->brk_mapped;
    }
    state->brk_now = good ? address : state->brk_now;
    uint64_t now = state->brk_now;
    process_unlock();
    return now;
}

/* The file's own pages, copied on write or shared. */
static int64_t file_map_object(uint64_t address, uint64_t bytes, int memory, uint64_t offset, uint32_t prot_flags)
{
    if ((prot_flags & PROT_W) == 0) {
        return sys_space_map(SYS_SELF_SPACE, address, bytes, memory, offset, prot_flags | MAP_FLAG_SHARED);
    }
    int copy = sys_memory_clone(HANDLE_GRANT, memory, offset, bytes);
    if (copy < 0) {
        return copy;
    }
    int64_t result = sys_space_map(SYS_SELF_SPACE, address, bytes, copy, 0, prot_flags);
    sys_handle_close(SYS_SELF_TABLE, copy);
    return result;
}

static int64_t file_map_copy(uint64_t address, uint64_t bytes, int fd, uint64_t offset, uint32_t prot_flags)
{
    int64_t result = object_map(address, bytes, (prot_flags & ~7u) | PROT_R | PROT_W);
    uint64_t done = 0;
    while (result >= 0 && done < bytes) {
        int64_t got = os_pread(fd, (uint8_t *)(uintptr_t)result + done, bytes - done, offset + done);
        if (got < 0 && got != -E_INTR) {
            sys_space_unmap(SYS_SELF_SPACE, (uint64_t)result, bytes);
            return got;
        }
        if (got == 0) {
            break;
        }
        done += got > 0 ? (uint64_t)got : 0;
    }
    if (result >= 0 && (prot_flags & 7u) != (PROT_R | PROT_W)) {
        sys_space_protect(SYS_SELF_SPACE, (uint64_t)result, bytes, prot_flags & 7u);
    }
    return result;
}

int64_t memory_map_file(uint64_t address, uint64_t size_bytes, int fd, uint64_t offset_bytes, uint32_t prot_flags)
{
    if (size_bytes == 0 || size_bytes > USER_END || (offset_bytes & PAGE_MASK) != 0 || offset_bytes > INT64_MAX) {
        return -E_INVAL;
    }
    if ((prot_flags & MAP_FLAG_SHARED) != 0 && (prot_flags & PROT_W) != 0) {
        return -E_NODEV;
    }
    struct control *control = sys_control();
    struct file_request request = {.operation = FILE_MAP};
    uint64_t bytes = PAGES_UP(size_bytes);
    control->receive_base = HANDLE_DYNAMIC;
    control->received_handles[0] = -1;
    int64_t start = file_send(fd, &request, NULL, 0, NULL, 0, CALL_UNINTERRUPTIBLE);
    int memory = control->received_handles[0];
    if (start == -E_BADF || start == -E_ACCES) {
        return start;
    }
    int64_t result = -E_NODEV;
    if (start >= 0 && memory >= 0) {
        int64_t has = sys_memory_info(memory);
        uint64_t from = (uint64_t)start + offset_bytes;
        if (has >= 0 && from <= (uint64_t)has && bytes <= (uint64_t)has - from) {
            result = file_map_object(address, bytes, memory, from, prot_flags);
        }
    }
    if (memory >= 0) {
        sys_handle_close(SYS_SELF_TABLE, memory);
    }
    return result >= 0 ? result : file_map_copy(address, bytes, fd, offset_bytes, prot_flags);
}

int memory_protect(uint64_t address, uint64_t size_bytes, uint32_t prot)
{
    int status = sys_space_protect(SYS_SELF_SPACE, address, PAGES_UP(size_bytes), prot);
    return status == -E_FAULT ? -E_NOMEM : status;
}

int memory_unmap(uint64_t address, uint64_t size_bytes)
{
    return sys_space_unmap(SYS_SELF_SPACE, address, PAGES_UP(size_bytes));
}

static int64_t remap_move(uint64_t address, uint64_t old, uint64_t wanted, uint32_t prot)
{
    int64_t result = object_map(0, wanted, PROT_R | PROT_W);
    if (result < 0) {
        return result;
    }
    int64_t copied = sys_space_read(SYS_SELF_SPACE, address, (void *)(uintptr_t)result, old < wanted ? old : wanted);
    if (copied < 0) {
        sys_space_unmap(SYS_SELF_SPACE, (uint64_t)result, wanted);
        return copied;
    }
    if (prot != (PROT_R | PROT_W)) {
        sys_space_protect(SYS_SELF_SPACE, (uint64_t)result, wanted, prot);
    }
    sys_space_unmap(SYS_SELF_SPACE, address, old);
    return result;
}

int64_t memory_remap(uint64_t address, uint64_t size_bytes, uint64_t new_bytes, int may_move)
{
    struct region_info region;
    uint64_t old = PAGES_UP(size_bytes), wanted = PAGES_UP(new_bytes);
    if ((address & PAGE_MASK) != 0 || old == 0 || wanted == 0 || old > USER_END || wanted > USER_END) {
        return -E_INVAL;
    }
    if (sys_space_query(SYS_SELF_SPACE, address, &region) < 0 || region.end == 0 || region.start > address) {
        return -E_FAULT;
    }
    if (wanted <= old) {
        return wanted == old                                                         ? (int64_t)address
               : sys_space_unmap(SYS_SELF_SPACE, address + wanted, old - wanted) < 0 ? -E_FAULT
                                                                                     : (int64_t)address;
    }
    struct region_info next;
    if (sys_space_query(SYS_SELF_SPACE, address + old, &next) == 0 &&
        (next.end == 0 || next.start >= address + wanted)) {
        int64_t grown = object_map(address + old, wanted - old, region.prot | MAP_FLAG_FIXED);
        if (grown >= 0) {
            return (int64_t)address;
        }
    }
    return may_move ? remap_move(address, old, wanted, region.prot) : -E_NOMEM;
}

int64_t os_memory_map(uint64_t address, uint64_t size_bytes, uint32_t prot_flags)
{
    return memory_map(address, size_bytes, prot_flags);
}

int os_memory_unmap(uint64_t address, uint64_t size_bytes)
{
    return memory_unmap(address, size_bytes);
}
