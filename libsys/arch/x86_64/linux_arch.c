/* What the personality does with registers: x86_64. */
#include "linux_call.h"
#include "linux_clone.h"

#define ARCH_SET_GS 0x1001u
#define ARCH_SET_FS 0x1002u
#define ARCH_GET_FS 0x1003u

void linux_stack_set(struct foreign_frame *frame, uint64_t stack)
{
    frame->registers.rsp = stack;
}

void linux_tls_set(struct foreign_frame *frame, uint64_t tls)
{
    frame->registers.fs_base = tls;
}

int64_t linux_clone(struct foreign_frame *frame, const uint64_t a[6])
{
    const struct linux_clone clone = {.flags = a[0], .stack = a[1], .parent_tid = a[2], .child_tid = a[3], .tls = a[4]};
    return linux_clone_begin(frame, &clone);
}

/* gs belongs to the system library. */
int64_t linux_arch_prctl(struct foreign_frame *frame, const uint64_t a[6])
{
    switch (a[0]) {
    case ARCH_SET_FS:
        if (a[1] >= USER_END) {
            return -E_PERM;
        }
        linux_tls_set(frame, a[1]);
        return 0;
    case ARCH_GET_FS:
        *(uint64_t *)(uintptr_t)a[1] = frame->registers.fs_base;
        return 0;
    default:
        return a[0] == ARCH_SET_GS ? -E_PERM : -E_INVAL;
    }
}
