/* Native calls for waiting and time. */
#include <sys/call.h>

#include "gate.h"

int sys_notification_create(int grant)
{
    return (int)gate_call(SYS_NOTIFICATION_CREATE, (uint64_t)grant, 0, 0, 0, 0, 0);
}

int sys_notification_signal(int notification, uint64_t bits)
{
    return (int)gate_call(SYS_NOTIFICATION_SIGNAL, (uint64_t)notification, bits, 0, 0, 0, 0);
}

int sys_notification_wait(int notification, uint64_t *bits, uint64_t deadline_ns)
{
    return (int)gate_call(SYS_NOTIFICATION_WAIT, (uint64_t)notification, GATE_ADDRESS(bits), deadline_ns, 0, 0, 0);
}

int sys_notification_bind(int notification, int channel, uint64_t bits)
{
    return (int)gate_call(SYS_NOTIFICATION_BIND, (uint64_t)notification, (uint64_t)channel, bits, 0, 0, 0);
}

int sys_address_wait(const uint32_t *address, uint32_t expected, uint64_t deadline_ns)
{
    return (int)gate_call(SYS_ADDRESS_WAIT, GATE_ADDRESS(address), expected, deadline_ns, 0, 0, 0);
}

int sys_address_wake(const uint32_t *address, uint32_t count)
{
    return (int)gate_call(SYS_ADDRESS_WAKE, GATE_ADDRESS(address), count, 0, 0, 0, 0);
}

int64_t sys_clock_read(void)
{
    return gate_call(SYS_CLOCK_READ, 0, 0, 0, 0, 0, 0);
}

int sys_timer_create(int grant, int connection, int pulse_code, uint64_t pulse_value)
{
    return (int)gate_call(SYS_TIMER_CREATE, (uint64_t)grant, (uint64_t)connection, (uint64_t)pulse_code, pulse_value, 0,
                          0);
}

int sys_timer_set(int timer, uint64_t deadline_ns, uint64_t period_ns)
{
    return (int)gate_call(SYS_TIMER_SET, (uint64_t)timer, deadline_ns, period_ns, 0, 0, 0);
}
