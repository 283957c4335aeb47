/* Called by vectors.S. */
#ifndef HW_AARCH64_TRAP_H
#define HW_AARCH64_TRAP_H

#include <kernel/kernel.h>

/* A native call of the current thread. */
struct plat_context *trap_call(const struct syscall_arguments *arguments);
/* Everything else, with all registers saved in its context. trap: TRAP_* of layout.h. */
struct plat_context *trap_other(struct plat_context *context, uint64_t trap);
#endif
