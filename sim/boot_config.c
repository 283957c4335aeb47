/* Text of boot/config. Tests: tests/unit/sim/boot_config_test.c. */
#include "boot_config.h"

#include "options.h"

#include <stdio.h>
#include <stdlib.h>

static void line_put(FILE *stream, const char *key, const char *prefix, const char *text)
{
    fprintf(stream, "%s %s", key, prefix);
    for (; *text != '\0'; text++) {
        if (*text == '\\') {
            fputs("\\\\", stream);
        } else if (*text == '\n') {
            fputs("\\n", stream);
        } else {
            fputc(*text, stream);
        }
    }
    fputc('\n', stream);
}

char *boot_config_make(const struct options *options, const bool is_terminal[3], size_t *length)
{
    char *text = NULL;
    FILE *stream = open_memstream(&text, length);
    if (stream == NULL) {
        return NULL;
    }
    fprintf(stream, "interactive %d\n", options->program_count == 0);
    for (int i = 0; i < 3; i++) {
        fprintf(stream, "stream %d %s\n", i, is_terminal[i] ? "tty" : "plain");
    }
    for (size_t i = 0; i < options->program_count; i++) {
        line_put(stream, "arg", "", options->program[i]);
    }
    const char *term = getenv("TERM");
    line_put(stream, "env", "TERM=", is_terminal[0] && term != NULL ? term : "dumb");
    return fclose(stream) == 0 ? text : NULL;
}
