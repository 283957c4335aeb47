/* A serial line: moves bytes between the console's rings and a UART. The UART's model is a table of functions over its
 * registers, which are reached through a bus: memory, I/O ports, or a test's own. */
#ifndef SERIAL_SERIAL_H
#define SERIAL_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

#include <abi/console.h>

#include "driver/input.h"

#define SERIAL_BAUD 115200u
#define SERIAL_SETTLE_READS                                                                                            \
    200000u /* of a status register while the UART sends what it holds; then we go on anyway                           \
             */

struct serial_bus {
    uint32_t (*load)(uint64_t place, uint32_t offset_bytes);
    void (*store)(uint64_t place, uint32_t offset_bytes, uint32_t value);
    uint64_t place; /* address or port of the first register */
};

struct serial_line;

struct serial_model {
    const char *name;
    bool uses_ports; /* its registers are I/O ports */
    /* 8 bits, no parity, SERIAL_BAUD if the clock is known; its interrupts off. What it holds is sent first. */
    void (*open)(struct serial_line *line);
    uint32_t (*room)(struct serial_line *line); /* bytes that it takes at once now */
    void (*send)(struct serial_line *line, uint8_t byte);
    bool (*receive)(struct serial_line *line, uint8_t *byte);         /* false: there is none */
    void (*watch)(struct serial_line *line, bool receive, bool send); /* which of its interrupts are on */
    void (*settle)(struct serial_line *line); /* drops the request for what it has told, not for what is to come */
};

struct serial_line {
    const struct serial_model *model;
    struct serial_bus bus;
    uint64_t clock_hz; /* of the baud rate generator; 0: leave the rate as it is */
    struct input input;
};

/* The model with this name, or NULL. */
const struct serial_model *serial_model_find(const char *name);

/* Moves what can be moved, both ways, and has the UART interrupt for what cannot: bytes to come while the input ring
 * has room, room for more while the output ring has bytes. True: bytes were moved. */
bool serial_serve(struct serial_line *line, struct console_device *rings);

extern const struct serial_model serial_pl011;
extern const struct serial_model serial_16550;
extern const struct serial_model serial_bcm2835;

/* arch/ARCH/ports.c: I/O ports. False: the architecture has none. */
bool serial_ports_bus(struct serial_bus *bus);

#endif
