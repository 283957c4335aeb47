/* The state of the dev server. */
#ifndef DEV_DEV_H
#define DEV_DEV_H

#include <sys/server.h>

#include "random.h"

#define DEV_SESSIONS_MAX 4096u
#define DEV_ZERO_BYTES 65536u
#define DEV_RANDOM_BYTES 4096u /* random bytes made at once */

struct dev {
    struct server server;
    struct random random;
    uint8_t zeros[DEV_ZERO_BYTES];
    uint8_t bytes[DEV_RANDOM_BYTES];
};

/* devices.c */
extern const struct server_operations dev_operations;

#endif
