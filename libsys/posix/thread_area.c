/* Thread areas: two bitmaps in the process state say which are used and which have a stack. A stack stays mapped for
 * the next thread; control pages are always new, since the kernel may still hold the old one. */
#include "thread_area.h"

#include "state.h"

int area_map_control(int space, int grant, uint32_t area)
{
    int memory = sys_memory_create(grant, PAGE_BYTES);
    if (memory < 0) {
        return memory;
    }
    int64_t status = sys_space_map(space, area_control(area), PAGE_BYTES, memory, 0,
                                   PROT_R | PROT_W | MAP_FLAG_FIXED | MAP_FLAG_SHARED | MAP_FLAG_NO_CLONE);
    if (status < 0) {
        sys_handle_close(SYS_SELF_TABLE, memory);
        return (int)status;
    }
    return memory;
}

int area_map_stack(int space, int grant, uint32_t area)
{
    int memory = sys_memory_create(grant, LIBSYS_STACK_BYTES);
    if (memory < 0) {
        return memory;
    }
    int64_t status = sys_space_map(space, area_control(area) + LIBSYS_STACK_OFFSET, LIBSYS_STACK_BYTES, memory, 0,
                                   PROT_R | PROT_W | MAP_FLAG_FIXED);
    sys_handle_close(SYS_SELF_TABLE, memory);
    return status < 0 ? (int)status : 0;
}

static int area_find(struct process_state *state)
{
    for (uint32_t word = 0; word < THREAD_AREA_WORDS; word++) {
        uint64_t used = __atomic_load_n(&state->area_used[word], __ATOMIC_ACQUIRE);
        if (used != UINT64_MAX) {
            uint32_t bit = (uint32_t)__builtin_ctzll(~used);
            __atomic_fetch_or(&state->area_used[word], 1ull << bit, __ATOMIC_ACQ_REL);
            return (int)(word * 64 + bit);
        }
    }
    return -E_AGAIN;
}

int area_take(int *control_memory)
{
    struct process_state *state = process_state();
    process_lock();
    int area = area_find(state);
    process_unlock();
    if (area < 0) {
        return area;
    }
    uint64_t *mapped = &state->area_mapped[area / 64];
    uint64_t bit = 1ull << (area % 64);
    int status = 0;
    if ((__atomic_load_n(mapped, __ATOMIC_ACQUIRE) & bit) == 0) {
        status = area_map_stack(SYS_SELF_SPACE, HANDLE_GRANT, (uint32_t)area);
        if (status == 0) {
            __atomic_fetch_or(mapped, bit, __ATOMIC_RELEASE);
        }
    }
    if (status == 0) {
        status = area_map_control(SYS_SELF_SPACE, HANDLE_GRANT, (uint32_t)area);
    }
    if (status < 0) {
        area_give((uint32_t)area);
        return status;
    }
    *control_memory = status;
    return area;
}

void area_give(uint32_t area)
{
    __atomic_fetch_and(&process_state()->area_used[area / 64], ~(1ull << (area % 64)), __ATOMIC_RELEASE);
}
