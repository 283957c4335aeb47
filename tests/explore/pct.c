/* See pct.h. */
#include "pct.h"

void pct_init(struct pct *pct, struct random *random, uint32_t steps)
{
    *pct = (struct pct){.change_count = random_below(random, PCT_CHANGES_MAX + 1)};
    for (uint32_t i = 0; i < SPEC_THREADS; i++) {
        uint32_t other = random_below(random, i + 1);

        pct->priorities[i] = pct->priorities[other];
        pct->priorities[other] = PCT_CHANGES_MAX + 1 + i; /* below are those of the changes */
    }
    for (uint32_t i = 0; i < pct->change_count; i++)
        pct->changes[i] = random_below(random, steps);
}

static unsigned highest(const struct pct *pct, const int actors[SPEC_THREADS], unsigned count)
{
    unsigned best = 0;

    for (unsigned i = 1; i < count; i++) {
        if (pct->priorities[actors[i]] > pct->priorities[actors[best]])
            best = i;
    }
    return best;
}

uint8_t pct_choose(struct pct *pct, const struct world *world)
{
    int actors[SPEC_THREADS];
    unsigned count = world_actors(world, actors);

    for (uint32_t i = 0; i < pct->change_count && count != 0; i++) {
        if (pct->changes[i] == pct->step)
            pct->priorities[actors[highest(pct, actors, count)]] = PCT_CHANGES_MAX - i;
    }
    pct->step++;
    return count == 0 ? 0 : (uint8_t)highest(pct, actors, count);
}
