/* Interrupt objects. */
#include "interrupt.h"

#include "channel.h"
#include "connection.h"
#include "kernel_state.h"

#include <abi/errno.h>
#include <kernel/canary.h>

int interrupt_create(struct kernel *kernel, struct grant *grant, uint32_t number, struct connection *connection,
                     int32_t code, uint8_t priority, struct interrupt **interrupt_out)
{
    struct object *object;
    struct interrupt *interrupt;
    int error;

    if (number >= INTERRUPTS_MAX)
        return -E_NOENT;
    if (kernel->interrupts[number] != NULL)
        return -E_BUSY;
    error = object_create(kernel, grant, OBJECT_INTERRUPT, sizeof(struct interrupt), &object);
    if (error != 0)
        return error;
    interrupt = (struct interrupt *)object;
    interrupt->number = number;
    error = plat_interrupt_enable(kernel, number, true);
    if (error != 0) {
        object_release(kernel, object);
        return error;
    }
    kernel->interrupts[number] = interrupt;
    interrupt->connection = connection;
    object_reference(&connection->object);
    interrupt->priority = priority;
    interrupt->pulse.owner = PULSE_OF_OBJECT;
    interrupt->pulse.code = code;
    interrupt->pulse.value = number;
    interrupt->pulse.cookie = connection->cookie;
    *interrupt_out = interrupt;
    return 0;
}

void interrupt_destroy(struct kernel *kernel, struct object *object)
{
    struct interrupt *interrupt = (struct interrupt *)object;

    if (interrupt->connection == NULL)
        return;
    (void)plat_interrupt_enable(kernel, interrupt->number, false);
    kernel->interrupts[interrupt->number] = NULL;
    pulse_cancel(kernel, &interrupt->pulse);
    object_release(kernel, &interrupt->connection->object);
}

void interrupt_acknowledge(struct kernel *kernel, struct interrupt *interrupt)
{
    plat_interrupt_ack(kernel, interrupt->number);
}

void interrupt_fire(struct kernel *kernel, uint32_t number)
{
    struct interrupt *interrupt = number < INTERRUPTS_MAX ? kernel->interrupts[number] : NULL;

    trace_record(kernel, TRACE_INTERRUPT, NULL, NULL, 0, number, 0);
    if (interrupt != NULL)
        pulse_send(kernel, interrupt->connection->channel, &interrupt->pulse,
                   canary(LINE_LOW) ? 0 : interrupt->priority);
}

unsigned interrupt_check(struct kernel *kernel, struct interrupt *interrupt)
{
    return kernel->interrupts[interrupt->number] == interrupt ? 0 : 901;
}
