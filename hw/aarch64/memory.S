// memcpy and memset in place of hw/common/string.c's: messages pass through the one and new pages through the other.
// Accesses need not be aligned; ends are written twice where that saves a loop.

    .text
    .globl memcpy
    .type memcpy, %function
memcpy: // x0: to, x1: from, x2: length; keeps x0
    add x4, x1, x2
    add x5, x0, x2
    cmp x2, #16
    b.lo 1f
    cmp x2, #64
    b.hi 3f
    ldp x6, x7, [x1]
    ldp x12, x13, [x4, #-16]
    cmp x2, #32
    b.ls 2f
    ldp x8, x9, [x1, #16]
    ldp x10, x11, [x4, #-32]
    stp x8, x9, [x0, #16]
    stp x10, x11, [x5, #-32]
2:  stp x6, x7, [x0]
    stp x12, x13, [x5, #-16]
    ret
3:  mov x3, x0
    subs x2, x2, #256
    b.ls 11f
4:
    ldp x6, x7, [x1], #256
    ldp x8, x9, [x1, #-240]
    ldp x10, x11, [x1, #-224]
    ldp x12, x13, [x1, #-208]
    stp x6, x7, [x3], #256
    stp x8, x9, [x3, #-240]
    stp x10, x11, [x3, #-224]
    stp x12, x13, [x3, #-208]
    ldp x6, x7, [x1, #-192]
    ldp x8, x9, [x1, #-176]
    ldp x10, x11, [x1, #-160]
    ldp x12, x13, [x1, #-144]
    stp x6, x7, [x3, #-192]
    stp x8, x9, [x3, #-176]
    stp x10, x11, [x3, #-160]
    stp x12, x13, [x3, #-144]
    ldp x6, x7, [x1, #-128]
    ldp x8, x9, [x1, #-112]
    ldp x10, x11, [x1, #-96]
    ldp x12, x13, [x1, #-80]
    stp x6, x7, [x3, #-128]
    stp x8, x9, [x3, #-112]
    stp x10, x11, [x3, #-96]
    stp x12, x13, [x3, #-80]
    ldp x6, x7, [x1, #-64]
    ldp x8, x9, [x1, #-48]
    ldp x10, x11, [x1, #-32]
    ldp x12, x13, [x1, #-16]
    stp x6, x7, [x3, #-64]
    stp x8, x9, [x3, #-48]
    stp x10, x11, [x3, #-32]
    stp x12, x13, [x3, #-16]
    subs x2, x2, #256
    b.hi 4b
11: adds x2, x2, #128 // what is left is x2 + 128, at most 256
    b.le 9f
    ldp x6, x7, [x1], #128
    ldp x8, x9, [x1, #-112]
    ldp x10, x11, [x1, #-96]
    ldp x12, x13, [x1, #-80]
    stp x6, x7, [x3], #128
    stp x8, x9, [x3, #-112]
    stp x10, x11, [x3, #-96]
    stp x12, x13, [x3, #-80]
    ldp x6, x7, [x1, #-64]
    ldp x8, x9, [x1, #-48]
    ldp x10, x11, [x1, #-32]
    ldp x12, x13, [x1, #-16]
    stp x6, x7, [x3, #-64]
    stp x8, x9, [x3, #-48]
    stp x10, x11, [x3, #-32]
    stp x12, x13, [x3, #-16]
    sub x2, x2, #128
9:  adds x2, x2, #64 // what is left is x2 + 64, at most 128
    b.le 10f
    ldp x6, x7, [x1]
    ldp x8, x9, [x1, #16]
    ldp x10, x11, [x1, #32]
    ldp x12, x13, [x1, #48]
    stp x6, x7, [x3]
    stp x8, x9, [x3, #16]
    stp x10, x11, [x3, #32]
    stp x12, x13, [x3, #48]
10:
    ldp x6, x7, [x4, #-64]
    ldp x8, x9, [x4, #-48]
    ldp x10, x11, [x4, #-32]
    ldp x12, x13, [x4, #-16]
    stp x6, x7, [x5, #-64]
    stp x8, x9, [x5, #-48]
    stp x10, x11, [x5, #-32]
    stp x12, x13, [x5, #-16]
    ret
1:  tbz x2, #3, 5f
    ldr x6, [x1]
    ldr x7, [x4, #-8]
    str x6, [x0]
    str x7, [x5, #-8]
    ret
5:  tbz x2, #2, 6f
    ldr w6, [x1]
    ldr w7, [x4, #-4]
    str w6, [x0]
    str w7, [x5, #-4]
    ret
6:  cbz x2, 7f
    ldrb w6, [x1]
    ldrb w7, [x4, #-1]
    tbz x2, #1, 8f
    ldrb w8, [x1, #1]
    strb w8, [x0, #1]
8:  strb w6, [x0]
    strb w7, [x5, #-1]
7:  ret

    .globl memset
    .type memset, %function
memset: // x0: bytes, w1: value, x2: length; keeps x0
    and x1, x1, #0xff
    mov x3, #0x0101010101010101
    mul x1, x1, x3
    add x4, x0, x2
    cmp x2, #16
    b.lo 4f
    stp x1, x1, [x0]
    stp x1, x1, [x4, #-16]
    cmp x2, #32
    b.ls 9f
    stp x1, x1, [x0, #16]
    stp x1, x1, [x4, #-32]
    cmp x2, #64
    b.ls 9f
    stp x1, x1, [x0, #32]
    stp x1, x1, [x0, #48]
    stp x1, x1, [x4, #-64]
    stp x1, x1, [x4, #-48]
    add x3, x0, #63
    and x3, x3, #~63 // what is before is done, and so are the last 64
    sub x5, x4, #64
    cbnz x1, 2f
    mrs x6, dczid_el0
    and x6, x6, #0x1f // also if it is forbidden, which it is not here, at EL1
    cmp x6, #4        // blocks of 64 bytes
    b.ne 2f
    sub x5, x4, #512
    cmp x3, x5
    b.hi 3f
1:
    dc zva, x3
    add x3, x3, #64
    dc zva, x3
    add x3, x3, #64
    dc zva, x3
    add x3, x3, #64
    dc zva, x3
    add x3, x3, #64
    dc zva, x3
    add x3, x3, #64
    dc zva, x3
    add x3, x3, #64
    dc zva, x3
    add x3, x3, #64
    dc zva, x3
    add x3, x3, #64
    cmp x3, x5
    b.ls 1b
3:  sub x5, x4, #64
2:  cmp x3, x5
    b.hs 9f
    stp x1, x1, [x3]
    stp x1, x1, [x3, #16]
    stp x1, x1, [x3, #32]
    stp x1, x1, [x3, #48]
    add x3, x3, #64
    b 2b
4:  tbz x2, #3, 5f
    str x1, [x0]
    str x1, [x4, #-8]
    ret
5:  tbz x2, #2, 6f
    str w1, [x0]
    str w1, [x4, #-4]
    ret
6:  cbz x2, 9f
    strb w1, [x0]
    strb w1, [x4, #-1]
    tbz x2, #1, 9f
    strb w1, [x0, #1]
9:  ret
