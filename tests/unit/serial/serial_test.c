/* The serial driver on fake UARTs of every model. */
#include "serial.h"

#include <stdlib.h>
#include <string.h>

#include "driver/ring.h"
#include "fake_uart.h"
#include "unit.h"

static const char *const models[] = {"pl011", "16550", "bcm2835"};
#define MODELS (sizeof models / sizeof models[0])
/* Bits of the mask register that wait for bytes to come, and for room. */
static const uint32_t receive_bits[MODELS] = {0x50, 0x1, 0x1};
static const uint32_t send_bits[MODELS] = {0x20, 0x2, 0x2};

static struct console_device rings;

static struct serial_line line_open(const char *model, uint32_t room)
{
    struct serial_line line = fake_line(model, room);
    memset(&rings, 0, sizeof rings);
    line.model->open(&line);
    return line;
}

static void ring_write(const char *text)
{
    ring_put(&rings.output, rings.output_bytes, (const uint8_t *)text, (uint32_t)strlen(text));
}

START_TEST(unknown_models_are_refused)
{
    ck_assert_ptr_null(serial_model_find("8250"));
    ck_assert_ptr_null(serial_model_find(""));
}
END_TEST

START_TEST(output_goes_out_in_order_and_leaves_the_ring_SRV_1)
{
    for (size_t i = 0; i < MODELS; i++) {
        struct serial_line line = line_open(models[i], 100);
        ring_write("hello");
        ck_assert(serial_serve(&line, &rings));
        ck_assert_uint_eq(uart.sent_count, 5);
        ck_assert_mem_eq(uart.sent, "hello", 5);
        ck_assert_uint_eq(ring_count(&rings.output), 0);
        ck_assert_uint_eq(uart.mask & send_bits[i], 0);
        ck_assert(!serial_serve(&line, &rings));
    }
}
END_TEST

START_TEST(full_uart_keeps_the_rest_and_interrupts_for_room_SRV_1)
{
    for (size_t i = 0; i < MODELS; i++) {
        struct serial_line line = line_open(models[i], 16);
        ring_write("0123456789abcdefghij");
        ck_assert(serial_serve(&line, &rings));
        ck_assert_uint_eq(uart.sent_count, 16);
        ck_assert_uint_eq(uart.lost, 0);
        ck_assert_uint_eq(ring_count(&rings.output), 4);
        ck_assert_uint_eq(uart.mask & send_bits[i], send_bits[i]);
        uart.room = 16;
        ck_assert(serial_serve(&line, &rings));
        ck_assert_mem_eq(uart.sent, "0123456789abcdefghij", 20);
        ck_assert_uint_eq(uart.mask & send_bits[i], 0);
    }
}
END_TEST

START_TEST(input_comes_into_the_ring_SRV_1)
{
    for (size_t i = 0; i < MODELS; i++) {
        struct serial_line line = line_open(models[i], 16);
        ck_assert(!serial_serve(&line, &rings));
        ck_assert_uint_eq(uart.mask & receive_bits[i], receive_bits[i]);
        fake_receive("ls\r");
        ck_assert(serial_serve(&line, &rings));
        ck_assert_uint_eq(ring_count(&rings.input), 3);
        ck_assert_mem_eq(rings.input_bytes, "ls\r", 3);
    }
}
END_TEST

START_TEST(full_input_ring_stops_the_interrupt_until_there_is_room_SRV_1)
{
    for (size_t i = 0; i < MODELS; i++) {
        struct serial_line line = line_open(models[i], 16);
        rings.input.tail = CONSOLE_RING_BYTES - 2;
        fake_receive("abcd");
        ck_assert(serial_serve(&line, &rings));
        ck_assert_uint_eq(uart.incoming_count, 2);
        ck_assert_uint_eq(uart.mask & receive_bits[i], 0);
        ring_drop(&rings.input, 10);
        ck_assert(serial_serve(&line, &rings));
        ck_assert_uint_eq(uart.incoming_count, 0);
        ck_assert_uint_eq(uart.mask & receive_bits[i], receive_bits[i]);
        ck_assert_mem_eq(rings.input_bytes, "cd", 2);
    }
}
END_TEST

START_TEST(pending_interrupts_are_dropped_before_the_look_SRV_1)
{
    for (size_t i = 0; i < MODELS; i++) {
        struct serial_line line = line_open(models[i], 16);
        uint32_t before = uart.settled;
        serial_serve(&line, &rings);
        ck_assert_uint_eq(uart.settled, before + 1);
    }
}
END_TEST

START_TEST(restarted_driver_goes_on_where_the_ring_is_SRV_1)
{
    for (size_t i = 0; i < MODELS; i++) {
        struct serial_line line = line_open(models[i], 16);
        ring_write("what the dead one sent, and the rest");
        serial_serve(&line, &rings);
        struct serial_line again = {.model = line.model, .bus = line.bus};
        uart.room = 20;
        again.model->open(&again);
        serial_serve(&again, &rings);
        uart.room = 16;
        serial_serve(&again, &rings);
        ck_assert_uint_eq(uart.sent_count, 36);
        ck_assert_mem_eq(uart.sent, "what the dead one sent, and the rest", 36);
    }
}
END_TEST

START_TEST(escaped_input_can_end_and_holds_every_byte_HW_5)
{
    struct serial_line line = line_open("pl011", 16);
    rings.input_escapes = 1;
    fake_receive("a\x10\x10"
                 "b\x04\x10");
    ck_assert(serial_serve(&line, &rings));
    ck_assert_mem_eq(rings.input_bytes,
                     "a\x10"
                     "b\x04",
                     4);
    ck_assert_uint_eq(ring_count(&rings.input), 4);
    ck_assert_uint_eq(rings.input.closed, 0);
    fake_receive("\x04");
    ck_assert(serial_serve(&line, &rings));
    ck_assert_uint_eq(ring_count(&rings.input), 4);
    ck_assert_uint_eq(rings.input.closed, 1);
    line = line_open("pl011", 16);
    fake_receive("\x10\x04");
    ck_assert(serial_serve(&line, &rings));
    ck_assert_uint_eq(ring_count(&rings.input), 2);
    ck_assert_uint_eq(rings.input.closed, 0);
}
END_TEST

START_TEST(wild_indices_stay_in_the_ring_SRV_1)
{
    struct serial_line line = line_open("pl011", FAKE_BYTES);
    rings.output.head = UINT32_MAX - 1;
    rings.output.tail = 1;
    rings.output_bytes[CONSOLE_RING_BYTES - 2] = 'x';
    rings.input.head = 5; /* ahead of the tail: no room */
    fake_receive("y");
    ck_assert(serial_serve(&line, &rings));
    ck_assert_uint_eq(uart.sent_count, 3);
    ck_assert_uint_eq(uart.sent[0], 'x');
    ck_assert_uint_eq(uart.incoming_count, 1);
}
END_TEST

START_TEST(known_clock_sets_the_rate_HW_1)
{
    struct serial_line line = fake_line("pl011", 16);
    line.clock_hz = 24000000;
    line.model->open(&line);
    ck_assert_uint_eq(uart.divisor, 833); /* 13.02 */
    line = fake_line("16550", 16);
    line.clock_hz = 1843200;
    line.model->open(&line);
    ck_assert_uint_eq(uart.divisor, 1);
    ck_assert_uint_eq(uart.line, 3);
    line = fake_line("16550", 16);
    line.model->open(&line);
    ck_assert_uint_eq(uart.divisor, 0);
}
END_TEST

UNIT_MAIN("serial", unknown_models_are_refused, output_goes_out_in_order_and_leaves_the_ring_SRV_1,
          full_uart_keeps_the_rest_and_interrupts_for_room_SRV_1, input_comes_into_the_ring_SRV_1,
          full_input_ring_stops_the_interrupt_until_there_is_room_SRV_1,
          pending_interrupts_are_dropped_before_the_look_SRV_1, restarted_driver_goes_on_where_the_ring_is_SRV_1,
          escaped_input_can_end_and_holds_every_byte_HW_5, wild_indices_stay_in_the_ring_SRV_1,
          known_clock_sets_the_rate_HW_1)
