/* int64_t gate_enter(a0..a5, register_number): the image's way into the kernel. */
#define SYSCALL_NUMBER(to, from) add to, from, #8, lsl #12 /* SYSCALL_BASE + from */
#define FUNCTION(name) .globl name; .type name, %function; .balign 16; name:

    .text
FUNCTION(gate_enter)
    mov x8, x6
    svc #0
    ret

/* struct control *sys_control(void) */
FUNCTION(sys_control)
    mrs x0, tpidrro_el0
    ret

/* struct process_state *process_state(void): LIBSYS_DATA_BASE */
FUNCTION(process_state)
    movz x0, #0x6000, lsl #32
    movk x0, #0x1000, lsl #16
    ret

/* _Noreturn void thread_release_and_exit(uint64_t *word, uint64_t bit_mask, uint64_t thread_exit_number): gives the
 * thread's area back, after which its stack must not be touched, and ends the thread. */
FUNCTION(thread_release_and_exit)
1:  ldxr x3, [x0]
    bic x3, x3, x1
    stlxr w4, x3, [x0]
    cbnz w4, 1b
    SYSCALL_NUMBER(x8, x2)
    svc #0
    udf #0
    .section .note.GNU-stack, "", %progbits
