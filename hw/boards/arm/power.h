/* Turning the machine off. */
#ifndef HW_ARM_POWER_H
#define HW_ARM_POWER_H

/* By PSCI or a Raspberry Pi's power manager, as the device tree names them. Returns if there is neither. */
void power_off(void);

#endif
