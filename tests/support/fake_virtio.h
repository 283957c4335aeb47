/* A fake virtio device behind the memory-mapped transport, of either version, for drivers' unit tests: registers, and
 * the device's side of its queues in memory that the test tells it of. Written from the specification, not from the
 * driver. */
#ifndef SUPPORT_FAKE_VIRTIO_H
#define SUPPORT_FAKE_VIRTIO_H

#include <stdbool.h>
#include <stdint.h>

#define FAKE_VIRTIO_QUEUES 2u

struct fake_virtio_queue {
    uint32_t slots;
    uint32_t align;       /* legacy */
    uint64_t descriptors; /* physical, as all here */
    uint64_t available;
    uint64_t used;
    uint16_t taken; /* entries of the available ring */
    bool is_ready;
    uint32_t notified;
};

struct fake_virtio {
    uint32_t magic, version, id;
    uint32_t slots_max;
    bool refuses_features;
    uint32_t status;
    uint32_t feature_word, features[2];
    uint32_t page_bytes;
    uint32_t chosen; /* queue */
    uint32_t interrupts;
    uint32_t resets;
    struct fake_virtio_queue queues[FAKE_VIRTIO_QUEUES];
    uint8_t *memory; /* what the device sees at `physical` */
    uint64_t physical, memory_bytes;
    uint32_t strays; /* accesses outside */
};

extern struct fake_virtio fake_virtio;

/* A device of that version (1: legacy, 2: current) that sees `memory` at `physical`. */
void fake_virtio_create(uint32_t version, uint32_t id, uint8_t *memory, uint64_t physical, uint64_t memory_bytes);
uint32_t fake_virtio_load(uint64_t place, uint32_t offset);
void fake_virtio_store(uint64_t place, uint32_t offset, uint32_t value);

/* The device takes the next buffer and fills it with as much as it holds, or all of `bytes`; false: there is none. */
bool fake_virtio_fill(uint32_t queue, const void *bytes, uint32_t length);
/* The device takes the next buffer to read: its bytes, at most `room`; -1: there is none. */
int fake_virtio_read(uint32_t queue, void *bytes, uint32_t room);
/* An entry of the used ring that says whatever it likes. */
void fake_virtio_lie(uint32_t queue, uint32_t slot, uint32_t filled);

#endif
