/* Explores what threads can do to each other: random schedules, and all of them in small worlds. Core and model must
 * agree after every step. Whatever is found is printed with the line that shows it again. */
#include "choose.h"
#include "exhaustive.h"
#include "options.h"
#include "pct.h"

#include <stdio.h>
#include <string.h>

#define WORLD_STEPS 400u /* of one world */
#define IDLE_STEPS 12u /* one after another in which nobody could act: nothing will come any more */
#define SMOKE_STEPS 60000u
#define SMOKE_DEPTH 2u

/* How the thread that acts next is chosen: any that may, or by pct.h. */
static void failure_print(uint64_t seed, uint64_t step, enum strategy strategy, const char *explain)
{
    printf("explore: %s\n    again: ./dev explore%s --seed %llu --steps %llu --replay\n", explain,
           strategy == PCT ? " --strategy pct" : "", (unsigned long long)seed, (unsigned long long)step);
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

struct tally {
    uint64_t worlds, steps;
    uint64_t kills; /* of threads, by any of them or the machine */
    uint64_t exceptions;
};

static void tally_operation(struct tally *tally, uint8_t kind)
{
    tally->steps++;
    tally->kills += kind == OP_KILL || kind == OP_EXIT || kind == OP_LOST;
    tally->exceptions += kind == OP_EXCEPTION;
}

/* One world for at most `steps`. */
static bool world_run(uint64_t seed, uint64_t steps, enum strategy strategy, bool print, struct tally *tally)
{
    struct world_config config = world_config_of(seed);
    struct random random = random_of(seed);
    enum world_result result = WORLD_SAME;
    int actors[SPEC_THREADS];
    unsigned idle = 0;
    struct world *world;
    uint64_t made;
    struct pct pct;

    if (strategy == PCT) {
        config.natural = false;
        pct_init(&pct, &random, WORLD_STEPS);
    }
    world = world_create(&config);
    for (made = 0; made < steps && made < WORLD_STEPS && idle < IDLE_STEPS && result == WORLD_SAME &&
                   !world_is_over(world);
         made++) {
        struct operation operation = choose_operation(world_spec(world), &random);
        char text[160];

        if (strategy == PCT)
            operation.thread = pct_choose(&pct, world);
        if (print) {
            operation_print(world_spec(world), &operation, text, sizeof(text));
            printf("%4llu %s\n", (unsigned long long)made, text);
        }
        tally_operation(tally, operation.kind);
        idle = world_actors(world, actors) == 0 ? idle + 1 : 0;
        result = world_step(world, &operation);
        if (print)
            state_print(world_spec(world));
    }
    if (result == WORLD_SAME)
        result = world_end(world);
    if (result != WORLD_SAME)
        failure_print(seed, made, strategy, world_explain(world));
    world_destroy(world);
    return result == WORLD_SAME;
}

static bool explore_random(uint64_t seed, uint64_t steps, enum strategy strategy, bool print)
{
    struct tally tally = {0};

    while (tally.steps < steps) {
        if (!world_run(seed + tally.worlds, steps - tally.steps, strategy, print, &tally))
            return false;
        tally.worlds++;
        if (print)
            return true;
    }
    printf("explore: %llu worlds, %llu steps (%llu kills, %llu exceptions), from seed %llu: no difference, no leak\n",
           (unsigned long long)tally.worlds, (unsigned long long)tally.steps, (unsigned long long)tally.kills,
           (unsigned long long)tally.exceptions, (unsigned long long)seed);
    return true;
}

static int result_print(bool ok, const char *name)
{
    printf("%s %s%s\n", ok ? "PASS" : "FAIL", name, ok ? "" : ": see above");
    return ok ? 0 : 1;
}

static int smoke(void)
{
    bool same = explore_random(1, SMOKE_STEPS / 2, UNIFORM, false) && explore_random(1, SMOKE_STEPS / 2, PCT, false);
    int failed = result_print(same,
                              "core_and_model_agree_on_random_schedules"
                              "_IPC_1_IPC_2_IPC_5_IPC_6_IPC_7_IPC_13_IPC_14_IPC_16_IPC_17_IPC_18_IPC_19_IPC_20_IPC_21"
                              "_IPC_22_IPC_24_SCH_1_SCH_5_SCH_7_OBJ_4");

    return failed | result_print(exhaustive_run(NULL, SMOKE_DEPTH),
                                 "core_and_model_agree_on_all_short_schedules_of_small_worlds"
                                 "_IPC_7_IPC_13_IPC_17_IPC_19");
}

int main(int argc, char **argv)
{
    struct options options;

    if (!options_read(&options, argc, argv))
        return 2;
    if (options.smoke)
        return smoke();
    if (options.path != NULL)
        return exhaustive_replay(options.world, options.path) ? 0 : 1;
    if (options.exhaustive)
        return exhaustive_run(options.world, (unsigned)options.depth) ? 0 : 1;
    return explore_random(options.seed, options.steps, options.strategy, options.print) ? 0 : 1;
}
