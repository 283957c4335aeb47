/* Text: a small printf. %s %d %i %u %x %c %p %%, widths, zero padding, precision of strings, *, l, ll and z. */
#include <sys/os.h>

#include <stdarg.h>

#include "format.h"

#define NUMBER_MAX 100000u

struct output {
    char *buffer;
    uint64_t room; /* bytes that fit, without the NUL */
    uint64_t used;
};

struct directive {
    unsigned width;
    int precision; /* -1: none */
    bool zero, left;
    unsigned size; /* 0 int, 1 long and wider */
};

static void put(struct output *output, char character)
{
    if (output->used < output->room) {
        output->buffer[output->used] = character;
        output->used++;
    }
}

static void put_padded(struct output *output, const struct directive *directive, const char *bytes, uint64_t length)
{
    uint64_t padding = directive->width > length ? directive->width - length : 0;
    if (directive->zero && length != 0 && bytes[0] == '-') {
        put(output, '-');
        bytes++;
        length--;
    }
    for (; !directive->left && padding != 0; padding--) {
        put(output, directive->zero ? '0' : ' ');
    }
    for (uint64_t i = 0; i < length; i++) {
        put(output, bytes[i]);
    }
    for (; padding != 0; padding--) {
        put(output, ' ');
    }
}

static void put_number(struct output *output, const struct directive *directive, uint64_t value, unsigned base,
                       bool negative)
{
    char digits[24];
    unsigned at = sizeof digits;
    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    if (negative) {
        digits[--at] = '-';
    }
    put_padded(output, directive, digits + at, sizeof digits - at);
}

static void put_string(struct output *output, const struct directive *directive, const char *string)
{
    uint64_t length = 0;
    if (string == NULL) {
        string = "(null)";
    }
    while ((directive->precision < 0 || length < (uint64_t)directive->precision) && string[length] != '\0') {
        length++;
    }
    put_padded(output, directive, string, length);
}

/* A number in digits, or "*": the next argument. */
static const char *number_parse(const char *format, unsigned *number, va_list *arguments)
{
    *number = 0;
    if (*format == '*') {
        int given = va_arg(*arguments, int);
        *number = given < 0 ? 0 : (unsigned)given;
        return format + 1;
    }
    for (; *format >= '0' && *format <= '9'; format++) {
        *number = *number < NUMBER_MAX ? *number * 10 + (unsigned)(*format - '0') : *number;
    }
    return format;
}

/* Reads flags, width, precision and size; returns where the conversion letter is. */
static const char *directive_parse(const char *format, struct directive *directive, va_list *arguments)
{
    *directive = (struct directive){.precision = -1};
    for (; *format == '0' || *format == '-'; format++) {
        directive->zero |= *format == '0';
        directive->left |= *format == '-';
    }
    directive->zero = directive->zero && !directive->left;
    format = number_parse(format, &directive->width, arguments);
    if (*format == '.') {
        unsigned precision;
        format = number_parse(format + 1, &precision, arguments);
        directive->precision = (int)precision;
    }
    for (; *format == 'l' || *format == 'z' || *format == 'h'; format++) {
        directive->size |= *format != 'h';
    }
    return format;
}

static uint64_t unsigned_take(va_list *arguments, const struct directive *directive)
{
    return directive->size ? va_arg(*arguments, unsigned long) : va_arg(*arguments, unsigned);
}

static void conversion_put(struct output *output, const struct directive *directive, char letter, va_list *arguments)
{
    char character;
    int64_t value;
    switch (letter) {
    case 's':
        put_string(output, directive, va_arg(*arguments, const char *));
        break;
    case 'd':
    case 'i':
        value = directive->size ? va_arg(*arguments, long) : va_arg(*arguments, int);
        put_number(output, directive, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, value < 0);
        break;
    case 'u':
        put_number(output, directive, unsigned_take(arguments, directive), 10, false);
        break;
    case 'x':
        put_number(output, directive, unsigned_take(arguments, directive), 16, false);
        break;
    case 'p':
        put(output, '0');
        put(output, 'x');
        put_number(output, directive, (uintptr_t)va_arg(*arguments, void *), 16, false);
        break;
    case 'c':
        character = (char)va_arg(*arguments, int);
        put_padded(output, directive, &character, 1);
        break;
    default:
        put(output, letter);
        break;
    }
}

int format_list(char *buffer, uint64_t length_bytes, const char *format, va_list *arguments)
{
    if (length_bytes == 0) {
        return 0;
    }
    struct output output = {buffer, length_bytes - 1, 0};
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            put(&output, *format);
            continue;
        }
        struct directive directive;
        format = directive_parse(format + 1, &directive, arguments);
        if (*format == '\0') {
            break;
        }
        conversion_put(&output, &directive, *format, arguments);
    }
    buffer[output.used] = '\0';
    return (int)output.used;
}

int os_format(char *buffer, uint64_t length_bytes, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = format_list(buffer, length_bytes, format, &arguments);
    va_end(arguments);
    return length;
}
