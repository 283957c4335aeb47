/* "#!" lines. Pure. */
#include "loader.h"

#include <abi/errno.h>

#include <stdbool.h>
#include <stddef.h>

static bool is_blank(uint8_t character)
{
    return character == ' ' || character == '\t';
}

int script_parse(const uint8_t *head, uint64_t head_bytes, struct program *program)
{
    uint64_t at = 2, end = 2;
    uint64_t limit = head_bytes < SCRIPT_LINE_BYTES ? head_bytes : SCRIPT_LINE_BYTES;
    while (end < limit && head[end] != '\n' && head[end] != '\0') {
        end++;
    }
    if (end == SCRIPT_LINE_BYTES) {
        return -E_NOEXEC;
    }
    while (end > at && is_blank(head[end - 1])) {
        end--;
    }
    while (at < end && is_blank(head[at])) {
        at++;
    }
    uint64_t out = 0;
    program->interpreter_argument = NULL;
    while (at < end && !is_blank(head[at])) {
        program->interpreter[out++] = (char)head[at++];
    }
    if (out == 0) {
        return -E_NOEXEC;
    }
    program->interpreter[out++] = '\0';
    while (at < end && is_blank(head[at])) {
        at++;
    }
    if (at < end) {
        program->interpreter_argument = program->interpreter + out;
        while (at < end) {
            program->interpreter[out++] = (char)head[at++];
        }
        program->interpreter[out] = '\0';
    }
    return 0;
}
