/* Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010): each thread has a priority of its own, drawn at
 * first, and of those that may act the highest does; at a few steps, also drawn at first, the thread that would act
 * falls below all others. A bug that needs d events in a certain order is met by a schedule with d - 1 such points with
 * a probability of at least 1 / (n * k^(d-1)), for n threads and k steps. These priorities are not the kernel's. */
#ifndef PCT_H
#define PCT_H

#include "choose.h"

#define PCT_CHANGES_MAX 4u

struct pct {
    uint32_t priorities[SPEC_THREADS]; /* all different */
    uint32_t changes[PCT_CHANGES_MAX]; /* steps */
    uint32_t change_count;
    uint32_t step;
};

/* For a run of at most `steps`, with 0 to PCT_CHANGES_MAX points. */
void pct_init(struct pct *pct, struct random *random, uint32_t steps);
/* What the next operation has as its thread. */
uint8_t pct_choose(struct pct *pct, const struct world *world);

#endif
