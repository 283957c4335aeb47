/* serial: driver of one serial line, the console's. `serial MODEL PLACE CLOCK`: PLACE is the byte in its memory where
 * the registers begin, or the first I/O port; CLOCK is in Hz, 0 if unknown. Holds its device and nothing else. */
#include "driver/driver.h"
#include "serial.h"

/* Maps the registers. 0 or -error. */
static int bus_open(struct serial_line *line, uint64_t place)
{
    uint64_t address = 0;
    int error = driver_registers_map(&address);
    if (error < 0) {
        return error;
    }
    if (line->model->uses_ports) {
        line->bus.place = place;
        return serial_ports_bus(&line->bus) ? 0 : -E_NODEV;
    }
    line->bus = (struct serial_bus){driver_load, driver_store, address + place};
    return 0;
}

/* What came between the last look and the acknowledgement is seen by the second look, also if the controller only
 * remembers edges of lines that are not masked. */
_Noreturn static void line_run(struct serial_line *line, struct console_device *rings)
{
    uint64_t bits = SERVER_BELL_INTERRUPT; /* a driver before us may have left it unacknowledged */
    driver_interrupts_take();
    for (;;) {
        bool moved = serial_serve(line, rings);
        if ((bits & SERVER_BELL_INTERRUPT) != 0) {
            driver_interrupt_ack();
            moved = serial_serve(line, rings) || moved;
        }
        if (moved) {
            driver_tell();
        }
        bits = driver_wait(DEADLINE_NONE);
    }
}

int main(int argc, char **argv)
{
    driver_begin();
    if (argc != 4) {
        os_log("serial: usage: serial MODEL PLACE CLOCK\n");
        return 2;
    }
    struct serial_line line = {.model = serial_model_find(argv[1]), .clock_hz = driver_number(argv[3])};
    struct console_device *rings = NULL;
    int error = line.model == NULL ? -E_NODEV : driver_rings_map(&rings);
    if (error == 0) {
        error = bus_open(&line, driver_number(argv[2]));
    }
    if (error < 0) {
        os_log("serial: %s: error %d\n", argv[1], -error);
        return 1;
    }
    line.model->open(&line);
    server_ready();
    line_run(&line, rings);
}
