/* Native programs' way into the image: one jump per function, through the table that the image's header names. */
#include "table.h"

#define HEADER_TABLE_OFFSET 0x30 /* offsetof(struct libsys_header, table) */

    .macro thunk name
    .globl \name
    .type \name, %function
\name:
    movz x16, #0x6000, lsl #32  /* LIBSYS_BASE */
    ldr x16, [x16, #HEADER_TABLE_OFFSET]
    ldr x16, [x16, #8 * thunk_index]
    br x16
    .set thunk_index, thunk_index + 1
    .endm

    .text
    .set thunk_index, 0
#define THUNK(name) thunk name ;
    LIBSYS_FUNCTIONS(THUNK)
    .section .note.GNU-stack, "", %progbits
