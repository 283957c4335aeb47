/* The event trace: a ring in memory that the platform gives, written at each decision and read by the platform. A full
 * ring loses what is new and counts it; nothing ever waits for its reader. */
#ifndef KERNEL_TRACE_H
#define KERNEL_TRACE_H

#include <abi/trace.h>

struct kernel;
struct thread;

struct trace_ring {
    struct trace_record *records; /* NULL: no trace */
    uint64_t room;
    uint64_t first; /* index of the oldest */
    uint64_t count;
    uint64_t sequence; /* of the next */
    uint64_t lost;
};

/* Only with a ring: use trace_record (kernel_state.h). `thread` is whom the record is about. */
__attribute__((cold, noinline)) void trace_append(struct kernel *kernel, enum trace_kind kind,
                                                  const struct thread *thread, const struct thread *other,
                                                  uint64_t object, uint64_t argument, uint64_t bytes);

#endif
