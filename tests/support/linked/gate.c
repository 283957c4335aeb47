/* The system library's way into the kernel, in linked mode. */
#include "gate.h"

#include "linked/linked.h"

#include <sys/call.h>

int64_t gate_enter(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5,
                   uint64_t register_number)
{
    return linked_syscall(register_number - SYSCALL_BASE, (const uint64_t[6]){a0, a1, a2, a3, a4, a5});
}

struct control *sys_control(void)
{
    return linked_control();
}
