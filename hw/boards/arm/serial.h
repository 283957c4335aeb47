/* Serial lines as the kernel itself writes to them: polled, as the firmware has set them up. */
#ifndef HW_ARM_SERIAL_H
#define HW_ARM_SERIAL_H

#include <abi/device.h>
#include <stdbool.h>
#include <stddef.h>

/* Is it one that these functions know? */
bool serial_is(const struct device *device);
/* Waits while there is no room. */
void serial_write(const struct device *device, const char *bytes, size_t length);
/* Waits until all that was written, by whomever, is out. */
void serial_drain(const struct device *device);

#endif
