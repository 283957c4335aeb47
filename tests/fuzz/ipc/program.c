/* The target `ipc`: operations of messages, scheduling and handles from several threads, in the core and in the
 * reference model alike (tests/spec/world.h). What they disagree about, and any broken invariant, is a find. The first
 * byte chooses the world: how many threads and channels there are, and their priorities. */
#include "target.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORLDS 16u
#define RECORDS_MAX 128u

/* What programs should be made of mostly; the rarer operations come by the other way of choosing. */
static const uint8_t common[] = {OP_CALL, OP_CALL, OP_CALL, OP_RECEIVE, OP_RECEIVE, OP_REPLY, OP_REPLY,
                                 OP_REPLY_RECEIVE, OP_MESSAGE_READ, OP_MESSAGE_WRITE, OP_PULSE, OP_TIME, OP_KILL,
                                 OP_INTERRUPT, OP_SUSPEND, OP_RESUME, OP_PRIORITY, OP_CLOSE, OP_LOST, OP_TOUCH,
                                 OP_SUPPLY, OP_SUPPLY, OP_CALL_SHORT, OP_REPLY_RECEIVE_SHORT, OP_NOTIFICATION_WAIT,
                                 OP_SIGNAL};

const struct target target = {.head_bytes = 1, .record_bytes = sizeof(struct operation), .records_max = RECORDS_MAX,
                              .operations = OP_KINDS, .common = common, .common_count = sizeof(common)};
_Static_assert(sizeof(struct operation) <= RECORD_BYTES_MAX, "an operation is a record");

/* The model is compared after each step, always. */
bool target_checks_steps = true;

static struct world *worlds[WORLDS];

void target_prepare(void)
{
    for (unsigned i = 0; i < WORLDS && worlds[i] == NULL; i++) {
        struct world_config config = world_config_of(i);

        worlds[i] = world_create(&config);
    }
}

static void must(struct world *world, enum world_result result, unsigned step)
{
    if (result == WORLD_SAME)
        return;
    fprintf(stderr, "fuzz: step %u: %s\n", step, world_explain(world));
    abort();
}

unsigned target_run(const uint8_t *bytes, size_t size, bool trace)
{
    size_t count = size < 1 ? 0 : (size - 1) / sizeof(struct operation);
    struct world *world;
    unsigned step = 0;

    if (count == 0)
        return 0;
    world = worlds[bytes[0] % WORLDS];
    world_reset(world);
    for (; step < count && step < RECORDS_MAX && !world_is_over(world); step++) {
        struct operation operation;
        char text[200];

        memcpy(&operation, bytes + 1 + step * sizeof(operation), sizeof(operation));
        if (trace) {
            operation_print(world_spec(world), &operation, text, sizeof(text));
            fprintf(stderr, "%3u %s\n", step, text);
        }
        must(world, world_step(world, &operation), step);
    }
    must(world, world_end(world), step);
    return step;
}
