/* Registers of a thread in an exception: x86_64. */
#ifndef ROOT_EXCEPTION_REGISTERS_H
#define ROOT_EXCEPTION_REGISTERS_H

#include <abi/registers.h>

/* Names of the words of struct registers, in order, for reports. */
#define REGISTER_NAMES                                                                                             \
    "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8 ", "r9 ", "r10", "r11", "r12", "r13", "r14", "r15", \
        "rip", "flg", "fs ", NULL
#define REGISTER_WORDS (sizeof(struct registers) / sizeof(uint64_t))

static inline uint64_t exception_pc(const struct registers *registers)
{
    return registers->rip;
}

/* The thread goes on at `entry`, with the address and its old pc as arguments. */
static inline void exception_divert(struct registers *registers, uint64_t entry, uint64_t address)
{
    registers->rdi = address;
    registers->rsi = registers->rip;
    registers->rip = entry;
}

#endif
