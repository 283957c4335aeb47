/* x86 I/O ports. The kernel lets this program use those of its device only. */
#include "serial.h"

static uint32_t port_load(uint64_t place, uint32_t offset)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "d"((uint16_t)(place + offset)));
    return value;
}

static void port_store(uint64_t place, uint32_t offset, uint32_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"((uint8_t)value), "d"((uint16_t)(place + offset)));
}

bool serial_ports_bus(struct serial_bus *bus)
{
    bus->load = port_load;
    bus->store = port_store;
    return true;
}
