/* The machine that programs are tried on: the real core on the platform of the unit tests, with three processes that
 * hold channels, connections and each other's threads. It is set up once; going back to that state is a copy of the
 * memory that was in use then. */
#ifndef FUZZ_MACHINE_H
#define FUZZ_MACHINE_H

#include "scenario.h"

#define MACHINE_PROCESSES 3u
#define MACHINE_VECTORS_BASE 0xa00000ull
#define MACHINE_VECTORS 32u /* ready-made vectors there in each process, of MACHINE_PARTS parts each */
#define MACHINE_PARTS 4u
#define MACHINE_THREADS_MAX 64u /* slots that a program may use */

struct machine {
    struct scenario *scenario;
    struct process processes[MACHINE_PROCESSES];
    /* The state to go back to. */
    struct scenario saved_scenario;
    struct fake_platform saved_fake;
    struct fake_mapping *saved_mappings;
    struct saved_range {
        uint8_t *bytes;
        uint8_t *copy;
        size_t length;
    } ranges[128];
    unsigned range_count;
    uint64_t free_pages; /* when everything has gone */
};

struct machine *machine_create(void);
/* Back to the state after machine_create. */
void machine_reset(struct machine *machine);
/* Everything goes: tables that no thread uses are emptied, and all threads die. What is left then has leaked: its name;
 * NULL: nothing.
 * The machine is good for nothing but machine_reset afterwards. */
const char *machine_end(struct machine *machine);
/* Address of a part of a ready-made vector. */
uint64_t machine_part_address(unsigned vector, unsigned part);

#endif
