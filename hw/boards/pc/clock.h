/* The time stamp counter as clock, and the local APIC: its timer, and the end of interrupts. */
#ifndef HW_X86_64_CLOCK_H
#define HW_X86_64_CLOCK_H

void clock_init(void);
void apic_end(void); /* of the interrupt taken last */

#endif
