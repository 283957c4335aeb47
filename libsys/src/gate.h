/* The gate: the one place where native calls leave the library. Each arch supplies it (arch/ARCH/gate.S). */
#ifndef LIBSYS_GATE_H
#define LIBSYS_GATE_H

#include <stdint.h>

/* Makes native call `number` (enum syscall_number). Returns its result. Blocks as the call does. */
int64_t gate_call(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5);

#define GATE_ADDRESS(pointer) ((uint64_t)(uintptr_t)(pointer))

#endif
