/* Revocation: everything paid from a grant goes, whoever holds it. */
#ifndef KERNEL_REVOKE_H
#define KERNEL_REVOKE_H

#include <abi/types.h>

struct kernel;
struct grant;
struct thread;

/* Destroys what is paid from `grant` or a grant below it, and what cannot be without it: threads that use such a space,
 * table or control page, timers, interrupts and budgets that tell such a connection, memory paged through one. Threads
 * are killed, handles in all tables and in flight are closed, memory is unmapped everywhere, calls by such connections
 * end with -E_BADF. The grant itself stays, with all its room: but a channel stays charged, dead, for as long as others
 * hold connections to it, and so does what a queued pulse tells of. `caller` (the current thread) is killed last if it
 * is among them. Returns whether it was. Cost: all objects and handles of the kernel; not preemptible. */
bool revoke_grant(struct kernel *kernel, struct grant *grant, struct thread *caller);

#endif
