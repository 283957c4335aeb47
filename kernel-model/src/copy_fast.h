/* Copies of few bytes between few parts, all in pages that are there: everything is found before the first byte moves,
 * so whoever is told that it is not that simple can still do it the general way (copy.h), with the same outcome. */
#ifndef KERNEL_COPY_FAST_H
#define KERNEL_COPY_FAST_H

#include "kernel_state.h"
#include "region.h"

#define COPY_FAST_PARTS 4u
#define COPY_FAST_LENGTH_BITS 41u /* a part may be as long as a message: no sum of some of them overflows */

/* A vector of one thread. */
struct copy_side {
    struct space *space;
    uint64_t bytes; /* in all parts */
    uint32_t count;
    uint64_t base; /* of the only part */
    const uint8_t *vector; /* the kernel's view of it */
    struct part parts[COPY_FAST_PARTS]; /* if there are more */
};

/* The kernel's view of a page that has not been known, if it is there and allowed; else NULL. */
uint8_t *space_view_find(struct kernel *kernel, struct space *space, uint64_t address, bool write);
/* More than one part each. */
bool copy_side_read_many(struct copy_side *side);
bool copy_fast_pieces(struct kernel *kernel, struct copy_side to, struct copy_side from, uint64_t bytes);
void *memmove(void *to, const void *from, size_t length);

/* The kernel's view of `length` bytes in one page, if they are there; else NULL. */
static inline uint8_t *space_view(struct kernel *kernel, struct space *space, uint64_t address, uint64_t length,
                                  bool write)
{
    uint8_t *known;

    if ((address & (PAGE_BYTES - 1)) + length > PAGE_BYTES)
        return NULL;
    known = space_view_known(&space->views, kernel->memory.view_serial, address, write);
    return known != NULL ? known : space_view_find(kernel, space, address, write);
}

/* Reads a vector. False: it is not so simple. What is rare works on a structure of its own, so that the usual one needs
 * no memory. */
static inline __attribute__((always_inline)) bool copy_side_read(struct kernel *kernel, struct space *space,
                                                                 uint64_t parts, uint64_t count,
                                                                 struct copy_side *side)
{
    const uint8_t *vector;
    struct part part;

    side->space = space;
    side->bytes = 0;
    side->count = (uint32_t)count;
    if (count == 0)
        return true;
    if (count > COPY_FAST_PARTS)
        return false;
    vector = space_view(kernel, space, parts, count * sizeof(struct part), false);
    side->vector = vector;
    if (vector == NULL)
        return false;
    if (count > 1) {
        struct copy_side many = {.space = space, .count = (uint32_t)count, .vector = vector};
        bool is_read = copy_side_read_many(&many);

        *side = many;
        return is_read;
    }
    __builtin_memcpy(&part, vector, sizeof(part));
    side->base = part.base;
    side->bytes = part.length_bytes;
    return part.length_bytes >> COPY_FAST_LENGTH_BITS == 0;
}

/* The same for the length alone. */
static inline bool copy_side_length(struct kernel *kernel, struct space *space, uint64_t parts, uint64_t count,
                                    uint64_t *bytes)
{
    struct copy_side side;
    bool is_read = copy_side_read(kernel, space, parts, count, &side);

    *bytes = side.bytes;
    return is_read;
}

/* As memmove; what is short and regular is not worth a call. */
static inline void copy_fast_bytes(uint8_t *to, const uint8_t *from, uint64_t length)
{
    if ((uint64_t)(to - from) < length || length % 16 != 0 || length > 64) {
        memmove(to, from, length);
        return;
    }
    for (; length != 0; length -= 16, to += 16, from += 16) {
        uint64_t words[2];

        __builtin_memcpy(words, from, sizeof(words));
        __builtin_memcpy(to, words, sizeof(words));
    }
}

/* Copies the smaller of both. False: it is not so simple, nothing has been copied. */
static inline __attribute__((always_inline)) bool copy_fast(struct kernel *kernel, const struct copy_side *to,
                                                            const struct copy_side *from)
{
    uint64_t bytes = from->bytes < to->bytes ? from->bytes : to->bytes;

    if (bytes == 0)
        return true;
    if (bytes >= COPY_STEP_BYTES) /* it could be preempted */
        return false;
    if (from->count == 1 && to->count == 1) {
        const uint8_t *source = space_view(kernel, from->space, from->base, bytes, false);
        uint8_t *target = space_view(kernel, to->space, to->base, bytes, true);

        if (source != NULL && target != NULL) {
            copy_fast_bytes(target, source, bytes);
            return true;
        }
    }
    return copy_fast_pieces(kernel, *to, *from, bytes);
}

#endif
