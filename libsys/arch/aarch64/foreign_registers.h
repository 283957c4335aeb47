/* Which registers a foreign call uses: aarch64. */
#ifndef FOREIGN_REGISTERS_H
#define FOREIGN_REGISTERS_H

#include "foreign.h"

#define FOREIGN_ARCHITECTURE 0xc00000b7u /* as a host's SIGSYS would name it */
#define FOREIGN_INSTRUCTION_BYTES 4u     /* of the instruction that makes a call */

/* Number and arguments out of the caller's registers. */
static inline void foreign_take(struct foreign_frame *frame)
{
    frame->number = frame->registers.x[8] & UINT32_MAX;
    for (unsigned i = 0; i < 6; i++) {
        frame->argument[i] = frame->registers.x[i];
    }
}

static inline void foreign_result_put(struct foreign_frame *frame, uint64_t result)
{
    frame->registers.x[0] = result;
}

/* Makes the call happen again when the program goes on. */
static inline void foreign_repeat(struct foreign_frame *frame)
{
    frame->registers.x[0] = frame->argument[0];
    frame->registers.pc -= FOREIGN_INSTRUCTION_BYTES;
}

static inline uint64_t foreign_stack(const struct foreign_frame *frame)
{
    return frame->registers.sp;
}

#endif
