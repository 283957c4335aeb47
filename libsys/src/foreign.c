/* Foreign calls: hands them to the personality, then lets signals in. They come from the host's signal (sim) or by an
 * upcall (boards). */
#include "foreign.h"

#include <abi/errno.h>

#include <sys/os.h>

#include "entry.h"
#include "foreign_registers.h"
#include "signals.h"
#include "state.h"

#define STATUS_FAULT (128 + SIGNAL_SEGV) /* should the root server think otherwise */

/* Stands in where there is no personality. */
__attribute__((weak)) int64_t linux_call(struct foreign_frame *frame)
{
    (void)frame;
    return -E_NOSYS;
}

void foreign_enter(struct foreign_frame *frame, uint64_t architecture)
{
    int64_t result = -E_NOSYS;
    if (architecture == FOREIGN_ARCHITECTURE) {
        result = foreign_guard(frame, &thread_state()->guard);
    }
    foreign_leave(frame, result);
}

_Noreturn void foreign_upcall(struct control *control)
{
    struct foreign_frame frame; /* filled field by field: clearing it first costs more than a short call */
    frame.registers = control->upcall_registers;
    frame.no_restart = 0;
    control->in_upcall = 0;
    foreign_take(&frame);
    foreign_enter(&frame, FOREIGN_ARCHITECTURE);
    registers_resume(&frame.registers);
}

_Noreturn void fault_enter(uint64_t address, uint64_t pc)
{
    os_log("crash: process %u: bad address 0x%lx given to the system library, touched at 0x%lx\n",
           IDENTITY_PID(sys_control()->identity), address, pc);
    signal_default_take(SIGNAL_SEGV);
    os_exit(STATUS_FAULT);
}
