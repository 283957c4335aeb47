/* The gate: the one place where native calls leave the library. Each arch supplies it (arch/ARCH/gate.S). */
#ifndef LIBSYS_GATE_H
#define LIBSYS_GATE_H

#include <abi/syscall.h>

#include <stdint.h>

/* Leaves with the call's register as given. The number comes last, so that the others are where the call wants them. */
int64_t gate_enter(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5,
                   uint64_t register_number);

/* Makes native call `number` (enum syscall_number). Returns its result. Blocks as the call does. */
static inline int64_t gate_call(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                                uint64_t a5)
{
    return gate_enter(a0, a1, a2, a3, a4, a5, SYSCALL_BASE + number);
}

#define GATE_ADDRESS(pointer) ((uint64_t)(uintptr_t)(pointer))

#endif
