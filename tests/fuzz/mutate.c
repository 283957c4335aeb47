/* Mutations by records: insert, delete, copy, swap, another operation, another argument; now and then libFuzzer's own.
 * Whole records stay whole, and what stands before them is changed seldom. */
#include "target.h"

#include <string.h>

static uint32_t pick(uint32_t *random, uint32_t below)
{
    *random = *random * 1664525u + 1013904223u;
    return (*random >> 8) % below;
}

static uint8_t operation_pick(uint32_t *random)
{
    return (uint8_t)(pick(random, 3) == 0 ? pick(random, target.operations)
                                          : target.common[pick(random, target.common_count)]);
}

static uint8_t byte_pick(uint32_t *random)
{
    return (uint8_t)pick(random, pick(random, 3) == 0 ? 256 : 8);
}

/* One byte of a record: the first is the operation. */
static void byte_change(uint8_t *record, uint32_t at, uint32_t *random)
{
    record[at] = at == 0 ? operation_pick(random) : byte_pick(random);
}

static void record_make(uint8_t *record, uint32_t *random)
{
    for (uint32_t i = 0; i < target.record_bytes; i++)
        byte_change(record, i, random);
}

/* Makes room for a record at `at` and fills it: a new one or a copy. */
static void record_insert(uint8_t *records, size_t count, size_t at, size_t other, uint32_t *random)
{
    size_t bytes = target.record_bytes;
    uint8_t made[RECORD_BYTES_MAX];

    if (count != 0 && pick(random, 2) == 0)
        memcpy(made, records + other * bytes, bytes);
    else
        record_make(made, random);
    memmove(records + (at + 1) * bytes, records + at * bytes, (count - at) * bytes);
    memcpy(records + at * bytes, made, bytes);
}

static void records_swap(uint8_t *one, uint8_t *other)
{
    uint8_t kept[RECORD_BYTES_MAX];

    memcpy(kept, one, target.record_bytes);
    memmove(one, other, target.record_bytes);
    memcpy(other, kept, target.record_bytes);
}

/* One mutation; returns the new number of records. */
static size_t records_mutate(uint8_t *records, size_t count, size_t room, uint32_t *random)
{
    uint32_t kind = pick(random, 8);
    size_t bytes = target.record_bytes;
    size_t at = count == 0 ? 0 : pick(random, (uint32_t)count);
    size_t other = count == 0 ? 0 : pick(random, (uint32_t)count);

    if (count == 0 || (kind <= 1 && count < room)) {
        record_insert(records, count, at, other, random);
        return count + 1;
    }
    if (kind == 2 && count > 1) {
        memmove(records + at * bytes, records + (at + 1) * bytes, (count - at - 1) * bytes);
        return count - 1;
    }
    if (kind == 3)
        records_swap(records + at * bytes, records + other * bytes);
    else
        byte_change(records + at * bytes, pick(random, target.record_bytes), random);
    return count;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t room, unsigned seed)
{
    uint32_t random = seed * 2654435761u + 1;
    size_t head = target.head_bytes;
    size_t most, count;

    if (room < head + target.record_bytes)
        return 0;
    most = (room - head) / target.record_bytes;
    if (most > target.records_max)
        most = target.records_max;
    if (size < head)
        memset(bytes + size, 0, head - size);
    count = size < head ? 0 : (size - head) / target.record_bytes;
    if (count > most)
        count = most;
    if (count != 0 && pick(&random, 10) == 0)
        return LLVMFuzzerMutate(bytes, head + count * target.record_bytes, head + most * target.record_bytes);
    if (head != 0 && pick(&random, 20) == 0)
        bytes[pick(&random, (uint32_t)head)] = byte_pick(&random);
    for (uint32_t i = 1 + pick(&random, 4); i != 0; i--)
        count = records_mutate(bytes + head, count, most, &random);
    return head + count * target.record_bytes;
}
