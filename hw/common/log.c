/* The machine's log. Tests: tests/unit/hw/log_test.c. */
#include "log.h"

#include "board.h"
#include "start_code.h"

#include <string.h>

#define LINE_BYTES 512u

static bool is_verbose;
static char line[LINE_BYTES];
static size_t line_bytes;

START_CODE void log_verbose_set(bool verbose)
{
    is_verbose = verbose;
}

static bool is_wanted(void)
{
    static const char *const always[] = {"crash:", "failure:"};
    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
        size_t length = strlen(always[i]);
        if (line_bytes >= length && memcmp(line, always[i], length) == 0) {
            return true;
        }
    }
    return is_verbose;
}

void log_write(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != '\n') {
            if (line_bytes < LINE_BYTES - 1) {
                line[line_bytes++] = bytes[i];
            }
            continue;
        }
        if (is_wanted()) {
            line[line_bytes++] = '\n';
            board_console_write(line, line_bytes);
        }
        line_bytes = 0;
    }
}
