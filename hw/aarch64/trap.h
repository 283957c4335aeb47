/* Called by vectors.S. */
#ifndef HW_AARCH64_TRAP_H
#define HW_AARCH64_TRAP_H

#include <kernel/kernel.h>

/* A native call of the current thread; its number and arguments and what a function keeps are saved in its context. */
struct plat_context *trap_call(struct plat_context *context);
/* Everything else, with all registers saved in its context. trap: TRAP_* of layout.h. */
struct plat_context *trap_other(struct plat_context *context, uint64_t trap);
#endif
