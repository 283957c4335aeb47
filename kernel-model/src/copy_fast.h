/* Copies of few bytes between few parts, all in pages that are there: everything is found before the first byte moves,
 * so whoever is told that it is not that simple can still do it the general way (copy.h), with the same outcome. */
#ifndef KERNEL_COPY_FAST_H
#define KERNEL_COPY_FAST_H

#include "kernel_state.h"
#include "region.h"

/* What copy_fast has done. */
struct copied {
    uint64_t sent_bytes;  /* the sender's vector in full */
    uint64_t moved_bytes; /* COPY_REFUSED: nothing has been copied */
};

#define COPY_REFUSED UINT64_MAX

/* The kernel's view of a page that has not been known, if it is there and allowed; else NULL. */
uint8_t *space_view_find(struct kernel *kernel, struct space *space, uint64_t address, bool write);
/* What the functions below do, for any number of parts and pages that are not known yet. */
uint64_t copy_fast_length_any(struct kernel *kernel, struct space *space, uint64_t parts, uint32_t count);
struct copied copy_fast_any(struct kernel *kernel, struct space *to, uint64_t to_parts, uint32_t to_count,
                            struct space *from, uint64_t from_parts, uint32_t from_count);
void *memmove(void *to, const void *from, size_t length);

/* The kernel's view of `length` bytes in one page, if they are there; else NULL. */
static inline uint8_t *space_view(struct kernel *kernel, struct space *space, uint64_t address, uint64_t length,
                                  bool write)
{
    uint8_t *known = space_view_span(&space->views, kernel->memory.view_serial, address, length, write);

    if (known != NULL || (address & (PAGE_BYTES - 1)) + length > PAGE_BYTES)
        return known;
    return space_view_find(kernel, space, address, write);
}

/* As memmove; what is short is not worth a call. */
static inline __attribute__((always_inline)) void copy_fast_bytes(uint8_t *to, const uint8_t *from, uint64_t length)
{
    uint64_t first[4], last[4];

    if (length - 32 > 32) {
        memmove(to, from, length);
        return;
    }
    __builtin_memcpy(first, from, sizeof(first));
    __builtin_memcpy(last, from + length - sizeof(last), sizeof(last));
    __builtin_memcpy(to, first, sizeof(first));
    __builtin_memcpy(to + length - sizeof(last), last, sizeof(last));
}

/* The length of a vector; COPY_REFUSED or another one above MESSAGE_BYTES_MAX: it is not so simple. */
static inline uint64_t copy_fast_length(struct kernel *kernel, struct space *space, uint64_t parts, uint32_t count)
{
    struct part part;
    const uint8_t *vector = space_view_span(&space->views, kernel->memory.view_serial, parts, sizeof(part), false);

    if (count != 1 || vector == NULL)
        return copy_fast_length_any(kernel, space, parts, count);
    __builtin_memcpy(&part, vector, sizeof(part));
    return part.length_bytes;
}

/* Copies the smaller of both vectors. Refused: it is not so simple. */
static inline __attribute__((always_inline)) struct copied copy_fast(struct kernel *kernel, struct space *to,
                                                                     uint64_t to_parts, uint32_t to_count,
                                                                     struct space *from, uint64_t from_parts,
                                                                     uint32_t from_count)
{
    const uint64_t serial = kernel->memory.view_serial;
    const uint8_t *from_vector, *to_vector, *source;
    struct part room, part;
    uint64_t bytes;
    uint8_t *target;

    if (to_count != 1 || from_count != 1)
        goto any;
    from_vector = space_view_span(&from->views, serial, from_parts, sizeof(part), false);
    to_vector = space_view_span(&to->views, serial, to_parts, sizeof(room), false);
    if (from_vector == NULL || to_vector == NULL)
        goto any;
    __builtin_memcpy(&part, from_vector, sizeof(part));
    __builtin_memcpy(&room, to_vector, sizeof(room));
    bytes = part.length_bytes < room.length_bytes ? part.length_bytes : room.length_bytes;
    if ((part.length_bytes | room.length_bytes) >= MESSAGE_BYTES_MAX || bytes - 1 >= COPY_STEP_BYTES - 1)
        goto any;
    source = space_view_span(&from->views, serial, part.base, bytes, false);
    target = space_view_span(&to->views, serial, room.base, bytes, true);
    if (source == NULL || target == NULL)
        goto any;
    copy_fast_bytes(target, source, bytes);
    return (struct copied){part.length_bytes, bytes};
any:
    return copy_fast_any(kernel, to, to_parts, to_count, from, from_parts, from_count);
}

#endif
