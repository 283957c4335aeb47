/* The kernel's whole state. Nothing in the core is writable but what hangs off this structure, so that several kernels
 * can live in one process. */
#ifndef KERNEL_KERNEL_STATE_H
#define KERNEL_KERNEL_STATE_H

#include "address_wait.h"
#include "assert.h"
#include "deadline.h"
#include "fault.h"
#include "frame.h"
#include "interrupt.h"
#include "memory_state.h"
#include "schedule.h"
#include "thread.h"
#include "trace.h"

#include <kernel/kernel.h>
#include <kernel/platform.h>

/* A place for a thread, and for what must outlive it. */
struct thread_slot {
    struct thread *thread; /* NULL: free */
    uint64_t generation;   /* of the last message sent from here */
    uint64_t serial;       /* of the thread, never used twice */
    uint32_t next_free;    /* slot + 1; 0: none */
};

struct kernel {
    void *platform;
    struct frames frames;
    struct memory_state memory;
    uint64_t now_ns; /* of the call being served */
    bool fast;       /* the short ways may be taken: fast_wanted, and there is no trace */
    bool fast_wanted;
    uint64_t general_calls; /* that did not */
    struct trace_ring trace;
    uint64_t boot_ns;
    uint64_t realtime_offset_ns;
    uint64_t device_table;
    uint64_t idle_ns;
    uint64_t switches; /* through the ready queue */
    uint64_t direct_switches;
    uint64_t thread_serial;
    struct cpu cpu[CPUS_MAX];
    struct list doomed; /* thread.wait_link */
    const struct thread *closer; /* client of the message that is being taken apart; NULL: none is */
    const struct thread *caller; /* whose call is being made; NULL: what happens is not for its sake */
    struct absent_page absent;
    struct deadline_heap deadlines;
    struct address_waits address_waits;
    struct interrupt *interrupts[INTERRUPTS_MAX];
    const struct table *root_table; /* of the root server; NULL: not started from an archive, or dead */
    uint64_t libsys_entry_upcall; /* set by boot.c from the system library's header; 0: no upcalls */
    uint32_t slot_used;           /* slots below this have been used */
    uint32_t slot_free;           /* first free slot below slot_used, + 1 */
    struct thread_slot slots[THREADS_MAX];
};

/* Costs a load and a branch while there is no ring. */
static inline void trace_record(struct kernel *kernel, enum trace_kind kind, const struct thread *thread,
                                const struct thread *other, uint64_t object, uint64_t argument, uint64_t bytes)
{
    if (__builtin_expect(kernel->trace.records != NULL, 0))
        trace_append(kernel, kind, thread, other, object, argument, bytes);
}

#endif
