/* The loop between programs. What comes before the first one is in machine_start.c. */
#include "machine.h"

#include "arch.h"
#include "board.h"
#include "page_table.h"
#include "trace.h"

static _Alignas(PAGE_BYTES) union {
    struct device_table table;
    char page[PAGE_BYTES];
} devices;

struct machine machine = {.devices = &devices.table};

extern const char start_code[], start_code_end[]; /* kernel.ld */

_Noreturn void machine_begin(void)
{
    page_table_give(arch_physical(start_code), (uint64_t)(start_code_end - start_code) / PAGE_BYTES);
    arch_resume(machine_next(arch_clock_ns()));
}

void machine_interrupts(void)
{
    do {
        uint32_t number = board_interrupt_take();
        if (number == BOARD_INTERRUPT_NONE) {
            return;
        }
        if (number != BOARD_INTERRUPT_TIMER) {
            kernel_interrupt(machine.kernel, 0, arch_clock_ns(), number);
        } else if (arch_timer_take()) {
            kernel_timer(machine.kernel, 0, arch_clock_ns());
        }
    } while (arch_interrupt_pending());
}

static void machine_end_if_stopped(void)
{
    if (machine.stopped) {
        trace_end(machine.kernel);
        board_stop(machine.status);
    }
}

/* What is rarely to be done comes in a function of its own, so that the other one needs no stack. */
static __attribute__((noinline, cold)) struct plat_context *enter_prepared(struct thread *thread)
{
    page_table_ready(thread_plat_space(thread));
    arch_space_prepare(thread_plat_space(thread));
    return machine_enter(thread);
}

struct plat_context *machine_enter(struct thread *thread)
{
    struct plat_space *space = thread_plat_space(thread);
    if (__builtin_expect(!arch_space_is_prepared(space), 0)) {
        return enter_prepared(thread);
    }
    arch_space_switch(space);
    machine.entered = thread_context(thread);
    return arch_context_enter(machine.entered);
}

/* Work that was preempted goes on also if what it was preempted for is no longer pending. */
struct plat_context *machine_wait(void)
{
    for (;;) {
        machine_end_if_stopped();
        if (kernel_may_wait(machine.kernel, 0) && !arch_interrupt_pending()) {
            arch_idle();
        }
        machine_interrupts();
        struct thread *thread = kernel_next(machine.kernel, 0, arch_clock_ns());
        if (thread != NULL && !machine.stopped) {
            return machine_enter(thread);
        }
    }
}
