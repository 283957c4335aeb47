/* Timer objects: absolute deadlines on the monotonic clock, which send a pulse; periodic ones keep to multiples of
 * their first deadline. An expiry whose pulse is still queued adds nothing. */
#ifndef KERNEL_TIMER_H
#define KERNEL_TIMER_H

#include "deadline.h"
#include "object.h"
#include "pulse.h"

#define TIMER_PERIOD_MIN_NS 10000u /* shorter periods are refused */

struct connection;

struct timer {
    struct object object;
    struct deadline deadline;
    struct connection *connection; /* referenced */
    uint64_t period_ns;            /* 0: once */
    uint8_t priority;              /* of its pulse */
    struct pulse pulse;
};

struct timer_arguments {
    struct grant *grant;
    struct connection *connection;
    int32_t code;
    uint64_t value;
    uint8_t priority;
    uint64_t identity;
};

int timer_object_create(struct kernel *kernel, const struct timer_arguments *arguments, struct timer **timer);
/* DEADLINE_NONE stops it. -E_INVAL: a period below TIMER_PERIOD_MIN_NS, or too long. */
int timer_set(struct kernel *kernel, struct timer *timer, uint64_t deadline_ns, uint64_t period_ns);
/* Serves all timeouts and timers that are due. */
void timer_expire_all(struct kernel *kernel);
unsigned timer_check(struct kernel *kernel, struct timer *timer);

#endif
