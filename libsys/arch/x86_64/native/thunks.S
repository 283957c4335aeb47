/* Native programs' way into the image: one jump per function, through the table that the image's header names. */
#include "table.h"

#define HEADER_TABLE 0x600000000030 /* LIBSYS_BASE + offsetof(struct libsys_header, table) */

    .macro thunk name
    .globl \name
    .type \name, @function
\name:
    movabs $HEADER_TABLE, %r11
    mov (%r11), %r11
    jmp *8*thunk_index(%r11)
    .set thunk_index, thunk_index + 1
    .endm

    .text
    .set thunk_index, 0
#define THUNK(name) thunk name ;
    LIBSYS_FUNCTIONS(THUNK)
    .section .note.GNU-stack, "", @progbits
