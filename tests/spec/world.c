/* Making a world, in the core and in the model alike; saving, restoring, ending it. */
#include "world_private.h"

#include "grant.h"
#include "lending.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum world_result world_differs(struct world *world, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(world->explain, sizeof(world->explain), format, arguments);
    va_end(arguments);
    return WORLD_DIFFERS;
}

const char *world_explain(const struct world *world)
{
    return world->explain;
}

const struct spec *world_spec(const struct world *world)
{
    return &world->now.spec;
}

static void must(struct world *world, bool ok)
{
    if (!ok)
        plat_panic(world->kernel, "a world cannot be made");
}

/* Pages at an address of a space, all present: pointers to them. */
static void pages_map(struct world *world, struct space *space, uint64_t address, unsigned pages, uint32_t prot,
                      uint8_t *views[])
{
    struct kernel *kernel = world->kernel;
    struct memory *memory;
    uint64_t at = address;
    uint64_t frame;

    must(world, memory_create(kernel, kernel->memory.root_grant, pages * (uint64_t)PAGE_BYTES, &memory) == 0);
    for (unsigned i = 0; i < pages; i++) {
        must(world, memory_page(kernel, memory, i, true, &frame) == 0);
        views[i] = plat_frame_bytes(kernel, frame);
    }
    must(world, space_map(kernel, space, &at, pages * (uint64_t)PAGE_BYTES, memory, RIGHTS_ALL, 0,
                          prot | MAP_FLAG_FIXED) == 0);
    object_release(kernel, memory_object(memory));
}

static void handle_add(struct world *world, int table, int64_t handle, void *object)
{
    must(world, table_reserve_at(world->kernel, world->tables[table], handle) == 0);
    table_fill(world->tables[table], (int)handle, object, RIGHTS_ALL, 0);
}

/* A handle on an object that both sides know. */
static void object_add(struct world *world, int table, int type, int index, void *object)
{
    world->now.objects[type][index] = object;
    handle_add(world, table, spec_handle_put(&world->now.spec, table, type, index, RIGHTS_ALL, 0), object);
}

static void tables_add(struct world *world)
{
    struct kernel *kernel = world->kernel;
    uint8_t *view;

    for (int i = 0; i < world->config.tables; i++) {
        must(world, space_create(kernel, kernel->memory.root_grant, &world->spaces[i]) == 0);
        must(world, table_create(kernel, kernel->memory.root_grant, &world->tables[i]) == 0);
        handle_add(world, i, HANDLE_GRANT, kernel->memory.root_grant);
        pages_map(world, world->spaces[i], SPEC_READ_ONLY, 1, PROT_R, &view);
        pages_map(world, world->spaces[i], SPEC_WORD_BASE, 1, PROT_R | PROT_W, &world->words[i]);
    }
}

static void grant_add(struct world *world)
{
    struct grant *grant;

    must(world, grant_create(world->kernel, world->kernel->memory.root_grant, UINT64_MAX, &grant) == 0);
    for (int table = 0; table < world->config.tables; table++)
        handle_add(world, table, WORLD_GRANT, grant);
    object_release(world->kernel, (struct object *)(void *)grant);
}

static void authority_add(struct world *world)
{
    struct kernel *kernel = world->kernel;
    struct object *authority;

    if (!world->config.authority)
        return;
    must(world, object_create(kernel, kernel->memory.root_grant, OBJECT_AUTHORITY, sizeof(*authority), &authority) ==
                    0);
    handle_add(world, 0, HANDLE_AUTHORITY, authority);
    object_release(kernel, authority);
    world->now.spec.tables[0].authority = true;
}

static struct connection *connection_add(struct world *world, int index, int channel, uint64_t cookie)
{
    struct kernel *kernel = world->kernel;
    struct connection *connection;

    must(world, connection_create(kernel, kernel->memory.root_grant,
                                  world->now.objects[OBJECT_CHANNEL][channel], cookie, &connection) == 0);
    world->now.objects[OBJECT_CONNECTION][index] = connection;
    world->now.spec.connections[index] =
        (struct spec_connection){.exists = true, .channel = channel, .cookie = cookie};
    return connection;
}

/* Channels with their connections, and a notification that all may use. */
static void objects_add(struct world *world)
{
    struct kernel *kernel = world->kernel;
    struct grant *grant = kernel->memory.root_grant;
    struct notification *notification;
    int connections = 0;

    for (int i = 0; i < world->config.channels; i++) {
        uint32_t flags = ((world->config.unblock >> i & 1u) != 0 ? CHANNEL_UNBLOCK : 0) |
                         ((world->config.budget_wait >> i & 1u) != 0 ? CHANNEL_BUDGET_WAIT : 0);
        struct channel *channel;

        must(world, channel_create(kernel, grant, world->config.pulse_slots, flags, &channel) == 0);
        spec_channel_add(&world->now.spec, i, flags, world->config.pulse_slots);
        object_add(world, i % world->config.tables, OBJECT_CHANNEL, i, channel);
        object_release(kernel, &channel->object);
        for (int table = 0; table < world->config.tables; table++) {
            struct connection *connection = connection_add(world, connections, i, 100 + (uint64_t)connections);

            object_add(world, table, OBJECT_CONNECTION, connections++, connection);
            object_release(kernel, &connection->object);
        }
    }
    must(world, notification_create(kernel, grant, &notification) == 0);
    world->now.spec.notifications[0] = (struct spec_notification){.exists = true};
    for (int table = 0; table < world->config.tables; table++)
        object_add(world, table, OBJECT_NOTIFICATION, 0, notification);
    object_release(kernel, &notification->object);
}

/* One tells nobody, one channel 0. */
static void budgets_add(struct world *world)
{
    struct spec *spec = &world->now.spec;

    for (int i = 0; i < 2 && world->config.budgets != 0; i++) {
        int connection = i == 0 || world->config.channels == 0 ? SPEC_NONE : 0;
        struct scheduling_arguments arguments = {
            .grant = world->kernel->memory.root_grant,
            .budget_ns = i == 0 ? 20000 : 50000,
            .period_ns = i == 0 ? 100000 : SLICE_NS,
            .connection = connection == SPEC_NONE ? NULL : world->now.objects[OBJECT_CONNECTION][connection],
        };
        struct scheduling *scheduling;

        must(world, scheduling_create(world->kernel, &arguments, &scheduling) == 0);
        spec_budget_add(spec, i, arguments.budget_ns, arguments.period_ns, connection);
        for (int table = 0; table < world->config.tables; table++)
            object_add(world, table, OBJECT_SCHEDULING, i, scheduling);
        for (int thread = 0; thread < world->config.threads; thread++) {
            if ((world->config.budgets >> thread & 1u) == 0 || thread % 2 != i)
                continue;
            must(world, lending_bind(world->kernel, scheduling, world->threads[thread]) == 0);
            spec_thread_bind(spec, thread, i);
        }
        object_release(world->kernel, &scheduling->object);
    }
}

static void thread_add(struct world *world, int index, struct connection *exceptions, int exception_index)
{
    struct kernel *kernel = world->kernel;
    int table = index % world->config.tables;
    bool excepting = exceptions != NULL && (world->config.exceptions >> index & 1u) != 0;
    struct thread_arguments arguments = {
        .grant = kernel->memory.root_grant,
        .space = world->spaces[table],
        .table = world->tables[table],
        .control_address = WORLD_CONTROLS + (uint64_t)index * PAGE_BYTES,
        .exception = excepting ? exceptions : NULL,
        .identity = 1000u + (uint64_t)index,
        .priority = world->config.priorities[index],
    };
    struct thread *thread;
    uint64_t frame;

    must(world, memory_create(kernel, arguments.grant, PAGE_BYTES, &arguments.control_memory) == 0);
    must(world, memory_page(kernel, arguments.control_memory, 0, true, &frame) == 0);
    world->controls[index] = plat_frame_bytes(kernel, frame);
    must(world, thread_create(kernel, &arguments, &thread) == 0);
    object_release(kernel, memory_object(arguments.control_memory));
    world->threads[index] = thread;
    pages_map(world, world->spaces[table], SPEC_DATA + (uint64_t)index * SPEC_DATA_STRIDE, WORLD_PAGES,
              PROT_R | PROT_W, world->windows[index]);
    pages_map(world, world->spaces[table], WORLD_VECTORS + (uint64_t)index * PAGE_BYTES, 1, PROT_R | PROT_W,
              &world->vectors[index]);
    spec_thread_add(&world->now.spec, index, table, arguments.priority, arguments.identity,
                    excepting ? exception_index : SPEC_NONE);
    world->controls[index]->receive_base = HANDLE_DYNAMIC;
    for (unsigned i = 0; i < SPEC_WINDOW_BYTES; i++) {
        uint8_t byte = (uint8_t)(i * 7u + (i >> 8) * 3u + (unsigned)index * 37u + 1u);

        world->windows[index][i / PAGE_BYTES][i % PAGE_BYTES] = byte;
        world->now.spec.windows[index][i] = byte;
    }
}

static void threads_add(struct world *world)
{
    struct kernel *kernel = world->kernel;
    struct connection *exceptions = NULL;
    int index = SPEC_CONNECTIONS - 1;

    if (world->config.exceptions != 0 && world->config.channels != 0)
        exceptions = connection_add(world, index, 0, 900);
    for (int i = 0; i < world->config.threads; i++)
        thread_add(world, i, exceptions, index);
    if (exceptions != NULL)
        object_release(kernel, &exceptions->object);
    for (int i = 0; i < world->config.threads; i++) {
        for (int table = 0; table < world->config.tables; table++)
            handle_add(world, table, WORLD_THREAD_HANDLES + i, world->threads[i]);
        must(world, thread_start(kernel, world->threads[i], 0, 0, 0) == 0);
        object_release(kernel, &world->threads[i]->object);
    }
    for (int i = 0; i < world->config.tables; i++) {
        object_release(kernel, space_object(world->spaces[i]));
        object_release(kernel, table_object(world->tables[i]));
    }
}

/* Memory with pagers, and what they supply it from. */
static void paged_add(struct world *world)
{
    struct kernel *kernel = world->kernel;
    struct spec *spec = &world->now.spec;
    struct memory *source;

    if (!world->config.paged || world->config.channels == 0)
        return;
    must(world, memory_create(kernel, kernel->memory.root_grant, SPEC_PAGED_BYTES, &source) == 0);
    for (unsigned page = 0; page < SPEC_PAGED_PAGES; page++) {
        uint64_t frame;

        must(world, memory_page(kernel, source, page, true, &frame) == 0);
        world->source[page] = plat_frame_bytes(kernel, frame);
    }
    for (unsigned i = 0; i < SPEC_PAGED_BYTES; i++)
        spec->source[i] = world->source[i / PAGE_BYTES][i % PAGE_BYTES] = (uint8_t)(i * 11u + (i >> 9) + 3u);
    for (int i = 0; i < SPEC_PAGED_OBJECTS; i++) {
        int connection = i % world->config.channels * world->config.tables;

        must(world, memory_create_paged(kernel, kernel->memory.root_grant, SPEC_PAGED_BYTES,
                                        world->now.objects[OBJECT_CONNECTION][connection],
                                        WORLD_PAGED_VALUE + (uint64_t)i, &world->paged[i]) == 0);
        spec->paged[i] = (struct spec_paged){
            .exists = true, .connection = connection, .value = WORLD_PAGED_VALUE + (uint64_t)i};
        for (int table = 0; table < world->config.tables; table++) {
            uint64_t at = SPEC_PAGED + (uint64_t)i * SPEC_PAGED_STRIDE;

            handle_add(world, table, WORLD_PAGED_HANDLES + i, world->paged[i]);
            must(world, space_map(kernel, world->spaces[table], &at, SPEC_PAGED_BYTES, world->paged[i], RIGHTS_ALL, 0,
                                  PROT_R | PROT_W | MAP_FLAG_FIXED) == 0);
        }
        object_release(kernel, memory_object(world->paged[i]));
    }
    for (int table = 0; table < world->config.tables; table++)
        handle_add(world, table, WORLD_PAGED_HANDLES + SPEC_PAGED_OBJECTS, source);
    object_release(kernel, memory_object(source));
}

static void frame_note(struct world *world, const uint8_t *view, int thread, uint32_t bytes)
{
    world->frames[(size_t)(view - world->ram) / PAGE_BYTES] = (struct world_frame){.thread = thread, .bytes = bytes};
}

/* What of the threads' memory is kept. A thread's frames are nobody else's while it lives. */
static void frames_note(struct world *world)
{
    for (int i = 0; i < world->config.threads; i++) {
        frame_note(world, (const uint8_t *)world->controls[i], i, CONTROL_KERNEL_BYTES);
        for (unsigned page = 0; world->config.small && page < WORLD_PAGES; page++)
            frame_note(world, world->windows[i][page], i, page == 0 ? WORLD_SMALL_BYTES : 1);
        frame_note(world, world->vectors[i], i, WORLD_VECTOR_BYTES);
    }
}

struct world *world_create(const struct world_config *config)
{
    struct world *world = calloc(1, sizeof(*world));
    struct kernel_config kernel_config;

    world->config = *config;
    if (world->config.threads < world->config.tables)
        world->config.tables = world->config.threads;
    world->ram = aligned_alloc(PAGE_BYTES, WORLD_FRAMES * PAGE_BYTES);
    memset(world->ram, 0xa5, WORLD_FRAMES * PAGE_BYTES);
    world->kernel = aligned_alloc(PAGE_BYTES, kernel_bytes());
    memset(world->kernel, 0, kernel_bytes());
    kernel_config = (struct kernel_config){.first_frame = (uintptr_t)world->ram / PAGE_BYTES,
                                           .frame_count = WORLD_FRAMES,
                                           .now_ns = WORLD_START_NS,
                                           .platform = world};
    world->kernel->platform = world;
    must(world, kernel_init(world->kernel, &kernel_config) == 0);
    spec_init(&world->now.spec, WORLD_START_NS);
    tables_add(world);
    authority_add(world);
    grant_add(world);
    objects_add(world);
    paged_add(world);
    threads_add(world);
    budgets_add(world);
    (void)kernel_next(world->kernel, 0, WORLD_START_NS);
    (void)spec_next(&world->now.spec, SPEC_NONE, SPEC_NONE);
    frames_note(world);
    world->start = world_state_create();
    world_save(world, world->start);
    must(world, world_end(world) == WORLD_SAME);
    world->free_pages = world->kernel->frames.free_count;
    world_reset(world);
    return world;
}

void world_destroy(struct world *world)
{
    world_state_free(world->start);
    free(world->kernel);
    free(world->ram);
    free(world);
}

void world_reset(struct world *world)
{
    world_restore(world, world->start);
    world->explain[0] = '\0';
}

bool world_is_over(const struct world *world)
{
    for (int i = 0; i < world->config.threads; i++) {
        if (world->now.spec.threads[i].state != THREAD_DEAD)
            return false;
    }
    return true;
}

struct world_config world_config_of(uint64_t seed)
{
    uint64_t random = seed * 0x9e3779b97f4a7c15ull + 0x632be59bd9b4e019ull;
    struct world_config config = {.stamp = true};

    random ^= random >> 29;
    random *= 0xbf58476d1ce4e5b9ull;
    random ^= random >> 32;
    config.threads = (uint8_t)(2 + random % 7);
    config.tables = (uint8_t)(1 + (random >> 8) % 3);
    config.channels = (uint8_t)(1 + (random >> 16) % 3);
    config.pulse_slots = (uint8_t)((random >> 24) % 4);
    config.unblock = (uint8_t)(random >> 32 & 7u);
    config.exceptions = (uint8_t)((random >> 56 & 1u) != 0 ? random >> 40 : 0);
    config.authority = (random >> 47) % 2 == 0;
    config.natural = (random >> 48) % 4 == 0;
    if ((random >> 60) % 4 == 0) {
        config.budgets = (uint8_t)(random >> 44 | 1u);
        config.budget_wait = (uint8_t)(random >> 36 & 7u);
    }
    config.slow = (uint8_t)((random >> 57) % 4 == 0 ? 0xff : (random >> 57) % 4 == 1 ? random >> 20 : 0);
    config.paged = seed % 3 == 1;
    config.told = config.paged || seed % 3 == 2;
    for (unsigned i = 0; i < SPEC_THREADS; i++)
        config.priorities[i] = (uint8_t)(10 + (random >> (i * 3 + 7)) % 5 * ((random >> 52) % 3));
    return config;
}
