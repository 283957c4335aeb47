/* What the personality does with registers: aarch64. */
#include "linux_call.h"
#include "linux_clone.h"

void linux_stack_set(struct foreign_frame *frame, uint64_t stack)
{
    frame->registers.sp = stack;
}

void linux_tls_set(struct foreign_frame *frame, uint64_t tls)
{
    frame->registers.tpidr = tls;
}

int64_t linux_clone(struct foreign_frame *frame, const uint64_t a[6])
{
    const struct linux_clone clone = {.flags = a[0], .stack = a[1], .parent_tid = a[2], .tls = a[3], .child_tid = a[4]};
    return linux_clone_begin(frame, &clone);
}
