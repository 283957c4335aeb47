/* GICv2: interrupt numbers are its IDs, 32 and up for devices. As in board.h otherwise. */
#ifndef HW_ARM_GIC2_H
#define HW_ARM_GIC2_H

#include <stdbool.h>
#include <stdint.h>

/* Physical addresses of the distributor and the CPU interface; timer: the ID of the virtual timer's interrupt. All
 * lines masked but that. */
void gic2_init(uint64_t distributor, uint64_t interface, uint32_t timer);
int gic2_enable(uint32_t number, bool enable);
uint32_t gic2_take(void);
void gic2_done(uint32_t number);

#endif
