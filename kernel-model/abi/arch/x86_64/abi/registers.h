/* User registers of a thread, x86_64. */
#ifndef ABI_REGISTERS_H
#define ABI_REGISTERS_H

#include <stdint.h>

#define ABI_ELF_MACHINE 62u /* of programs, in their ELF header */

struct registers {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t rip, rflags, fs_base, reserved;
};

#endif
