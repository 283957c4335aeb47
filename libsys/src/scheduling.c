/* Native calls for scheduling contexts. */
#include <sys/call.h>

#include "gate.h"

int sys_scheduling_create(int grant, uint64_t budget_ns, uint64_t period_ns, int connection, int pulse_code,
                          uint64_t pulse_value)
{
    return (int)gate_call(SYS_SCHEDULING_CREATE, (uint64_t)grant, budget_ns, period_ns, (uint64_t)connection,
                          (uint64_t)pulse_code, pulse_value);
}

int sys_scheduling_set(int scheduling, uint64_t budget_ns, uint64_t period_ns)
{
    return (int)gate_call(SYS_SCHEDULING_SET, (uint64_t)scheduling, budget_ns, period_ns, 0, 0, 0);
}

int sys_scheduling_bind(int scheduling, int thread)
{
    return (int)gate_call(SYS_SCHEDULING_BIND, (uint64_t)scheduling, (uint64_t)thread, 1, 0, 0, 0);
}

int sys_scheduling_unbind(int scheduling, int thread)
{
    return (int)gate_call(SYS_SCHEDULING_BIND, (uint64_t)scheduling, (uint64_t)thread, 0, 0, 0, 0);
}
