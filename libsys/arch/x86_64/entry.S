/* Ways into the image and out of it. Offsets are those of struct registers and struct foreign_frame. */
#define REG_RAX 0
#define REG_RBX 8
#define REG_RCX 16
#define REG_RDX 24
#define REG_RSI 32
#define REG_RDI 40
#define REG_RBP 48
#define REG_RSP 56
#define REG_R8 64
#define REG_R9 72
#define REG_R10 80
#define REG_R11 88
#define REG_R12 96
#define REG_R13 104
#define REG_R14 112
#define REG_R15 120
#define REG_RIP 128
#define REG_FLAGS 136
#define REG_FS 144
#define REG_RESERVED 152
#define FRAME_NUMBER 160
#define FRAME_ARGUMENT 168
#define FRAME_NO_RESTART 216
#define FRAME_BYTES 224

/* Linux's ucontext_t and siginfo_t */
#define CONTEXT_REGISTER(n) (40 + 8 * (n))
#define CONTEXT_VECTOR 224
#define INFO_CALL 24
#define INFO_ARCHITECTURE 28
#define VECTOR_MAGIC_OFFSET 464
#define VECTOR_MAGIC 0x46505853

#define THREAD_GUARD 1024       /* from the control page: CONTROL_KERNEL_BYTES + offsetof(struct thread_data, guard) */
#define SYSTEM_STACK_END 0x11000 /* from the control page: LIBSYS_STACK_OFFSET + LIBSYS_STACK_BYTES */

#define FUNCTION(name) .globl name; .type name, @function; .balign 16; name:
#define TAKE(index, offset) mov CONTEXT_REGISTER(index)(%rdx), %rax; mov %rax, offset(%rdi)

    .text

/* The host's SIGSYS handler: rsi siginfo, rdx ucontext, on the thread's system stack. Never returns to the host: the
 * host cleared the vector state for us, so it is put back from the frame; everything else from struct registers. */
FUNCTION(entry_foreign)
    cld
    mov CONTEXT_VECTOR(%rdx), %rcx
    test %rcx, %rcx
    jz 2f
    mov %rdx, %rdi
    cmpl $VECTOR_MAGIC, VECTOR_MAGIC_OFFSET(%rcx)
    jne 1f
    mov VECTOR_MAGIC_OFFSET+8(%rcx), %eax
    mov VECTOR_MAGIC_OFFSET+12(%rcx), %edx
    xrstor64 (%rcx)
    mov %rdi, %rdx
    jmp 2f
1:  fxrstor64 (%rcx)
2:  sub $FRAME_BYTES, %rsp
    and $-16, %rsp
    mov %rsp, %rdi
    TAKE(0, REG_R8)
    TAKE(1, REG_R9)
    TAKE(2, REG_R10)
    TAKE(3, REG_R11)
    TAKE(4, REG_R12)
    TAKE(5, REG_R13)
    TAKE(6, REG_R14)
    TAKE(7, REG_R15)
    TAKE(8, REG_RDI)
    TAKE(9, REG_RSI)
    TAKE(10, REG_RBP)
    TAKE(11, REG_RBX)
    TAKE(12, REG_RDX)
    TAKE(13, REG_RAX)
    TAKE(14, REG_RCX)
    TAKE(15, REG_RSP)
    TAKE(16, REG_RIP)
    TAKE(17, REG_FLAGS)
    rdfsbase %rax
    mov %rax, REG_FS(%rdi)
    movq $0, REG_RESERVED(%rdi)
    mov INFO_CALL(%rsi), %eax
    mov %rax, FRAME_NUMBER(%rdi)
    mov INFO_ARCHITECTURE(%rsi), %esi
    mov REG_RDI(%rdi), %rax
    mov %rax, FRAME_ARGUMENT(%rdi)
    mov REG_RSI(%rdi), %rax
    mov %rax, FRAME_ARGUMENT+8(%rdi)
    mov REG_RDX(%rdi), %rax
    mov %rax, FRAME_ARGUMENT+16(%rdi)
    mov REG_R10(%rdi), %rax
    mov %rax, FRAME_ARGUMENT+24(%rdi)
    mov REG_R8(%rdi), %rax
    mov %rax, FRAME_ARGUMENT+32(%rdi)
    mov REG_R9(%rdi), %rax
    mov %rax, FRAME_ARGUMENT+40(%rdi)
    movq $0, FRAME_NO_RESTART(%rdi)
    call foreign_enter
    mov %rsp, %rdi
    /* on into registers_resume */

/* _Noreturn void registers_resume(const struct registers *): as after a `syscall`: rcx = pc, r11 = flags. */
FUNCTION(registers_resume)
    mov REG_FS(%rdi), %rax
    wrfsbase %rax
    pushq REG_FLAGS(%rdi)
    andq $~0x100, (%rsp)        /* no single steps in here */
    popfq
    mov REG_RAX(%rdi), %rax
    mov REG_RBX(%rdi), %rbx
    mov REG_RDX(%rdi), %rdx
    mov REG_RSI(%rdi), %rsi
    mov REG_RBP(%rdi), %rbp
    mov REG_R8(%rdi), %r8
    mov REG_R9(%rdi), %r9
    mov REG_R10(%rdi), %r10
    mov REG_R12(%rdi), %r12
    mov REG_R13(%rdi), %r13
    mov REG_R14(%rdi), %r14
    mov REG_R15(%rdi), %r15
    mov REG_RIP(%rdi), %rcx
    mov REG_FLAGS(%rdi), %r11
    mov REG_RSP(%rdi), %rsp
    mov REG_RDI(%rdi), %rdi
    jmp *%rcx

/* int64_t foreign_guard(frame, guard): linux_call(frame); -E_FAULT if it touched a bad address. While it runs,
 * *guard is where its stack begins. */
FUNCTION(foreign_guard)
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    push %rsi
    mov %rsp, (%rsi)
    call linux_call
guard_end:
    pop %rsi
    movq $0, (%rsi)
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    ret

/* A bad address was touched in the image: rdi the address, rsi the pc. */
FUNCTION(entry_fault)
    cld
    mov %gs:0, %rdx
    mov THREAD_GUARD(%rdx), %rcx
    test %rcx, %rcx
    jz 1f
    mov %rcx, %rsp
    mov $-14, %rax              /* -E_FAULT */
    jmp guard_end
1:  lea SYSTEM_STACK_END(%rdx), %rsp
    call fault_enter
    ud2

/* The kernel diverts here, on the system stack. */
FUNCTION(entry_upcall)
    cld
    and $-16, %rsp
    call upcall_enter
    ud2

/* First thread of a process: rdi as sys/start.h says. */
FUNCTION(entry_start)
    and $-16, %rsp
    xor %ebp, %ebp
    call process_enter
    ud2

/* Further threads: rdi = their control page. */
FUNCTION(entry_thread)
    and $-16, %rsp
    xor %ebp, %ebp
    call thread_enter
    ud2

FUNCTION(process_entry_start)
    lea entry_start(%rip), %rax
    ret
FUNCTION(thread_entry_start)
    lea entry_thread(%rip), %rax
    ret
FUNCTION(fork_entry_child)
    lea fork_child(%rip), %rax
    ret

/* _Noreturn void program_start(entry, stack) */
FUNCTION(program_start)
    mov %rsi, %rsp
    mov %rdi, %rcx
    xor %eax, %eax
    xor %ebx, %ebx
    xor %edx, %edx
    xor %esi, %esi
    xor %edi, %edi
    xor %ebp, %ebp
    xor %r8d, %r8d
    xor %r9d, %r9d
    xor %r10d, %r10d
    xor %r11d, %r11d
    xor %r12d, %r12d
    xor %r13d, %r13d
    xor %r14d, %r14d
    xor %r15d, %r15d
    jmp *%rcx

/* int fork_split(int (*parent)(uint64_t sp)): what the child needs lies at sp when the memory is cloned. */
FUNCTION(fork_split)
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    rdfsbase %rax
    push %rax
    mov %rdi, %rax
    mov %rsp, %rbx
    sub $512, %rsp
    and $-16, %rsp
    fxsave64 (%rsp)
    push %rbx
    sub $8, %rsp
    lea 8(%rsp), %rdi
    call *%rax
    add $8, %rsp
    pop %rsp
fork_pop:
    pop %rdx
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    ret
fork_child:
    cld
    fxrstor64 8(%rsp)
    pop %rsp
    mov (%rsp), %rdx
    wrfsbase %rdx
    xor %eax, %eax
    jmp fork_pop

/* _Noreturn void thread_call(entry, argument, stack): the top word of the stack is the thread pointer, at itself. */
FUNCTION(thread_call)
    lea -512(%rdx), %rsp
    mov %rsp, (%rsp)
    mov %rsp, %rax
    wrfsbase %rax
    mov %rdi, %rax
    mov %rsi, %rdi
    xor %ebp, %ebp
    call *%rax
FUNCTION(thread_leave)
    mov %gs:0, %rsp
    add $SYSTEM_STACK_END, %rsp
    call thread_last
    ud2

/* void vector_save(area, mask), void vector_restore(area, mask) */
FUNCTION(vector_save)
    test %rsi, %rsi
    jz 1f
    mov %esi, %eax
    mov %rsi, %rdx
    shr $32, %rdx
    xsave64 (%rdi)
    ret
1:  fxsave64 (%rdi)
    ret
FUNCTION(vector_restore)
    test %rsi, %rsi
    jz 1f
    mov %esi, %eax
    mov %rsi, %rdx
    shr $32, %rdx
    xrstor64 (%rdi)
    ret
1:  fxrstor64 (%rdi)
    ret
    .section .note.GNU-stack, "", @progbits
