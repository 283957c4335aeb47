/* Single instructions that C has no words for. */
#ifndef HW_X86_64_CPU_H
#define HW_X86_64_CPU_H

#include <stdint.h>

#define MSR_APIC_BASE 0x1bu
#define MSR_STAR 0xc0000081u
#define MSR_LSTAR 0xc0000082u
#define MSR_FLAG_MASK 0xc0000084u

#define CR0_TASK_SWITCHED (1ull << 3)
#define CR4_GLOBAL (1ull << 7)

#define CPU_READ(name)                                       \
    __extension__({                                          \
        uint64_t cpu_value;                                  \
        __asm__ volatile("mov %%" #name ", %0" : "=r"(cpu_value)); \
        cpu_value;                                           \
    })
#define CPU_WRITE(name, value) __asm__ volatile("mov %0, %%" #name : : "r"((uint64_t)(value)) : "memory")

struct cpuid {
    uint32_t a, b, c, d;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t part)
{
    struct cpuid id;
    __asm__ volatile("cpuid" : "=a"(id.a), "=b"(id.b), "=c"(id.c), "=d"(id.d) : "a"(leaf), "c"(part));
    return id;
}

static inline uint64_t msr_read(uint32_t number)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
    return (uint64_t)high << 32 | low;
}

static inline void msr_write(uint32_t number, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(number), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

/* For every trap. */
__attribute__((always_inline)) static inline uint64_t tsc_read(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static inline uint8_t port_read(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void port_write(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void port_write16(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline void page_flush(uint64_t address)
{
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

#endif
