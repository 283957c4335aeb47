/* Formatted text to descriptors and to the machine's log. */
#include <sys/os.h>

#include <stdarg.h>

#include "format.h"

#define PRINT_BYTES_MAX 1024u

int os_print(int fd, const char *format, ...)
{
    char text[PRINT_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = format_list(text, sizeof text, format, &arguments);
    va_end(arguments);
    return (int)os_write(fd, text, (uint64_t)length);
}

void os_log(const char *format, ...)
{
    char text[PRINT_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = format_list(text, sizeof text, format, &arguments);
    va_end(arguments);
    sys_log(text, (uint64_t)length);
}
