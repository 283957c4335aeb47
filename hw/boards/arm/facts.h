/* What a board of this family says of itself (hw/boards/<board>/board.c); the rest is in the device tree. */
#ifndef HW_ARM_FACTS_H
#define HW_ARM_FACTS_H

#include <stdbool.h>
#include <stdint.h>

struct board_facts {
    uint64_t serial_physical; /* the PL011 that messages go to before the device tree is read */
    bool has_psci;            /* can be turned off by PSCI also without a device tree */
};

extern const struct board_facts board_facts;

#endif
