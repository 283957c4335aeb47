/* virtio devices behind the memory-mapped transport (virtio 1.2, section 4.2), of both versions that emulators have:
 * the current one and the older "legacy" one. Queues are split ones, each in one page of memory that the device reaches
 * by itself: descriptors, both rings, and behind them VIRTIO_BUFFER_BYTES for the driver's buffers. Pure logic:
 * registers are reached through functions. The device is not trusted with anything but the bytes that it brings. */
#ifndef VIRTIO_VIRTIO_H
#define VIRTIO_VIRTIO_H

#include <stdbool.h>
#include <stdint.h>

#include <abi/limits.h>

#define VIRTIO_ID_CONSOLE 3u
#define VIRTIO_ID_ENTROPY 4u

#define VIRTIO_QUEUE_SLOTS 16u
#define VIRTIO_BUFFER_OFFSET 512u /* in a queue's page: what is below is the queue's */
#define VIRTIO_BUFFER_BYTES (PAGE_BYTES - VIRTIO_BUFFER_OFFSET)

struct virtio {
    uint32_t (*load)(uint64_t place, uint32_t offset_bytes); /* 32-bit registers */
    void (*store)(uint64_t place, uint32_t offset_bytes, uint32_t value);
    uint64_t place; /* address of the first register */
    bool is_legacy;
};

struct virtio_queue {
    struct virtio *virtio;
    uint32_t index;
    uint8_t *page;
    uint64_t physical;                    /* of the page */
    uint16_t used_seen;                   /* of the used ring's entries, counted for ever */
    uint16_t offered;                     /* of the available ring's */
    uint32_t lengths[VIRTIO_QUEUE_SLOTS]; /* offered to the device and not yet back; 0: the slot is ours */
};

/* What stands at these registers: VIRTIO_ID_*, or another device's number; 0: nothing. */
uint32_t virtio_identify(const struct virtio *virtio);
/* Resets the device and agrees on no features beyond the necessary. 0; -E_NODEV: it is not device `id`, or refuses. */
int virtio_open(struct virtio *virtio, uint32_t id);
/* Sets up queue `index` in a zeroed page. 0, or -E_NODEV: the device has no such queue. Before virtio_start. */
int virtio_queue_open(struct virtio_queue *queue, struct virtio *virtio, uint32_t index, void *page, uint64_t physical);
/* The device may begin. */
void virtio_start(struct virtio *virtio);
/* Takes back the request for an interrupt; look at the queues after that. */
void virtio_settle(struct virtio *virtio);

/* Gives the device the buffer at `offset_bytes` of the page, to fill or to read, under number `slot`, which is ours. */
void virtio_offer(struct virtio_queue *queue, uint32_t slot, uint32_t offset_bytes, uint32_t length_bytes, bool fill);
/* Takes a buffer back that the device is done with: its slot, and the bytes that it filled, at most the buffer's.
 * False: there is none. Buffers that were not offered are skipped. */
bool virtio_take(struct virtio_queue *queue, uint32_t *slot, uint32_t *filled_bytes);
/* Is the slot with the device? */
bool virtio_is_offered(const struct virtio_queue *queue, uint32_t slot);

#endif
