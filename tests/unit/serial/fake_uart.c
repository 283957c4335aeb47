/* See fake_uart.h. */
#include "fake_uart.h"

#include <string.h>

struct fake_uart uart;

static uint32_t incoming_take(void)
{
    if (uart.incoming_count == 0) {
        return 0;
    }
    uart.incoming_count--;
    return uart.incoming[uart.incoming_first++];
}

static void outgoing_put(uint32_t byte)
{
    if (uart.room == 0 || !uart.on) {
        uart.lost++;
        return;
    }
    uart.room--;
    uart.sent[uart.sent_count++] = (uint8_t)byte;
}

static uint32_t pl011_load(uint64_t place, uint32_t offset)
{
    (void)place;
    switch (offset) {
    case 0x00:
        return incoming_take();
    case 0x18:
        return (uart.incoming_count == 0 ? 0x10u : 0) | (uart.room == 0 ? 0x20u : 0);
    default:
        return 0;
    }
}

static void pl011_store(uint64_t place, uint32_t offset, uint32_t value)
{
    (void)place;
    switch (offset) {
    case 0x00:
        outgoing_put(value);
        break;
    case 0x24:
        uart.divisor = value * 64 + uart.divisor % 64;
        break;
    case 0x28:
        uart.divisor = uart.divisor / 64 * 64 + value;
        break;
    case 0x2c:
        uart.line = value;
        break;
    case 0x30:
        uart.on = value == 0x301;
        break;
    case 0x38:
        uart.mask = value;
        break;
    case 0x44:
        uart.settled++;
        break;
    default:
        break;
    }
}

static uint32_t pc16550_load(uint64_t place, uint32_t offset)
{
    (void)place;
    switch (offset) {
    case 0:
        return incoming_take();
    case 2:
        uart.settled++;
        return 1;
    case 5:
        return (uart.incoming_count != 0 ? 1u : 0) | (uart.room != 0 ? 0x60u : 0);
    default:
        return 0;
    }
}

static void pc16550_store(uint64_t place, uint32_t offset, uint32_t value)
{
    bool divides = (uart.line & 0x80) != 0;
    (void)place;
    switch (offset) {
    case 0:
        if (divides) {
            uart.divisor = value;
        } else {
            outgoing_put(value);
        }
        break;
    case 1:
        if (divides) {
            uart.divisor |= value << 8;
        } else {
            uart.mask = value;
        }
        break;
    case 3:
        uart.line = value;
        break;
    case 4:
        uart.on = value == 0xb;
        break;
    default:
        break;
    }
}

/* The same registers, a word each, and a control register that switches it on. */
static uint32_t bcm2835_load(uint64_t place, uint32_t offset)
{
    return pc16550_load(place, offset / 4);
}

static void bcm2835_store(uint64_t place, uint32_t offset, uint32_t value)
{
    if (offset == 0x20) {
        uart.on = value == 3;
    } else {
        pc16550_store(place, offset / 4, value);
    }
}

struct serial_line fake_line(const char *model, uint32_t room)
{
    struct serial_line line = {.model = serial_model_find(model)};
    memset(&uart, 0, sizeof uart);
    uart.room = room;
    if (line.model == &serial_pl011) {
        line.bus = (struct serial_bus){pl011_load, pl011_store, 0};
    } else if (line.model == &serial_16550) {
        line.bus = (struct serial_bus){pc16550_load, pc16550_store, 0};
    } else {
        line.bus = (struct serial_bus){bcm2835_load, bcm2835_store, 0};
    }
    return line;
}

void fake_receive(const char *text)
{
    size_t length = strlen(text);
    memcpy(uart.incoming + uart.incoming_first + uart.incoming_count, text, length);
    uart.incoming_count += (uint32_t)length;
}
