/* The arch's part of a thread. The trap code saves into it: sp_el1 points to it while its thread runs. */
#ifndef HW_AARCH64_CONTEXT_H
#define HW_AARCH64_CONTEXT_H

#include "layout.h"

#include <kernel/kernel.h>
#include <kernel/platform.h>

struct vector_state {
    uint64_t v[64]; /* 32 registers of two words */
    uint64_t fpcr, fpsr;
};

struct plat_context {
    uint64_t control_address;
    union {
        struct {
            uint64_t number; /* of a native call */
            struct registers registers;
        };
        struct syscall_arguments call; /* the number and x0 to x5 */
    };
    uint64_t vector_access;     /* CPACR_EL1: whether using vector registers traps */
    _Alignas(16) struct vector_state vector; /* current if another thread's is in the registers */
};

_Static_assert(sizeof(struct plat_context) <= PLAT_CONTEXT_BYTES, "the arch's part of a thread");
_Static_assert(offsetof(struct plat_context, number) == CONTEXT_NUMBER, "layout.h");
_Static_assert(offsetof(struct plat_context, registers.x) == CONTEXT_X, "layout.h");
_Static_assert(offsetof(struct plat_context, registers.sp) == CONTEXT_SP, "layout.h");
_Static_assert(offsetof(struct plat_context, registers.tpidr) == CONTEXT_TPIDR, "layout.h");

/* The vector registers: whose they are, and the trap of their first use. */
void vector_use(struct plat_context *context);
/* Before the first thread. */
void context_init(void);

/* vectors.S */
_Noreturn void trap_return(struct plat_context *context);
void vector_save(struct vector_state *state);
void vector_load(const struct vector_state *state);

#endif
