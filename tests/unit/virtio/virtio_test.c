/* Transport and queues, on fake devices of both versions. */
#include "virtio.h"

#include <stdlib.h>
#include <string.h>

#include <abi/errno.h>

#include "fake_virtio.h"
#include "unit.h"

#define PHYSICAL 0x123456000ull
#define LEGACY 1u
#define CURRENT 2u

static _Alignas(4096) uint8_t page[PAGE_BYTES];
static struct virtio virtio;
static struct virtio_queue queue;

static void device_create(uint32_t version)
{
    memset(page, 0xee, sizeof page);
    fake_virtio_create(version, VIRTIO_ID_ENTROPY, page, PHYSICAL, sizeof page);
    virtio = (struct virtio){.load = fake_virtio_load, .store = fake_virtio_store};
}

static void device_open(uint32_t version)
{
    device_create(version);
    ck_assert_int_eq(virtio_open(&virtio, VIRTIO_ID_ENTROPY), 0);
    ck_assert_int_eq(virtio_queue_open(&queue, &virtio, 0, page, PHYSICAL), 0);
    virtio_start(&virtio);
}

START_TEST(only_virtio_registers_are_a_device_SRV_2)
{
    device_create(CURRENT);
    ck_assert_uint_eq(virtio_identify(&virtio), VIRTIO_ID_ENTROPY);
    ck_assert_int_eq(virtio_open(&virtio, VIRTIO_ID_CONSOLE), -E_NODEV);
    fake_virtio.version = 3;
    ck_assert_uint_eq(virtio_identify(&virtio), 0);
    fake_virtio.version = LEGACY;
    fake_virtio.magic = 0;
    ck_assert_uint_eq(virtio_identify(&virtio), 0);
    ck_assert_int_eq(virtio_open(&virtio, VIRTIO_ID_ENTROPY), -E_NODEV);
}
END_TEST

START_TEST(device_is_reset_and_agrees_before_it_starts_SRV_2)
{
    for (uint32_t version = LEGACY; version <= CURRENT; version++) {
        device_create(version);
        fake_virtio.status = 0xf; /* as a dead driver left it */
        ck_assert_int_eq(virtio_open(&virtio, VIRTIO_ID_ENTROPY), 0);
        ck_assert_uint_eq(fake_virtio.resets, 1);
        ck_assert_uint_eq(fake_virtio.features[0], 0);
        ck_assert_uint_eq(fake_virtio.features[1], version == CURRENT ? 1 : 0);
        ck_assert_uint_eq(fake_virtio.status, version == CURRENT ? 0xb : 0x3);
        virtio_start(&virtio);
        ck_assert_uint_eq(fake_virtio.status, version == CURRENT ? 0xf : 0x7);
    }
}
END_TEST

START_TEST(device_that_refuses_is_not_driven_SRV_2)
{
    device_create(CURRENT);
    fake_virtio.refuses_features = true;
    ck_assert_int_eq(virtio_open(&virtio, VIRTIO_ID_ENTROPY), -E_NODEV);
    device_create(CURRENT);
    ck_assert_int_eq(virtio_open(&virtio, VIRTIO_ID_ENTROPY), 0);
    fake_virtio.slots_max = VIRTIO_QUEUE_SLOTS - 1;
    ck_assert_int_eq(virtio_queue_open(&queue, &virtio, 0, page, PHYSICAL), -E_NODEV);
    fake_virtio.slots_max = VIRTIO_QUEUE_SLOTS;
    ck_assert_int_eq(virtio_queue_open(&queue, &virtio, FAKE_VIRTIO_QUEUES, page, PHYSICAL), -E_NODEV);
}
END_TEST

START_TEST(buffers_go_to_the_device_and_come_back_for_ever_SRV_2)
{
    for (uint32_t version = LEGACY; version <= CURRENT; version++) {
        device_open(version);
        for (uint32_t turn = 0; turn < 70000; turn++) { /* past the end of every counter */
            uint32_t slot = 9;
            uint32_t filled = 0;
            uint32_t text[2] = {turn, ~turn};
            virtio_offer(&queue, turn % VIRTIO_QUEUE_SLOTS, VIRTIO_BUFFER_OFFSET + 8, sizeof text, true);
            ck_assert(!virtio_take(&queue, &slot, &filled));
            ck_assert(virtio_is_offered(&queue, turn % VIRTIO_QUEUE_SLOTS));
            ck_assert(fake_virtio_fill(0, text, sizeof text));
            ck_assert(virtio_take(&queue, &slot, &filled));
            ck_assert_uint_eq(slot, turn % VIRTIO_QUEUE_SLOTS);
            ck_assert_uint_eq(filled, sizeof text);
            ck_assert_mem_eq(page + VIRTIO_BUFFER_OFFSET + 8, text, sizeof text);
            ck_assert(!virtio_is_offered(&queue, slot));
        }
        ck_assert_uint_eq(fake_virtio.queues[0].notified, 70000);
        ck_assert_uint_eq(fake_virtio.strays, 0);
    }
}
END_TEST

START_TEST(all_slots_are_in_flight_at_once_SRV_2)
{
    device_open(LEGACY);
    for (uint32_t slot = 0; slot < VIRTIO_QUEUE_SLOTS; slot++) {
        page[VIRTIO_BUFFER_OFFSET + slot] = (uint8_t)slot;
        virtio_offer(&queue, slot, VIRTIO_BUFFER_OFFSET + slot, 1, false);
    }
    for (uint32_t i = 0; i < VIRTIO_QUEUE_SLOTS; i++) {
        uint8_t byte = 99;
        ck_assert_int_eq(fake_virtio_read(0, &byte, 1), 1);
        ck_assert_uint_eq(byte, i);
    }
    for (uint32_t i = 0; i < VIRTIO_QUEUE_SLOTS; i++) {
        uint32_t slot = 99;
        uint32_t filled = 99;
        ck_assert(virtio_take(&queue, &slot, &filled));
        ck_assert_uint_eq(slot, i);
        ck_assert_uint_eq(filled, 0);
    }
}
END_TEST

START_TEST(lies_of_the_device_are_not_believed_SRV_2)
{
    uint32_t slot = 0;
    uint32_t filled = 0;
    device_open(CURRENT);
    virtio_offer(&queue, 3, VIRTIO_BUFFER_OFFSET, 100, true);
    fake_virtio_lie(0, 4, 1);          /* not offered */
    fake_virtio_lie(0, UINT32_MAX, 1); /* no slot */
    ck_assert(!virtio_take(&queue, &slot, &filled));
    fake_virtio_lie(0, 3, 1000);
    fake_virtio_lie(0, 3, 1000); /* twice */
    ck_assert(virtio_take(&queue, &slot, &filled));
    ck_assert_uint_eq(slot, 3);
    ck_assert_uint_eq(filled, 100);
    ck_assert(!virtio_take(&queue, &slot, &filled));
}
END_TEST

START_TEST(interrupt_request_is_taken_back_SRV_2)
{
    device_open(CURRENT);
    fake_virtio.interrupts = 3;
    virtio_settle(&virtio);
    ck_assert_uint_eq(fake_virtio.interrupts, 0);
}
END_TEST

UNIT_MAIN("virtio", only_virtio_registers_are_a_device_SRV_2, device_is_reset_and_agrees_before_it_starts_SRV_2,
          device_that_refuses_is_not_driven_SRV_2, buffers_go_to_the_device_and_come_back_for_ever_SRV_2,
          all_slots_are_in_flight_at_once_SRV_2, lies_of_the_device_are_not_believed_SRV_2,
          interrupt_request_is_taken_back_SRV_2)
