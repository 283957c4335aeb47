/* System registers and instructions of the CPU. */
#ifndef HW_AARCH64_CPU_H
#define HW_AARCH64_CPU_H

#include <stdint.h>

#define CPU_READ(name)                                               \
    ({                                                               \
        uint64_t cpu_value;                                          \
        __asm__ volatile("mrs %0, " #name : "=r"(cpu_value));        \
        cpu_value;                                                   \
    })
#define CPU_WRITE(name, value) __asm__ volatile("msr " #name ", %0" ::"r"((uint64_t)(value)) : "memory")
#define CPU_DO(...) __asm__ volatile(__VA_ARGS__ ::: "memory")
#define CPU_DO_WITH(instruction, value) __asm__ volatile(instruction ", %0" ::"r"((uint64_t)(value)) : "memory")

#endif
