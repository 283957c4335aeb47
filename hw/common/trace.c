/* The event trace in the machine's memory. */
#include "trace.h"

#include "arch.h"
#include "start_code.h"

struct machine_trace machine_trace;

START_CODE void trace_begin(struct kernel *kernel, uint64_t physical, uint64_t records)
{
    if (records != 0 && kernel_trace_attach(kernel, arch_memory(physical), records) == 0) {
        machine_trace = (struct machine_trace){.magic = TRACE_MAGIC, .physical = physical, .room = records};
    }
}

void trace_end(struct kernel *kernel)
{
    if (machine_trace.magic != 0) {
        machine_trace.records = kernel_trace_pending(kernel);
        machine_trace.lost = kernel_trace_lost(kernel);
    }
}
