/* Text for people on the board's console, in a subset of printf's formats. */
#include "machine.h"

#include "board.h"

#include <stdarg.h>
#include <string.h>

#define DIGITS_MAX 20u

static void repeat(char c, size_t count)
{
    for (; count > 0; count--) {
        board_console_write(&c, 1);
    }
}

struct conversion {
    bool zeros, is_long;
    size_t width;
};

static const char *conversion_parse(const char *at, struct conversion *conversion)
{
    *conversion = (struct conversion){.zeros = *at == '0'};
    for (; *at >= '0' && *at <= '9'; at++) {
        conversion->width = conversion->width * 10 + (size_t)(*at - '0');
    }
    if (*at == 'l') {
        conversion->is_long = true;
        at++;
    }
    return at;
}

static void number_print(uint64_t value, unsigned base, bool negative, const struct conversion *conversion)
{
    char digits[DIGITS_MAX];
    size_t used = 0;
    do {
        digits[DIGITS_MAX - ++used] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    size_t length = used + negative;
    size_t fill = conversion->width > length ? conversion->width - length : 0;
    repeat(' ', conversion->zeros ? 0 : fill);
    repeat('-', negative);
    repeat('0', conversion->zeros ? fill : 0);
    board_console_write(&digits[DIGITS_MAX - used], used);
}

static void console_print_list(const char *format, va_list *list)
{
    struct conversion conversion;
    while (*format != '\0') {
        const char *percent = strchr(format, '%');
        size_t plain = percent == NULL ? strlen(format) : (size_t)(percent - format);
        board_console_write(format, plain);
        if (percent == NULL) {
            return;
        }
        format = conversion_parse(percent + 1, &conversion);
        switch (*format++) {
        case 's': {
            const char *text = va_arg(*list, const char *);
            board_console_write(text, strlen(text));
            break;
        }
        case 'c':
            repeat((char)va_arg(*list, int), 1);
            break;
        case 'd': {
            int64_t value = conversion.is_long ? va_arg(*list, long) : va_arg(*list, int);
            number_print(value < 0 ? -(uint64_t)value : (uint64_t)value, 10, value < 0, &conversion);
            break;
        }
        case 'u':
        case 'x':
            number_print(conversion.is_long ? va_arg(*list, unsigned long) : va_arg(*list, unsigned),
                         format[-1] == 'u' ? 10 : 16, false, &conversion);
            break;
        case '%':
            repeat('%', 1);
            break;
        default: /* the format ends in it, or is wrong */
            return;
        }
    }
}

void console_print(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    console_print_list(format, &list);
    va_end(list);
}

_Noreturn void machine_fail(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    console_print("baton: ");
    console_print_list(format, &list);
    console_print("\n");
    va_end(list);
    board_stop(MACHINE_STATUS_BROKEN);
}
