/* See exhaustive.h. A state is kept as the move that led to it from an earlier one, and made again when its turn comes,
 * from the nearest of the states on the way to the last one: those are kept whole. States that the model cannot tell
 * apart are the same. */
#include "exhaustive.h"

#include "small_worlds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STATES_MAX (1u << 22)
#define SET_SIZE (1u << 24) /* a power of two, larger */

struct node {
    uint32_t parent;
    uint16_t move;
    uint16_t depth;
};

struct search {
    const struct small_world *small;
    struct world *world;
    struct node *nodes;
    uint32_t count;
    uint64_t *set; /* 0: free */
    uint64_t transitions;
    bool truncated;
    /* The way to the state that was made last: */
    struct world_state *way[DEPTH_MAX + 1];
    uint32_t way_nodes[DEPTH_MAX + 1];
    unsigned way_depth;
};

static bool set_add(struct search *search, uint64_t hash)
{
    uint64_t place;

    hash += hash == 0;
    for (place = hash % SET_SIZE; search->set[place] != 0; place = (place + 1) % SET_SIZE) {
        if (search->set[place] == hash)
            return false;
    }
    search->set[place] = hash;
    return true;
}

/* The move of a number in the world's state; false: there are no more. */
static bool move_get(const struct search *search, unsigned number, struct operation *operation)
{
    const struct small_world *small = search->small;
    int actors[SPEC_THREADS];
    unsigned own = world_actors(search->world, actors) * small->move_count;

    if (number < own) {
        *operation = small->moves[number % small->move_count];
        operation->thread = (uint8_t)(number / small->move_count);
        return true;
    }
    if (number - own > small->config.threads)
        return false;
    *operation = small_machine_moves[number - own];
    return true;
}

static unsigned path_get(const struct search *search, uint32_t node, uint16_t path[DEPTH_MAX])
{
    unsigned depth = search->nodes[node].depth;

    for (unsigned i = depth; i > 0; i--) {
        path[i - 1] = search->nodes[node].move;
        node = search->nodes[node].parent;
    }
    return depth;
}

static void failure_print(const struct search *search, uint32_t node, unsigned move)
{
    uint16_t path[DEPTH_MAX];
    unsigned depth = path_get(search, node, path);

    printf("explore: %s\n    again: ./dev explore --exhaustive --world %s --path ", world_explain(search->world),
           search->small->name);
    for (unsigned i = 0; i < depth; i++)
        printf("%u.", path[i]);
    printf("%u\n", move);
}

/* How far the way to `node`, all of whose nodes are put into `nodes`, is the way to the state made last. */
static unsigned way_shared(const struct search *search, uint32_t node, uint32_t nodes[DEPTH_MAX + 1])
{
    unsigned depth = search->nodes[node].depth;
    unsigned shared = depth < search->way_depth ? depth : search->way_depth;

    for (unsigned i = depth + 1; i > 0; i--) {
        nodes[i - 1] = node;
        node = search->nodes[node].parent;
    }
    while (search->way_nodes[shared] != nodes[shared])
        shared--;
    return shared;
}

/* Makes the state of a node, which is then search->way[depth]. */
static bool node_make(struct search *search, uint32_t node)
{
    uint32_t nodes[DEPTH_MAX + 1];
    unsigned depth = search->nodes[node].depth;
    unsigned at = way_shared(search, node, nodes);
    struct operation operation;

    world_restore(search->world, search->way[at]);
    while (at < depth) {
        at++;
        if (!move_get(search, search->nodes[nodes[at]].move, &operation) ||
            world_step(search->world, &operation) != WORLD_SAME)
            return false;
        if (search->way[at] == NULL)
            search->way[at] = world_state_create();
        world_save(search->world, search->way[at]);
        search->way_nodes[at] = nodes[at];
    }
    search->way_depth = depth;
    return true;
}

static void node_add(struct search *search, uint32_t parent, unsigned move)
{
    if (!set_add(search, spec_hash(world_spec(search->world))))
        return;
    if (search->count == STATES_MAX) {
        search->truncated = true;
        return;
    }
    search->nodes[search->count++] = (struct node){
        .parent = parent, .move = (uint16_t)move, .depth = (uint16_t)(search->nodes[parent].depth + 1u)};
}

/* All moves from a state. */
static bool node_expand(struct search *search, uint32_t node)
{
    struct operation operation;
    bool same = true;

    if (!node_make(search, node)) {
        printf("explore: a state cannot be made again\n");
        return false;
    }
    for (unsigned move = 0; same && move_get(search, move, &operation); move++) {
        same = world_step(search->world, &operation) == WORLD_SAME;
        search->transitions++;
        if (!same)
            failure_print(search, node, move);
        else if (!world_is_over(search->world))
            node_add(search, node, move);
        world_restore(search->world, search->way[search->way_depth]);
    }
    return same;
}

static void search_begin(struct search *search, const struct small_world *small)
{
    struct world_config config = small->config;

    config.small = true;
    *search = (struct search){.small = small, .world = world_create(&config)};
    search->nodes = malloc(STATES_MAX * sizeof(struct node));
    search->set = calloc(SET_SIZE, sizeof(uint64_t));
    search->nodes[0] = (struct node){0};
    search->count = 1;
    search->way[0] = world_state_create();
    world_save(search->world, search->way[0]);
    (void)set_add(search, spec_hash(world_spec(search->world)));
}

static void search_end(struct search *search)
{
    for (unsigned i = 0; i <= DEPTH_MAX; i++)
        world_state_free(search->way[i]);
    world_destroy(search->world);
    free(search->nodes);
    free(search->set);
}

struct total {
    unsigned worlds;
    uint64_t states, transitions;
};

static bool world_search(const struct small_world *small, unsigned depth_max, struct total *total)
{
    struct search search;
    unsigned depth = small->depth < depth_max ? small->depth : depth_max;
    uint32_t next = 0;
    bool same = true;

    search_begin(&search, small);
    while (same && next < search.count && search.nodes[next].depth < depth)
        same = node_expand(&search, next++);
    printf("explore: %s (%s): %u states, %llu transitions, %s %u operations%s\n", small->name, small->text,
           search.count, (unsigned long long)search.transitions,
           next == search.count ? "all there are, within" : "all within", search.nodes[search.count - 1].depth,
           search.truncated ? ", but too many states" : "");
    fflush(stdout);
    total->worlds++;
    total->states += search.count;
    total->transitions += search.transitions;
    search_end(&search);
    return same && !search.truncated;
}

/* NULL: no world is called so. */
static const struct small_world *world_find(const char *name)
{
    for (size_t i = 0; i < small_world_count; i++) {
        if (strcmp(name, small_worlds[i].name) == 0)
            return &small_worlds[i];
    }
    return NULL;
}

bool exhaustive_has(const char *name)
{
    return world_find(name) != NULL;
}

bool exhaustive_run(const char *name, unsigned depth_max)
{
    struct total total = {0};
    bool same = true;

    for (size_t i = 0; i < small_world_count; i++) {
        if (name == NULL || strcmp(name, small_worlds[i].name) == 0)
            same &= world_search(&small_worlds[i], depth_max, &total);
    }
    printf("explore: %u worlds, %llu states, %llu transitions in all, %.0f s of CPU time: %s\n", total.worlds,
           (unsigned long long)total.states, (unsigned long long)total.transitions, (double)clock() / CLOCKS_PER_SEC,
           same ? "no difference" : "see above");
    return same;
}

static bool path_replay(struct search *search, const char *path)
{
    struct operation operation;
    char text[200];
    char *end;

    for (; *path != '\0'; path = *end == '.' ? end + 1 : end) {
        unsigned long move = strtoul(path, &end, 10);

        if (end == path || (*end != '.' && *end != '\0') || !move_get(search, (unsigned)move, &operation)) {
            fprintf(stderr, "explore: --path: no move there: %s\n", path);
            return false;
        }
        operation_print(world_spec(search->world), &operation, text, sizeof(text));
        puts(text);
        if (world_step(search->world, &operation) != WORLD_SAME) {
            printf("explore: %s\n", world_explain(search->world));
            return false;
        }
    }
    return true;
}

bool exhaustive_replay(const char *name, const char *path)
{
    struct search search;
    bool same;

    search_begin(&search, world_find(name));
    same = path_replay(&search, path);
    search_end(&search);
    return same;
}
