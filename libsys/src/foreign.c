/* Foreign calls: hands them to the personality, then lets signals in. */
#include "foreign.h"

#include <abi/errno.h>

#include <stdbool.h>

#include <sys/os.h>

#include "entry.h"
#include "signals.h"
#include "state.h"

#define STATUS_FAULT (128 + SIGNAL_SEGV) /* should the root server think otherwise */
#define X32_BIT 0x40000000u
#define ARCHITECTURE_X86_64 0xc000003eu
#define ARCHITECTURE_AARCH64 0xc00000b7u

/* Stands in where there is no personality. */
__attribute__((weak)) int64_t linux_call(struct foreign_frame *frame)
{
    (void)frame;
    return -E_NOSYS;
}

void foreign_enter(struct foreign_frame *frame, uint64_t architecture)
{
    int64_t result = -E_NOSYS;
    bool known =
        (architecture == ARCHITECTURE_X86_64 && (frame->number & X32_BIT) == 0) || architecture == ARCHITECTURE_AARCH64;
    if (known) {
        result = foreign_guard(frame, &thread_state()->guard);
    }
    foreign_leave(frame, result);
}

_Noreturn void fault_enter(uint64_t address, uint64_t pc)
{
    os_log("crash: process %u: bad address 0x%lx given to the system library, touched at 0x%lx\n",
           IDENTITY_PID(sys_control()->identity), address, pc);
    signal_default_take(SIGNAL_SEGV);
    os_exit(STATUS_FAULT);
}
