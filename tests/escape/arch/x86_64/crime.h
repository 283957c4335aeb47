/* What hostile programs do in the processor's own words: x86_64. */
#ifndef ESCAPE_CRIME_H
#define ESCAPE_CRIME_H

#include <stdint.h>

/* A foreign call by hand. */
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

/* A jump to any address with any call registers; what is there returns, or does not. */
static inline int64_t raw_jump(uint64_t address, uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
    int64_t result;
    __asm__ volatile("call *%[address]"
                     : "=a"(result)
                     : [address] "b"(address), "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r8", "r9", "r10", "r11", "r12", "memory");
    return result;
}

#define GADGET {0x0f, 0x05, 0xc3} /* syscall; ret */

#define HAS_OLD_CALL 1
/* The call of 32-bit programs. */
static inline int64_t old_call(uint64_t number)
{
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"((uint32_t)number), "b"(42), "c"(0), "d"(0) : "memory");
    return result;
}

/* Neither uses the stack afterwards. */
static inline void call_without_stack(uint64_t number)
{
    int64_t result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number) : "rcx", "r11", "memory");
}

static inline void fault_for_ever(void)
{
    __asm__ volatile("1: movq $1, 16\n jmp 1b");
}

/* Where the thread's words are, for the program and for the library. */
static inline void bases_spoil(uint64_t value)
{
    __asm__ volatile("wrgsbase %0" : : "r"(value));
    __asm__ volatile("wrfsbase %0" : : "r"(value));
}

static inline void crash_on_stack(uint64_t sp)
{
    __asm__ volatile("mov %0, %%rsp\n ud2" : : "r"(sp));
}

static inline void fill(uint64_t address, uint64_t bytes)
{
    __asm__ volatile("rep stosb" : "+D"(address), "+c"(bytes) : "a"(0xa5) : "memory");
}

static inline void spin_on_stack(uint64_t sp)
{
    __asm__ volatile("mov %0, %%rsp\n1: push %%rax\n pop %%rax\n jmp 1b" : : "r"(sp));
}

#define ODD_FLAGS {0x100, 0x400, 0x4000, 0x10000, 0x40000, 0x200000}
static inline void flags_set(uint64_t flags)
{
    __asm__ volatile("pushfq\n orq %0, (%%rsp)\n popfq\n nop\n nop\n" : : "r"(flags) : "memory", "cc");
}

static inline void flags_clear(uint64_t flags)
{
    __asm__ volatile("cld\n pushfq\n andq %0, (%%rsp)\n popfq" : : "r"(~flags) : "memory", "cc");
}

#define PRIVILEGED_COUNT 8u
/* Each ends the program. */
static inline void privileged_run(uint64_t which)
{
    switch (which) {
    case 0: __asm__ volatile("hlt"); break;
    case 1: __asm__ volatile("cli"); break;
    case 2: __asm__ volatile("int3"); break;
    case 3: __asm__ volatile("int $0x81"); break;
    case 4: __asm__ volatile("in $0x60, %%al" : : : "rax"); break;
    case 5: __asm__ volatile("mov %%cr0, %%rax" : : : "rax"); break;
    case 6: __asm__ volatile("xor %%eax, %%eax\n div %%eax" : : : "rax", "rdx"); break;
    default: __asm__ volatile("ud2");
    }
}

#endif
