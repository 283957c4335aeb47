/* What the kernel says last when it is broken. */
#include "trap.h"

#include "cpu.h"

#include <arch.h>
#include <board.h>
#include <machine.h>

static bool panicking;

void arch_backtrace(void)
{
    backtrace_print((uint64_t)(uintptr_t)__builtin_frame_address(0));
}

_Noreturn void arch_halt(void)
{
    for (;;) {
        __asm__ volatile("cli\n\thlt");
    }
}

_Noreturn void panic_trap(const struct trap_frame *frame)
{
    if (panicking) {
        board_stop(MACHINE_STATUS_BROKEN); /* what could be told has been */
    }
    panicking = true;
    console_print("baton: kernel panic: exception %lu in the kernel, error %lx, address %lx\n", frame->vector,
                  frame->error, CPU_READ(cr2));
    console_print("  rip %016lx  rsp %016lx  flags %lx  cr3 %lx\n", frame->rip, frame->rsp, frame->rflags,
                  CPU_READ(cr3));
    console_print("  rax %016lx  rbx %016lx  rcx %016lx  rdx %016lx\n", frame->rax, frame->rbx, frame->rcx,
                  frame->rdx);
    console_print("  rsi %016lx  rdi %016lx  rbp %016lx  r8  %016lx\n", frame->rsi, frame->rdi, frame->rbp,
                  frame->r8);
    console_print("  r9  %016lx  r10 %016lx  r11 %016lx  r12 %016lx\n", frame->r9, frame->r10, frame->r11,
                  frame->r12);
    console_print("  r13 %016lx  r14 %016lx  r15 %016lx\n", frame->r13, frame->r14, frame->r15);
    backtrace_print(frame->rbp);
    board_stop(MACHINE_STATUS_BROKEN);
}
