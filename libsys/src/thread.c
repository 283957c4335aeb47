/* Native calls on threads. */
#include <sys/call.h>

#include "gate.h"

int sys_thread_create(int grant, int space, int table, int control_memory, uint64_t control_address, int exceptions)
{
    return (int)gate_call(SYS_THREAD_CREATE, (uint64_t)grant, (uint64_t)space, (uint64_t)table,
                          (uint64_t)control_memory, control_address, (uint64_t)exceptions);
}

int sys_thread_start(int thread, uint64_t pc, uint64_t sp, uint64_t argument)
{
    return (int)gate_call(SYS_THREAD_START, (uint64_t)thread, pc, sp, argument, 0, 0);
}

int sys_thread_kill(int thread)
{
    return (int)gate_call(SYS_THREAD_KILL, (uint64_t)thread, 0, 0, 0, 0, 0);
}

int sys_thread_suspend(int thread)
{
    return (int)gate_call(SYS_THREAD_SUSPEND, (uint64_t)thread, 0, 0, 0, 0, 0);
}

int sys_thread_resume(int thread)
{
    return (int)gate_call(SYS_THREAD_RESUME, (uint64_t)thread, 0, 0, 0, 0, 0);
}

int sys_thread_interrupt(int thread)
{
    return (int)gate_call(SYS_THREAD_INTERRUPT, (uint64_t)thread, 0, 0, 0, 0, 0);
}

int sys_thread_set(int thread, uint32_t attribute, uint64_t value)
{
    return (int)gate_call(SYS_THREAD_SET, (uint64_t)thread, attribute, value, 0, 0, 0);
}

int sys_thread_info(int thread, struct thread_info *info)
{
    return (int)gate_call(SYS_THREAD_INFO, (uint64_t)thread, GATE_ADDRESS(info), 0, 0, 0, 0);
}

_Noreturn void sys_thread_exit(void)
{
    for (;;) {
        gate_call(SYS_THREAD_EXIT, 0, 0, 0, 0, 0, 0);
    }
}

int sys_thread_yield(void)
{
    return (int)gate_call(SYS_THREAD_YIELD, 0, 0, 0, 0, 0, 0);
}

int sys_thread_sleep(uint64_t deadline_ns)
{
    return (int)gate_call(SYS_THREAD_SLEEP, deadline_ns, 0, 0, 0, 0, 0);
}

_Noreturn void sys_thread_continue(const struct registers *registers)
{
    for (;;) {
        gate_call(SYS_THREAD_CONTINUE, GATE_ADDRESS(registers), 0, 0, 0, 0, 0);
    }
}

int sys_thread_registers(int thread, struct registers *registers, int write)
{
    return (int)gate_call(SYS_THREAD_REGISTERS, (uint64_t)thread, GATE_ADDRESS(registers), (uint64_t)write, 0, 0, 0);
}
