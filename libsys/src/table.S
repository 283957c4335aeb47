/* The table of functions for native programs; the header names it. */
#include "table.h"

    .section .rodata.table, "a"
    .balign 8
    .globl libsys_table
libsys_table:
#define TABLE_ENTRY(name) .quad name ;
    LIBSYS_FUNCTIONS(TABLE_ENTRY)
    .globl libsys_table_count
    .set libsys_table_count, (. - libsys_table) / 8
    .section .note.GNU-stack, "", @progbits
