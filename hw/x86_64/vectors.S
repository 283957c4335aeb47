/* Ways from programs into the kernel and back. The registers of the thread that runs are saved in its context, whose
 * struct registers comes first; then C goes on with the kernel's one stack empty. The kernel has interrupts masked, but
 * for where it looks for them (interrupt.c). */
#include "layout.h"

#define FUNCTION(name) .globl name; .type name, @function; .balign 16; name:
#define FRAME_CODE_SEGMENT 24 /* from the vector's number on the stack */

    .text

/* `syscall`: rcx the pc behind it, r11 the flags. A native call is a function to its caller, which keeps rdx, rsi, rdi
 * and r8 to r10 itself if it needs them. */
FUNCTION(call_entry)
    mov %rsp, call_stack(%rip)
    mov context_running(%rip), %rsp
    mov %rbx, REG_RBX(%rsp)
    mov %rbp, REG_RBP(%rsp)
    mov %r12, REG_R12(%rsp)
    mov %r13, REG_R13(%rsp)
    mov %r14, REG_R14(%rsp)
    mov %r15, REG_R15(%rsp)
    mov %rax, REG_RAX(%rsp)
    mov %rcx, REG_RCX(%rsp)
    mov %r11, REG_R11(%rsp)
    mov %rcx, REG_RIP(%rsp)
    mov %r11, REG_FLAGS(%rsp)
    mov call_stack(%rip), %rbx
    mov %rbx, REG_RSP(%rsp)
    mov $stack_end, %rsp
    shr $LIBSYS_SHIFT, %rcx
    cmp $LIBSYS_PAGE, %rcx
    jne 1f
    sub $NATIVE_BASE, %rax
    push %rax                   /* keeps the stack aligned */
    push %r9
    push %r8
    push %r10
    push %rdx
    push %rsi
    push %rdi
    push %rax
    mov %rsp, %rdi
    xor %ebp, %ebp
    call trap_call
    mov %rax, %rdi
    jmp trap_return
1:  mov context_running(%rip), %rcx
    mov %rdx, REG_RDX(%rcx)
    mov %rsi, REG_RSI(%rcx)
    mov %rdi, REG_RDI(%rcx)
    mov %r8, REG_R8(%rcx)
    mov %r9, REG_R9(%rcx)
    mov %r10, REG_R10(%rcx)
    mov %rcx, %rdi
    xor %ebp, %ebp
    call trap_foreign
    mov %rax, %rdi

/* _Noreturn void trap_return(struct plat_context *): `sysret` if the thread cannot tell the difference. */
FUNCTION(trap_return)
    mov REG_RIP(%rdi), %rcx
    mov REG_FLAGS(%rdi), %r11
    mov REG_RAX(%rdi), %rax
    mov REG_RBX(%rdi), %rbx
    mov REG_RDX(%rdi), %rdx
    mov REG_RSI(%rdi), %rsi
    mov REG_RBP(%rdi), %rbp
    mov REG_R8(%rdi), %r8
    mov REG_R9(%rdi), %r9
    mov REG_R10(%rdi), %r10
    mov REG_R12(%rdi), %r12
    mov REG_R13(%rdi), %r13
    mov REG_R14(%rdi), %r14
    mov REG_R15(%rdi), %r15
    cmp %rcx, REG_RCX(%rdi)
    jne 1f
    cmp %r11, REG_R11(%rdi)
    jne 1f
    mov REG_RSP(%rdi), %rsp
    mov REG_RDI(%rdi), %rdi
    sysretq
1:  mov $stack_end, %rsp
    pushq $SEGMENT_USER_DATA
    pushq REG_RSP(%rdi)
    push %r11
    pushq $SEGMENT_USER_CODE
    push %rcx
    mov REG_RCX(%rdi), %rcx
    mov REG_R11(%rdi), %r11
    mov REG_RDI(%rdi), %rdi
    iretq

/* On the stack: the vector's number, an error code, and what the CPU has pushed. */
trap_enter:
    testb $3, FRAME_CODE_SEGMENT(%rsp)
    jz trap_enter_kernel
    push %rax
    mov context_running(%rip), %rax
    mov %rbx, REG_RBX(%rax)
    mov %rcx, REG_RCX(%rax)
    mov %rdx, REG_RDX(%rax)
    mov %rsi, REG_RSI(%rax)
    mov %rdi, REG_RDI(%rax)
    mov %rbp, REG_RBP(%rax)
    mov %r8, REG_R8(%rax)
    mov %r9, REG_R9(%rax)
    mov %r10, REG_R10(%rax)
    mov %r11, REG_R11(%rax)
    mov %r12, REG_R12(%rax)
    mov %r13, REG_R13(%rax)
    mov %r14, REG_R14(%rax)
    mov %r15, REG_R15(%rax)
    mov %rax, %rdi
    popq REG_RAX(%rdi)
    pop %rsi
    pop %rdx
    popq REG_RIP(%rdi)
    pop %rcx
    popq REG_FLAGS(%rdi)
    popq REG_RSP(%rdi)
    mov $stack_end, %rsp
    pushq $2                    /* direction, alignment checks: as C wants them */
    popfq
    xor %ebp, %ebp
    call trap_other
    mov %rax, %rdi
    jmp trap_return

/* In the kernel: an interrupt that it was looking for, or the end. */
trap_enter_kernel:
    push %rax
    push %rbx
    push %rcx
    push %rdx
    push %rsi
    push %rdi
    push %rbp
    push %r8
    push %r9
    push %r10
    push %r11
    push %r12
    push %r13
    push %r14
    push %r15
    cld
    mov %rsp, %rdi
    call trap_kernel
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rbp
    pop %rdi
    pop %rsi
    pop %rdx
    pop %rcx
    pop %rbx
    pop %rax
    add $16, %rsp
    iretq

/* One entry of 16 bytes for each vector. */
    .balign 16
    .globl vector_entries
vector_entries:
    .set vector, 0
    .rept VECTORS
    .balign 16
    .if vector > 31 || !((0x227d00 >> (vector & 31)) & 1)
    pushq $0
    .endif
    pushq $vector
    jmp trap_enter
    .set vector, vector + 1
    .endr

/* void vector_save(void *), void vector_load(const void *): 512 bytes, aligned to 16 */
FUNCTION(vector_save)
    fxsave64 (%rdi)
    ret
FUNCTION(vector_load)
    fxrstor64 (%rdi)
    ret

    .bss
    .balign 8
call_stack:
    .skip 8
    .section .note.GNU-stack, "", @progbits
