/* Calls and signals with known values in the registers: aarch64. */
#ifndef FOREIGN_KEPT_H
#define FOREIGN_KEPT_H

#include <stdint.h>
#include <string.h>

/* One call with known values in all registers that a call keeps, flags too; returns whether they are all still there.
 */
static inline int general_kept(void)
{
    register uint64_t flags __asm__("x0");
    register uint64_t sum __asm__("x8");
    __asm__ volatile("mov x1, #1; mov x2, #2; mov x3, #3; mov x4, #4; mov x5, #5; mov x6, #6; mov x7, #7\n"
                     "mov x9, #9; mov x10, #10; mov x11, #11; mov x12, #12; mov x13, #13; mov x14, #14\n"
                     "mov x15, #15; mov x16, #16; mov x17, #17; mov x18, #18; mov x19, #19; mov x20, #20\n"
                     "mov x21, #21; mov x22, #22; mov x23, #23; mov x24, #24; mov x25, #25; mov x26, #26\n"
                     "mov x27, #27; mov x28, #28; mov x30, #30; mov x8, #0x60000000; msr nzcv, x8\n"
                     "mov x8, #172\n"
                     "svc #0\n"
                     "mrs x0, nzcv\n"
                     "sub x8, x8, #172; add x8, x8, x1; add x8, x8, x2, lsl #1; add x8, x8, x3; add x8, x8, x4\n"
                     "add x8, x8, x5; add x8, x8, x6; add x8, x8, x7; add x8, x8, x9; add x8, x8, x10\n"
                     "add x8, x8, x11; add x8, x8, x12; add x8, x8, x13; add x8, x8, x14; add x8, x8, x15\n"
                     "add x8, x8, x16; add x8, x8, x17; add x8, x8, x18; add x8, x8, x19; add x8, x8, x20\n"
                     "add x8, x8, x21; add x8, x8, x22; add x8, x8, x23; add x8, x8, x24; add x8, x8, x25\n"
                     "add x8, x8, x26; add x8, x8, x27; add x8, x8, x28; add x8, x8, x30\n"
                     : "=r"(sum), "=r"(flags)
                     :
                     : "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x9", "x10", "x11", "x12", "x13", "x14",
                       "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27",
                       "x28", "x30", "memory", "cc");
    return sum == 30 * 31 / 2 - 8 - 29 + 2 && flags == 0x60000000;
}

static inline int vectors_kept(void)
{
    uint64_t in[2] = {0x0123456789abcdef, 0xfedcba9876543210}, out[2] = {0, 0};
    __asm__ volatile("ldr q9, [%0]\n"
                     "mov x8, #172\n"
                     "svc #0\n"
                     "str q9, [%1]\n"
                     :
                     : "r"(in), "r"(out)
                     : "x0", "x8", "v9", "memory");
    return in[0] == out[0] && in[1] == out[1];
}

/* There are none wider. */
static inline int wide_vectors_kept(void)
{
    return 1;
}

static inline void vectors_spoil(void)
{
    __asm__ volatile("movi v9.2d, #0; movi v0.2d, #0" ::: "v0", "v9");
}

/* Waits without calls until *word is not `before` any more; returns whether a vector register is as it was. */
static inline int vectors_kept_while(const volatile int *word, int before)
{
    uint64_t in[2] = {5, 6}, out[2] = {0, 0};
    __asm__ volatile("ldr q9, [%1]\n"
                     "1: ldr w8, [%0]\n"
                     "cmp w8, %w3\n"
                     "b.eq 1b\n"
                     "str q9, [%2]\n"
                     :
                     : "r"(word), "r"(in), "r"(out), "r"(before)
                     : "x8", "cc", "v9", "memory");
    return in[0] == out[0] && in[1] == out[1];
}

#endif
