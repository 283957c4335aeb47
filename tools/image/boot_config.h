/* boot/config: what init is told (servers/init reads it). Lines "key value":
 *   interactive 0|1        a shell on the terminal, or one program
 *   stream N tty|plain     each of the three standard streams
 *   arg TEXT               the program's arguments in order; \\ stands for a backslash, \n for a newline
 *   env NAME=VALUE         its environment, escaped the same way
 *   input KIND, console KIND: see servers/init/config.h */
#ifndef IMAGE_BOOT_CONFIG_H
#define IMAGE_BOOT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

struct boot_config {
    char *const *program; /* its argv */
    size_t program_count; /* 0: a shell */
    bool is_terminal[3];
    const char *term;  /* kind of terminal; NULL: "dumb" */
    const char *lines; /* further lines, as they are; NULL: none */
};

/* The text, to be freed; NULL: no memory. */
char *boot_config_make(const struct boot_config *config, size_t *length);

#endif
