/* The last line of a machine, "baton: stopped: STATUS", taken out of what comes over its serial line. It may follow
 * bytes of the same line. What only looks like it, because more follows, is passed on like everything else. */
#ifndef HW_STOP_LINE_H
#define HW_STOP_LINE_H

#include <stdbool.h>
#include <stddef.h>

#define STOP_LINE "baton: stopped: "
#define STOP_LINE_BYTES_MAX 32u

struct stop_line {
    char held[STOP_LINE_BYTES_MAX]; /* a beginning of the line, not passed on */
    size_t held_bytes;
    bool complete; /* all of it is held */
};

/* Takes bytes and writes to `to` (room for length + STOP_LINE_BYTES_MAX) what is to be passed on; returns how much. */
size_t stop_line_filter(struct stop_line *line, const char *bytes, size_t length, char *to);
/* Nothing more comes. The status of a complete line, 0..255, or -1; then what is held is to be passed on. */
int stop_line_status(const struct stop_line *line);

#endif
