/* What the device tree tells: RAM, reserved memory, archive, devices and clock go into struct machine; the rest is
 * here, for the boards. */
#ifndef HW_ARM_DEVICE_TREE_H
#define HW_ARM_DEVICE_TREE_H

#include <stdint.h>

enum conduit { CONDUIT_NONE, CONDUIT_HVC, CONDUIT_SMC };
enum controller { CONTROLLER_NONE, CONTROLLER_GIC2, CONTROLLER_BCM2836, CONTROLLER_OTHER };

struct device_tree {
    enum conduit conduit; /* of PSCI calls */
    enum controller controller;
    uint64_t controller_registers[2]; /* GIC: distributor, CPU interface; BCM: local one, the peripherals' one */
    uint32_t timer_interrupt;         /* of the virtual timer; GIC only */
    uint64_t power_manager;           /* registers of a Raspberry Pi's; 0: none */
    uint64_t entry_level;             /* exception level that the boot loader entered the kernel at */
};

extern struct device_tree device_tree;

/* Reads the tree at this physical address; machine_fail if there is none. */
void device_tree_read(uint64_t physical);

#endif
