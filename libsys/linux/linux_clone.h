/* clone: between its architecture's order of arguments and what is done. */
#ifndef LINUX_CLONE_H
#define LINUX_CLONE_H

#include "foreign.h"

#include <stdint.h>

#define CLONE_VM 0x100u
#define CLONE_VFORK 0x4000u
#define CLONE_THREAD 0x10000u
#define CLONE_SETTLS 0x80000u
#define CLONE_PARENT_SETTID 0x100000u
#define CLONE_CHILD_CLEARTID 0x200000u
#define CLONE_CHILD_SETTID 0x1000000u

struct linux_clone {
    uint64_t flags, stack, parent_tid, child_tid, tls;
};

int64_t linux_clone_begin(struct foreign_frame *frame, const struct linux_clone *clone);

/* Per architecture: registers of the frame. */
void linux_stack_set(struct foreign_frame *frame, uint64_t stack);
void linux_tls_set(struct foreign_frame *frame, uint64_t tls);

#endif
