/* The worlds that are explored exhaustively, and the moves that are made in them. */
#ifndef SMALL_WORLDS_H
#define SMALL_WORLDS_H

#include "world.h"

#define DEPTH_MAX 60u

struct small_world {
    const char *name;
    const char *text;
    unsigned depth; /* stated bound */
    const struct operation *moves; /* of each thread that may run */
    unsigned move_count;
    struct world_config config;
};

extern const struct small_world small_worlds[];
extern const unsigned small_world_count;
/* What happens by itself: time, then the loss of each thread. */
extern const struct operation small_machine_moves[];

#endif
