/* GICv2: interrupt numbers are its IDs, 32 and up for devices. Implements the interrupt functions of board.h. */
#ifndef HW_ARM_GIC2_H
#define HW_ARM_GIC2_H

#include <stdint.h>

/* Physical addresses of the distributor and the CPU interface; timer: the ID of the virtual timer's interrupt. All
 * lines masked but that. */
void gic2_init(uint64_t distributor, uint64_t interface, uint32_t timer);

#endif
