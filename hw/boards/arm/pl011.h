/* The PL011 serial line, as the kernel itself writes to it: polled. */
#ifndef HW_ARM_PL011_H
#define HW_ARM_PL011_H

#include <stddef.h>
#include <stdint.h>

/* The firmware has set the line up. Waits while the FIFO is full. */
void pl011_write(uint64_t physical, const char *bytes, size_t length);
/* Waits until all that was written, by whomever, is out. */
void pl011_drain(uint64_t physical);

#endif
