/* What the kernel says last when it is broken. */
#include "context.h"
#include "cpu.h"
#include "layout.h"
#include "panic.h"

#include <arch.h>
#include <board.h>
#include <machine.h>

struct panic_registers panic_registers;
static bool panicking;

void arch_backtrace(void)
{
    backtrace_print((uint64_t)(uintptr_t)__builtin_frame_address(0));
}

_Noreturn void arch_halt(void)
{
    for (;;) {
        CPU_DO("msr daifset, #0xf");
        CPU_DO("wfi");
    }
}

_Noreturn void panic_trap(void)
{
    if (panicking) {
        board_stop(MACHINE_STATUS_BROKEN); /* what could be told has been */
    }
    panicking = true;
    console_print("baton: kernel panic: exception in the kernel, ESR %lx FAR %lx\n", CPU_READ(esr_el1),
                  CPU_READ(far_el1));
    console_print("  pc  %016lx  sp  %016lx  pstate %lx\n", CPU_READ(elr_el1), panic_registers.sp, CPU_READ(spsr_el1));
    for (unsigned i = 0; i < 30; i += 3) {
        console_print("  x%02u %016lx  x%02u %016lx  x%02u %016lx\n", i, panic_registers.x[i], i + 1,
                      panic_registers.x[i + 1], i + 2, panic_registers.x[i + 2]);
    }
    console_print("  x30 %016lx\n", panic_registers.x[30]);
    backtrace_print(panic_registers.x[29]);
    board_stop(MACHINE_STATUS_BROKEN);
}
