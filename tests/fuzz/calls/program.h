/* Programs of system calls: records of RECORD_BYTES each, so that any mutation of a byte is another program of the same
 * shape. A record is an operation, the thread that does it, and six arguments of a byte each, which are read by what
 * the operation wants there: `the second connection of my table`, `a deadline a little later`, `an odd value`. */
#ifndef FUZZ_PROGRAM_H
#define FUZZ_PROGRAM_H

#include <abi/syscall.h>

#include <stddef.h>
#include <stdint.h>

#define RECORD_BYTES 8u
#define RECORDS_MAX 256u
#define RECORD_ARGUMENTS 6u

struct record {
    uint8_t operation; /* system calls by number, then enum event */
    uint8_t thread;
    uint8_t argument[RECORD_ARGUMENTS];
};
_Static_assert(sizeof(struct record) == RECORD_BYTES, "records are mutated as bytes");

/* What happens besides system calls. */
enum event {
    EVENT_TIME = SYSCALL_LIMIT, /* passes, and the timer fires */
    EVENT_FAULT,
    EVENT_EXCEPTION,
    EVENT_LOST,      /* the host lost the thread */
    EVENT_PART,      /* a part of a vector is written */
    EVENT_TRANSFER,  /* handles to send with the next message */
    EVENT_WORD,      /* a word of memory is written */
    EVENT_SEEN,      /* the library has looked for signals */
    EVENT_INTERRUPT, /* of a device */
    EVENT_NEXT,      /* the scheduler chooses */
    EVENT_PREEMPT,   /* some copy from now on is preempted */
    OPERATION_COUNT
};
_Static_assert(OPERATION_COUNT <= UINT8_MAX, "an operation is a byte");

#endif
