// From the boot loader to C: an arm64 Linux image, entered at EL2 or EL1 without MMU, with the device tree's address in
// x0. Runs at whatever address it was loaded to until the MMU is on. Keeps x19: where image_start is, x20: the device
// tree, x21: the exception level it was entered at.
#include "layout.h"

#define SCTLR_RESERVED 0x30d00800 // bits that are one
#define SCTLR_MMU (1 << 0)
#define SCTLR_CACHES (1 << 2 | 1 << 12)
#define SCTLR_STACK_CHECKS (1 << 3 | 1 << 4)
#define SCTLR_USER (1 << 14 | 1 << 15 | 1 << 16 | 1 << 18 | 1 << 26) // dc zva, ctr, wfi, wfe, cache maintenance

    .section .text.boot, "ax"
_head:
    b start
    .long 0
    .quad IMAGE_OFFSET
    .quad image_bytes
    .quad 0xa // little-endian, 4 KiB pages, anywhere in memory
    .quad 0, 0, 0
    .ascii "ARM\x64"
    .long 0
park: // for the other CPUs
    wfe
    b park

    .section .text.start_code, "ax"
start:
    mov x20, x0
    adrp x19, _head
    mrs x1, mpidr_el1
    tst x1, #0xffffff
    b.ne park
    mrs x21, CurrentEL
    lsr x21, x21, #2
    cmp x21, #2
    b.lo at_el1
    b.hi park
    // EL2: the rest runs at EL1, untrapped.
    mov x1, #(1 << 31)
    msr hcr_el2, x1
    mrs x1, mpidr_el1
    msr vmpidr_el2, x1
    mrs x1, midr_el1
    msr vpidr_el2, x1
    mov x1, #3
    msr cnthctl_el2, x1
    msr cntvoff_el2, xzr
    mov x1, #0x33ff
    msr cptr_el2, x1
    msr hstr_el2, xzr
    msr mdcr_el2, xzr
    ldr x1, =SCTLR_RESERVED
    msr sctlr_el1, x1
    mov x1, #0x3c5
    msr spsr_el2, x1
    adr x1, at_el1
    msr elr_el2, x1
    eret

at_el1:
    msr daifset, #0xf
    bl tables_fill
    ldr x0, =MAIR_VALUE
    msr mair_el1, x0
    // 48 bits of addresses each way, 4 KiB pages, tables cached and shared, physical and ASID sizes as the CPU has.
    ldr x0, =(16 | 16 << 16 | 0x35 << 8 | 0x35 << 24 | 2 << 30)
    mrs x1, id_aa64mmfr0_el1
    and x2, x1, #7
    cmp x2, #5
    mov x3, #5
    csel x2, x2, x3, lo
    bfi x0, x2, #32, #3
    ubfx x1, x1, #5, #1
    bfi x0, x1, #36, #1
    msr tcr_el1, x0
    adrp x0, identity_top
    msr ttbr0_el1, x0
    adrp x0, kernel_top
    msr ttbr1_el1, x0
    isb
    tlbi vmalle1
    ic iallu
    dsb nsh
    isb
    ldr x0, =(SCTLR_RESERVED | SCTLR_MMU | SCTLR_CACHES | SCTLR_STACK_CHECKS | SCTLR_USER)
    msr sctlr_el1, x0
    isb
    ldr x0, =high
    br x0
high:
    adrp x0, empty_table
    sub x0, x0, x22
    msr ttbr0_el1, x0
    ldr x0, =vectors
    msr vbar_el1, x0
    isb
    tlbi vmalle1
    dsb nsh
    isb
    ldr x0, =stack_top
    mov sp, x0
    mov x29, xzr
    mov x30, xzr
    mov x0, x20
    mov x1, x19
    mov x2, x21
    bl arch_start
    b park

// Fills the tables for the image and for this code where it is; leaves in x22 what image addresses are above physical
// ones.
tables_fill:
    mov x9, x30
    ldr x22, =image_start
    sub x22, x22, x19
    // The image, page by page, as its sections want it.
    adrp x0, image_table
    ldr x1, =(IMAGE_OFFSET >> 12)
    add x0, x0, x1, lsl #3
    mov x1, x19
    ldr x3, =text_end
    ldr x2, =(ENTRY_PAGE | ENTRY_KIND(MEMORY_NORMAL) | ENTRY_READ_ONLY | ENTRY_SHARED | ENTRY_ACCESSED | \
              ENTRY_USER_NO_EXECUTE)
    bl pages_fill
    ldr x3, =rodata_end
    orr x2, x2, #ENTRY_KERNEL_NO_EXECUTE
    bl pages_fill
    ldr x3, =image_end
    bic x2, x2, #ENTRY_READ_ONLY
    bl pages_fill
    // But for a page below the stack.
    adrp x0, stack_guard
    sub x0, x0, x19
    adrp x1, image_table
    add x1, x1, x0, lsr #9
    str xzr, [x1, #(IMAGE_OFFSET >> 9)]
    // What leads there.
    adrp x0, image_table
    adrp x1, image_middle
    mov x2, #((IMAGE_BASE >> 21) & 511)
    bl entry_fill
    adrp x0, image_middle
    adrp x1, image_upper
    mov x2, #((IMAGE_BASE >> 30) & 511)
    bl entry_fill
    adrp x0, image_upper
    adrp x1, kernel_top
    mov x2, #((IMAGE_BASE >> 39) & 511)
    bl entry_fill
    adrp x0, memory_upper
    adrp x1, kernel_top
    mov x2, #((WINDOW_MEMORY >> 39) & 511)
    bl entry_fill
    adrp x0, device_upper
    adrp x1, kernel_top
    mov x2, #((WINDOW_DEVICE >> 39) & 511)
    bl entry_fill
    // This code at its own address: a GiB.
    adrp x0, identity_upper
    adrp x1, identity_top
    ubfx x2, x19, #39, #9
    bl entry_fill
    adrp x1, identity_upper
    ubfx x2, x19, #30, #9
    bic x0, x19, #0x3fffffff
    ldr x3, =(ENTRY_BLOCK | ENTRY_KIND(MEMORY_NORMAL) | ENTRY_SHARED | ENTRY_ACCESSED)
    orr x0, x0, x3
    str x0, [x1, x2, lsl #3]
    // They were written past the caches, whose lines have 64 bytes or more.
    adrp x0, tables
    adrp x1, tables_end
    dmb sy
1:  dc ivac, x0
    add x0, x0, #64
    cmp x0, x1
    b.lo 1b
    dsb sy
    ret x9

// Entries at x0 for the pages from x1 to the image address x3 with attributes x2; x0 and x1 move on.
pages_fill:
    sub x3, x3, x22
1:  orr x4, x1, x2
    str x4, [x0], #8
    add x1, x1, #4096
    cmp x1, x3
    b.lo 1b
    ret

// Entry x2 of the table at x1: the table at x0.
entry_fill:
    orr x0, x0, #ENTRY_TABLE
    str x0, [x1, x2, lsl #3]
    ret

    .section .data.page, "aw"
    .balign 4096
tables:
kernel_top:
    .zero 4096
image_upper:
    .zero 4096
image_middle:
    .zero 4096
image_table:
    .zero 4096
identity_top:
    .zero 4096
identity_upper:
    .zero 4096
tables_end:
    .globl memory_upper, empty_table, stack_top
memory_upper: // filled by memory_window_add
    .zero 4096
empty_table: // of user addresses, where there is no space
    .zero 4096
device_upper:
    .set block, 0
    .rept 512
    .quad (block << 30) + (ENTRY_BLOCK | ENTRY_KIND(MEMORY_DEVICE) | ENTRY_ACCESSED | ENTRY_KERNEL_NO_EXECUTE | \
                           ENTRY_USER_NO_EXECUTE)
    .set block, block + 1
    .endr
stack_guard:
    .zero 4096
    .zero STACK_BYTES
stack_top:
