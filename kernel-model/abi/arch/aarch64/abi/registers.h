/* User registers of a thread, aarch64. */
#ifndef ABI_REGISTERS_H
#define ABI_REGISTERS_H

#include <stdint.h>

#define ABI_ELF_MACHINE 183u /* of programs, in their ELF header */

struct registers {
    uint64_t x[31];
    uint64_t sp, pc, pstate, tpidr, reserved;
};

#endif
