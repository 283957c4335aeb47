/* Native calls on devices and on the machine. */
#include <sys/call.h>

#include "gate.h"

int sys_interrupt_create(int grant, uint32_t number, int connection, int pulse_code)
{
    return (int)gate_call(SYS_INTERRUPT_CREATE, (uint64_t)grant, number, (uint64_t)connection, (uint64_t)pulse_code, 0,
                          0);
}

int sys_interrupt_ack(int interrupt)
{
    return (int)gate_call(SYS_INTERRUPT_ACK, (uint64_t)interrupt, 0, 0, 0, 0, 0);
}

_Noreturn void sys_machine_stop(int status)
{
    for (;;) {
        gate_call(SYS_MACHINE_STOP, (uint64_t)status, 0, 0, 0, 0, 0);
    }
}

int sys_log(const char *bytes, uint64_t length_bytes)
{
    return (int)gate_call(SYS_LOG, GATE_ADDRESS(bytes), length_bytes, 0, 0, 0, 0);
}

int sys_kernel_info(struct kernel_info *info)
{
    return (int)gate_call(SYS_KERNEL_INFO, GATE_ADDRESS(info), 0, 0, 0, 0, 0);
}
