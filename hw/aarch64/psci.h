/* Turning the machine off by its firmware. */
#ifndef HW_AARCH64_PSCI_H
#define HW_AARCH64_PSCI_H

/* By the conduit that the device tree names. Returns if there is none or the firmware refuses. */
void psci_off(void);

#endif
