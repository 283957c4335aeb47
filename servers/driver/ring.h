/* One end of a ring of abi/console.h. The other end is not trusted: counts are cut to the ring's size. */
#ifndef DRIVER_RING_H
#define DRIVER_RING_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <abi/console.h>

static inline uint32_t ring_count(const struct console_ring *ring)
{
    uint32_t count = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) - __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE);
    return count < CONSOLE_RING_BYTES ? count : CONSOLE_RING_BYTES;
}

static inline uint32_t ring_room(const struct console_ring *ring)
{
    return CONSOLE_RING_BYTES - ring_count(ring);
}

/* The bytes from `index` on that lie side by side, at most `count`. */
static inline uint32_t ring_run(uint32_t index, uint32_t count)
{
    uint32_t to_end = CONSOLE_RING_BYTES - index % CONSOLE_RING_BYTES;
    return count < to_end ? count : to_end;
}

/* Appends `count` bytes, for which there is room. */
static inline void ring_put(struct console_ring *ring, uint8_t *area, const uint8_t *bytes, uint32_t count)
{
    uint32_t tail = ring->tail;
    uint32_t first = ring_run(tail, count);
    memcpy(area + tail % CONSOLE_RING_BYTES, bytes, first);
    memcpy(area, bytes + first, count - first);
    __atomic_store_n(&ring->tail, tail + count, __ATOMIC_RELEASE);
}

/* Says that `count` bytes at the head were taken. */
static inline void ring_drop(struct console_ring *ring, uint32_t count)
{
    __atomic_store_n(&ring->head, ring->head + count, __ATOMIC_RELEASE);
}

#endif
