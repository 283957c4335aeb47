/* Random but sensible operations: what a program might do next, and now and then what it should not. */
#ifndef CHOOSE_H
#define CHOOSE_H

#include "world.h"

/* The same sequence for the same start, everywhere. */
struct random {
    uint64_t state;
    bool calm; /* most operations are plain calls and answers, and go the kernel's short ways */
    bool bulk; /* many messages are long: copies are preempted often */
};

struct random random_of(uint64_t seed);
uint32_t random_below(struct random *random, uint32_t bound);
/* The next operation of a world; looks at the model only. */
struct operation choose_operation(const struct spec *spec, struct random *random);

#endif
