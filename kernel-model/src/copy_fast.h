/* Copies of few bytes between few parts, all in pages that are there: everything is found before the first byte moves,
 * so whoever is told that it is not that simple can still do it the general way (copy.h), with the same outcome. */
#ifndef KERNEL_COPY_FAST_H
#define KERNEL_COPY_FAST_H

#include "kernel_state.h"
#include "region.h"

/* Bytes in one page each. */
struct copy_run {
    uint8_t *to;
    const uint8_t *from;
    uint64_t bytes;      /* to copy: any number that fits into a page */
    uint64_t sent_bytes; /* the sender's vector in full */
    uint64_t any_length; /* bits of both lengths: not checked yet */
};

/* What copy_fast_any has done. */
struct copied {
    uint64_t sent_bytes;
    uint64_t moved_bytes; /* COPY_REFUSED: nothing has been copied */
};

#define COPY_REFUSED UINT64_MAX
#define COPY_WORDS_MIN 32u /* what copy_fast_words copies */
#define COPY_WORDS_MAX 64u

/* The kernel's view of a page that has not been known, if it is there and allowed; else NULL. */
uint8_t *space_view_find(struct kernel *kernel, struct space *space, uint64_t address, bool write);
/* The length of a vector; COPY_REFUSED: it is not so simple. */
uint64_t copy_fast_length(struct kernel *kernel, struct space *space, uint64_t parts, uint32_t count);
/* Copies the smaller of both vectors. Refused: it is not so simple. */
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

/* As memmove, COPY_WORDS_MIN to COPY_WORDS_MAX bytes: the first 32 and the last. */
static inline void copy_fast_words(uint8_t *to, const uint8_t *from, uint64_t length)
{
    uint64_t words[4][2];

    __builtin_memcpy(words[0], from, 16);
    __builtin_memcpy(words[1], from + 16, 16);
    __builtin_memcpy(words[2], from + length - 32, 16);
    __builtin_memcpy(words[3], from + length - 16, 16);
    __builtin_memcpy(to, words[0], 16);
    __builtin_memcpy(to + 16, words[1], 16);
    __builtin_memcpy(to + length - 32, words[2], 16);
    __builtin_memcpy(to + length - 16, words[3], 16);
}

/* Reads a vector's one part, from a page that is known. */
static inline bool copy_fast_part(const struct space_views *views, uint64_t serial, uint64_t parts, struct part *part)
{
    const struct space_view view = space_view_of(views, parts);

    if (!space_view_shows(view, serial, parts, sizeof(*part), false))
        return false;
    __builtin_memcpy(part, space_view_bytes(view, parts), sizeof(*part));
    return true;
}

/* The bytes that two vectors of one part each have in common; false: there is something that is not known. Inlined, as
 * those above, so that who calls them calls nothing. */
static inline bool copy_fast_find(uint64_t serial, const struct space_views *to_views, uint64_t to_parts,
                                  const struct space_views *from_views, uint64_t from_parts, struct copy_run *run)
{
    struct space_view to, from;
    struct part room, part;

    if (!copy_fast_part(from_views, serial, from_parts, &part) ||
        !copy_fast_part(to_views, serial, to_parts, &room))
        return false;
    run->any_length = part.length_bytes | room.length_bytes;
    run->sent_bytes = part.length_bytes;
    run->bytes = part.length_bytes < room.length_bytes ? part.length_bytes : room.length_bytes;
    from = space_view_of(from_views, part.base);
    to = space_view_of(to_views, room.base);
    run->from = space_view_bytes(from, part.base);
    run->to = space_view_bytes(to, room.base);
    return space_view_shows(from, serial, part.base, run->bytes, false) &&
           space_view_shows(to, serial, room.base, run->bytes, true);
}

#endif
