/* What a program keeps in its registers survives calls and signal handlers. */
#include "show.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALLS 1000

/* One call with known values in all registers that a call keeps; returns whether they are all still there. */
static int general_kept(void)
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

static int vectors_kept(void)
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
static int wide_vectors_kept(void)
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

static volatile sig_atomic_t alarms;

static void spoil(int signal)
{
    (void)signal;
    __asm__ volatile("pxor %%xmm9, %%xmm9; pxor %%xmm0, %%xmm0" ::: "xmm0", "xmm9");
    alarms++;
}

/* Computes, without calls, until a signal has come: it arrives at some instruction or other. */
static int interrupted_computation_kept(void)
{
    uint64_t in[2] = {5, 6}, out[2] = {0, 0};
    struct itimerval timer = {.it_value = {.tv_usec = 1000}};
    sig_atomic_t before = alarms;
    signal(SIGALRM, spoil);
    setitimer(ITIMER_REAL, &timer, NULL);
    __asm__ volatile("movups (%1), %%xmm9\n"
                     "1: cmpl %3, %0\n"
                     "je 1b\n"
                     "movups %%xmm9, (%2)\n"
                     :
                     : "m"(alarms), "b"(in), "d"(out), "S"((int)before)
                     : "cc", "xmm9", "memory");
    return in[0] == out[0] && in[1] == out[1];
}

int main(void)
{
    int general = 0, vectors = 0, wide = 0, interrupted = 0;
    for (int i = 0; i < CALLS; i++) {
        general += general_kept();
        vectors += vectors_kept();
        wide += wide_vectors_kept();
    }
    for (int i = 0; i < 20; i++) {
        interrupted += interrupted_computation_kept();
    }
    SHOW(general);
    SHOW(vectors);
    SHOW(wide);
    SHOW(interrupted);
    SHOW(alarms);
    return 0;
}
