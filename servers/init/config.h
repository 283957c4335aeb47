/* boot/config: what the machine's starter tells init. Lines "key value"; unknown keys are ignored.
 *   interactive 0|1     a shell, or one program
 *   stream N tty|plain  each of the three streams; not told: the first one a terminal, the others as interactive is
 *   input KIND          of the line that serves as console: raw (as without this line), escaped, so that it can end
 *                       (abi/console.h), or none: at its end from the start
 *   console KIND        of several consoles: pl011, 16550, bcm2835, virtio; else the first serial line, then virtio
 *   arg TEXT            the program's arguments in order; \\ stands for a backslash, \n for a newline
 *   env NAME=VALUE      its environment, escaped the same way
 *   cwd PATH            its working directory */
#ifndef INIT_CONFIG_H
#define INIT_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#define CONFIG_BYTES_MAX 65536u
#define CONFIG_ARGUMENTS_MAX 1024u
#define CONFIG_VARIABLES_MAX 256u

struct config {
    bool interactive;
    const char *console; /* kind; NULL: not told */
    bool input_escapes;
    bool input_ended;
    bool is_terminal[3];
    bool is_told[3]; /* a line said which */
    const char *cwd; /* NULL: not given */
    uint32_t argument_count;
    uint32_t variable_count;
    char *arguments[CONFIG_ARGUMENTS_MAX + 1]; /* end with NULL; point into text */
    char *variables[CONFIG_VARIABLES_MAX + 1];
    char text[CONFIG_BYTES_MAX + 1];
};

/* Reads the text into `config`, which is zero. 0, -E_2BIG: too long or too many, -E_INVAL: an unsound line. */
int config_parse(struct config *config, const char *text, uint64_t length_bytes);

/* Decides for streams that no line told of. */
void config_streams(struct config *config);

/* Sets NAME=VALUE unless NAME is there. -E_2BIG: no room. `variable` must stay. */
int config_default(struct config *config, char *variable);

/* The value of a variable in a list that ends with NULL, or NULL. */
const char *config_variable(char *const variables[], const char *name);

#endif
