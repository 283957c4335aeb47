/* Arm's PL011. Its send interrupt comes when the queue runs low, so it is only of use once the queue has been full. */
#include "serial.h"

enum pl011_register {
    PL011_DATA = 0x00,
    PL011_FLAGS = 0x18,
    PL011_BAUD_WHOLE = 0x24,
    PL011_BAUD_PART = 0x28, /* 64ths */
    PL011_LINE = 0x2c,
    PL011_CONTROL = 0x30,
    PL011_LEVELS = 0x34,
    PL011_MASK = 0x38,
    PL011_CLEAR = 0x44,
};
#define FLAG_BUSY 0x08u
#define FLAG_RECEIVE_EMPTY 0x10u
#define FLAG_SEND_FULL 0x20u
#define INTERRUPT_RECEIVE 0x10u
#define INTERRUPT_SEND 0x20u
#define INTERRUPT_RECEIVE_IDLE 0x40u /* bytes have been waiting for a while */
#define INTERRUPTS_ALL 0x7ffu
#define LINE_QUEUES 0x10u
#define LINE_8_BITS 0x60u
#define CONTROL_ON 0x301u
#define DIVISOR_PER_BAUD 4u /* the divisor, in 64ths, is 4 * clock / baud rate */

static uint32_t load(const struct serial_line *line, uint32_t offset)
{
    return line->bus.load(line->bus.place, offset);
}

static void store(const struct serial_line *line, uint32_t offset, uint32_t value)
{
    line->bus.store(line->bus.place, offset, value);
}

static void pl011_open(struct serial_line *line)
{
    for (uint32_t i = 0; i < SERIAL_SETTLE_READS && (load(line, PL011_FLAGS) & FLAG_BUSY) != 0; i++) {
    }
    store(line, PL011_MASK, 0);
    store(line, PL011_CONTROL, 0);
    if (line->clock_hz != 0) {
        uint64_t divisor = (line->clock_hz * DIVISOR_PER_BAUD + SERIAL_BAUD / 2) / SERIAL_BAUD;
        store(line, PL011_BAUD_WHOLE, (uint32_t)(divisor / 64));
        store(line, PL011_BAUD_PART, (uint32_t)(divisor % 64));
    }
    store(line, PL011_LINE, LINE_QUEUES | LINE_8_BITS);
    store(line, PL011_LEVELS, 0); /* both at an eighth */
    store(line, PL011_CLEAR, INTERRUPTS_ALL);
    store(line, PL011_CONTROL, CONTROL_ON);
}

static uint32_t pl011_room(struct serial_line *line)
{
    return (load(line, PL011_FLAGS) & FLAG_SEND_FULL) == 0 ? 1 : 0;
}

static void pl011_send(struct serial_line *line, uint8_t byte)
{
    store(line, PL011_DATA, byte);
}

static bool pl011_receive(struct serial_line *line, uint8_t *byte)
{
    if ((load(line, PL011_FLAGS) & FLAG_RECEIVE_EMPTY) != 0) {
        return false;
    }
    *byte = (uint8_t)load(line, PL011_DATA);
    return true;
}

static void pl011_watch(struct serial_line *line, bool receive, bool send)
{
    uint32_t mask = receive ? INTERRUPT_RECEIVE | INTERRUPT_RECEIVE_IDLE : 0;
    store(line, PL011_MASK, mask | (send ? INTERRUPT_SEND : 0));
}

static void pl011_settle(struct serial_line *line)
{
    store(line, PL011_CLEAR, INTERRUPTS_ALL);
}

const struct serial_model serial_pl011 = {
    .name = "pl011",
    .open = pl011_open,
    .room = pl011_room,
    .send = pl011_send,
    .receive = pl011_receive,
    .watch = pl011_watch,
    .settle = pl011_settle,
};
