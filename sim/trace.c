/* The event trace on its way from the kernel's ring to whom the machine's owner names. */
#include "machine_state.h"

#include <abi/errno.h>
#include <stdlib.h>

#define BATCH_RECORDS 512u

int trace_start(struct machine *machine)
{
    if (machine->config.trace == NULL) {
        return 0;
    }
    machine->trace_ring = calloc(TRACE_RING_RECORDS, sizeof(*machine->trace_ring));
    if (machine->trace_ring == NULL) {
        return -E_NOMEM;
    }
    return kernel_trace_attach(machine->kernel, machine->trace_ring, TRACE_RING_RECORDS);
}

void trace_drain(struct machine *machine, uint64_t least)
{
    struct trace_record batch[BATCH_RECORDS];
    uint64_t count;
    if (machine->trace_ring == NULL || kernel_trace_pending(machine->kernel) < least) {
        return;
    }
    while ((count = kernel_trace_take(machine->kernel, batch, BATCH_RECORDS)) > 0) {
        machine->config.trace(machine->config.argument, batch, count);
    }
}

uint64_t machine_trace_lost(struct machine *machine)
{
    return machine->kernel == NULL ? 0 : kernel_trace_lost(machine->kernel);
}
