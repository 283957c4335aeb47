/* What ends, and is taken apart in slices: dead objects, and live ones that are done with: tables without threads,
 * closed channels, dead threads. They are a stack, so that what an end takes along goes before the rest of it. Whoever
 * ended something works on it before it goes on; what a preemption leaves of it is done as soon as nobody of higher
 * priority than theirs can run (kernel.c): it belongs to no thread, so it goes on if its maker dies, and no memory is
 * needed for it. Until then a dead object is charged, and keeps what it refers to. */
#ifndef KERNEL_ENDING_H
#define KERNEL_ENDING_H

#include <abi/types.h>

struct kernel;
struct object;

struct endings {
    struct object *first; /* object.ending leads to the next one */
    bool working;         /* on it: what ends meanwhile only joins it */
    uint8_t priority;     /* of what is being worked on */
    uint8_t least;        /* priority of all there is: somebody waits for it */
};

/* A live object is to be taken apart, unless that goes on already: takes a reference until it is. Nothing is done yet
 * in the middle of an end or between endings_hold and endings_let. */
void ending_begin(struct kernel *kernel, struct object *object);
/* The same for one without references. */
void ending_bury(struct kernel *kernel, struct object *object);
/* Until endings_let, what ends only joins the others, at the current thread's priority or `priority`, whichever is
 * higher. Returns what endings_let wants. */
struct endings endings_hold(struct kernel *kernel, uint8_t priority);
void endings_let(struct kernel *kernel, const struct endings *before);
/* Works on what has at least this priority, a bounded time. */
void endings_work(struct kernel *kernel, uint8_t priority);
/* A slice. False: the platform wants to be heard. */
bool endings_slice(struct kernel *kernel);
/* Whether there is anything that goes before a thread of this priority. */
bool endings_go_first(const struct kernel *kernel, int priority);
/* Whether nothing is left; else it is not, before a thread of this priority runs again. */
bool endings_are_over(struct kernel *kernel, uint8_t priority);
/* All of them, whatever else is pending. */
void endings_clear(struct kernel *kernel);
/* Recounts the references that they hold; panics on a wrong one. */
void endings_check(struct kernel *kernel);

#endif
