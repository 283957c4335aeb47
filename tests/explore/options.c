/* The command line of the exploration. */
#include "options.h"

#include "exhaustive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_DEFAULT 1000u
#define STEPS_DEFAULT 1000000u

/* What an option is for: one of these at a time. */
enum kind { RANDOM, EXHAUSTIVE, SMOKE, KINDS };

/* An option, and where its value goes: one of the three. */
struct option {
    const char *name;
    enum kind kind;
    bool *flag;
    uint64_t *number;
    const char **text;
};

static bool bad(const char *option, const char *value, const char *reason)
{
    fprintf(stderr, "explore: %s%s%s: %s\n", option, value == NULL ? "" : " ", value == NULL ? "" : value, reason);
    return false;
}

static bool value_read(const struct option *option, const char *value)
{
    char *end;

    if (value == NULL)
        return bad(option->name, NULL, "wants a value");
    if (option->text != NULL) {
        *option->text = value;
        return true;
    }
    errno = 0;
    *option->number = strtoull(value, &end, 10);
    return (value[0] >= '0' && value[0] <= '9' && *end == '\0' && errno == 0) ||
           bad(option->name, value, "wants a whole number below 2^64");
}

static bool values_check(struct options *options, const char *strategy)
{
    options->strategy = strcmp(strategy, "pct") == 0 ? PCT : UNIFORM;
    if (options->strategy != PCT && strcmp(strategy, "uniform") != 0)
        return bad("--strategy", strategy, "wants uniform or pct");
    if (options->steps == 0 || options->depth == 0)
        return bad(options->steps == 0 ? "--steps" : "--depth", "0", "wants at least 1");
    if (options->world != NULL && !exhaustive_has(options->world))
        return bad("--world", options->world, "no world is called so");
    return options->path == NULL || options->world != NULL || bad("--path", options->path, "wants --world, too");
}

static bool kinds_check(const struct options *options, const char *const given[KINDS])
{
    const char *other = given[RANDOM] != NULL ? given[RANDOM] : given[EXHAUSTIVE];

    if (options->smoke && other != NULL)
        return bad(other, NULL, "does not go with --smoke");
    if (options->exhaustive && given[RANDOM] != NULL)
        return bad(given[RANDOM], NULL, "does not go with --exhaustive");
    return options->exhaustive || given[EXHAUSTIVE] == NULL || bad(given[EXHAUSTIVE], NULL, "wants --exhaustive, too");
}

bool options_read(struct options *options, int argc, char **argv)
{
    const char *strategy = "uniform";
    const char *given[KINDS] = {NULL};
    const struct option known[] = {
        {"--seed", RANDOM, .number = &options->seed},
        {"--steps", RANDOM, .number = &options->steps},
        {"--strategy", RANDOM, .text = &strategy},
        {"--replay", RANDOM, .flag = &options->print},
        {"--exhaustive", EXHAUSTIVE, .flag = &options->exhaustive},
        {"--depth", EXHAUSTIVE, .number = &options->depth},
        {"--world", EXHAUSTIVE, .text = &options->world},
        {"--path", EXHAUSTIVE, .text = &options->path},
        {"--smoke", SMOKE, .flag = &options->smoke},
    };
    const struct option *const end = known + sizeof(known) / sizeof(known[0]);

    *options = (struct options){.seed = 1, .steps = STEPS_DEFAULT, .depth = DEPTH_DEFAULT};
    for (int i = 1; i < argc; i++) {
        const struct option *option = known;

        while (option != end && strcmp(option->name, argv[i]) != 0)
            option++;
        if (option == end)
            return bad(argv[i], NULL, "no such option; see ./dev help");
        given[option->kind] = option->name;
        if (option->flag != NULL)
            *option->flag = true;
        else if (!value_read(option, argv[++i])) /* argv ends with NULL */
            return false;
    }
    return values_check(options, strategy) && kinds_check(options, given);
}
