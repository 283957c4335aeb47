/* Switches the seeded bugs on, one after another, and explores until each is found: a test of the tests. Prints for
 * each by what and how fast. */
#include "choose.h"
#include "world.h"

#include <kernel/canary.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#define WORLD_STEPS 400u
#define WORLDS_MAX 20000u /* a bound that only a bug which nothing sees meets */

enum canary_kind canary_on;

static const char *const texts[] = {
    "",
#define CANARY_TEXT(name, text) text,
    CANARIES(CANARY_TEXT)
#undef CANARY_TEXT
};

static const char *const names[] = {
    "none",
#define CANARY_NAME(name, text) #name,
    CANARIES(CANARY_NAME)
#undef CANARY_NAME
};

/* Whether the world of a seed shows the bug; *explain is how. */
static bool world_shows(uint64_t seed, char *explain, size_t size)
{
    struct world_config config = world_config_of(seed);
    enum canary_kind kind = canary_on;
    struct random random = random_of(seed);
    enum world_result result = WORLD_SAME;
    struct world *world;

    canary_on = CANARY_NONE; /* a new world is ended once to see that it leaves nothing */
    world = world_create(&config);
    canary_on = kind;
    for (unsigned i = 0; i < WORLD_STEPS && result == WORLD_SAME && !world_is_over(world); i++) {
        struct operation operation = choose_operation(world_spec(world), &random);

        result = world_step(world, &operation);
    }
    if (result == WORLD_SAME)
        result = world_end(world);
    snprintf(explain, size, "%.110s", world_explain(world));
    world_destroy(world);
    return result != WORLD_SAME;
}

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Nor must the world show anything without the bug: then it has found another. */
static bool alone_shows(uint64_t seed)
{
    enum canary_kind kind = canary_on;
    char explain[128];
    bool shows;

    canary_on = CANARY_NONE;
    shows = world_shows(seed, explain, sizeof(explain));
    canary_on = kind;
    if (shows)
        printf("FAIL canary_%s_is_found: without it world %llu shows: %s\n", names[kind], (unsigned long long)seed,
               explain);
    return shows;
}

static bool canary_find(enum canary_kind kind)
{
    double start = seconds_now();
    char explain[128];

    canary_on = kind;
    for (uint64_t seed = 1; seed <= WORLDS_MAX; seed++) {
        if (!world_shows(seed, explain, sizeof(explain)))
            continue;
        if (alone_shows(seed))
            return false;
        printf("PASS canary_%s_is_found after %.2f s (%s), in world %llu: %s\n", names[kind], seconds_now() - start,
               texts[kind], (unsigned long long)seed, explain);
        return true;
    }
    printf("FAIL canary_%s_is_found: %s, and no world shows it\n", names[kind], texts[kind]);
    return false;
}

int main(int argc, char **argv)
{
    bool ok = true;

    for (int kind = CANARY_NONE + 1; kind < CANARY_COUNT; kind++) {
        if (argc < 2 || strstr(names[kind], argv[1]) != NULL)
            ok &= canary_find((enum canary_kind)kind);
        fflush(stdout);
    }
    return ok ? 0 : 1;
}
