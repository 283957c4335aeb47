/* Explores what threads can do to each other: random schedules, and all of them in small worlds. Core and model must
 * agree after every step. Whatever is found is printed with the line that shows it again. */
#include "choose.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORLD_STEPS 400u /* of one world */
#define SMOKE_STEPS 60000u

static void failure_print(uint64_t seed, uint64_t step, const char *explain)
{
    printf("explore: %s\n    again: ./dev explore --seed %llu --steps %llu --replay\n", explain,
           (unsigned long long)seed, (unsigned long long)step);
}

static void state_print(const struct spec *spec)
{
    static const char *const states[] = {"?",       "new",          "ready",   "running", "send", "reply",
                                         "receive", "notification", "address", "sleep",   "dead"};

    printf("     ");
    for (int i = 0; i < SPEC_THREADS && spec->threads[i].exists; i++)
        printf(" %d:%s%s/%u=%lld", i, states[spec->threads[i].state], spec->threads[i].suspended ? "(suspended)" : "",
               spec_priority(spec, i), (long long)spec->threads[i].result);
    printf(" runs %d\n", spec->current);
}

/* One world for at most `steps`; *made says how many it took. */
static bool world_run(uint64_t seed, uint64_t steps, bool print, uint64_t *made)
{
    struct world_config config = world_config_of(seed);
    struct world *world = world_create(&config);
    struct random random = random_of(seed);
    enum world_result result = WORLD_SAME;

    for (*made = 0; *made < steps && *made < WORLD_STEPS && result == WORLD_SAME && !world_is_over(world);) {
        struct operation operation = choose_operation(world_spec(world), &random);
        char text[160];

        if (print) {
            operation_print(world_spec(world), &operation, text, sizeof(text));
            printf("%4llu %s\n", (unsigned long long)*made, text);
        }
        ++*made;
        result = world_step(world, &operation);
        if (print)
            state_print(world_spec(world));
    }
    if (result == WORLD_SAME)
        result = world_end(world);
    if (result != WORLD_SAME)
        failure_print(seed, *made, world_explain(world));
    world_destroy(world);
    return result == WORLD_SAME;
}

static bool explore_random(uint64_t seed, uint64_t steps, bool print)
{
    uint64_t worlds = 0;
    uint64_t total = 0;

    while (total < steps) {
        uint64_t made;

        if (!world_run(seed + worlds, steps - total, print, &made))
            return false;
        worlds++;
        total += made == 0 ? 1 : made;
        if (print)
            return true;
    }
    printf("explore: %llu worlds, %llu steps, from seed %llu: no difference\n", (unsigned long long)worlds,
           (unsigned long long)total, (unsigned long long)seed);
    return true;
}

static int usage(void)
{
    fprintf(stderr, "usage: explore [--seed N] [--steps K] [--replay] | --smoke\n");
    return 2;
}

static bool number_read(const char *text, uint64_t *number)
{
    char *end;

    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

static int smoke(void)
{
    bool ok = explore_random(1, SMOKE_STEPS, false);

    puts(ok ? "PASS core_and_model_agree_on_random_schedules_IPC_1_IPC_5_IPC_6_IPC_13_IPC_17_IPC_19_SCH_5"
            : "FAIL core_and_model_agree_on_random_schedules: see below");
    return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
    uint64_t seed = 1;
    uint64_t steps = 1000000;
    bool print = false;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--smoke") == 0)
            return smoke();
        if (strcmp(argv[i], "--replay") == 0) {
            print = true;
        } else if (i + 1 < argc && strcmp(argv[i], "--seed") == 0) {
            if (!number_read(argv[++i], &seed))
                return usage();
        } else if (i + 1 < argc && strcmp(argv[i], "--steps") == 0) {
            if (!number_read(argv[++i], &steps))
                return usage();
        } else {
            return usage();
        }
    }
    return explore_random(seed, steps, print) ? 0 : 1;
}
