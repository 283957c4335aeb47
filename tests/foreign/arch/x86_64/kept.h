/* Calls and signals with known values in the registers: x86_64. */
#ifndef FOREIGN_KEPT_H
#define FOREIGN_KEPT_H

#include <stdint.h>
#include <string.h>

/* One call with known values in all registers that a call keeps; returns whether they are all still there. */
static inline int general_kept(void)
{
    uint64_t ok;
    __asm__ volatile("mov $0x1111, %%rbx; mov $0x2222, %%r12; mov $0x3333, %%r13; mov $0x4444, %%r14\n"
                     "mov $0x5555, %%r15; mov $0x6666, %%rdi; mov $0x7777, %%rsi; mov $0x8888, %%rdx\n"
                     "mov $0x9999, %%r8; mov $0xaaaa, %%r9; mov $0xbbbb, %%r10; mov $39, %%eax\n"
                     "syscall\n"
                     "add %%r12, %%rbx; add %%r13, %%rbx; add %%r14, %%rbx; add %%r15, %%rbx; add %%rdi, %%rbx\n"
                     "add %%rsi, %%rbx; add %%rdx, %%rbx; add %%r8, %%rbx; add %%r9, %%rbx; add %%r10, %%rbx\n"
                     "mov %%rbx, %%rax\n"
                     : "=a"(ok)
                     :
                     : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
                       "memory");
    return ok == 0x1111 + 0x2222 + 0x3333 + 0x4444 + 0x5555 + 0x6666 + 0x7777 + 0x8888 + 0x9999 + 0xaaaa + 0xbbbb;
}

static inline int vectors_kept(void)
{
    uint64_t in[2] = {0x0123456789abcdef, 0xfedcba9876543210}, out[2] = {0, 0};
    __asm__ volatile("movups (%1), %%xmm9\n"
                     "mov $39, %%eax\n"
                     "syscall\n"
                     "movups %%xmm9, (%2)\n"
                     :
                     : "a"(0), "b"(in), "d"(out)
                     : "rcx", "r11", "xmm9", "memory");
    return in[0] == out[0] && in[1] == out[1];
}

/* Upper halves of the wide registers, where the processor has them. */
static inline int wide_vectors_kept(void)
{
    uint64_t in[4] = {1, 2, 3, 4}, out[4] = {0, 0, 0, 0};
    if (!__builtin_cpu_supports("avx")) {
        return 1;
    }
    __asm__ volatile("vmovups (%1), %%ymm9\n"
                     "mov $39, %%eax\n"
                     "syscall\n"
                     "vmovups %%ymm9, (%2)\n"
                     :
                     : "a"(0), "b"(in), "d"(out)
                     : "rcx", "r11", "xmm9", "memory");
    return memcmp(in, out, sizeof in) == 0;
}

static inline void vectors_spoil(void)
{
    __asm__ volatile("pxor %%xmm9, %%xmm9; pxor %%xmm0, %%xmm0" ::: "xmm0", "xmm9");
}

/* Waits without calls until *word is not `before` any more; returns whether a vector register is as it was. */
static inline int vectors_kept_while(const volatile int *word, int before)
{
    uint64_t in[2] = {5, 6}, out[2] = {0, 0};
    __asm__ volatile("movups (%1), %%xmm9\n"
                     "1: cmpl %3, %0\n"
                     "je 1b\n"
                     "movups %%xmm9, (%2)\n"
                     :
                     : "m"(*word), "b"(in), "d"(out), "S"(before)
                     : "cc", "xmm9", "memory");
    return in[0] == out[0] && in[1] == out[1];
}

#endif
