/* memcpy, memmove, memset, memcmp for the image: compilers call them for plain C. */
#define FUNCTION(name) .globl name; .type name, %function; .balign 16; name:

    .text
FUNCTION(memmove)
    sub x3, x0, x1              /* unsigned distance: below the length only if the end would be overwritten */
    cmp x3, x2
    b.lo backward
FUNCTION(memcpy)
    mov x3, x0
    subs x2, x2, #32
    b.lo 2f
1:  ldp x4, x5, [x1]
    ldp x6, x7, [x1, #16]
    add x1, x1, #32
    subs x2, x2, #32
    stp x4, x5, [x3]
    stp x6, x7, [x3, #16]
    add x3, x3, #32
    b.hs 1b
2:  tbz x2, #4, 3f              /* the low bits still are those of the length */
    ldp x4, x5, [x1], #16
    stp x4, x5, [x3], #16
3:  tbz x2, #3, 4f
    ldr x4, [x1], #8
    str x4, [x3], #8
4:  tbz x2, #2, 5f
    ldr w4, [x1], #4
    str w4, [x3], #4
5:  tbz x2, #1, 6f
    ldrh w4, [x1], #2
    strh w4, [x3], #2
6:  tbz x2, #0, 7f
    ldrb w4, [x1]
    strb w4, [x3]
7:  ret

backward:
    add x1, x1, x2
    add x3, x0, x2
    subs x2, x2, #32
    b.lo 2f
1:  ldp x4, x5, [x1, #-16]
    ldp x6, x7, [x1, #-32]!
    subs x2, x2, #32
    stp x4, x5, [x3, #-16]
    stp x6, x7, [x3, #-32]!
    b.hs 1b
2:  tbz x2, #4, 3f
    ldp x4, x5, [x1, #-16]!
    stp x4, x5, [x3, #-16]!
3:  tbz x2, #3, 4f
    ldr x4, [x1, #-8]!
    str x4, [x3, #-8]!
4:  tbz x2, #2, 5f
    ldr w4, [x1, #-4]!
    str w4, [x3, #-4]!
5:  tbz x2, #1, 6f
    ldrh w4, [x1, #-2]!
    strh w4, [x3, #-2]!
6:  tbz x2, #0, 7f
    ldrb w4, [x1, #-1]
    strb w4, [x3, #-1]
7:  ret

FUNCTION(memset)
    mov x3, x0
    and w1, w1, #0xff
    orr w1, w1, w1, lsl #8
    orr w1, w1, w1, lsl #16
    orr x1, x1, x1, lsl #32
    subs x2, x2, #32
    b.lo 2f
1:  stp x1, x1, [x3]
    stp x1, x1, [x3, #16]
    add x3, x3, #32
    subs x2, x2, #32
    b.hs 1b
2:  tbz x2, #4, 3f
    stp x1, x1, [x3], #16
3:  tbz x2, #3, 4f
    str x1, [x3], #8
4:  tbz x2, #2, 5f
    str w1, [x3], #4
5:  tbz x2, #1, 6f
    strh w1, [x3], #2
6:  tbz x2, #0, 7f
    strb w1, [x3]
7:  ret

FUNCTION(memcmp)
    subs x2, x2, #8
    b.lo 2f
1:  ldr x3, [x0], #8
    ldr x4, [x1], #8
    cmp x3, x4
    b.ne 5f
    subs x2, x2, #8
    b.hs 1b
2:  add x2, x2, #8
3:  cbz x2, 4f
    ldrb w3, [x0], #1
    ldrb w4, [x1], #1
    sub x2, x2, #1
    subs w3, w3, w4
    b.eq 3b
    mov w0, w3
    ret
4:  mov w0, #0
    ret
5:  rev x3, x3                  /* the first byte counts most */
    rev x4, x4
    cmp x3, x4
    mov w0, #1
    cneg w0, w0, lo
    ret
    .section .note.GNU-stack, "", %progbits
