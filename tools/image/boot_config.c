/* Text of boot/config. Tests: tests/unit/image/boot_config_test.c. */
#include "boot_config.h"

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

char *boot_config_make(const struct boot_config *config, size_t *length)
{
    char *text = NULL;
    FILE *stream = open_memstream(&text, length);
    if (stream == NULL) {
        return NULL;
    }
    fprintf(stream, "interactive %d\n", config->program_count == 0);
    for (int i = 0; i < 3; i++) {
        fprintf(stream, "stream %d %s\n", i, config->is_terminal[i] ? "tty" : "plain");
    }
    fputs(config->lines != NULL ? config->lines : "", stream);
    for (size_t i = 0; i < config->program_count; i++) {
        line_put(stream, "arg", "", config->program[i]);
    }
    line_put(stream, "env", "TERM=", config->term != NULL ? config->term : "dumb");
    return fclose(stream) == 0 ? text : NULL;
}
