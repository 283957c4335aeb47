/* Interrupts: one object at most per line; each arrival sends a pulse, which coalesces. The line stays masked by the
 * platform until its acknowledgement. */
#ifndef KERNEL_INTERRUPT_H
#define KERNEL_INTERRUPT_H

#include "object.h"
#include "pulse.h"

#define INTERRUPTS_MAX 1024u

struct connection;

struct interrupt {
    struct object object;
    uint32_t number;
    struct connection *connection; /* referenced */
    uint8_t priority;              /* of its pulse */
    struct pulse pulse;
};

/* -E_NOENT: no such line, -E_BUSY: it has an object, -E_NOMEM. */
int interrupt_create(struct kernel *kernel, struct grant *grant, uint32_t number, struct connection *connection,
                     int32_t code, uint8_t priority, struct interrupt **interrupt);
void interrupt_acknowledge(struct kernel *kernel, struct interrupt *interrupt);
/* The line fired. Harmless if nobody has it. */
void interrupt_fire(struct kernel *kernel, uint32_t number);
unsigned interrupt_check(struct kernel *kernel, struct interrupt *interrupt);

#endif
