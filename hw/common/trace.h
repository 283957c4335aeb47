/* The kernel's event trace (abi/trace.h) on a bare machine: a ring large enough not to be emptied, in memory of its
 * own. Whoever can look at the machine's memory once it has stopped (an emulator, a debugger) finds the records by the
 * symbol machine_trace. */
#ifndef HW_TRACE_H
#define HW_TRACE_H

#include <abi/trace.h>
#include <kernel/kernel.h>

struct machine_trace {
    uint64_t magic;    /* TRACE_MAGIC; 0: nothing is recorded */
    uint64_t physical; /* struct trace_record[] */
    uint64_t records;  /* there when the machine stopped */
    uint64_t lost;     /* did not fit */
    uint64_t room;
};

extern struct machine_trace machine_trace;

/* Between kernel_init and kernel_boot. memory: of `records` records. */
void trace_begin(struct kernel *kernel, uint64_t physical, uint64_t records);
/* The machine stops. */
void trace_end(struct kernel *kernel);

#endif
