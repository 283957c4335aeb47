/* int64_t gate_enter(a0..a5, register_number): the one `syscall` of the image. */
    .text
    .globl gate_enter
    .type gate_enter, @function
gate_enter:
    mov %rcx, %r10
    mov 8(%rsp), %rax
    syscall
    ret

/* struct control *sys_control(void) */
    .globl sys_control
    .type sys_control, @function
sys_control:
    mov %gs:0, %rax
    ret

/* struct process_state *process_state(void) */
    .globl process_state
    .type process_state, @function
process_state:
    movabs $0x600010000000, %rax /* LIBSYS_DATA_BASE */
    ret

/* _Noreturn void thread_release_and_exit(uint64_t *word, uint64_t bit_mask, uint64_t thread_exit_number): gives the
 * thread's area back, after which its stack must not be touched, and ends the thread. */
    .globl thread_release_and_exit
    .type thread_release_and_exit, @function
thread_release_and_exit:
    not %rsi
    lock andq %rsi, (%rdi)
    lea 0x8000(%rdx), %rax
    syscall
    ud2
    .section .note.GNU-stack, "", @progbits
