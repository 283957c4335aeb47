/* The arch's part of a thread. vectors.S saves into that of the thread that runs. */
#ifndef HW_X86_64_CONTEXT_H
#define HW_X86_64_CONTEXT_H

#include "layout.h"

#include <kernel/kernel.h>
#include <kernel/platform.h>

#define VECTOR_STATE_BYTES 512u

struct plat_context {
    struct registers registers; /* fs_base: old while the thread's is in the CPU */
    uint64_t control_address;
    uint64_t reserved;
    _Alignas(16) uint8_t vector[VECTOR_STATE_BYTES]; /* as `fxsave` has it; old while they are in the CPU */
};

_Static_assert(sizeof(struct plat_context) <= PLAT_CONTEXT_BYTES, "the arch's part of a thread");
_Static_assert(offsetof(struct plat_context, registers.rax) == REG_RAX, "layout.h");
_Static_assert(offsetof(struct plat_context, registers.rsp) == REG_RSP, "layout.h");
_Static_assert(offsetof(struct plat_context, registers.r15) == REG_R15, "layout.h");
_Static_assert(offsetof(struct plat_context, registers.rip) == REG_RIP, "layout.h");
_Static_assert(offsetof(struct plat_context, registers.rflags) == REG_FLAGS, "layout.h");

/* Whose segment bases are in the CPU; what traps save into. NULL before the first. */
extern struct plat_context *context_running;

/* It used them and may not yet: from now on it may. */
void context_vector_use(struct plat_context *context);

/* vectors.S */
_Noreturn void trap_return(struct plat_context *context);
void vector_save(void *state);
void vector_load(const void *state);

#endif
