/* The stub's code: zygote, start of a space, manager and seed. See stub.h for its rules. Position-independent. */
#include <sys/syscall.h>

#define PAGE 0x1000
#define TASK_END 0x7ffffffff000

/* As in stub.h, whose numbers the assembler cannot read (C suffixes); filter.c asserts what it can. */
#define STUB_CODE 0x6fff00000000
#define STUB_RING 0x6fff00001000
#define STUB_MASK_NONE 0x7f0
#define STUB_PROGRAM_MANAGER 0x800
#define STUB_PROGRAM_THREAD 0x810
#define STUB_ENTRY_FOREIGN 0x7f8
#define STUB_WAIT 0x7ffe
#define STUB_EVENT 0x7ffd
#define STUB_READY 0x7ffc
#define SLOT_BYTES 0x8000
#define SLOT_SYSTEM_STACK 0
#define RING_STACK_OFFSET 4032
#define STUB_CLONE_THREAD 0x50f00
#define STUB_CLONE_SPACE 0x8011
#define RING_COMMAND_BYTES 56

#define PR_SET_PDEATHSIG 1
#define SIGKILL 9
#define SIG_SETMASK 2
#define SECCOMP_SET_MODE_FILTER 1
#define SECCOMP_FLAGS 0x28 /* NEW_LISTENER | WAIT_KILLABLE_RECV */
#define MAP_SHARED_FIXED 0x11
#define PROT_READ 1

/* Linux's ucontext, siginfo and extended registers in a signal frame */
#define CONTEXT_FS 0 /* ours: uc_flags and uc_link, which only sigreturn would look at */
#define CONTEXT_GS 8
#define CONTEXT_REGISTER(n) (40 + 8 * (n))
#define CONTEXT_ERROR CONTEXT_REGISTER(19)
#define CONTEXT_TRAP CONTEXT_REGISTER(20)
#define CONTEXT_VECTOR 224
#define INFO_CODE 8
#define INFO_ADDRESS 16
#define VECTOR_MAGIC 464
#define VECTOR_BYTES 468
#define VECTOR_FEATURES 472
#define VECTOR_MAGIC_VALUE 0x46505853
#define CODE_SEGMENT 0x33
#define STACK_SEGMENT 0x2b
#define FLAGS_PLAIN 0x202

    .section .rodata.stub, "a", @progbits
    .balign 4096
    .globl stub_begin, stub_end, stub_zygote, stub_event, stub_answered, stub_foreign
stub_begin:

/* r12: offset of the new space's ring in the memory file (set by the tracer before each round); r13: the machine's
 * process ID. Stops at int3 when ready for a round. */
stub_zygote:
    xor %edi, %edi
    movabs $STUB_CODE, %rsi
    mov $SYS_munmap, %eax
    syscall
    movabs $STUB_RING, %rdi
    movabs $TASK_END - STUB_RING, %rsi
    mov $SYS_munmap, %eax
    syscall
1:  int3
    mov $STUB_CLONE_SPACE, %edi
    xor %esi, %esi
    xor %edx, %edx
    xor %r10d, %r10d
    xor %r8d, %r8d
    mov $SYS_clone, %eax
    syscall
    test %rax, %rax
    jnz 1b

/* A new space's first task: dies with the machine, maps its ring, makes the seed, and becomes the manager. */
    mov $PR_SET_PDEATHSIG, %edi
    mov $SIGKILL, %esi
    mov $SYS_prctl, %eax
    syscall
    mov $SYS_getppid, %eax
    syscall
    cmp %eax, %r13d
    jne stub_exit
    movabs $STUB_RING, %rdi
    mov $PAGE, %esi
    mov $PROT_READ, %edx
    mov $MAP_SHARED_FIXED, %r10d
    xor %r8d, %r8d
    mov %r12, %r9
    mov $SYS_mmap, %eax
    syscall
    test %rax, %rax
    js stub_exit
    mov $STUB_CLONE_THREAD, %edi
    xor %esi, %esi
    xor %edx, %edx
    xor %r10d, %r10d
    xor %r8d, %r8d
    mov $SYS_clone, %eax
    syscall
    test %rax, %rax
    js stub_exit
    jz stub_seed
    lea stub_begin + STUB_PROGRAM_MANAGER(%rip), %rdx
    mov $SECCOMP_SET_MODE_FILTER, %edi
    mov $SECCOMP_FLAGS, %esi
    mov $SYS_seccomp, %eax
    syscall
    int3

/* The manager: asks for commands (first argument: the result of the last batch), gets their count, runs them. */
    xor %edi, %edi
manager_wait:
    mov $STUB_WAIT, %eax
    syscall
    mov %rax, %r12
    movabs $STUB_RING, %r13
    xor %edi, %edi
manager_next:
    test %r12, %r12
    jz manager_wait
    mov 8(%r13), %rdi
    mov 16(%r13), %rsi
    mov 24(%r13), %rdx
    mov 32(%r13), %r10
    mov 40(%r13), %r8
    mov 48(%r13), %r9
    mov 0(%r13), %rax
    syscall
    xor %edi, %edi
    add $RING_COMMAND_BYTES, %r13
    dec %r12
    cmp $-4095, %rax
    jb manager_next
    mov %rax, %rdi
    jmp manager_wait

/* The seed: never runs a program's code. Each round waits in its clone until the machine lets that go on. */
stub_seed:
    lea stub_begin + STUB_PROGRAM_THREAD(%rip), %rdx
    mov $SECCOMP_SET_MODE_FILTER, %edi
    mov $SECCOMP_FLAGS, %esi
    mov $SYS_seccomp, %eax
    syscall
    int3
    mov $1, %edi
    mov $-1, %esi
    xor %edx, %edx
    mov $SYS_close_range, %eax
    syscall
    xor %eax, %eax
seed_next:
    mov %rax, %r9               /* the last round's result, for the machine */
    mov $STUB_CLONE_THREAD, %edi
    xor %esi, %esi
    xor %edx, %edx
    xor %r10d, %r10d
    xor %r8d, %r8d
    mov $SYS_clone, %eax
    syscall
    test %rax, %rax
    jnz seed_next

/* A new task: its signal stack, then it waits for what to be. */
    movabs $STUB_RING + RING_STACK_OFFSET, %rdi
    xor %esi, %esi
    mov $SYS_sigaltstack, %eax
    syscall
    mov $STUB_READY, %eax
    jmp stub_ask

stub_exit:
    mov $127, %edi
    mov $SYS_exit_group, %eax
    syscall
    ud2

/* Signal handler: rdi number, rsi siginfo, rdx ucontext, on the slot's stack. All other registers are in the frame.
 * Kicks wait until the stack is that of the frame to go on with: however many come, there is one frame of theirs. */
stub_event:
    rdfsbase %rcx
    mov %rcx, CONTEXT_FS(%rdx)
    rdgsbase %rcx
    mov %rcx, CONTEXT_GS(%rdx)
    mov CONTEXT_ERROR(%rdx), %r8
    mov CONTEXT_TRAP(%rdx), %r9
    mov %rdx, %r10
    mov INFO_ADDRESS(%rsi), %rdx
    movslq INFO_CODE(%rsi), %rsi
    mov $STUB_EVENT, %eax
stub_ask:
    syscall

/* Goes on with the registers of the ucontext at rax. The stack is used below it only: a signal may come at any time,
 * and the machine then starts anew from here, with the same ucontext. */
stub_answered:
    mov %rax, %r12
    lea -16(%rax), %rsp
    mov $SIG_SETMASK, %edi
    lea stub_begin + STUB_MASK_NONE(%rip), %rsi
    xor %edx, %edx
    mov $8, %r10d
    mov $SYS_rt_sigprocmask, %eax
    syscall
    pushq $FLAGS_PLAIN
    popfq
    mov CONTEXT_VECTOR(%r12), %rcx
    cmpl $VECTOR_MAGIC_VALUE, VECTOR_MAGIC(%rcx)
    jne 1f
    mov VECTOR_FEATURES(%rcx), %eax
    mov VECTOR_FEATURES+4(%rcx), %edx
    xrstor64 (%rcx)
    jmp 2f
1:  fxrstor64 (%rcx)
2:  mov CONTEXT_FS(%r12), %rcx
    wrfsbase %rcx
    mov CONTEXT_GS(%r12), %rcx
    wrgsbase %rcx
    pushq $STACK_SEGMENT
    pushq CONTEXT_REGISTER(15)(%r12)
    pushq CONTEXT_REGISTER(17)(%r12)
    pushq $CODE_SEGMENT
    pushq CONTEXT_REGISTER(16)(%r12)
    mov CONTEXT_REGISTER(0)(%r12), %r8
    mov CONTEXT_REGISTER(1)(%r12), %r9
    mov CONTEXT_REGISTER(2)(%r12), %r10
    mov CONTEXT_REGISTER(3)(%r12), %r11
    mov CONTEXT_REGISTER(5)(%r12), %r13
    mov CONTEXT_REGISTER(6)(%r12), %r14
    mov CONTEXT_REGISTER(7)(%r12), %r15
    mov CONTEXT_REGISTER(8)(%r12), %rdi
    mov CONTEXT_REGISTER(9)(%r12), %rsi
    mov CONTEXT_REGISTER(10)(%r12), %rbp
    mov CONTEXT_REGISTER(11)(%r12), %rbx
    mov CONTEXT_REGISTER(12)(%r12), %rdx
    mov CONTEXT_REGISTER(13)(%r12), %rax
    mov CONTEXT_REGISTER(14)(%r12), %rcx
    mov CONTEXT_REGISTER(4)(%r12), %r12
    iretq

/* Signal handler of foreign calls: copies the frame (ucontext, siginfo, extended registers, in this order) to the top
 * of the system stack, keeping its place within 64 bytes, and enters the library there. The copy may fault: until it is
 * done, the stack is the slot's. */
stub_foreign:
    mov %rsp, %rax
    and $-SLOT_BYTES, %rax
    mov %rdx, %r12
    mov %rsi, %r13
    mov CONTEXT_VECTOR(%rdx), %rcx
    mov VECTOR_BYTES(%rcx), %ebx
    add %rcx, %rbx
    sub %rdx, %rbx
    mov SLOT_SYSTEM_STACK(%rax), %r14
    sub %rbx, %r14
    and $-64, %r14
    mov %edx, %eax
    and $63, %eax
    sub $64, %r14
    add %rax, %r14
    mov %r14, %rdi
    mov %r12, %rsi
    mov %rbx, %rcx
    cld
    rep movsb
    mov %r14, %rdx
    sub %r12, %r14
    add %r14, CONTEXT_VECTOR(%rdx)
    lea (%r13,%r14), %rsi
    mov $31, %edi
    mov %rdx, %rax
    and $-16, %rax
    mov %rax, %rsp
    jmp *stub_begin + STUB_ENTRY_FOREIGN(%rip)
stub_end:
.section .note.GNU-stack,"",@progbits
