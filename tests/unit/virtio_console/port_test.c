/* The virtio console's port between rings and queues. */
#include "port.h"

#include <stdlib.h>
#include <string.h>

#include <abi/errno.h>

#include "driver/ring.h"
#include "fake_virtio.h"
#include "unit.h"

#define PHYSICAL 0x80000000ull

static _Alignas(4096) uint8_t pages[2 * PAGE_BYTES];
static struct console_device rings;
static struct port port;

static void port_create(uint32_t version)
{
    const uint64_t physical[2] = {PHYSICAL, PHYSICAL + PAGE_BYTES};
    memset(pages, 0, sizeof pages);
    memset(&rings, 0, sizeof rings);
    fake_virtio_create(version, VIRTIO_ID_CONSOLE, pages, PHYSICAL, sizeof pages);
    port = (struct port){.virtio = {.load = fake_virtio_load, .store = fake_virtio_store}};
    ck_assert_int_eq(port_open(&port, pages, physical), 0);
}

START_TEST(output_leaves_the_ring_when_the_device_has_sent_it_SRV_2)
{
    for (uint32_t version = 1; version <= 2; version++) {
        char sent[16] = "";
        port_create(version);
        ring_put(&rings.output, rings.output_bytes, (const uint8_t *)"hello", 5);
        ck_assert(!port_serve(&port, &rings));
        ck_assert_uint_eq(ring_count(&rings.output), 5);
        ck_assert_int_eq(fake_virtio_read(PORT_QUEUE_SEND, sent, sizeof sent), 5);
        ck_assert_str_eq(sent, "hello");
        ck_assert(port_serve(&port, &rings));
        ck_assert_uint_eq(ring_count(&rings.output), 0);
        ck_assert(!port_serve(&port, &rings));
        ck_assert_int_eq(fake_virtio_read(PORT_QUEUE_SEND, sent, sizeof sent), -1);
    }
}
END_TEST

START_TEST(a_full_ring_goes_out_in_order_buffer_by_buffer_SRV_2)
{
    static uint8_t all[CONSOLE_RING_BYTES];
    static uint8_t sent[CONSOLE_RING_BYTES + VIRTIO_BUFFER_BYTES];
    uint32_t done = 0;
    port_create(2);
    for (uint32_t i = 0; i < sizeof all; i++) {
        all[i] = (uint8_t)(i * 7 + i / 256);
    }
    rings.output.head = rings.output.tail = 1000;
    ring_put(&rings.output, rings.output_bytes, all, sizeof all);
    port_serve(&port, &rings);
    for (int count = 0; (count = fake_virtio_read(PORT_QUEUE_SEND, sent + done, VIRTIO_BUFFER_BYTES)) > 0;) {
        done += (uint32_t)count;
        ck_assert_uint_le(done, CONSOLE_RING_BYTES);
        ck_assert_uint_eq(ring_count(&rings.output), CONSOLE_RING_BYTES - done + (uint32_t)count);
        ck_assert(port_serve(&port, &rings));
    }
    ck_assert_uint_eq(done, CONSOLE_RING_BYTES);
    ck_assert_mem_eq(sent, all, sizeof all);
    ck_assert_uint_eq(fake_virtio.strays, 0);
}
END_TEST

START_TEST(input_comes_into_the_ring_and_the_buffer_goes_back_SRV_2)
{
    port_create(1);
    ck_assert(!fake_virtio_fill(PORT_QUEUE_RECEIVE, "x", 1)); /* nothing offered before the first look */
    port_serve(&port, &rings);
    ck_assert(fake_virtio_fill(PORT_QUEUE_RECEIVE, "ls\r", 3));
    ck_assert(!fake_virtio_fill(PORT_QUEUE_RECEIVE, "x", 1));
    ck_assert(port_serve(&port, &rings));
    ck_assert_mem_eq(rings.input_bytes, "ls\r", 3);
    ck_assert(fake_virtio_fill(PORT_QUEUE_RECEIVE, "more", 4));
    ck_assert(port_serve(&port, &rings));
    ck_assert_mem_eq(rings.input_bytes, "ls\rmore", 7);
}
END_TEST

START_TEST(full_input_ring_keeps_the_rest_and_the_buffer_SRV_2)
{
    port_create(2);
    rings.input.tail = CONSOLE_RING_BYTES - 2;
    port_serve(&port, &rings);
    ck_assert(fake_virtio_fill(PORT_QUEUE_RECEIVE, "abcd", 4));
    ck_assert(port_serve(&port, &rings));
    ck_assert_uint_eq(ring_room(&rings.input), 0);
    ck_assert(!fake_virtio_fill(PORT_QUEUE_RECEIVE, "x", 1));
    ck_assert(!port_serve(&port, &rings));
    ring_drop(&rings.input, 100);
    ck_assert(port_serve(&port, &rings));
    ck_assert_mem_eq(rings.input_bytes, "cd", 2);
    ck_assert(fake_virtio_fill(PORT_QUEUE_RECEIVE, "ef", 2));
    ck_assert(port_serve(&port, &rings));
    ck_assert_mem_eq(rings.input_bytes, "cdef", 4);
}
END_TEST

START_TEST(escaped_input_can_end_HW_5)
{
    port_create(2);
    rings.input_escapes = 1;
    port_serve(&port, &rings);
    ck_assert(fake_virtio_fill(PORT_QUEUE_RECEIVE, "a\x10", 2));
    ck_assert(port_serve(&port, &rings));
    ck_assert(fake_virtio_fill(PORT_QUEUE_RECEIVE, "\x10\x10\x04", 3));
    ck_assert(port_serve(&port, &rings));
    ck_assert_uint_eq(ring_count(&rings.input), 2);
    ck_assert_mem_eq(rings.input_bytes, "a\x10", 2);
    ck_assert_uint_eq(rings.input.closed, 1);
}
END_TEST

START_TEST(restarted_driver_takes_the_device_back_SRV_1_SRV_2)
{
    char sent[16] = "";
    const uint64_t physical[2] = {PHYSICAL, PHYSICAL + PAGE_BYTES};
    port_create(2);
    ring_put(&rings.output, rings.output_bytes, (const uint8_t *)"one", 3);
    port_serve(&port, &rings);
    ck_assert_int_eq(fake_virtio_read(PORT_QUEUE_SEND, sent, sizeof sent), 3);
    port = (struct port){.virtio = {.load = fake_virtio_load, .store = fake_virtio_store}};
    ck_assert_int_eq(port_open(&port, pages, physical), 0);
    ring_put(&rings.output, rings.output_bytes, (const uint8_t *)"two", 3);
    port_serve(&port, &rings);
    ck_assert_int_eq(fake_virtio_read(PORT_QUEUE_SEND, sent, sizeof sent), 6); /* what it did not know of comes again */
    ck_assert_mem_eq(sent, "onetwo", 6);
    ck_assert(port_serve(&port, &rings));
    ck_assert_uint_eq(ring_count(&rings.output), 0);
}
END_TEST

START_TEST(other_devices_are_refused_SRV_2)
{
    const uint64_t physical[2] = {PHYSICAL, PHYSICAL + PAGE_BYTES};
    fake_virtio_create(2, VIRTIO_ID_ENTROPY, pages, PHYSICAL, sizeof pages);
    port = (struct port){.virtio = {.load = fake_virtio_load, .store = fake_virtio_store}};
    ck_assert_int_eq(port_open(&port, pages, physical), -E_NODEV);
}
END_TEST

UNIT_MAIN("virtio_console", output_leaves_the_ring_when_the_device_has_sent_it_SRV_2,
          a_full_ring_goes_out_in_order_buffer_by_buffer_SRV_2,
          input_comes_into_the_ring_and_the_buffer_goes_back_SRV_2, full_input_ring_keeps_the_rest_and_the_buffer_SRV_2,
          escaped_input_can_end_HW_5, restarted_driver_takes_the_device_back_SRV_1_SRV_2,
          other_devices_are_refused_SRV_2)
