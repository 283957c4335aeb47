/* Where a native program begins: the stack holds argc, argv, envp as on Linux. Musl's functions find their thread's
 * words through fs. */
    .text
    .globl _start
    .type _start, @function
_start:
    xor %ebp, %ebp
    lea native_thread_words(%rip), %rax
    mov %rax, (%rax)
    wrfsbase %rax
    mov %rsp, %rdi
    and $-16, %rsp
    call native_start
    ud2
    .local native_thread_words
    .comm native_thread_words, 512, 64
    .section .note.GNU-stack, "", @progbits
