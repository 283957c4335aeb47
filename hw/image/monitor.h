/* The emulator's monitor, at the other end of a socket: commands are lines, each answered up to the next prompt. */
#ifndef HW_MONITOR_H
#define HW_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

/* Connects to the socket at `path`. Blocks until the monitor is ready for a command. Its descriptor, or -1. */
int monitor_open(const char *path);
/* Makes a command, without its newline. Its answer goes to standard output if `shown`. Blocks until it is done; false:
 * there is no monitor any more. */
bool monitor_do(int monitor, const char *command, bool shown);
/* Memory into `to`, by way of a file. physical: the address is no virtual one of what the CPU does just now. Blocks;
 * false: the emulator does not show it. */
bool monitor_read(int monitor, bool physical, uint64_t address, void *to, uint64_t size_bytes);

#endif
