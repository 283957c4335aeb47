/* The machine's log on the console: lines that tell of a crash or a failure, or with `verbose` all. */
#ifndef HW_LOG_H
#define HW_LOG_H

#include <stdbool.h>
#include <stddef.h>

void log_verbose_set(bool verbose);
/* Bytes of the log; lines may come in pieces, long ones are cut. */
void log_write(const char *bytes, size_t length);

#endif
