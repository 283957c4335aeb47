/* What ACPI's tables tell of a PC: the interrupt controller and how to turn the machine off. Tests:
 * tests/unit/hw/acpi_test.c. */
#ifndef HW_PC_ACPI_H
#define HW_PC_ACPI_H

#include <stdint.h>

#define ACPI_OLD_LINES 16u

struct acpi_found {
    uint64_t controller;                  /* physical address of the first I/O APIC; 0: not told */
    uint32_t line_of_old[ACPI_OLD_LINES]; /* its line for each of the old interrupt numbers */
    uint16_t off_port;                    /* 0: not told */
    uint16_t off_value;
};

/* root: physical address of the root pointer ("RSD PTR "), or 0. Tables are bounded and summed up before they are
 * believed; what is not told is left as said above. */
void acpi_read(uint64_t root, struct acpi_found *found);

#endif
