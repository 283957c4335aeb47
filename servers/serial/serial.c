/* Between the rings and the UART: see serial.h. Tests: tests/unit/serial. */
#include "serial.h"

#include <string.h>

#include "driver/input.h"

const struct serial_model *serial_model_find(const char *name)
{
    static const struct serial_model *const models[] = {&serial_pl011, &serial_16550, &serial_bcm2835};
    for (uint32_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        if (strcmp(models[i]->name, name) == 0) {
            return models[i];
        }
    }
    return NULL;
}

static bool line_receive(struct serial_line *line, struct console_device *rings)
{
    bool moved = false;
    uint8_t byte = 0;
    while (ring_room(&rings->input) > 0 && line->model->receive(line, &byte)) {
        input_take(&line->input, rings, &byte, 1);
        moved = true;
    }
    return moved;
}

static bool line_send(struct serial_line *line, struct console_device *rings)
{
    bool moved = false;
    for (uint32_t count = ring_count(&rings->output); count > 0;) {
        uint32_t room = line->model->room(line);
        if (room == 0) {
            break;
        }
        for (; room > 0 && count > 0; room--, count--) {
            line->model->send(line, rings->output_bytes[rings->output.head % CONSOLE_RING_BYTES]);
            ring_drop(&rings->output, 1); /* one by one: nothing is sent twice if we are killed */
            moved = true;
        }
    }
    return moved;
}

bool serial_serve(struct serial_line *line, struct console_device *rings)
{
    line->model->settle(line);
    bool received = line_receive(line, rings);
    bool sent = line_send(line, rings);
    line->model->watch(line, ring_room(&rings->input) > 0, ring_count(&rings->output) > 0);
    return received || sent;
}
