/* PSCI SYSTEM_OFF. */
#include "psci.h"

#include "device_tree.h"

#include <stdint.h>

#define SYSTEM_OFF 0x84000008u

void psci_off(void)
{
    register uint64_t function __asm__("x0") = SYSTEM_OFF;
    if (device_tree.conduit == CONDUIT_HVC) {
        __asm__ volatile("hvc #0" : "+r"(function)::"x1", "x2", "x3", "memory");
    } else if (device_tree.conduit == CONDUIT_SMC) {
        __asm__ volatile("smc #0" : "+r"(function)::"x1", "x2", "x3", "memory");
    }
}
