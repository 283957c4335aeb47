/* See escape.h. Tests: tests/unit/hw_image/escape_test.c. */
#include "escape.h"

#include <abi/console.h>

#include <string.h>

size_t escape_encode(const char *bytes, size_t length, char *to)
{
    size_t made = 0;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == CONSOLE_ESCAPE) {
            to[made++] = CONSOLE_ESCAPE;
        }
        to[made++] = bytes[i];
    }
    return made;
}

void escape_end(char *to)
{
    to[0] = CONSOLE_ESCAPE;
    to[1] = CONSOLE_END;
}

size_t escape_ready_filter(struct escape_ready *ready, const char *bytes, size_t length, char *to)
{
    size_t made = 0, at = 0;
    for (; at < length && !ready->is_ready; at++) {
        if (ready->is_held && bytes[at] == CONSOLE_READY) {
            ready->is_ready = true;
            continue;
        }
        if (ready->is_held) {
            to[made++] = CONSOLE_ESCAPE;
        }
        ready->is_held = bytes[at] == CONSOLE_ESCAPE;
        if (!ready->is_held) {
            to[made++] = bytes[at];
        }
    }
    memcpy(to + made, bytes + at, length - at);
    return made + length - at;
}
