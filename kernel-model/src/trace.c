/* The trace's ring. Tests: tests/unit/kernel/trace_test.c. */
#include "trace.h"

#include "kernel_state.h"

#include <abi/errno.h>

static uint32_t trace_number(struct kernel *kernel, const struct thread *thread)
{
    return thread == NULL ? 0 : (uint32_t)kernel->slots[thread->slot].serial;
}

void trace_append(struct kernel *kernel, enum trace_kind kind, const struct thread *thread, const struct thread *other,
                  uint64_t object, uint64_t argument, uint64_t bytes)
{
    struct trace_ring *ring = &kernel->trace;
    uint64_t sequence = ring->sequence++;
    uint64_t index = ring->first + ring->count;

    if (ring->count == ring->room) {
        ring->lost++;
        return;
    }
    ring->count++;
    ring->records[index < ring->room ? index : index - ring->room] = (struct trace_record){
        .time_ns = kernel->now_ns,
        .sequence = sequence,
        .object = object,
        .argument = argument,
        .thread = trace_number(kernel, thread),
        .other = trace_number(kernel, other),
        .bytes = bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes,
        .kind = (uint16_t)kind,
        .priority = thread == NULL ? 0 : thread->priority,
    };
}

int kernel_trace_attach(struct kernel *kernel, struct trace_record *memory, uint64_t records)
{
    if ((memory == NULL) != (records == 0))
        return -E_INVAL;
    kernel->trace = (struct trace_ring){.records = memory, .room = records};
    kernel_fast_set(kernel, kernel->fast_wanted);
    return 0;
}

uint64_t kernel_trace_pending(struct kernel *kernel)
{
    return kernel->trace.count;
}

uint64_t kernel_trace_lost(struct kernel *kernel)
{
    return kernel->trace.lost;
}

uint64_t kernel_trace_take(struct kernel *kernel, struct trace_record *records, uint64_t room)
{
    struct trace_ring *ring = &kernel->trace;
    uint64_t taken = 0;

    for (; taken < room && ring->count > 0; taken++) {
        records[taken] = ring->records[ring->first];
        ring->first = ring->first + 1 < ring->room ? ring->first + 1 : 0;
        ring->count--;
    }
    return taken;
}
