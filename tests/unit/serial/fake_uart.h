/* Fake UARTs behind a serial bus: what the models' registers do, with a queue of what was received and a record of what
 * was sent. */
#ifndef SERIAL_FAKE_UART_H
#define SERIAL_FAKE_UART_H

#include "serial.h"

#define FAKE_BYTES 4096u

struct fake_uart {
    uint8_t incoming[FAKE_BYTES];
    uint32_t incoming_first, incoming_count;
    uint8_t sent[FAKE_BYTES];
    uint32_t sent_count;
    uint32_t room;    /* bytes that it takes before it is full */
    uint32_t lost;    /* sent without room */
    uint32_t divisor; /* PL011: in 64ths */
    uint32_t mask;    /* the register of interrupts that are on */
    uint32_t line;
    bool on;
    uint32_t settled; /* times that pending interrupts were dropped */
};

extern struct fake_uart uart;

/* Zeroes the fake with room for `room` bytes; a line of this model on it, not yet opened. */
struct serial_line fake_line(const char *model, uint32_t room);
void fake_receive(const char *text);

#endif
