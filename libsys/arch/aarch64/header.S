/* The image's header (struct libsys_header), its first bytes. */
    .section .header, "a"
    .ascii "BATONLS1"
    .quad libsys_image_bytes
    .quad entry_upcall
    .quad 0                     /* entry_foreign: no hosted machine here */
    .quad entry_start
    .quad libsys_table_count
    .quad libsys_table
    .quad entry_fault
    .section .note.GNU-stack, "", %progbits
