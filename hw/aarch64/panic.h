/* An exception of the kernel itself: vectors.S leaves the registers here and goes to panic_trap. */
#ifndef HW_AARCH64_PANIC_H
#define HW_AARCH64_PANIC_H

#include <stdint.h>

extern struct panic_registers {
    uint64_t x[31], sp;
} panic_registers;

/* Prints them and a backtrace and stops the machine. */
_Noreturn void panic_trap(void);

#endif
