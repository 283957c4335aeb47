/* Descriptors: what other parts of the library ask about them. */
#ifndef POSIX_DESCRIPTOR_H
#define POSIX_DESCRIPTOR_H

#include <stdbool.h>

/* Whether the descriptor is open. One kernel entry. */
bool descriptor_is_valid(int fd);

#endif
