/* Foreign calls: hands them to the personality, then lets signals in. */
#include "foreign.h"

#include <abi/errno.h>

#include <stdbool.h>

#include "entry.h"
#include "signals.h"

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
        result = linux_call(frame);
    }
    foreign_leave(frame, result);
}
