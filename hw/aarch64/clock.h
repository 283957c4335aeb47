/* The rest of the clock is in arch.h. */
#ifndef HW_AARCH64_CLOCK_H
#define HW_AARCH64_CLOCK_H

/* Before any of the others; the machine fails if there is no counter. */
void clock_init(void);

#endif
