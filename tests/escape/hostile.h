/* What the escape tests share: foreign calls by hand, and crimes committed in a child process. */
#ifndef ESCAPE_HOSTILE_H
#define ESCAPE_HOSTILE_H

#include "test.h"

#include <sys/os.h>

#define STUB_CODE 0x6fff00000000ull  /* sim: the machine's code in every process */
#define STUB_RING 0x6fff00001000ull  /* sim: its command ring */
#define STUB_SLOTS 0x6fff00100000ull /* sim: signal stacks of all tasks; a process has its own mapped */
#define SLOT_BYTES 0x8000ull

/* A `syscall` instruction outside the system library. */
static inline int64_t raw_call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
    int64_t result;
    register uint64_t r10 __asm__("r10") = d;
    register uint64_t r8 __asm__("r8") = e;
    register uint64_t r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

/* A jump to any address with any call registers; what is there returns with `ret`, or does not. */
static inline int64_t raw_jump(uint64_t address, uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
    int64_t result;
    __asm__ volatile("call *%[address]"
                     : "=a"(result)
                     : [address] "b"(address), "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r8", "r9", "r10", "r11", "r12", "memory");
    return result;
}

/* Runs crime(argument) in a child. The child's end: an exit code, 128 + signal, or a negated error. */
static inline int child_end(void (*crime)(uint64_t argument), uint64_t argument)
{
    struct wait_result result;
    int pid = os_fork();
    if (pid == 0) {
        crime(argument);
        os_exit(0);
    }
    if (pid < 0) {
        return pid;
    }
    int error = os_wait(pid, &result, 0);
    if (error < 0) {
        return error;
    }
    return (result.status & 0x7f) != 0 ? 128 + (result.status & 0x7f) : result.status >> 8 & 0xff;
}

#endif
