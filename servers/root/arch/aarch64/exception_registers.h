/* Registers of a thread in an exception: aarch64. */
#ifndef ROOT_EXCEPTION_REGISTERS_H
#define ROOT_EXCEPTION_REGISTERS_H

#include <abi/registers.h>

/* Names of the words of struct registers, in order, for reports. */
#define REGISTER_NAMES                                                                                         \
    "x0 ", "x1 ", "x2 ", "x3 ", "x4 ", "x5 ", "x6 ", "x7 ", "x8 ", "x9 ", "x10", "x11", "x12", "x13", "x14",   \
        "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", \
        "x30", "sp ", "pc ", "psr", "tp ", NULL
#define REGISTER_WORDS (sizeof(struct registers) / sizeof(uint64_t))

static inline uint64_t exception_pc(const struct registers *registers)
{
    return registers->pc;
}

/* The thread goes on at `entry`, with the address and its old pc as arguments. */
static inline void exception_divert(struct registers *registers, uint64_t entry, uint64_t address)
{
    registers->x[0] = address;
    registers->x[1] = registers->pc;
    registers->pc = entry;
}

#endif
