/* Input over a serial line that can end: bytes are escaped as abi/console.h says, and held back until the machine has
 * told that its line is ready. */
#ifndef HW_ESCAPE_H
#define HW_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#define ESCAPE_END_BYTES 2u

/* Writes the bytes escaped to `to`, with room for twice as many; returns how many. */
size_t escape_encode(const char *bytes, size_t length, char *to);
/* Writes the end of the input, ESCAPE_END_BYTES. */
void escape_end(char *to);

/* What the machine sends, up to the word that its line is ready; zero at first. */
struct escape_ready {
    bool is_ready;
    bool is_held; /* the word's first byte, not passed on */
};

/* Takes bytes and writes to `to`, with room for length + 1, all but that word; returns how many. */
size_t escape_ready_filter(struct escape_ready *ready, const char *bytes, size_t length, char *to);

#endif
