/* Seeded bugs: `canary(NAME)` says whether one is switched on. None ever is, but in a build of the core that tests make
 * with their own version of this header to see that they would find it: tests/explore/canary. */
#ifndef KERNEL_CANARY_H
#define KERNEL_CANARY_H

#define canary(name) 0

#endif
