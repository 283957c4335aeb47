/* Formatting for whoever has a list of arguments. */
#ifndef POSIX_FORMAT_H
#define POSIX_FORMAT_H

#include <stdarg.h>
#include <stdint.h>

/* As os_format. */
int format_list(char *buffer, uint64_t length_bytes, const char *format, va_list *arguments);

#endif
