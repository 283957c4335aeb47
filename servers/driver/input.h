/* From a line into the input ring. A line has no end of file; where the rings say so, what comes is escaped and can
 * tell it (abi/console.h). */
#ifndef DRIVER_INPUT_H
#define DRIVER_INPUT_H

#include "driver/ring.h"

/* What the last byte began; zero at first. */
struct input {
    bool is_escaped; /* it was CONSOLE_ESCAPE */
};

/* Takes bytes that came in, as far as there is room: how many. */
static inline uint32_t input_take(struct input *input, struct console_device *rings, const uint8_t *bytes,
                                  uint32_t count)
{
    uint32_t room = ring_room(&rings->input);
    uint32_t taken = 0;
    if (rings->input_escapes == 0) {
        taken = count < room ? count : room;
        ring_put(&rings->input, rings->input_bytes, bytes, taken);
        return taken;
    }
    for (; taken < count && room > 0; taken++) {
        if (!input->is_escaped && bytes[taken] == CONSOLE_ESCAPE) {
            input->is_escaped = true;
        } else if (input->is_escaped && bytes[taken] == CONSOLE_END) {
            input->is_escaped = false;
            __atomic_store_n(&rings->input.closed, 1, __ATOMIC_RELEASE);
        } else {
            input->is_escaped = false;
            ring_put(&rings->input, rings->input_bytes, bytes + taken, 1);
            room--;
        }
    }
    return taken;
}

#endif
