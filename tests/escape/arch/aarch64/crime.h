/* What hostile programs do in the processor's own words: aarch64. */
#ifndef ESCAPE_CRIME_H
#define ESCAPE_CRIME_H

#include <stdint.h>

/* A foreign call by hand. */
static inline int64_t raw_call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
    register uint64_t x0 __asm__("x0") = a;
    register uint64_t x1 __asm__("x1") = b;
    register uint64_t x2 __asm__("x2") = c;
    register uint64_t x3 __asm__("x3") = d;
    register uint64_t x4 __asm__("x4") = e;
    register uint64_t x5 __asm__("x5") = f;
    register uint64_t x8 __asm__("x8") = number;
    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x8)
                     : "memory");
    return (int64_t)x0;
}

/* A jump to any address with any call registers; what is there returns, or does not. */
static inline int64_t raw_jump(uint64_t address, uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
    register uint64_t x0 __asm__("x0") = a;
    register uint64_t x1 __asm__("x1") = b;
    register uint64_t x2 __asm__("x2") = c;
    register uint64_t x8 __asm__("x8") = number;
    register uint64_t x19 __asm__("x19") = address;
    __asm__ volatile("blr %4"
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x8)
                     : "r"(x19)
                     : "x3", "x4", "x5", "x6", "x7", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
                       "x18", "x30", "memory", "cc");
    return (int64_t)x0;
}

#define GADGET {0x01, 0x00, 0x00, 0xd4, 0xc0, 0x03, 0x5f, 0xd6} /* svc #0; ret */

#define HAS_OLD_CALL 0
static inline int64_t old_call(uint64_t number)
{
    (void)number;
    return 0;
}

/* Neither uses the stack afterwards. */
static inline void call_without_stack(uint64_t number)
{
    raw_call(number, 0, 0, 0, 0, 0, 0);
}

static inline void fault_for_ever(void)
{
    __asm__ volatile("mov x0, #16\n1: str x0, [x0]\n b 1b" : : : "x0", "memory");
}

/* Where the thread's words are, for the program. */
static inline void bases_spoil(uint64_t value)
{
    __asm__ volatile("msr tpidr_el0, %0" : : "r"(value));
}

static inline void crash_on_stack(uint64_t sp)
{
    __asm__ volatile("mov sp, %0\n udf #0" : : "r"(sp));
}

static inline void fill(uint64_t address, uint64_t bytes)
{
    __asm__ volatile("1: cbz %1, 2f\n strb %w2, [%0], #1\n sub %1, %1, #1\n b 1b\n2:"
                     : "+r"(address), "+r"(bytes)
                     : "r"(0xa5)
                     : "memory");
}

static inline void spin_on_stack(uint64_t sp)
{
    __asm__ volatile("mov sp, %0\n1: str x0, [sp, #-16]!\n ldr x0, [sp], #16\n b 1b" : : "r"(sp));
}

#define ODD_FLAGS {0x10000000, 0x20000000, 0x40000000, 0x80000000, 0xf0000000}
static inline void flags_set(uint64_t flags)
{
    __asm__ volatile("msr nzcv, %0" : : "r"(flags) : "cc");
}

static inline void flags_clear(uint64_t flags)
{
    (void)flags;
    __asm__ volatile("msr nzcv, xzr" : : : "cc");
}

#define PRIVILEGED_COUNT 8u
/* Each ends the program. */
static inline void privileged_run(uint64_t which)
{
    uint64_t word;
    switch (which) {
    case 0: __asm__ volatile("hvc #0"); break;
    case 1: __asm__ volatile("msr daifset, #2"); break;
    case 2: __asm__ volatile("brk #1"); break;
    case 3: __asm__ volatile("msr vbar_el1, xzr"); break;
    case 4: __asm__ volatile("mrs %0, sctlr_el1" : "=r"(word)); break;
    case 5: __asm__ volatile("tlbi vmalle1"); break;
    case 6: __asm__ volatile("msr tpidrro_el0, xzr"); break;
    default: __asm__ volatile("udf #0");
    }
}

#endif
