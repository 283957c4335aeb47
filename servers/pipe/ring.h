/* The bytes of one pipe: a ring of PIPE_BYTES. Pure logic; the indices run freely. */
#ifndef PIPE_RING_H
#define PIPE_RING_H

#include <stdbool.h>
#include <stdint.h>

#include <proto/pipe.h>

struct pipe_ring {
    uint32_t head; /* next byte to read */
    uint32_t tail; /* next byte to write */
};

static inline uint32_t pipe_ring_count(const struct pipe_ring *ring)
{
    return ring->tail - ring->head;
}

static inline uint32_t pipe_ring_room(const struct pipe_ring *ring)
{
    return PIPE_BYTES - pipe_ring_count(ring);
}

/* `count` bytes from `index` on lie in up to two runs: [*place, + first) and [0, + second). */
void pipe_ring_runs(uint32_t index, uint32_t count, uint32_t *place, uint32_t *first, uint32_t *second);

/* How many bytes a write of which `left` of `length` are still to go may put into the ring now. Small writes go in
 * whole or wait; 0: wait. */
uint32_t pipe_ring_writable(const struct pipe_ring *ring, uint64_t length, uint64_t left);

#endif
