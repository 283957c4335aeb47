/* boot/config: what init is told (servers/init reads it). Lines "key value":
 *   interactive 0|1        a shell on the terminal, or one program
 *   stream N tty|plain     each of the three host streams
 *   arg TEXT               the program's arguments in order; \\ stands for a backslash, \n for a newline
 *   env NAME=VALUE         its environment, escaped the same way */
#ifndef SIM_BOOT_CONFIG_H
#define SIM_BOOT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

struct options;

/* The text, to be freed; NULL: no memory. */
char *boot_config_make(const struct options *options, const bool is_terminal[3], size_t *length);

#endif
