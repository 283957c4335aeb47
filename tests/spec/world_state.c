/* States of a world to come back to: copies of what changes. */
#include "world_private.h"

#include <stdlib.h>
#include <string.h>

/* Slots of threads that a world uses; the kernel has many more, which stay as they are. */
#define SLOTS_USED (SPEC_THREADS + 2u)
#define KERNEL_USED (offsetof(struct kernel, slots) + SLOTS_USED * sizeof(struct thread_slot))
#define CORE_USED offsetof(struct world_core, spec.windows)

struct world_state {
    uint8_t core[CORE_USED];
    uint8_t kernel[KERNEL_USED];
    uint16_t kept[WORLD_FRAMES]; /* bytes of each frame, one after another in `bytes` */
    /* Then the model's windows and pages. */
    uint8_t bytes[WORLD_FRAMES * PAGE_BYTES + SPEC_THREADS * SPEC_WINDOW_BYTES + SPEC_PAGED_OBJECTS * SPEC_PAGED_BYTES];
};

struct world_state *world_state_create(void)
{
    return malloc(sizeof(struct world_state));
}

void world_state_free(struct world_state *state)
{
    free(state);
}

static size_t window_bytes(const struct world *world)
{
    return world->config.small ? WORLD_SMALL_BYTES : SPEC_WINDOW_BYTES;
}

static uint16_t bytes_kept(const struct world *world, size_t frame)
{
    const struct world_frame *noted = &world->frames[frame];

    if (frame >= world->kernel->frames.count || world->kernel->frames.frames[frame].references == 0)
        return 0;
    if (noted->bytes != 0 && world->now.spec.threads[noted->thread].state != THREAD_DEAD)
        return (uint16_t)noted->bytes;
    return PAGE_BYTES;
}

void world_save(const struct world *world, struct world_state *state)
{
    uint8_t *at = state->bytes;

    memcpy(state->core, &world->now, CORE_USED);
    memcpy(state->kernel, world->kernel, KERNEL_USED);
    for (size_t i = 0; i < WORLD_FRAMES; i++) {
        state->kept[i] = bytes_kept(world, i);
        memcpy(at, world->ram + i * PAGE_BYTES, state->kept[i]);
        at += state->kept[i];
    }
    for (int i = 0; i < world->config.threads; i++) {
        memcpy(at, world->now.spec.windows[i], window_bytes(world));
        at += window_bytes(world);
    }
    if (world->config.paged)
        memcpy(at, world->now.spec.paged_bytes, sizeof(world->now.spec.paged_bytes));
}

void world_restore(struct world *world, const struct world_state *state)
{
    const uint8_t *at = state->bytes;

    memcpy(&world->now, state->core, CORE_USED);
    memcpy(world->kernel, state->kernel, KERNEL_USED);
    for (size_t i = 0; i < WORLD_FRAMES; i++) {
        memcpy(world->ram + i * PAGE_BYTES, at, state->kept[i]);
        at += state->kept[i];
    }
    for (int i = 0; i < world->config.threads; i++) {
        memcpy(world->now.spec.windows[i], at, window_bytes(world));
        at += window_bytes(world);
    }
    if (world->config.paged)
        memcpy(world->now.spec.paged_bytes, at, sizeof(world->now.spec.paged_bytes));
}
