/* Thread areas: where each thread's control page and system stack are. */
#ifndef POSIX_THREAD_AREA_H
#define POSIX_THREAD_AREA_H

#include <abi/limits.h>

#include <stdint.h>

static inline uint64_t area_control(uint32_t area)
{
    return LIBSYS_AREA_BASE + area * LIBSYS_AREA_STRIDE;
}

static inline uint64_t area_stack_top(uint32_t area)
{
    return area_control(area) + LIBSYS_STACK_OFFSET + LIBSYS_STACK_BYTES;
}

/* Maps a new control page of `space`, paid from `grant`, for `area`. Returns a handle on its memory. -E_NOMEM. */
int area_map_control(int space, int grant, uint32_t area);
/* Maps its system stack. -E_NOMEM. */
int area_map_stack(int space, int grant, uint32_t area);

/* Takes a free area of this process, with stack and a new control page mapped. *control_memory: a handle on the page.
 * Returns the index; -E_AGAIN: THREADS_PER_SPACE_MAX, -E_NOMEM. Takes the process lock. */
int area_take(int *control_memory);
/* Gives back one whose thread never ran. Takes the process lock. */
void area_give(uint32_t area);
#endif
