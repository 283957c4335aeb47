/* serial: driver of one serial line, the console's. `serial MODEL PLACE CLOCK`: PLACE is the byte in its memory where
 * the registers begin, or the first I/O port; CLOCK is in Hz, 0 if unknown. Holds its device and nothing else. */
#include <sys/server.h>

#include "rings/rings.h"
#include "serial.h"

static uint32_t memory_load(uint64_t place, uint32_t offset)
{
    return *(const volatile uint32_t *)(uintptr_t)(place + offset);
}

static void memory_store(uint64_t place, uint32_t offset, uint32_t value)
{
    *(volatile uint32_t *)(uintptr_t)(place + offset) = value;
}

static uint64_t number_read(const char *text)
{
    uint64_t number = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        number = number * 10 + (uint64_t)(*text - '0');
    }
    return number;
}

/* Maps the registers. 0 or -error. */
static int bus_open(struct serial_line *line, uint64_t place)
{
    int64_t size_bytes = sys_memory_info(SERVER_FD_REGISTERS);
    if (size_bytes < 0) {
        return (int)size_bytes;
    }
    int64_t address = sys_space_map(SYS_SELF_SPACE, 0, (uint64_t)size_bytes, SERVER_FD_REGISTERS, 0,
                                    PROT_R | PROT_W | MAP_FLAG_SHARED | MAP_FLAG_POPULATE);
    if (address < 0) {
        return (int)address;
    }
    if (line->model->uses_ports) {
        line->bus.place = place;
        return serial_ports_bus(&line->bus) ? 0 : -E_NODEV;
    }
    line->bus = (struct serial_bus){memory_load, memory_store, (uint64_t)address + place};
    return 0;
}

/* What came between the last look and the acknowledgement is seen by the second look, also if the controller only
 * remembers edges of lines that are not masked. */
_Noreturn static void line_run(struct serial_line *line, struct console_device *rings)
{
    bool moved = false;
    uint64_t bits = SERVER_BELL_INTERRUPT; /* a driver before us may have left it unacknowledged */
    rings_interrupts_take();
    for (;;) {
        moved = serial_serve(line, rings);
        if ((bits & SERVER_BELL_INTERRUPT) != 0) {
            sys_interrupt_ack(SERVER_FD_INTERRUPT);
            moved = serial_serve(line, rings) || moved;
        }
        if (moved) {
            rings_tell();
        }
        bits = rings_wait();
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        os_log("serial: usage: serial MODEL PLACE CLOCK\n");
        return 2;
    }
    struct serial_line line = {.model = serial_model_find(argv[1]), .clock_hz = number_read(argv[3])};
    struct console_device *rings = NULL;
    int error = line.model == NULL ? -E_NODEV : rings_open(&rings);
    if (error == 0) {
        error = bus_open(&line, number_read(argv[2]));
    }
    if (error < 0) {
        os_log("serial: %s: error %d\n", argv[1], -error);
        return 1;
    }
    line.model->open(&line);
    server_ready();
    line_run(&line, rings);
}
