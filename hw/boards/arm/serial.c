/* PL011 and the mini UART of Raspberry Pis: data and status register are all that polling needs. */
#include "serial.h"

#include <arch.h>

struct layout {
    uint32_t data, status;     /* offsets */
    uint32_t full_mask, full;  /* no room: status & mask is this */
    uint32_t busy_mask, busy;  /* something is not out yet */
};

static const struct layout pl011 = {
    .data = 0x00, .status = 0x18, .full_mask = 1u << 5, .full = 1u << 5, .busy_mask = 1u << 3, .busy = 1u << 3};
static const struct layout mini = {
    .data = 0x00, .status = 0x14, .full_mask = 1u << 5, .full = 0, .busy_mask = 1u << 6, .busy = 0};

static const struct layout *layout_of(const struct device *device)
{
    return device->kind == DEVICE_SERIAL_PL011 ? &pl011 : &mini;
}

static volatile uint32_t *at(const struct device *device, uint32_t offset)
{
    return (volatile uint32_t *)arch_device(device->physical + offset);
}

bool serial_is(const struct device *device)
{
    return device->kind == DEVICE_SERIAL_PL011 || device->kind == DEVICE_SERIAL_BCM2835;
}

void serial_write(const struct device *device, const char *bytes, size_t length)
{
    const struct layout *layout = layout_of(device);
    for (size_t i = 0; i < length; i++) {
        while ((*at(device, layout->status) & layout->full_mask) == layout->full) {
        }
        *at(device, layout->data) = (uint8_t)bytes[i];
    }
}

void serial_drain(const struct device *device)
{
    const struct layout *layout = layout_of(device);
    while ((*at(device, layout->status) & layout->busy_mask) == layout->busy) {
    }
}
