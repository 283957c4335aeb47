/* Several parts, and parts that lie in several pages; see copy_fast.h. */
#include "copy_fast.h"

#define PIECES 8u

struct piece {
    uint8_t *bytes;
    uint64_t length;
};

bool copy_side_read_many(struct copy_side *side)
{
    for (uint32_t i = 0; i < side->count; i++) {
        __builtin_memcpy(&side->parts[i], side->vector + i * sizeof(struct part), sizeof(struct part));
        if (side->parts[i].length_bytes >> COPY_FAST_LENGTH_BITS != 0)
            return false;
        side->bytes += side->parts[i].length_bytes;
    }
    return true;
}

/* The first `bytes` of a side, a piece for each page of each part. How many; 0: it is not so simple. */
static unsigned pieces_find(struct kernel *kernel, const struct copy_side *side, uint64_t bytes, bool write,
                            struct piece pieces[PIECES])
{
    unsigned count = 0;

    for (uint32_t i = 0; bytes != 0; i++) {
        struct part part = side->count == 1 ? (struct part){side->base, side->bytes} : side->parts[i];

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
static bool pieces_meet(const struct copy_side *to, const struct copy_side *from, const struct piece *targets,
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

bool copy_fast_pieces(struct kernel *kernel, struct copy_side to, struct copy_side from, uint64_t bytes)
{
    struct piece targets[PIECES], sources[PIECES];
    unsigned target_count = pieces_find(kernel, &to, bytes, true, targets);
    unsigned source_count = pieces_find(kernel, &from, bytes, false, sources);
    struct piece *target = targets;
    struct piece *source = sources;

    if (target_count == 0 || source_count == 0 ||
        pieces_meet(&to, &from, targets, target_count, sources, source_count))
        return false;
    while (bytes != 0) {
        uint64_t here = target->length < source->length ? target->length : source->length;

        copy_fast_bytes(target->bytes, source->bytes, here);
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
