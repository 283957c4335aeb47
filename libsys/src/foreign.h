/* Foreign calls: between the entry in assembler and the personality that serves them. */
#ifndef LIBSYS_FOREIGN_H
#define LIBSYS_FOREIGN_H

#include <abi/registers.h>

#include <stdint.h>

/* One foreign call. It lies on the thread's system stack; a fork's child has its own copy at the same address. */
struct foreign_frame {
    struct registers registers; /* of the caller, pc after the call. The personality may change any of them (clone: sp,
                                   thread pointer). They take effect when the call returns, with the result */
    uint64_t number;
    uint64_t argument[6];
    uint64_t
        no_restart; /* set by the personality: -E_INTR is final, whatever the handler's flags (sleeps, poll, pause) */
};

/* Serves a foreign call by os_* and the library's posix functions; returns its result, Linux's way: negated errno.
 * Called on the system stack, never from within itself. Blocks as the call does. Calls that do not return (exit, exec)
 * just do not; sigreturn is served by signal_return (posix/signals.h), which does not return either. */
int64_t linux_call(struct foreign_frame *frame);

#endif
