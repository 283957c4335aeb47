/* Threads of this process, for the personality. */
#ifndef POSIX_THREADS_H
#define POSIX_THREADS_H

#include <abi/registers.h>

#include <stdint.h>

/* Starts a thread of this process that goes on with `registers` (all that a system call keeps), the caller's signal
 * mask and no alternative stack. clear_tid: 0, or where to write 0 and wake one waiter when it ends; set_tid: 0, or
 * where to write its tid before it runs. Returns the tid; -E_AGAIN, -E_NOMEM. Blocks. */
int thread_start_at(const struct registers *registers, uint64_t set_tid, uint64_t clear_tid);
/* Ends the calling thread; the last one ends the process with `status`. */
_Noreturn void thread_end(int status);
/* Where to write 0 and wake at the calling thread's end (0: nowhere). Returns its tid. */
int thread_clear_tid(uint64_t address);

#endif
