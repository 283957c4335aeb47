/* A candidate run begins where RAM begins or a reserved range ends, so it is enough to try those. */
#include "ranges.h"
#include "start_code.h"

#include <abi/limits.h>

#define PAGE_MASK ((uint64_t)PAGE_BYTES - 1)

/* One past its last address; those at the very end of all addresses are cut. */
static uint64_t range_end(const struct machine_range *range)
{
    return range->size_bytes > UINT64_MAX - range->start ? UINT64_MAX : range->start + range->size_bytes;
}

static bool range_has(const struct machine_range *range, uint64_t address)
{
    return range->start <= address && address < range_end(range);
}

/* How far RAM goes on from `start`. */
static START_CODE uint64_t ram_end(const struct machine_range *ram, uint32_t count, uint64_t start)
{
    uint64_t end = start;
    for (uint32_t i = 0; i < count; i++) {
        if (range_has(&ram[i], end)) {
            end = range_end(&ram[i]);
            i = UINT32_MAX; /* from the first one on again */
        }
    }
    return end;
}

static START_CODE struct machine_range run_from(const struct machine_range *ram, uint32_t ram_count,
                                     const struct machine_range *reserved, uint32_t reserved_count, uint64_t start)
{
    uint64_t end = ram_end(ram, ram_count, start);
    for (uint32_t i = 0; i < reserved_count; i++) {
        if (range_has(&reserved[i], start)) {
            end = start;
        } else if (reserved[i].size_bytes != 0 && reserved[i].start >= start && reserved[i].start < end) {
            end = reserved[i].start;
        }
    }
    uint64_t first = start > UINT64_MAX - PAGE_MASK ? end : (start + PAGE_MASK) & ~PAGE_MASK;
    end &= ~PAGE_MASK;
    return (struct machine_range){.start = first, .size_bytes = end > first ? end - first : 0};
}

START_CODE struct machine_range ranges_largest_free(const struct machine_range *ram, uint32_t ram_count,
                                         const struct machine_range *reserved, uint32_t reserved_count)
{
    struct machine_range best = {0};
    for (uint32_t i = 0; i < ram_count + reserved_count; i++) {
        uint64_t start = i < ram_count ? ram[i].start : range_end(&reserved[i - ram_count]);
        struct machine_range run = run_from(ram, ram_count, reserved, reserved_count, start);
        if (run.size_bytes > best.size_bytes) {
            best = run;
        }
    }
    return best;
}

bool range_holds(const struct machine_range *outer, const struct machine_range *inner)
{
    return inner->start >= outer->start && inner->start - outer->start <= outer->size_bytes &&
           inner->size_bytes <= outer->size_bytes - (inner->start - outer->start);
}

bool ranges_hold(const struct machine_range *outer, uint32_t count, const struct machine_range *inner)
{
    for (uint32_t i = 0; i < count; i++) {
        if (range_holds(&outer[i], inner)) {
            return true;
        }
    }
    return false;
}
