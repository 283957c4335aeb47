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
    uint64_t words[4][2]; /* the first 32 bytes and the last 32 */

    if (length - 32 > 32) {
        memmove(to, from, length);
        return;
    }
    __builtin_memcpy(words[0], from, 16);
    __builtin_memcpy(words[1], from + 16, 16);
    __builtin_memcpy(words[2], from + length - 32, 16);
    __builtin_memcpy(words[3], from + length - 16, 16);
    __builtin_memcpy(to, words[0], 16);
    __builtin_memcpy(to + 16, words[1], 16);
    __builtin_memcpy(to + length - 32, words[2], 16);
    __builtin_memcpy(to + length - 16, words[3], 16);
}

/* The length of a vector; COPY_REFUSED or another one above MESSAGE_BYTES_MAX: it is not so simple. */
static inline uint64_t copy_fast_length(struct kernel *kernel, struct space *space, uint64_t parts, uint32_t count)
{
    const struct space_view *view = space_view_of(&space->views, parts);
    struct part part;

    if (count != 1 || !space_view_shows(view, kernel->memory.view_serial, parts, sizeof(part), false))
        return copy_fast_length_any(kernel, space, parts, count);
    __builtin_memcpy(&part, space_view_bytes(view, parts), sizeof(part));
    return part.length_bytes;
}

/* Copies the smaller of both vectors. Refused: it is not so simple. */
static inline __attribute__((always_inline)) struct copied copy_fast(struct kernel *kernel, struct space *to,
                                                                     uint64_t to_parts, uint32_t to_count,
                                                                     struct space *from, uint64_t from_parts,
                                                                     uint32_t from_count)
{
    const uint64_t serial = kernel->memory.view_serial;
    const struct space_view *from_view = space_view_of(&from->views, from_parts);
    const struct space_view *to_view = space_view_of(&to->views, to_parts);
    struct part room, part;
    uint64_t bytes;

    if (to_count != 1 || from_count != 1 || !space_view_shows(from_view, serial, from_parts, sizeof(part), false) ||
        !space_view_shows(to_view, serial, to_parts, sizeof(room), false))
        goto any;
    __builtin_memcpy(&part, space_view_bytes(from_view, from_parts), sizeof(part));
    __builtin_memcpy(&room, space_view_bytes(to_view, to_parts), sizeof(room));
    bytes = part.length_bytes < room.length_bytes ? part.length_bytes : room.length_bytes;
    if ((part.length_bytes | room.length_bytes) >= MESSAGE_BYTES_MAX || bytes - 1 >= COPY_STEP_BYTES - 1)
        goto any;
    from_view = space_view_of(&from->views, part.base);
    to_view = space_view_of(&to->views, room.base);
    if (!space_view_shows(from_view, serial, part.base, bytes, false) ||
        !space_view_shows(to_view, serial, room.base, bytes, true))
        goto any;
    copy_fast_bytes(space_view_bytes(to_view, room.base), space_view_bytes(from_view, part.base), bytes);
    return (struct copied){part.length_bytes, bytes};
any:
    return copy_fast_any(kernel, to, to_parts, to_count, from, from_parts, from_count);
}

#endif
