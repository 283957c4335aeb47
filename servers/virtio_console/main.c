/* virtio_console: driver of a virtio console with one port, the machine's console. `virtio_console PLACE PAGE PAGE`:
 * PLACE is the byte in its memory where the registers begin, the pages are the physical addresses of those for the
 * queues. */
#include "driver/driver.h"
#include "port.h"

static int device_open(struct port *port, char **argv, struct console_device **rings)
{
    const uint64_t physical[2] = {driver_number(argv[2]), driver_number(argv[3])};
    uint64_t address = 0;
    uint8_t *pages = NULL;
    int error = driver_rings_map(rings);
    if (error == 0) {
        error = driver_registers_map(&address);
    }
    if (error == 0) {
        error = driver_memory_map(&pages);
    }
    if (error < 0) {
        return error;
    }
    port->virtio =
        (struct virtio){.load = driver_load, .store = driver_store, .place = address + driver_number(argv[1])};
    return port_open(port, pages, physical);
}

int main(int argc, char **argv)
{
    struct port port = {0};
    struct console_device *rings = NULL;
    driver_begin();
    if (argc != 4) {
        os_log("virtio_console: usage: virtio_console PLACE PAGE PAGE\n");
        return 2;
    }
    int error = device_open(&port, argv, &rings);
    if (error < 0) {
        os_log("virtio_console: error %d\n", -error);
        return 1;
    }
    uint64_t bits = SERVER_BELL_INTERRUPT; /* a driver before us may have left it unacknowledged */
    driver_interrupts_take();
    server_ready();
    for (;;) {
        bool moved = port_serve(&port, rings);
        if ((bits & SERVER_BELL_INTERRUPT) != 0) {
            driver_interrupt_ack();
            moved = port_serve(&port, rings) || moved;
        }
        if (moved) {
            driver_tell();
        }
        bits = driver_wait(DEADLINE_NONE);
    }
}
