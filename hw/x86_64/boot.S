/* Into the kernel: by PVH in 32-bit mode, or from there and from the UEFI loader at entry64 in 64-bit mode. All memory
 * that is touched here lies in the first GiB. The loader has cleared what the file does not hold. */
#include "layout.h"

#define PHYSICAL(symbol) ((symbol) - IMAGE_BASE)
#define TABLE_FLAGS (ENTRY_VALID | ENTRY_WRITE)
#define BLOCK_FLAGS (ENTRY_VALID | ENTRY_WRITE | ENTRY_LARGE)
#define PVH_ENTRY_NOTE 18
#define CR0_PAGING 0x80000000
#define CR4_PHYSICAL_EXTENSION 0x20

    .section .note.pvh, "a", @note
    .balign 4
    .long 4, 8, PVH_ENTRY_NOTE
    .asciz "Xen"
    .quad PHYSICAL(pvh_entry)

    .section .text.boot, "ax"
    .code32
/* ebx: physical address of struct pvh_start; flat segments, no paging. The image is where it was linked for. */
pvh_entry:
    cli
    mov $PHYSICAL(table_low), %edi
    mov $BLOCK_FLAGS, %eax
1:  mov %eax, (%edi)
    add $8, %edi
    add $0x200000, %eax
    cmp $0x40000000, %eax
    jb 1b
    movl $PHYSICAL(table_low) + TABLE_FLAGS, PHYSICAL(table_window)
    movl $PHYSICAL(table_window) + TABLE_FLAGS, PHYSICAL(table_top)
    mov $PHYSICAL(table_top), %eax
    mov %eax, %cr3
    mov %cr4, %eax
    or $CR4_PHYSICAL_EXTENSION, %eax
    mov %eax, %cr4
    mov $EFER, %ecx
    rdmsr
    or $EFER_LONG, %eax
    wrmsr
    mov %cr0, %eax
    or $CR0_PAGING, %eax
    mov %eax, %cr0
    lgdt PHYSICAL(boot_segments_pointer)
    ljmp $SEGMENT_KERNEL_CODE, $PHYSICAL(pvh_long)

    .code64
pvh_long:
    mov %ebx, %edi

/* rdi: physical address of struct pvh_start; memory is mapped where it is, the image lies at any multiple of 2 MiB. */
    .globl entry64
entry64:
    cli
    cld
    mov %rdi, %r8
    mov $EFER, %ecx
    rdmsr
    or $EFER_SYSCALL | EFER_NO_EXECUTE, %eax
    wrmsr
    lea image_start(%rip), %rbx
    lea table_low(%rip), %rdx
    mov $BLOCK_FLAGS, %eax
1:  mov %rax, (%rdx)
    add $8, %rdx
    add $0x200000, %rax
    cmp $0x40000000, %rax
    jb 1b
    lea table_low+TABLE_FLAGS(%rip), %rax
    mov %rax, table_window(%rip)
    lea table_window+TABLE_FLAGS(%rip), %rax
    mov %rax, table_top+8*TOP_MEMORY(%rip)
    mov %rax, table_top(%rip)       /* until C takes it away: what runs here, where it is */
    lea BLOCK_FLAGS(%rbx), %rax
    mov %rax, table_image+8*(IMAGE_OFFSET >> 21)(%rip)
    lea table_image+TABLE_FLAGS(%rip), %rax
    mov %rax, table_image_upper+8*UPPER_IMAGE(%rip)
    lea table_image_upper+TABLE_FLAGS(%rip), %rax
    mov %rax, table_top+8*TOP_IMAGE(%rip)
    lea table_top(%rip), %rax
    mov %rax, %cr3
    mov $1f, %rax
    jmp *%rax
1:  mov $stack_end, %rsp
    xor %ebp, %ebp
    mov %r8, %rdi
    mov %rbx, %rsi
    call arch_start

    .section .rodata
    .balign 8
boot_segments:
    .quad 0, 0x00af9b000000ffff
boot_segments_pointer:
    .word 15
    .long PHYSICAL(boot_segments)

    .bss
    .balign 4096
    .globl table_top, table_window, table_low, table_image
    .globl stack_guard, stack_end, stacks_other
table_top:
    .skip 4096
table_window:
    .skip 4096
table_low:
    .skip 4096
table_image_upper:
    .skip 4096
table_image:
    .skip 4096
stack_guard: /* nothing is mapped there */
    .skip 4096
    .skip STACK_BYTES
stack_end:
stacks_other:
    .skip 3 * STACK_OTHER_BYTES
    .section .note.GNU-stack, "", @progbits
