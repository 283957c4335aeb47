/* PL011: data and flag register are all that polling needs. */
#include "pl011.h"

#include <arch.h>

#define DATA 0x00u
#define FLAGS 0x18u
#define FLAGS_BUSY (1u << 3)
#define FLAGS_FULL (1u << 5)

static volatile uint32_t *at(uint64_t physical, uint32_t offset)
{
    return (volatile uint32_t *)arch_device(physical + offset);
}

void pl011_write(uint64_t physical, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        while ((*at(physical, FLAGS) & FLAGS_FULL) != 0) {
        }
        *at(physical, DATA) = (uint8_t)bytes[i];
    }
}

void pl011_drain(uint64_t physical)
{
    while ((*at(physical, FLAGS) & FLAGS_BUSY) != 0) {
    }
}
