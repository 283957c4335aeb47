/* Ranges of physical addresses: which part of the RAM is free. Pure; tests: tests/unit/hw/ranges_test.c. */
#ifndef HW_RANGES_H
#define HW_RANGES_H

#include "machine.h"

/* The largest run of whole pages that lies in RAM (adjoining ranges count as one) and touches no reserved range. Size
 * 0: there is none. */
struct machine_range ranges_largest_free(const struct machine_range *ram, uint32_t ram_count,
                                         const struct machine_range *reserved, uint32_t reserved_count);

/* Does `inner` lie in `outer`, or in one of them? */
bool range_holds(const struct machine_range *outer, const struct machine_range *inner);
bool ranges_hold(const struct machine_range *outer, uint32_t count, const struct machine_range *inner);

#endif
