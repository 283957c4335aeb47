/* What firmware says on a serial line before the kernel is there: held back up to the loader's last line, "baton:
 * loaded". If that never comes, it is wanted after all. */
#ifndef HW_LOADED_LINE_H
#define HW_LOADED_LINE_H

#include <stdbool.h>
#include <stddef.h>

#define LOADED_LINE "baton: loaded\r\n"
#define LOADED_HELD_MAX 16384u /* bytes; older ones are forgotten */

struct loaded_line {
    bool is_passed; /* true from the start: there is no such line */
    char held[2 * LOADED_HELD_MAX];
    size_t held_bytes;
};

/* Takes bytes; returns where those begin that are to be passed on, up to the same end. */
const char *loaded_line_filter(struct loaded_line *line, const char *bytes, size_t length);

#endif
