/* Ways into the image and out of it. */
    .arch armv8-a+fp+simd       /* C code here has no vectors, but programs have */

#define THREAD_GUARD 1024       /* from the control page: CONTROL_KERNEL_BYTES + offsetof(struct thread_data, guard) */
#define SYSTEM_STACK_END_PAGES 0x11 /* from the control page: LIBSYS_STACK_OFFSET + LIBSYS_STACK_BYTES */
#define VECTOR_BYTES 528        /* struct frame_vector of signal_frame.c */
#define SAVED_BYTES 112         /* x19 to x30, and one word */

#define FUNCTION(name) .globl name; .type name, %function; .balign 16; name:

    .macro saved_push
    stp x19, x20, [sp, #-SAVED_BYTES]!
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    .endm

    .macro saved_pop
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp x19, x20, [sp], #SAVED_BYTES
    .endm

    /* sp: top of the system stack */
    .macro system_stack scratch
    mrs \scratch, tpidrro_el0
    add \scratch, \scratch, #SYSTEM_STACK_END_PAGES, lsl #12
    mov sp, \scratch
    mov x29, xzr
    .endm

    .text

/* _Noreturn void registers_resume(const struct registers *): a call keeps all registers, so none is left to jump by. */
FUNCTION(registers_resume)
    b sys_thread_continue

/* int64_t foreign_guard(frame, guard): linux_call(frame); -E_FAULT if it touched a bad address. While it runs,
 * *guard is where its stack begins. */
FUNCTION(foreign_guard)
    saved_push
    str x1, [sp, #96]
    mov x2, sp
    str x2, [x1]
    bl linux_call
guard_end:
    ldr x1, [sp, #96]
    str xzr, [x1]
    saved_pop
    ret

/* A bad address was touched in the image: x0 the address, x1 the pc. */
FUNCTION(entry_fault)
    mrs x2, tpidrro_el0
    ldr x3, [x2, #THREAD_GUARD]
    cbz x3, 1f
    mov sp, x3
    mov x0, #-14                /* -E_FAULT */
    b guard_end
1:  system_stack x2
    str xzr, [sp, #-16]         /* without that stack it shall fault here, where it is not sent again */
    bl fault_enter
    udf #0

/* The kernel diverts here, on the system stack. */
FUNCTION(entry_upcall)
    mov x29, xzr
    bl upcall_enter
    udf #0

/* A handler without a restorer of its own returned here: sp is its frame. */
FUNCTION(signal_trampoline)
    mov x0, sp
    mrs x1, tpidr_el0
    system_stack x2
    bl signal_trampoline_enter
    udf #0

/* First thread of a process: x0 as sys/start.h says. */
FUNCTION(entry_start)
    mov x29, xzr
    bl process_enter
    udf #0

/* Further threads: x0 = their control page. */
FUNCTION(entry_thread)
    mov x29, xzr
    bl thread_enter
    udf #0

FUNCTION(process_entry_start)
    adr x0, entry_start
    ret
FUNCTION(thread_entry_start)
    adr x0, entry_thread
    ret
FUNCTION(fork_entry_child)
    adr x0, fork_child
    ret

/* _Noreturn void program_start(entry, stack) */
FUNCTION(program_start)
    mov sp, x1
    mov x16, x0
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    mov x\n, xzr
    .endr
    br x16

/* int fork_split(int (*parent)(uint64_t sp)): what the child needs lies at sp when the memory is cloned. */
FUNCTION(fork_split)
    saved_push
    mrs x1, tpidr_el0
    str x1, [sp, #96]
    sub sp, sp, #VECTOR_BYTES
    mov x9, x0
    mov x0, sp
    bl vector_save
    mov x0, sp
    blr x9
    add sp, sp, #VECTOR_BYTES
fork_pop:
    saved_pop
    ret
fork_child:
    mov x0, sp
    bl vector_restore
    add sp, sp, #VECTOR_BYTES
    ldr x1, [sp, #96]
    msr tpidr_el0, x1
    mov x0, xzr
    b fork_pop

/* _Noreturn void thread_call(entry, argument, stack): the top of the stack is the thread's words, which musl's
 * functions find below the thread pointer. */
FUNCTION(thread_call)
    sub x3, x2, #16
    msr tpidr_el0, x3
    sub sp, x2, #512
    mov x9, x0
    mov x0, x1
    mov x29, xzr
    blr x9
FUNCTION(thread_leave)
    system_stack x0
    bl thread_last
    udf #0

/* void vector_save(struct frame_vector *): touches x0, x1 and x2 only. Its head stays. */
FUNCTION(vector_save)
    mrs x1, fpsr
    mrs x2, fpcr
    stp w1, w2, [x0, #8]
    stp q0, q1, [x0, #16]
    stp q2, q3, [x0, #48]
    stp q4, q5, [x0, #80]
    stp q6, q7, [x0, #112]
    stp q8, q9, [x0, #144]
    stp q10, q11, [x0, #176]
    stp q12, q13, [x0, #208]
    stp q14, q15, [x0, #240]
    stp q16, q17, [x0, #272]
    stp q18, q19, [x0, #304]
    stp q20, q21, [x0, #336]
    stp q22, q23, [x0, #368]
    stp q24, q25, [x0, #400]
    stp q26, q27, [x0, #432]
    stp q28, q29, [x0, #464]
    stp q30, q31, [x0, #496]
    ret

/* void vector_restore(const struct frame_vector *) */
FUNCTION(vector_restore)
    ldp w1, w2, [x0, #8]
    msr fpsr, x1
    msr fpcr, x2
    ldp q0, q1, [x0, #16]
    ldp q2, q3, [x0, #48]
    ldp q4, q5, [x0, #80]
    ldp q6, q7, [x0, #112]
    ldp q8, q9, [x0, #144]
    ldp q10, q11, [x0, #176]
    ldp q12, q13, [x0, #208]
    ldp q14, q15, [x0, #240]
    ldp q16, q17, [x0, #272]
    ldp q18, q19, [x0, #304]
    ldp q20, q21, [x0, #336]
    ldp q22, q23, [x0, #368]
    ldp q24, q25, [x0, #400]
    ldp q26, q27, [x0, #432]
    ldp q28, q29, [x0, #464]
    ldp q30, q31, [x0, #496]
    ret
    .section .note.GNU-stack, "", %progbits
