/* aarch64 has no I/O ports. */
#include "serial.h"

bool serial_ports_bus(struct serial_bus *bus)
{
    (void)bus;
    return false;
}
