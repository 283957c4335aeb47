/* What the machine asks of the host for itself: a CPU, descriptors, a priority. What the host refuses is done without:
 * programs' calls are slower then, or fewer programs fit. */
#include "machine_state.h"
#include "sequences.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KERNEL_NICE 3
#define KERNEL_FIFO 1
#define KERNEL_SLICE_NS 10000000u /* longer than any default of Linux */

void host_cpu_pin(void)
{
    int cpu = sched_getcpu();
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu < 0 ? 0 : cpu, &set);
    sched_setaffinity(0, sizeof(set), &set);
}

void host_descriptors_allow(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* Linux's own struct, of its first version; the C library has none. */
struct sched_attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime_ns, deadline_ns, period_ns;
};

/* The kernel thread gets less host priority than the programs: a program's call then lets the kernel run only when the
 * program has gone to sleep, and its answer runs the program at once: half the host's switches. From Linux 6.12 on,
 * what makes it go at once is not the nice value but the shorter slice. */
static void priority_lower(bool realtime)
{
    struct sched_param parameter = {.sched_priority = KERNEL_FIFO};
    struct sched_attributes attributes = {
        .size = sizeof(attributes), .policy = SCHED_OTHER, .nice = KERNEL_NICE, .runtime_ns = KERNEL_SLICE_NS};
    if (realtime && sched_setscheduler(0, SCHED_FIFO, &parameter) == 0) {
        return;
    }
    if (syscall(SYS_sched_setattr, 0, &attributes, 0) != 0) {
        setpriority(PRIO_PROCESS, 0, KERNEL_NICE);
    }
}

void host_kernel_thread(bool realtime)
{
    priority_lower(realtime);
    sequences_drop();
}
