/* Waiting for a word of memory to change: threads queue in hash buckets under the memory object and offset that their
 * address names, so maps of the same memory meet wherever they are. Waiters of one word wake oldest first. */
#ifndef KERNEL_ADDRESS_WAIT_H
#define KERNEL_ADDRESS_WAIT_H

#include "list.h"

#include <abi/types.h>

#define ADDRESS_BUCKETS 256u

struct kernel;
struct thread;

struct address_waits {
    struct list buckets[ADDRESS_BUCKETS]; /* thread.wait_link */
};

void address_wait_init(struct kernel *kernel);
/* Returns SYSCALL_BLOCKED; -E_AGAIN: the word is not `expected`; -E_INVAL: unaligned; -E_FAULT, -E_NOMEM, -E_TIMEDOUT,
 * -E_INTR. A wake gives 0. */
int64_t address_wait(struct kernel *kernel, struct thread *thread, uint64_t address, uint32_t expected,
                     uint64_t deadline_ns);
/* Wakes up to `count` threads; returns how many. */
int64_t address_wake(struct kernel *kernel, struct thread *thread, uint64_t address, uint64_t count);
unsigned address_wait_check(struct kernel *kernel);

#endif
