/* All that can happen in small worlds: breadth first, every operation of a menu by every thread that may run, kills,
 * timeouts and interrupts at any point, until nothing new comes or a bound is met. */
#ifndef EXHAUSTIVE_H
#define EXHAUSTIVE_H

#include <stdbool.h>
#include <stdint.h>

bool exhaustive_has(const char *name);
/* Explores every small world, or only the one named, no deeper than `depth_max`; prints states and transitions visited.
 * False: something differs, and the line that shows it again has been printed. */
bool exhaustive_run(const char *name, unsigned depth_max);
/* Makes the moves of a path ("3.17.4") in a world that there is and prints them. */
bool exhaustive_replay(const char *name, const char *path);

#endif
