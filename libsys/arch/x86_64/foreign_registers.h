/* Which registers a foreign call uses: x86_64. */
#ifndef FOREIGN_REGISTERS_H
#define FOREIGN_REGISTERS_H

#include "foreign.h"

#define FOREIGN_ARCHITECTURE 0xc000003eu /* as the host's SIGSYS names it */
#define FOREIGN_INSTRUCTION_BYTES 2u     /* of the instruction that makes a call */

/* Number and arguments out of the caller's registers. */
static inline void foreign_take(struct foreign_frame *frame)
{
    const struct registers *registers = &frame->registers;
    frame->number = registers->rax;
    frame->argument[0] = registers->rdi;
    frame->argument[1] = registers->rsi;
    frame->argument[2] = registers->rdx;
    frame->argument[3] = registers->r10;
    frame->argument[4] = registers->r8;
    frame->argument[5] = registers->r9;
}

static inline void foreign_result_put(struct foreign_frame *frame, uint64_t result)
{
    frame->registers.rax = result;
}

/* Makes the call happen again when the program goes on. */
static inline void foreign_repeat(struct foreign_frame *frame)
{
    frame->registers.rax = frame->number;
    frame->registers.rip -= FOREIGN_INSTRUCTION_BYTES;
}

static inline uint64_t foreign_stack(const struct foreign_frame *frame)
{
    return frame->registers.rsp;
}

#endif
