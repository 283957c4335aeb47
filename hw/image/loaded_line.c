/* The loader's last line. Tests: tests/unit/hw_image/loaded_line_test.c. */
#include "loaded_line.h"

#include <string.h>

#define LINE_BYTES (sizeof LOADED_LINE - 1)

static void held_add(struct loaded_line *line, char byte)
{
    if (line->held_bytes == sizeof line->held) {
        line->held_bytes -= LOADED_HELD_MAX;
        memmove(line->held, line->held + LOADED_HELD_MAX, line->held_bytes);
    }
    line->held[line->held_bytes++] = byte;
}

const char *loaded_line_filter(struct loaded_line *line, const char *bytes, size_t length)
{
    for (; length > 0 && !line->is_passed; bytes++, length--) {
        held_add(line, *bytes);
        if (line->held_bytes >= LINE_BYTES &&
            memcmp(line->held + line->held_bytes - LINE_BYTES, LOADED_LINE, LINE_BYTES) == 0) {
            line->is_passed = true;
            line->held_bytes = 0;
        }
    }
    return bytes;
}
