/* Bytes in the reference model: a vector to a vector, one byte after another. */
#include "spec_private.h"

/* A byte of paged memory. SPEC_ABSENT: its page is asked for; -E_FAULT: it has been refused to the call. */
static int paged_byte_at(struct spec *spec, uint64_t address, bool write, uint8_t **byte)
{
    int object = (int)((address - SPEC_PAGED) / SPEC_PAGED_STRIDE);
    uint64_t offset = (address - SPEC_PAGED) % SPEC_PAGED_STRIDE;
    uint64_t page = offset / PAGE_BYTES;

    if (!spec->paged[object].exists || offset >= SPEC_PAGED_BYTES)
        return -E_FAULT;
    *byte = &spec->paged_bytes[object][offset];
    if (spec->paged[object].present[page])
        return 0;
    if (spec->job != SPEC_NONE && spec->threads[spec->job].job.refused_object == object &&
        spec->threads[spec->job].job.refused_page == page)
        return -E_FAULT;
    spec->absent =
        (struct spec_absent){.object = object, .page = page, .access = write ? ACCESS_WRITE : ACCESS_READ};
    return SPEC_ABSENT;
}

/* The byte at an address of a table's space: 0, or an error. */
static int byte_at(struct spec *spec, int table, uint64_t address, bool write, uint8_t **byte)
{
    static uint8_t zero;
    uint64_t thread = (address - SPEC_DATA) / SPEC_DATA_STRIDE;
    uint64_t offset = (address - SPEC_DATA) % SPEC_DATA_STRIDE;

    if (address >= SPEC_PAGED && address < SPEC_PAGED + SPEC_PAGED_OBJECTS * SPEC_PAGED_STRIDE)
        return paged_byte_at(spec, address, write, byte);
    if (address >= SPEC_READ_ONLY && address < SPEC_READ_ONLY + PAGE_BYTES) {
        *byte = &zero;
        return write ? -E_FAULT : 0;
    }
    if (address < SPEC_DATA || thread >= SPEC_THREADS || offset >= SPEC_WINDOW_BYTES)
        return -E_FAULT;
    if (!spec->threads[thread].exists || spec->threads[thread].table != table)
        return -E_FAULT;
    *byte = &spec->windows[thread][offset];
    return 0;
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

static int place_byte(struct spec *spec, const struct place *place, bool write, uint8_t **byte)
{
    const struct spec_side *side = place->side;

    *byte = side->table == SPEC_NONE ? &side->bytes[place->offset] : NULL;
    if (side->table == SPEC_NONE)
        return 0;
    return byte_at(spec, side->table, side->vector->parts[place->part].base + place->offset, write, byte);
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

/* Whether a copy is preempted where it is now. */
static bool is_preempted(struct spec *spec, const struct spec_stop *here)
{
    const struct spec_stop *next = &spec->stops[spec->stops_met];

    if (spec->stops_met == spec->stops_told || next->copier != here->copier || next->client != here->client ||
        next->bytes != here->bytes)
        return false;
    spec->stops_met++;
    return true;
}

/* From where it stands, until one side ends or fails, or it is preempted; `here`, if not NULL, says who copies what and
 * how much has been copied before. If both sides meet an absent page, that of the receiving side comes first. */
static struct spec_copied copy_on(struct spec *spec, struct place source, struct place target, struct spec_stop *here)
{
    struct spec_copied copied = {0};

    while (!copied.stopped) {
        int source_status = place_settle(&source);
        int target_status = place_settle(&target);
        uint8_t *source_byte, *target_byte;

        if (source_status == 1 && target_status == 1) {
            source_status = place_byte(spec, &source, false, &source_byte);
            target_status = place_byte(spec, &target, true, &target_byte);
        } else if (source_status >= 0 && target_status >= 0) {
            return copied;
        } else {
            source_status = source_status > 0 ? 0 : source_status;
            target_status = target_status > 0 ? 0 : target_status;
        }
        /* Nobody is asked for a page where the other side has failed for good. */
        copied.from_error = source_status == SPEC_ABSENT && target_status == -E_FAULT ? 0 : source_status;
        copied.to_error = target_status == SPEC_ABSENT && source_status == -E_FAULT ? 0 : target_status;
        if (source_status != 0 || target_status != 0)
            return copied;
        *target_byte = *source_byte;
        source.offset++;
        target.offset++;
        copied.bytes++;
        if (here != NULL) {
            here->bytes++;
            copied.stopped = is_preempted(spec, here);
        }
    }
    return copied;
}

struct spec_copied spec_copy(struct spec *spec, const struct spec_side *to, const struct spec_side *from)
{
    return copy_on(spec, (struct place){.side = from, .offset = from->offset},
                   (struct place){.side = to, .offset = to->offset}, NULL);
}

static int client_of(const struct spec *spec, uint64_t serial)
{
    int client = 0;

    while (spec->threads[client].message.serial != serial)
        client++;
    return client;
}

int spec_copy_message(struct spec *spec, int copier, enum spec_copying copying, uint64_t serial,
                      const struct spec_side *to, const struct spec_side *from, struct spec_copied *copied)
{
    struct spec_job *job = &spec->threads[copier].job;
    struct spec_stop here;

    if (job->copying != copying || job->serial != serial) {
        job->copying = copying;
        job->serial = serial;
        job->copied = 0;
    }
    here = (struct spec_stop){.copier = copier, .client = client_of(spec, serial), .bytes = job->copied};
    *copied = copy_on(spec, (struct place){.side = from, .offset = from->offset + job->copied},
                      (struct place){.side = to, .offset = to->offset + job->copied}, &here);
    job->copied += copied->bytes;
    copied->bytes = job->copied;
    if (copied->from_error == SPEC_ABSENT || copied->to_error == SPEC_ABSENT)
        return SPEC_ABSENT;
    return copied->stopped ? SPEC_STOPPED : 0;
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

int spec_word_write(struct spec *spec, int table, uint64_t address, uint64_t value)
{
    uint8_t *byte;

    for (unsigned i = 0; i < sizeof(value); i++) {
        int error = byte_at(spec, table, address + i, true, &byte);

        if (error != 0)
            return error;
    }
    for (unsigned i = 0; i < sizeof(value); i++) {
        (void)byte_at(spec, table, address + i, true, &byte);
        *byte = (uint8_t)(value >> (8 * i));
    }
    return 0;
}
