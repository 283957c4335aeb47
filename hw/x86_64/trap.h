/* Called by vectors.S, but for the last one. */
#ifndef HW_X86_64_TRAP_H
#define HW_X86_64_TRAP_H

#include <kernel/kernel.h>

/* What trap_enter_kernel has pushed. */
struct trap_frame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

/* Of programs, with all registers saved in the context; each returns whose registers to load. */
struct plat_context *trap_call(const struct syscall_arguments *arguments);
struct plat_context *trap_foreign(struct plat_context *context);
struct plat_context *trap_other(struct plat_context *context, uint64_t vector, uint64_t error);
/* Of the kernel. */
void trap_kernel(const struct trap_frame *frame);
/* panic.c: the end, with what can be told of it. */
_Noreturn void panic_trap(const struct trap_frame *frame);

#endif
