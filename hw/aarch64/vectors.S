// Exceptions. From programs: sp_el1 points to the thread's struct plat_context, the registers are saved there, and C
// says whose are loaded again. A native call keeps x19 to x30 and sp for its caller as any function would, so only
// those are saved. The kernel itself takes no exceptions: what happens there ends in a panic.
#include "layout.h"

#define EXCEPTION_CALL 0x15

    .text
    .balign 2048
    .globl vectors
vectors:
    .rept 8 // in the kernel
    .balign 128
    b kernel_trap
    .endr
    .balign 128 // in a program: synchronous
    stp x29, x30, [sp, #CONTEXT_X + 29 * 8]
    mrs x30, esr_el1
    lsr x29, x30, #26
    cmp x29, #EXCEPTION_CALL
    b.ne synchronous
    mrs x29, elr_el1
    movz x30, #(LIBSYS_PAGE >> 16), lsl #16
    cmp x30, x29, lsr #LIBSYS_SHIFT
    b.ne synchronous
    mrs x30, sp_el0
    stp x30, x29, [sp, #CONTEXT_SP]
    sub x8, x8, #(SYSCALL_BASE_PAGES), lsl #12
    stp x8, x0, [sp, #CONTEXT_NUMBER]
    stp x1, x2, [sp, #CONTEXT_X + 8]
    stp x3, x4, [sp, #CONTEXT_X + 24]
    str x5, [sp, #CONTEXT_X + 40]
    stp x19, x20, [sp, #CONTEXT_X + 19 * 8]
    stp x21, x22, [sp, #CONTEXT_X + 21 * 8]
    stp x23, x24, [sp, #CONTEXT_X + 23 * 8]
    stp x25, x26, [sp, #CONTEXT_X + 25 * 8]
    stp x27, x28, [sp, #CONTEXT_X + 27 * 8]
    mrs x2, tpidr_el0
    stp xzr, x2, [sp, #CONTEXT_PSTATE] // a function does not keep the flags either
    mov x0, sp
    adrp x1, stack_top
    mov sp, x1
    adr x30, trap_return
    b trap_call // its frame goes on to the program's, where a backtrace ends
    .balign 128
    stp x29, x30, [sp, #CONTEXT_X + 29 * 8]
    mov x29, #TRAP_INTERRUPT
    b other
    .balign 128
    b kernel_trap // fast interrupts: there are none
    .balign 128
    stp x29, x30, [sp, #CONTEXT_X + 29 * 8]
    mov x29, #TRAP_ERROR
    b other
    .rept 4 // in a program of 32 bits: there are none
    .balign 128
    b kernel_trap
    .endr

synchronous:
    mov x29, #TRAP_SYNCHRONOUS
other: // x29, x30 are saved; x29: TRAP_*
    stp x0, x1, [sp, #CONTEXT_X]
    stp x2, x3, [sp, #CONTEXT_X + 2 * 8]
    stp x4, x5, [sp, #CONTEXT_X + 4 * 8]
    stp x6, x7, [sp, #CONTEXT_X + 6 * 8]
    stp x8, x9, [sp, #CONTEXT_X + 8 * 8]
    stp x10, x11, [sp, #CONTEXT_X + 10 * 8]
    stp x12, x13, [sp, #CONTEXT_X + 12 * 8]
    stp x14, x15, [sp, #CONTEXT_X + 14 * 8]
    stp x16, x17, [sp, #CONTEXT_X + 16 * 8]
    stp x18, x19, [sp, #CONTEXT_X + 18 * 8]
    stp x20, x21, [sp, #CONTEXT_X + 20 * 8]
    stp x22, x23, [sp, #CONTEXT_X + 22 * 8]
    stp x24, x25, [sp, #CONTEXT_X + 24 * 8]
    stp x26, x27, [sp, #CONTEXT_X + 26 * 8]
    str x28, [sp, #CONTEXT_X + 28 * 8]
    mrs x1, sp_el0
    mrs x2, elr_el1
    stp x1, x2, [sp, #CONTEXT_SP]
    mrs x1, spsr_el1
    mrs x2, tpidr_el0
    stp x1, x2, [sp, #CONTEXT_PSTATE]
    mov x0, sp
    mov x1, x29
    adrp x2, stack_top
    mov sp, x2
    mov x29, xzr
    bl trap_other

    .globl trap_return
trap_return: // x0: the context
    mov sp, x0
    ldp x1, x2, [sp, #CONTEXT_SP]
    ldp x3, x4, [sp, #CONTEXT_PSTATE]
    msr sp_el0, x1
    msr elr_el1, x2
    msr spsr_el1, x3
    msr tpidr_el0, x4
    ldp x0, x1, [sp, #CONTEXT_X]
    ldp x2, x3, [sp, #CONTEXT_X + 2 * 8]
    ldp x4, x5, [sp, #CONTEXT_X + 4 * 8]
    ldp x6, x7, [sp, #CONTEXT_X + 6 * 8]
    ldp x8, x9, [sp, #CONTEXT_X + 8 * 8]
    ldp x10, x11, [sp, #CONTEXT_X + 10 * 8]
    ldp x12, x13, [sp, #CONTEXT_X + 12 * 8]
    ldp x14, x15, [sp, #CONTEXT_X + 14 * 8]
    ldp x16, x17, [sp, #CONTEXT_X + 16 * 8]
    ldp x18, x19, [sp, #CONTEXT_X + 18 * 8]
    ldp x20, x21, [sp, #CONTEXT_X + 20 * 8]
    ldp x22, x23, [sp, #CONTEXT_X + 22 * 8]
    ldp x24, x25, [sp, #CONTEXT_X + 24 * 8]
    ldp x26, x27, [sp, #CONTEXT_X + 26 * 8]
    ldp x28, x29, [sp, #CONTEXT_X + 28 * 8]
    ldr x30, [sp, #CONTEXT_X + 30 * 8]
    eret

kernel_trap:
    msr tpidr_el1, x0
    adrp x0, panic_registers
    add x0, x0, :lo12:panic_registers
    stp x1, x2, [x0, #8]
    stp x3, x4, [x0, #3 * 8]
    stp x5, x6, [x0, #5 * 8]
    stp x7, x8, [x0, #7 * 8]
    stp x9, x10, [x0, #9 * 8]
    stp x11, x12, [x0, #11 * 8]
    stp x13, x14, [x0, #13 * 8]
    stp x15, x16, [x0, #15 * 8]
    stp x17, x18, [x0, #17 * 8]
    stp x19, x20, [x0, #19 * 8]
    stp x21, x22, [x0, #21 * 8]
    stp x23, x24, [x0, #23 * 8]
    stp x25, x26, [x0, #25 * 8]
    stp x27, x28, [x0, #27 * 8]
    stp x29, x30, [x0, #29 * 8]
    mov x1, sp
    str x1, [x0, #31 * 8]
    mrs x1, tpidr_el1
    str x1, [x0]
    adrp x1, panic_stack_top
    mov sp, x1
    b panic_trap

    .arch_extension fp
    .globl vector_save, vector_load
vector_save: // x0: struct vector_state
    stp q0, q1, [x0]
    stp q2, q3, [x0, #2 * 16]
    stp q4, q5, [x0, #4 * 16]
    stp q6, q7, [x0, #6 * 16]
    stp q8, q9, [x0, #8 * 16]
    stp q10, q11, [x0, #10 * 16]
    stp q12, q13, [x0, #12 * 16]
    stp q14, q15, [x0, #14 * 16]
    stp q16, q17, [x0, #16 * 16]
    stp q18, q19, [x0, #18 * 16]
    stp q20, q21, [x0, #20 * 16]
    stp q22, q23, [x0, #22 * 16]
    stp q24, q25, [x0, #24 * 16]
    stp q26, q27, [x0, #26 * 16]
    stp q28, q29, [x0, #28 * 16]
    stp q30, q31, [x0, #30 * 16]
    mrs x1, fpcr
    mrs x2, fpsr
    add x0, x0, #512
    stp x1, x2, [x0]
    ret
vector_load:
    ldp q0, q1, [x0]
    ldp q2, q3, [x0, #2 * 16]
    ldp q4, q5, [x0, #4 * 16]
    ldp q6, q7, [x0, #6 * 16]
    ldp q8, q9, [x0, #8 * 16]
    ldp q10, q11, [x0, #10 * 16]
    ldp q12, q13, [x0, #12 * 16]
    ldp q14, q15, [x0, #14 * 16]
    ldp q16, q17, [x0, #16 * 16]
    ldp q18, q19, [x0, #18 * 16]
    ldp q20, q21, [x0, #20 * 16]
    ldp q22, q23, [x0, #22 * 16]
    ldp q24, q25, [x0, #24 * 16]
    ldp q26, q27, [x0, #26 * 16]
    ldp q28, q29, [x0, #28 * 16]
    ldp q30, q31, [x0, #30 * 16]
    add x0, x0, #512
    ldp x1, x2, [x0]
    msr fpcr, x1
    msr fpsr, x2
    ret

    .section .data.page, "aw"
    .balign 4096
    .zero 4096
panic_stack_top:
