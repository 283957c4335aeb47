/* What the kernel says last when it is broken. */
#include "context.h"
#include "cpu.h"
#include "layout.h"
#include "panic.h"

#include <arch.h>
#include <board.h>
#include <machine.h>

#define FRAMES_MAX 32u

extern const char image_start[], text_end[], image_end[];

struct panic_registers panic_registers;
static bool panicking;

struct frame {
    const struct frame *next;
    uint64_t pc;
};

static bool is_frame(const struct frame *frame)
{
    uint64_t address = (uint64_t)(uintptr_t)frame;
    return address % 8 == 0 && address >= (uint64_t)(uintptr_t)text_end &&
           address < (uint64_t)(uintptr_t)image_end - sizeof *frame;
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
        CPU_DO("msr daifset, #0xf");
        CPU_DO("wfi");
    }
}

_Noreturn void panic_trap(void)
{
    if (panicking) {
        arch_halt();
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
    frames_print((const struct frame *)(uintptr_t)panic_registers.x[29]);
    board_stop(MACHINE_STATUS_BROKEN);
}
