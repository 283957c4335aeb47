/* The PC's 16550 at I/O ports, and the mini UART of Raspberry Pis, which has nearly the same registers, a word each. */
#include "serial.h"

enum pc16550_register {
    PC16550_DATA,
    PC16550_ENABLE, /* of interrupts */
    PC16550_WHICH,  /* written: control of the queues */
    PC16550_LINE,
    PC16550_MODEM,
    PC16550_STATUS,
};
#define PC16550_DIVISOR_LOW PC16550_DATA
#define PC16550_DIVISOR_HIGH PC16550_ENABLE
#define ENABLE_RECEIVE 0x1u
#define ENABLE_SEND 0x2u
#define QUEUES_ON 0x81u /* an interrupt for eight bytes, or when fewer have been waiting for a while */
#define LINE_8_BITS 0x3u
#define LINE_DIVISOR 0x80u
#define MODEM_READY 0xbu /* terminal ready, request to send, interrupts reach the controller */
#define STATUS_RECEIVED 0x1u
#define STATUS_SEND_EMPTY 0x20u
#define STATUS_IDLE 0x40u
#define QUEUE_BYTES 16u
#define CLOCKS_PER_BIT 16u

#define BCM2835_REGISTER_BYTES 4u
#define BCM2835_CONTROL 0x20u
#define BCM2835_CONTROL_ON 0x3u
#define BCM2835_ENABLE_ALWAYS 0xcu /* without these, no interrupt comes */

static uint32_t load(const struct serial_line *line, uint32_t number)
{
    return line->bus.load(line->bus.place, number);
}

static void store(const struct serial_line *line, uint32_t number, uint32_t value)
{
    line->bus.store(line->bus.place, number, value);
}

static void pc16550_open(struct serial_line *line)
{
    for (uint32_t i = 0; i < SERIAL_SETTLE_READS && (load(line, PC16550_STATUS) & STATUS_IDLE) == 0; i++) {
    }
    store(line, PC16550_ENABLE, 0);
    if (line->clock_hz != 0) {
        uint32_t divisor = (uint32_t)((line->clock_hz / CLOCKS_PER_BIT + SERIAL_BAUD / 2) / SERIAL_BAUD);
        store(line, PC16550_LINE, LINE_8_BITS | LINE_DIVISOR);
        store(line, PC16550_DIVISOR_LOW, divisor & 0xffu);
        store(line, PC16550_DIVISOR_HIGH, divisor >> 8 & 0xffu);
    }
    store(line, PC16550_LINE, LINE_8_BITS);
    store(line, PC16550_WHICH, QUEUES_ON);
    store(line, PC16550_MODEM, MODEM_READY);
}

/* The queue tells only that it is empty. */
static uint32_t pc16550_room(struct serial_line *line)
{
    return (load(line, PC16550_STATUS) & STATUS_SEND_EMPTY) != 0 ? QUEUE_BYTES : 0;
}

static void pc16550_send(struct serial_line *line, uint8_t byte)
{
    store(line, PC16550_DATA, byte);
}

static bool pc16550_receive(struct serial_line *line, uint8_t *byte)
{
    if ((load(line, PC16550_STATUS) & STATUS_RECEIVED) == 0) {
        return false;
    }
    *byte = (uint8_t)load(line, PC16550_DATA);
    return true;
}

static void pc16550_watch(struct serial_line *line, bool receive, bool send)
{
    store(line, PC16550_ENABLE, (receive ? ENABLE_RECEIVE : 0) | (send ? ENABLE_SEND : 0));
}

/* Reading which interrupt it is drops the request to send; that for received bytes goes with the bytes. */
static void pc16550_settle(struct serial_line *line)
{
    (void)load(line, PC16550_WHICH);
}

const struct serial_model serial_16550 = {
    .name = "16550",
    .uses_ports = true,
    .open = pc16550_open,
    .room = pc16550_room,
    .send = pc16550_send,
    .receive = pc16550_receive,
    .watch = pc16550_watch,
    .settle = pc16550_settle,
};

static uint32_t word_load(const struct serial_line *line, uint32_t number)
{
    return load(line, number * BCM2835_REGISTER_BYTES);
}

static void word_store(const struct serial_line *line, uint32_t number, uint32_t value)
{
    store(line, number * BCM2835_REGISTER_BYTES, value);
}

/* Its rate hangs on the core clock, which firmware chose together with it. */
static void bcm2835_open(struct serial_line *line)
{
    for (uint32_t i = 0; i < SERIAL_SETTLE_READS && (word_load(line, PC16550_STATUS) & STATUS_IDLE) == 0; i++) {
    }
    word_store(line, PC16550_ENABLE, 0);
    word_store(line, PC16550_LINE, LINE_8_BITS);
    store(line, BCM2835_CONTROL, BCM2835_CONTROL_ON);
}

static uint32_t bcm2835_room(struct serial_line *line)
{
    return (word_load(line, PC16550_STATUS) & STATUS_SEND_EMPTY) != 0 ? 1 : 0; /* room for one at least */
}

static void bcm2835_send(struct serial_line *line, uint8_t byte)
{
    word_store(line, PC16550_DATA, byte);
}

static bool bcm2835_receive(struct serial_line *line, uint8_t *byte)
{
    if ((word_load(line, PC16550_STATUS) & STATUS_RECEIVED) == 0) {
        return false;
    }
    *byte = (uint8_t)word_load(line, PC16550_DATA);
    return true;
}

static void bcm2835_watch(struct serial_line *line, bool receive, bool send)
{
    uint32_t enable = (receive ? ENABLE_RECEIVE : 0) | (send ? ENABLE_SEND : 0);
    word_store(line, PC16550_ENABLE, enable != 0 ? enable | BCM2835_ENABLE_ALWAYS : 0);
}

static void bcm2835_settle(struct serial_line *line)
{
    (void)word_load(line, PC16550_WHICH);
}

const struct serial_model serial_bcm2835 = {
    .name = "bcm2835",
    .open = bcm2835_open,
    .room = bcm2835_room,
    .send = bcm2835_send,
    .receive = bcm2835_receive,
    .watch = bcm2835_watch,
    .settle = bcm2835_settle,
};
