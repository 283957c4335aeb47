/* memcpy and memset in place of hw/common/string.c: the CPU has loops for them, which no code outruns on long runs. */
    .text
    .globl memcpy, memset
    .type memcpy, @function
    .type memset, @function
memcpy: /* rdi: to, rsi: from, rdx: length */
    mov %rdi, %rax
    mov %rdx, %rcx
    shr $3, %rcx
    rep movsq
    mov %edx, %ecx
    and $7, %ecx
    jz 1f
    rep movsb
1:  ret

memset: /* rdi: to, esi: byte, rdx: length */
    mov %rdi, %r8
    movzbl %sil, %esi
    mov $0x101010101010101, %rax
    imul %rsi, %rax
    mov %rdx, %rcx
    shr $3, %rcx
    rep stosq
    mov %edx, %ecx
    and $7, %ecx
    rep stosb
    mov %r8, %rax
    ret
    .section .note.GNU-stack, "", @progbits
