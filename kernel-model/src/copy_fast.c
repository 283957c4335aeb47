/* Several parts, and parts that lie in several pages; see copy_fast.h. */
#include "copy_fast.h"

#define PIECES 8u
#define SIDE_PARTS 4u

/* A vector of one thread. */
struct side {
    struct space *space;
    uint64_t bytes; /* in all parts */
    uint32_t count;
    const uint8_t *vector; /* the kernel's view of it */
    struct part parts[SIDE_PARTS];
};

struct piece {
    uint8_t *bytes;
    uint64_t length;
};

/* Reads a vector. False: it is not so simple. */
static bool side_read(struct kernel *kernel, struct space *space, uint64_t parts, uint32_t count, struct side *side)
{
    side->space = space;
    side->bytes = 0;
    side->count = count;
    side->vector = NULL;
    if (count == 0)
        return true;
    if (count > SIDE_PARTS)
        return false;
    side->vector = space_view(kernel, space, parts, count * sizeof(struct part), false);
    if (side->vector == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        __builtin_memcpy(&side->parts[i], side->vector + i * sizeof(struct part), sizeof(struct part));
        if (side->parts[i].length_bytes >= MESSAGE_BYTES_MAX)
            return false;
        side->bytes += side->parts[i].length_bytes;
    }
    return side->bytes < MESSAGE_BYTES_MAX;
}

uint64_t copy_fast_length(struct kernel *kernel, struct space *space, uint64_t parts, uint32_t count)
{
    struct side side;

    return side_read(kernel, space, parts, count, &side) ? side.bytes : COPY_REFUSED;
}

/* The first `bytes` of a side, a piece for each page of each part. How many; 0: it is not so simple. */
static unsigned pieces_find(struct kernel *kernel, const struct side *side, uint64_t bytes, bool write,
                            struct piece pieces[PIECES])
{
    unsigned count = 0;

    for (uint32_t i = 0; bytes != 0; i++) {
        struct part part = side->parts[i];

        if (part.length_bytes > bytes)
            part.length_bytes = bytes;
        bytes -= part.length_bytes;
        while (part.length_bytes != 0) {
            uint64_t here = PAGE_BYTES - (part.base & (PAGE_BYTES - 1));

            if (here > part.length_bytes)
                here = part.length_bytes;
            if (count == PIECES)
                return 0;
            pieces[count] = (struct piece){space_view(kernel, side->space, part.base, here, write), here};
            if (pieces[count++].bytes == NULL)
                return 0;
            part.base += here;
            part.length_bytes -= here;
        }
    }
    return count;
}

static bool overlap(const struct piece *piece, const uint8_t *bytes, uint64_t length)
{
    return piece->bytes < bytes + length && bytes < piece->bytes + piece->length;
}

/* Whether the order of reading and writing matters: a piece is written that is read, or a vector is. */
static bool pieces_meet(const struct side *to, const struct side *from, const struct piece *targets,
                        unsigned target_count, const struct piece *sources, unsigned source_count)
{
    for (unsigned i = 0; i < target_count; i++) {
        if (overlap(&targets[i], to->vector, to->count * sizeof(struct part)) ||
            overlap(&targets[i], from->vector, from->count * sizeof(struct part)))
            return true;
        for (unsigned j = 0; j < source_count; j++) {
            if (overlap(&targets[i], sources[j].bytes, sources[j].length))
                return true;
        }
    }
    return false;
}

/* Copies that many bytes, one at least. False: it is not so simple, nothing has been copied. */
static bool sides_copy(struct kernel *kernel, const struct side *to, const struct side *from, uint64_t bytes)
{
    struct piece targets[PIECES], sources[PIECES];
    unsigned target_count = pieces_find(kernel, to, bytes, true, targets);
    unsigned source_count = pieces_find(kernel, from, bytes, false, sources);
    struct piece *target = targets;
    struct piece *source = sources;

    if (target_count == 0 || source_count == 0 ||
        pieces_meet(to, from, targets, target_count, sources, source_count))
        return false;
    while (bytes != 0) {
        uint64_t here = target->length < source->length ? target->length : source->length;

        memmove(target->bytes, source->bytes, here);
        bytes -= here;
        target->bytes += here;
        source->bytes += here;
        target->length -= here;
        source->length -= here;
        target += target->length == 0;
        source += source->length == 0;
    }
    return true;
}

struct copied copy_fast_any(struct kernel *kernel, struct space *to, uint64_t to_parts, uint32_t to_count,
                            struct space *from, uint64_t from_parts, uint32_t from_count)
{
    struct side target, source;
    uint64_t bytes;

    if (!side_read(kernel, to, to_parts, to_count, &target) ||
        !side_read(kernel, from, from_parts, from_count, &source))
        return (struct copied){0, COPY_REFUSED};
    bytes = source.bytes < target.bytes ? source.bytes : target.bytes;
    if (bytes >= COPY_STEP_BYTES || /* it could be preempted */
        (bytes != 0 && !sides_copy(kernel, &target, &source, bytes)))
        bytes = COPY_REFUSED;
    return (struct copied){source.bytes, bytes};
}
