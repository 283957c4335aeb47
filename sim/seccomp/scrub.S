/* Code in the stub page behind the filters (STUB_SCRUB): what stub_answered cannot reset in a task that is to serve
 * another program, the segment registers. rbx: where the task goes on when answered. Same rules as stub.S. */
#define STUB_READY 0x7ffc /* as in stub.h */

    .section .rodata.scrub, "a", @progbits
    .globl scrub_begin, scrub_done, scrub_end
scrub_begin:
    xor %eax, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %fs
    mov %eax, %gs
    mov $STUB_READY, %eax
    syscall
scrub_done:
    jmp *%rbx
scrub_end:
.section .note.GNU-stack,"",@progbits
