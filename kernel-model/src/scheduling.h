/* Scheduling contexts: a budget of CPU time per period, with sporadic replenishment. Time used comes back one period
 * after its use began, so no window of one period ever holds more than the budget (late timers aside: that excess is
 * owed). Threads are bound to a context, several may share one; calls lend it (lending.h). Whoever has to pay from an
 * empty one waits in it, in no ready queue. */
#ifndef KERNEL_SCHEDULING_H
#define KERNEL_SCHEDULING_H

#include "deadline.h"
#include "object.h"
#include "pulse.h"

#define SCHEDULING_REFILLS_MAX 8u /* when more are due, the closest two become one, at the later time */

struct connection;
struct thread;

struct refill {
    uint64_t at_ns;
    uint64_t amount_ns;
};

struct scheduling {
    struct object object;
    struct deadline deadline;   /* while threads wait: when it has budget again */
    struct list waiting;        /* thread.budget_link */
    struct list others;         /* thread.budget_other_link: could use this one too, but wait for a sooner one */
    struct thread *exhausted;   /* of those who wait: the one that used it up, which stays last */
    uint64_t budget_ns;
    uint64_t period_ns;
    int64_t available_ns;       /* budget = available + all refills; below zero: overrun */
    uint64_t charged_until_ns;  /* end of the last use: what begins there continues it */
    struct refill refills[SCHEDULING_REFILLS_MAX]; /* by time; the last one is of the last use */
    uint32_t refill_count;
    bool empty; /* ran out, and has not had SCHEDULING_BUDGET_MIN_NS since */
    struct connection *connection; /* referenced; NULL: no pulse */
    uint8_t priority;              /* of the pulse */
    struct pulse pulse;
};

struct scheduling_arguments {
    struct grant *grant;
    uint64_t budget_ns;
    uint64_t period_ns;
    struct connection *connection; /* NULL: nobody is told when it runs out */
    int32_t code;
    uint64_t value;
    uint8_t priority;
    uint64_t identity;
};

/* -E_INVAL: budget below SCHEDULING_BUDGET_MIN_NS or above the period, or a period above SCHEDULING_PERIOD_MAX_NS. */
int scheduling_create(struct kernel *kernel, const struct scheduling_arguments *arguments,
                      struct scheduling **scheduling);
/* From now on; what has been used comes back when it would have. Errors as above. */
int scheduling_set(struct kernel *kernel, struct scheduling *scheduling, uint64_t budget_ns, uint64_t period_ns);

/* Charges the time from start_ns to now, in which its user ran without a break; tells if that emptied it. */
void scheduling_charge(struct kernel *kernel, struct scheduling *scheduling, uint64_t start_ns);
/* May it be used now? */
bool scheduling_has_budget(struct kernel *kernel, struct scheduling *scheduling);
/* When it may be used, if nobody uses it until then. */
uint64_t scheduling_revival(struct kernel *kernel, struct scheduling *scheduling);

/* A ready thread, in no queue, waits until there is budget, or `other` (may be NULL) is set anew. `exhausted`: it ran
 * out of it itself. */
void scheduling_wait(struct kernel *kernel, struct scheduling *scheduling, struct scheduling *other,
                     struct thread *thread, bool exhausted);
/* It waits no more; it is in no queue then. Harmless if it does not wait. */
void scheduling_unwait(struct kernel *kernel, struct thread *thread);
/* The deadline passed. */
void scheduling_expire(struct kernel *kernel, struct scheduling *scheduling);
unsigned scheduling_check(struct kernel *kernel, struct scheduling *scheduling);

#endif
