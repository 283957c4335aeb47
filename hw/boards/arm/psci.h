/* Turning the machine off by its firmware. */
#ifndef HW_ARM_PSCI_H
#define HW_ARM_PSCI_H

/* By the conduit that the device tree names. Returns if there is none or the firmware refuses. */
void psci_off(void);

#endif
