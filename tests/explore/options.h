/* The command line of the exploration. */
#ifndef EXPLORE_OPTIONS_H
#define EXPLORE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum strategy { UNIFORM, PCT };

struct options {
    uint64_t seed, steps, depth;
    const char *world, *path; /* NULL: not given */
    enum strategy strategy;
    bool print, exhaustive, smoke;
};

/* Reads the command line into `options`. False: one line on stderr says what is wrong with which option. */
bool options_read(struct options *options, int argc, char **argv);

#endif
