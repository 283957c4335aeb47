/* Where a native program begins: the stack holds argc, argv, envp as on Linux. Musl's functions find their thread's
 * words below the thread pointer. */
    .text
    .globl _start
    .type _start, %function
_start:
    mov x29, xzr
    mov x30, xzr
    adrp x0, native_thread_words
    add x0, x0, :lo12:native_thread_words
    add x0, x0, #512
    msr tpidr_el0, x0
    mov x0, sp
    bl native_start
    udf #0
    .local native_thread_words
    .comm native_thread_words, 528, 64
    .section .note.GNU-stack, "", %progbits
