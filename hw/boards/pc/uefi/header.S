/* An UEFI application as a flat file: a PE header, one section of code that needs no relocation, and in it the image of
 * kernel and boot archive. Linked at 0. */
#define PE_MACHINE 0x8664
#define PE_CHARACTERISTICS 0x2e    /* a program, no symbols, no line numbers, addresses above 2 GiB */
#define PE_OPTIONAL_64 0x20b
#define PE_SUBSYSTEM_APPLICATION 10
#define PE_SECTION_CODE 0x60000020 /* code, to be read and executed */
#define PAGE 4096

    .section .header, "ax"
    .ascii "MZ"
    .org 0x3c
    .long pe
pe: .ascii "PE\0\0"
    .short PE_MACHINE, 1
    .long 0, 0, 0
    .short optional_end - optional, PE_CHARACTERISTICS
optional:
    .short PE_OPTIONAL_64, 0
    .long file_end - PAGE, 0, 0, loader_enter, PAGE
    .quad 0                                 /* address it would like */
    .long PAGE, PAGE
    .short 0, 0, 0, 0, 0, 0
    .long 0, file_end, PAGE, 0
    .short PE_SUBSYSTEM_APPLICATION, 0
    .quad 0, 0, 0, 0
    .long 0, 6
    .quad 0, 0, 0, 0, 0, 0                  /* no tables, none of relocations */
optional_end:
    .ascii ".text\0\0\0"
    .long file_end - PAGE, PAGE, file_end - PAGE, PAGE, 0, 0
    .short 0, 0
    .long PE_SECTION_CODE
    .org PAGE

    .text
/* As Microsoft's compilers call: rcx the application's handle, rdx the system table. Returns an error to the firmware.
 * What that wants kept, loader_run keeps, but for rdi and rsi. */
    .globl loader_enter
loader_enter:
    push %rdi
    push %rsi
    sub $8, %rsp
    mov %rcx, %rdi
    mov %rdx, %rsi
    call loader_run
    add $8, %rsp
    pop %rsi
    pop %rdi
    ret

    .section .rodata
    .balign 8
    .globl image_file
image_file:
    .incbin IMAGE_FILE
    .section .note.GNU-stack, "", @progbits
