/* Interrupts of Raspberry Pi 2 and 3: each CPU's own controller, and behind it the peripherals'. Numbers are those of
 * the peripherals' documentation: 0 to 63 the GPU's, 64 to 71 the "basic" ones. As in board.h otherwise. */
#ifndef HW_ARM_BCM2836_H
#define HW_ARM_BCM2836_H

#include <stdbool.h>
#include <stdint.h>

/* Physical addresses of the CPUs' controller and of the peripherals'. All lines masked but the timer's. */
void bcm2836_init(uint64_t local, uint64_t peripherals);
int bcm2836_enable(uint32_t number, bool enable);
uint32_t bcm2836_take(void);
void bcm2836_done(uint32_t number);

#endif
