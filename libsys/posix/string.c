/* Strings, as far as the library needs them. Pure. */
#include "command.h"
#include "request.h"

uint64_t string_length(const char *string)
{
    uint64_t length = 0;
    while (string[length] != '\0') {
        length++;
    }
    return length;
}

const char *path_last(const char *path)
{
    const char *last = path;
    for (const char *c = path; *c != '\0'; c++) {
        if (*c == '/' && c[1] != '\0') {
            last = c + 1;
        }
    }
    return last;
}
