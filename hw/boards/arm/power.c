/* PSCI's SYSTEM_OFF; for Raspberry Pis a reset with the partition number that tells the firmware to halt. */
#include "power.h"

#include "device_tree.h"
#include "facts.h"

#include <arch.h>

#define SYSTEM_OFF 0x84000008u
#define PASSWORD 0x5a000000u
#define RESET_CONTROL (0x1c / 4)
#define RESET_STATUS (0x20 / 4)
#define WATCHDOG (0x24 / 4)
#define PARTITION_HALT 0x555u
#define CONTROL_FULL_RESET 0x20u
#define CONTROL_CLEAR 0x30u
#define WATCHDOG_TICKS 10u

static void psci_call(enum conduit conduit, uint64_t number)
{
    register uint64_t function __asm__("x0") = number;
    if (conduit == CONDUIT_HVC) {
        __asm__ volatile("hvc #0" : "+r"(function)::"x1", "x2", "x3", "memory");
    } else {
        __asm__ volatile("smc #0" : "+r"(function)::"x1", "x2", "x3", "memory");
    }
}

void power_off(void)
{
    enum conduit conduit = device_tree.conduit;
    if (conduit == CONDUIT_NONE && board_facts.has_psci) {
        conduit = device_tree.entry_level == 1 ? CONDUIT_HVC : CONDUIT_SMC;
    }
    if (conduit != CONDUIT_NONE) {
        psci_call(conduit, SYSTEM_OFF);
    }
    if (device_tree.power_manager != 0) {
        volatile uint32_t *registers = arch_device(device_tree.power_manager);
        registers[RESET_STATUS] = PASSWORD | PARTITION_HALT;
        registers[WATCHDOG] = PASSWORD | WATCHDOG_TICKS;
        registers[RESET_CONTROL] = PASSWORD | (registers[RESET_CONTROL] & ~CONTROL_CLEAR) | CONTROL_FULL_RESET;
    }
}
