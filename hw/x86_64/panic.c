/* What the kernel says last when it is broken. */
#include "trap.h"

#include "cpu.h"

#include <arch.h>
#include <board.h>
#include <machine.h>

#define FRAMES_MAX 32u

extern const char stack_start[], stack_end[];

static bool panicking;

struct frame {
    const struct frame *next;
    uint64_t pc;
};

static bool is_frame(const struct frame *frame)
{
    uint64_t address = (uint64_t)(uintptr_t)frame;
    return address % 8 == 0 && address >= (uint64_t)(uintptr_t)stack_start &&
           address <= (uint64_t)(uintptr_t)stack_end - sizeof *frame;
}

static void frames_print(const struct frame *frame)
{
    for (unsigned i = 0; i < FRAMES_MAX && is_frame(frame); i++) {
        console_print("  called from %lx\n", frame->pc);
        if (frame->next <= frame) {
            break; /* callers are further up the stack */
        }
        frame = frame->next;
    }
}

void arch_backtrace(void)
{
    frames_print(__builtin_frame_address(0));
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
        arch_halt();
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
    frames_print((const struct frame *)(uintptr_t)frame->rbp);
    board_stop(MACHINE_STATUS_BROKEN);
}
