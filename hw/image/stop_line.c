/* The machine's last line. Tests: tests/unit/hw_image/stop_line_test.c. */
#include "stop_line.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_BYTES (sizeof STOP_LINE - 1)

/* Does the byte go on with what is held? */
static bool continues(const struct stop_line *line, char byte)
{
    if (line->complete || line->held_bytes + 1 == STOP_LINE_BYTES_MAX) {
        return false;
    }
    if (line->held_bytes < WORDS_BYTES) {
        return byte == STOP_LINE[line->held_bytes];
    }
    char last = line->held[line->held_bytes - 1];
    bool is_number = last >= '0' && last <= '9';
    return (byte >= '0' && byte <= '9' && last != '\r') || (is_number && (byte == '\r' || byte == '\n')) ||
           (last == '\r' && byte == '\n');
}

size_t stop_line_filter(struct stop_line *line, const char *bytes, size_t length, char *to)
{
    size_t passed = 0;
    for (size_t i = 0; i < length; i++) {
        if (!continues(line, bytes[i])) {
            /* The line's beginning stands nowhere else in it, so none of what is held can begin it anew. */
            memcpy(to + passed, line->held, line->held_bytes);
            passed += line->held_bytes;
            *line = (struct stop_line){.held_bytes = 0};
            if (bytes[i] != STOP_LINE[0]) {
                to[passed++] = bytes[i];
                continue;
            }
        }
        line->held[line->held_bytes++] = bytes[i];
        line->complete = bytes[i] == '\n';
    }
    return passed;
}

int stop_line_status(const struct stop_line *line)
{
    return line->complete ? (int)(strtoul(line->held + WORDS_BYTES, NULL, 10) & 255) : -1;
}
