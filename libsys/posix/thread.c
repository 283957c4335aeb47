/* Threads: each has an area with control page and system stack, and begins in the library. */
#include "threads.h"

#include "entry.h"
#include "request.h"
#include "signals.h"
#include "state.h"
#include "thread_area.h"

#define STACK_BYTES_DEFAULT 65536u
#define STACK_BYTES_MAX (1ull << 32)

static struct thread_data *area_state(uint32_t area)
{
    return (struct thread_data *)(uintptr_t)(area_control(area) + CONTROL_KERNEL_BYTES);
}

/* Runs the thread whose area has been prepared; the area is given back on errors. */
static int area_run(uint32_t area, int control_memory)
{
    struct root_message message = {
        .request = {.operation = ROOT_THREAD_CREATE,
                    .argument = {thread_entry_start(), area_stack_top(area), area_control(area), area_control(area)}},
        .call_flags = CALL_UNINTERRUPTIBLE,
        .receive_base = HANDLE_DYNAMIC,
        .transfer = {{.handle = control_memory, .rights = RIGHTS_ALL, .move = 1}},
        .transfer_count = 1,
    };
    __atomic_fetch_add(&process_state()->thread_count, 1, __ATOMIC_ACQ_REL);
    int tid = (int)root_send(&message);
    if (tid < 0) {
        __atomic_fetch_sub(&process_state()->thread_count, 1, __ATOMIC_ACQ_REL);
        area_give(area);
    }
    return tid;
}

int thread_start_at(const struct registers *registers, uint64_t set_tid, uint64_t clear_tid)
{
    int control_memory;
    int area = area_take(&control_memory);
    if (area < 0) {
        return area;
    }
    struct thread_data *state = area_state((uint32_t)area);
    *state = (struct thread_data){.area = (uint32_t)area,
                                  .mask = thread_state()->mask,
                                  .clear_tid = clear_tid,
                                  .set_tid = set_tid,
                                  .start = *registers};
    return area_run((uint32_t)area, control_memory);
}

int thread_clear_tid(uint64_t address)
{
    thread_state()->clear_tid = address;
    return (int)IDENTITY_TID(sys_control()->identity);
}

int os_thread_create(void (*entry)(void *), void *argument, uint64_t stack_bytes)
{
    uint64_t bytes = stack_bytes == 0 ? STACK_BYTES_DEFAULT : (stack_bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1ull);
    if (entry == NULL || bytes == 0 || bytes > STACK_BYTES_MAX) {
        return -E_INVAL;
    }
    int64_t stack = os_memory_map(0, bytes, PROT_R | PROT_W);
    if (stack < 0) {
        return (int)stack;
    }
    int control_memory;
    int area = area_take(&control_memory);
    if (area < 0) {
        os_memory_unmap((uint64_t)stack, bytes);
        return area;
    }
    struct thread_data *state = area_state((uint32_t)area);
    *state = (struct thread_data){.area = (uint32_t)area,
                                  .mask = thread_state()->mask,
                                  .stack_base = (uint64_t)stack,
                                  .stack_bytes = bytes,
                                  .entry = (uint64_t)(uintptr_t)entry,
                                  .argument = (uint64_t)(uintptr_t)argument};
    int tid = area_run((uint32_t)area, control_memory);
    if (tid < 0) {
        os_memory_unmap((uint64_t)stack, bytes);
    }
    return tid;
}

/* A further thread begins here, on its system stack. */
_Noreturn void thread_enter(uint64_t argument)
{
    (void)argument;
    struct thread_data *state = thread_state();
    sys_control()->receive_base = HANDLE_DYNAMIC;
    signal_thread_started();
    if (state->entry != 0) {
        thread_call(state->entry, state->argument, state->stack_base + state->stack_bytes);
    }
    if (state->set_tid != 0) {
        *(volatile uint32_t *)(uintptr_t)state->set_tid = IDENTITY_TID(sys_control()->identity);
    }
    registers_resume(&state->start);
}

_Noreturn void thread_end(int status)
{
    struct process_state *process = process_state();
    struct thread_data *state = thread_state();
    if (__atomic_load_n(&process->thread_count, __ATOMIC_ACQUIRE) == 1) {
        os_exit(status);
    }
    if (state->clear_tid != 0) {
        uint32_t zero = 0;
        if (sys_space_write(SYS_SELF_SPACE, state->clear_tid, &zero, sizeof zero) >= 0) {
            sys_address_wake((const uint32_t *)(uintptr_t)state->clear_tid, 1);
        }
    }
    if (state->notification != 0) {
        sys_handle_close(SYS_SELF_TABLE, state->notification);
    }
    if (state->stack_bytes != 0) {
        os_memory_unmap(state->stack_base, state->stack_bytes);
    }
    if (__atomic_fetch_sub(&process->thread_count, 1, __ATOMIC_ACQ_REL) == 1) {
        os_exit(status);
    }
    thread_release_and_exit(&process->area_used[state->area / 64], 1ull << (state->area % 64), SYS_THREAD_EXIT);
}

_Noreturn void thread_last(void)
{
    thread_end(0);
}

_Noreturn void os_thread_exit(void)
{
    thread_leave();
}
