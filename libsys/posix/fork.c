/* Fork: a blank process whose space is a copy-on-write clone of ours, and whose only thread goes on where we stand. */
#include <sys/os.h>

#include "child.h"
#include "entry.h"
#include "signals.h"
#include "state.h"
#include "thread_area.h"

/* A control page of its own, with our library part. Returns a handle on its memory. */
static int control_clone(const struct child *child)
{
    struct thread_data *own = thread_state();
    int memory = area_map_control(child->space, child->grant, own->area);
    if (memory < 0) {
        return memory;
    }
    int64_t status = sys_space_write(child->space, area_control(own->area) + CONTROL_KERNEL_BYTES, own, sizeof *own);
    if (status < 0) {
        sys_handle_close(SYS_SELF_TABLE, memory);
        return (int)status;
    }
    return memory;
}

static int child_fill(const struct child *child)
{
    /* Nobody else may be half way through a change of the state that is cloned. */
    process_lock();
    int status = sys_space_clone(child->space, HANDLE_SPACE, child->grant);
    process_unlock();
    if (status == 0) {
        status = child_descriptors(child);
    }
    return status < 0 ? status : child_handles(child);
}

static int fork_parent(uint64_t sp)
{
    struct child child;
    int status = child_create(&child, ROOT_KEEP_CAUGHT);
    if (status < 0) {
        return status;
    }
    int control_memory = -1;
    status = child_fill(&child);
    if (status == 0) {
        control_memory = control_clone(&child);
        status = control_memory < 0 ? control_memory : 0;
    }
    if (status == 0) {
        uint64_t control_address = area_control(thread_state()->area);
        status = child_start(&child, control_memory, control_address, fork_entry_child(), sp, 0);
    }
    if (control_memory >= 0) {
        sys_handle_close(SYS_SELF_TABLE, control_memory);
    }
    child_close(&child);
    return status < 0 ? status : child.pid;
}

static void areas_drop(uint32_t own)
{
    struct process_state *state = process_state();
    for (uint32_t area = 0; area < THREADS_PER_SPACE_MAX; area++) {
        bool used = (state->area_used[area / 64] >> (area % 64) & 1) != 0;
        bool mapped = (state->area_mapped[area / 64] >> (area % 64) & 1) != 0;
        if ((used || mapped) && area != own) {
            sys_space_unmap(SYS_SELF_SPACE, area_control(area), LIBSYS_STACK_OFFSET + LIBSYS_STACK_BYTES);
        }
    }
    for (uint32_t word = 0; word < THREAD_AREA_WORDS; word++) {
        state->area_used[word] = state->area_mapped[word] = 0;
    }
    state->area_used[own / 64] = state->area_mapped[own / 64] = 1ull << (own % 64);
}

int os_fork(void)
{
    int pid = fork_split(fork_parent);
    if (pid == 0) {
        struct process_state *state = process_state();
        struct thread_data *own = thread_state();
        state->lock = 0; /* cloned while the parent held it */
        sys_control()->receive_base = HANDLE_DYNAMIC;
        own->notification = 0; /* the handle was not copied */
        if (state->thread_count != 1 || own->area != 0) {
            state->thread_count = 1;
            areas_drop(own->area);
        }
        signal_forked();
    }
    return pid;
}
