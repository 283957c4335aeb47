/* memcpy, memmove, memset, memcmp for the image: compilers call them for plain C. */
    .text
    .globl memcpy, memmove, memset, memcmp
    .type memcpy, @function
    .type memmove, @function
    .type memset, @function
    .type memcmp, @function
memmove:
    mov %rdi, %rax
    sub %rsi, %rax              /* unsigned distance: below the length only if the end would be overwritten */
    cmp %rdx, %rax
    jb 1f
memcpy:
    mov %rdi, %rax
    mov %rdx, %rcx
    rep movsb
    ret
1:  mov %rdi, %rax
    mov %rdx, %rcx
    lea -1(%rdi,%rdx), %rdi
    lea -1(%rsi,%rdx), %rsi
    std
    rep movsb
    cld
    ret
memset:
    mov %rdi, %r8
    mov %esi, %eax
    mov %rdx, %rcx
    rep stosb
    mov %r8, %rax
    ret
memcmp:
    xor %eax, %eax
    mov %rdx, %rcx
    cmp %rcx, %rcx              /* equal if there is nothing to compare */
    repe cmpsb
    je 1f
    movzbl -1(%rdi), %eax
    movzbl -1(%rsi), %ecx
    sub %ecx, %eax
1:  ret
    .section .note.GNU-stack, "", @progbits
