/* The bytes of one pipe: see ring.h. */
#include "ring.h"

void pipe_ring_runs(uint32_t index, uint32_t count, uint32_t *place, uint32_t *first, uint32_t *second)
{
    *place = index % PIPE_BYTES;
    *first = count < PIPE_BYTES - *place ? count : PIPE_BYTES - *place;
    *second = count - *first;
}

uint32_t pipe_ring_writable(const struct pipe_ring *ring, uint64_t length, uint64_t left)
{
    uint32_t room = pipe_ring_room(ring);
    if (length <= PIPE_ATOMIC_BYTES && room < left) {
        return 0;
    }
    return left < room ? (uint32_t)left : room;
}
