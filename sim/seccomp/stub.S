/* The stub's code: zygote, start of a space, manager and seed. See stub.h for its rules. Position-independent. */
#include <sys/syscall.h>

#define PAGE 0x1000
#define TASK_END 0x7ffffffff000

/* As in stub.h, whose numbers the assembler cannot read (C suffixes); filter.c asserts what it can. */
#define STUB_CODE 0x6fff00000000
#define STUB_RING 0x6fff00001000
#define STUB_PROGRAM_MANAGER 0x800
#define STUB_PROGRAM_THREAD 0x810
#define STUB_WAIT 0x7ffe
#define STUB_CLONE_THREAD 0x50f00
#define STUB_CLONE_SPACE 0x8011
#define RING_COMMAND_BYTES 56

#define PR_SET_PDEATHSIG 1
#define SIGKILL 9
#define SECCOMP_SET_MODE_FILTER 1
#define SECCOMP_FLAGS 0x28 /* NEW_LISTENER | WAIT_KILLABLE_RECV */
#define MAP_SHARED_FIXED 0x11
#define PROT_READ 1

    .section .rodata.stub, "a", @progbits
    .balign 4096
    .globl stub_begin, stub_end, stub_zygote, stub_call
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
seed_next:
    mov $STUB_CLONE_THREAD, %edi
    xor %esi, %esi
    xor %edx, %edx
    xor %r10d, %r10d
    xor %r8d, %r8d
    mov $SYS_clone, %eax
    syscall
    jmp seed_next

stub_exit:
    mov $127, %edi
    mov $SYS_exit_group, %eax
    syscall
    ud2

stub_call:
    syscall
    int3
    ud2
stub_end:
.section .note.GNU-stack,"",@progbits
