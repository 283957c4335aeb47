/* Foreign test programs print what each call gives; the same program on the host says what is right. */
#ifndef FOREIGN_SHOW_H
#define FOREIGN_SHOW_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SHOW(expression)                                                                                     \
    do {                                                                                                     \
        errno = 0;                                                                                           \
        long value_ = (long)(expression);                                                                    \
        int error_ = errno;                                                                                  \
        printf("%s = %ld%s%s\n", #expression, value_, value_ < 0 ? " " : "", value_ < 0 ? strerror(error_) : ""); \
    } while (0)

#endif
