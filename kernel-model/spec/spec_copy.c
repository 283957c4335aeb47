/* Bytes in the reference model: a vector to a vector, one byte after another. */
#include "spec_private.h"

/* The byte at an address of a table's space, or NULL: a fault. */
static uint8_t *byte_at(struct spec *spec, int table, uint64_t address, bool write)
{
    static uint8_t zero;
    uint64_t thread = (address - SPEC_DATA) / SPEC_DATA_STRIDE;
    uint64_t offset = (address - SPEC_DATA) % SPEC_DATA_STRIDE;

    if (address >= SPEC_READ_ONLY && address < SPEC_READ_ONLY + PAGE_BYTES)
        return write ? NULL : &zero;
    if (address < SPEC_DATA || thread >= SPEC_THREADS || offset >= SPEC_WINDOW_BYTES)
        return NULL;
    if (!spec->threads[thread].exists || spec->threads[thread].table != table)
        return NULL;
    return &spec->windows[thread][offset];
}

struct place {
    const struct spec_side *side;
    uint32_t part;
    uint64_t offset; /* in the part, or in the bytes */
};

/* Whether there are more bytes: 1, 0, or an error. Afterwards the place is at one. */
static int place_settle(struct place *place)
{
    const struct spec_side *side = place->side;

    if (side->table == SPEC_NONE)
        return place->offset < side->byte_count;
    while (place->part < side->vector->count) {
        if (side->vector->unreadable)
            return -E_FAULT;
        if (place->offset < side->vector->parts[place->part].length_bytes)
            return 1;
        place->offset -= side->vector->parts[place->part].length_bytes;
        place->part++;
    }
    return 0;
}

static uint8_t *place_byte(struct spec *spec, const struct place *place, bool write)
{
    const struct spec_side *side = place->side;

    if (side->table == SPEC_NONE)
        return &side->bytes[place->offset];
    return byte_at(spec, side->table, side->vector->parts[place->part].base + place->offset, write);
}

struct spec_side spec_side(int table, struct spec_vector *vector)
{
    if (!vector->is_words)
        return (struct spec_side){.table = table, .vector = vector};
    return (struct spec_side){
        .table = SPEC_NONE,
        .bytes = (uint8_t *)vector->words,
        .byte_count = vector->count * sizeof(vector->words[0]),
    };
}

struct spec_copied spec_copy(struct spec *spec, const struct spec_side *to, const struct spec_side *from)
{
    struct spec_copied copied = {0};
    struct place source = {.side = from, .offset = from->offset};
    struct place target = {.side = to, .offset = to->offset};

    for (;;) {
        int source_status = place_settle(&source);
        int target_status = place_settle(&target);
        uint8_t *source_byte, *target_byte;

        if (source_status != 1 || target_status != 1) {
            copied.from_error = source_status < 0 ? source_status : 0;
            copied.to_error = target_status < 0 ? target_status : 0;
            return copied;
        }
        source_byte = place_byte(spec, &source, false);
        target_byte = place_byte(spec, &target, true);
        if (source_byte == NULL || target_byte == NULL) {
            copied.from_error = source_byte == NULL ? -E_FAULT : 0;
            copied.to_error = target_byte == NULL ? -E_FAULT : 0;
            return copied;
        }
        *target_byte = *source_byte;
        source.offset++;
        target.offset++;
        copied.bytes++;
    }
}

int64_t spec_vector_length(const struct spec_vector *vector)
{
    uint64_t sum = 0;

    if (vector->count > (vector->is_words ? MESSAGE_WORDS_MAX : PARTS_MAX))
        return -E_INVAL;
    if (vector->is_words)
        return vector->count * (int64_t)sizeof(vector->words[0]);
    if (vector->count != 0 && vector->unreadable)
        return -E_FAULT;
    for (uint32_t i = 0; i < vector->count; i++) {
        if (vector->parts[i].length_bytes > MESSAGE_BYTES_MAX - sum)
            return -E_INVAL;
        sum += vector->parts[i].length_bytes;
    }
    return (int64_t)sum;
}

bool spec_word_write(struct spec *spec, int table, uint64_t address, uint64_t value)
{
    for (unsigned i = 0; i < sizeof(value); i++) {
        if (byte_at(spec, table, address + i, true) == NULL)
            return false;
    }
    for (unsigned i = 0; i < sizeof(value); i++)
        *byte_at(spec, table, address + i, true) = (uint8_t)(value >> (8 * i));
    return true;
}
