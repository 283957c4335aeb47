/* Names of the words of struct registers, in order, for reports. */
#ifndef ROOT_REGISTER_NAMES_H
#define ROOT_REGISTER_NAMES_H

#include <abi/registers.h>

#if defined(__x86_64__)
#define REGISTER_NAMES                                                                                             \
    "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8 ", "r9 ", "r10", "r11", "r12", "r13", "r14", "r15", \
        "rip", "flg", "fs ", NULL
#elif defined(__aarch64__)
#define REGISTER_NAMES                                                                                         \
    "x0 ", "x1 ", "x2 ", "x3 ", "x4 ", "x5 ", "x6 ", "x7 ", "x8 ", "x9 ", "x10", "x11", "x12", "x13", "x14",   \
        "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", \
        "x30", "sp ", "pc ", "psr", "tp ", NULL
#endif
#define REGISTER_WORDS (sizeof(struct registers) / sizeof(uint64_t))

#endif
