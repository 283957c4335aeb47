// Exceptions. From programs: sp_el1 points to the thread's struct plat_context, the registers are saved there, and C
// says whose are loaded again. A native call keeps x19 to x30 and sp for its caller as any function would, so only
// those are saved. The kernel itself takes no exceptions: what happens there ends in a panic.
#include "layout.h"

#define EXCEPTION_CALL 0x15

    // The registers first to last, two by two, at where x0 or q0 would lie.
    .altmacro
    .macro pair op, kind, base, offset, bytes, first, second
    \op \kind\first, \kind\second, [\base, #\offset + \first * \bytes]
    .endm
    .macro pairs op, kind, base, offset, bytes, first, last
    .set number, \first
    .rept (\last - \first + 1) / 2
    pair \op, \kind, \base, \offset, \bytes, %number, %(number + 1)
    .set number, number + 2
    .endr
    .endm

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
    pairs stp, x, sp, CONTEXT_X, 8, 19, 28
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
    pairs stp, x, sp, CONTEXT_X, 8, 0, 27
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
    pairs ldp, x, sp, CONTEXT_X, 8, 0, 29
    ldr x30, [sp, #CONTEXT_X + 30 * 8]
    eret

kernel_trap:
    msr tpidr_el1, x0
    adrp x0, panic_registers
    add x0, x0, :lo12:panic_registers
    pairs stp, x, x0, 0, 8, 1, 30
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
    pairs stp, q, x0, 0, 16, 0, 31
    mrs x1, fpcr
    mrs x2, fpsr
    add x0, x0, #512
    stp x1, x2, [x0]
    ret
vector_load:
    pairs ldp, q, x0, 0, 16, 0, 31
    add x0, x0, #512
    ldp x1, x2, [x0]
    msr fpcr, x1
    msr fpsr, x2
    ret

    .section .data.page, "aw"
    .balign 4096
    .zero 4096
panic_stack_top:
