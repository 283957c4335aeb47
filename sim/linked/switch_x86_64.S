/* Switching stacks within the host thread. struct registers: abi/registers.h. */
    .text

    .globl linked_switch
    .type linked_switch, @function
linked_switch:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, (%rdi)
    mov %rsi, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret
    .size linked_switch, . - linked_switch

    .globl linked_enter
    .type linked_enter, @function
linked_enter:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, (%rdi)
    mov %rsi, %r11
    mov 0(%r11), %rax
    mov 8(%r11), %rbx
    mov 16(%r11), %rcx
    mov 24(%r11), %rdx
    mov 32(%r11), %rsi
    mov 40(%r11), %rdi
    mov 48(%r11), %rbp
    mov 56(%r11), %rsp
    mov 64(%r11), %r8
    mov 72(%r11), %r9
    mov 80(%r11), %r10
    mov 96(%r11), %r12
    mov 104(%r11), %r13
    mov 112(%r11), %r14
    mov 120(%r11), %r15
    mov 128(%r11), %r11 /* r11 holds nothing across a call: threads are only ever left in one */
    jmp *%r11
    .size linked_enter, . - linked_enter

    .section .note.GNU-stack, "", @progbits
