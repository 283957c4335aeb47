/* Random but sensible traffic between processes that come and go: every invariant holds after every step, and nothing
 * is left when all are gone. */
#include "scenario.h"
#include "unit.h"

#define PROCESSES 4u
#define CHANNELS 4u
#define CONNECTIONS 8u
#define STEPS 4000u
#define SEEDS 8u

struct world {
    struct scenario *s;
    uint32_t random;
    uint64_t ids[6]; /* message IDs seen lately */
    unsigned id_count;
};

static uint32_t pick(struct world *world, uint32_t below)
{
    world->random = world->random * 1664525u + 1013904223u;
    return (world->random >> 8) % below;
}

/* A handle of a type in a thread's table, chosen at random; a bad one if there is none. */
static uint64_t handle_pick(struct world *world, struct thread *thread, enum object_type type)
{
    uint64_t found = 12345;
    unsigned count = 0;

    for (int handle = table_next(thread->table, 0, 0); handle >= 0; handle = table_next(thread->table, handle + 1, 0)) {
        if (object_of(thread, handle)->type == type && pick(world, ++count) == 0)
            found = (uint64_t)handle;
    }
    return found;
}

/* Gives a handle of one thread's table to another's, if there is room. */
static void handle_give(struct world *world, struct thread *from, struct thread *to, enum object_type type)
{
    struct handle_entry entry;
    int place;

    if (table_entry_get(from->table, (int64_t)handle_pick(world, from, type), &entry) != 0)
        return;
    place = table_reserve(world->s->kernel, to->table, HANDLE_DYNAMIC);
    if (place >= 0 && place < HANDLE_DYNAMIC + 40)
        table_fill(to->table, place, entry.object, entry.rights, 0);
}

static struct thread *thread_pick(struct world *world, bool ready)
{
    struct kernel *kernel = world->s->kernel;
    struct thread *found = NULL;
    unsigned count = 0;

    for (uint32_t i = 0; i < kernel->slot_used; i++) {
        struct thread *thread = kernel->slots[i].thread;
        bool fits = thread != NULL && thread->state != THREAD_NEW && thread->state != THREAD_DEAD;

        if (fits && ready)
            fits = !thread->suspended && (thread->state == THREAD_READY || thread->state == THREAD_RUNNING);
        if (fits && pick(world, ++count) == 0)
            found = thread;
    }
    return found;
}

static void populate(struct world *world)
{
    struct kernel *kernel = world->s->kernel;

    while (kernel->memory.object_count[OBJECT_SPACE] < PROCESSES) {
        struct process process = process_create(world->s);
        struct thread *before = thread_pick(world, false);
        struct connection *exceptions = NULL;
        struct handle_entry entry;

        if (before != NULL && table_entry_get(before->table, (int64_t)handle_pick(world, before, OBJECT_CONNECTION),
                                              &entry) == 0)
            exceptions = (struct connection *)entry.object;
        for (unsigned i = 0; i < 3; i++) {
            struct thread *thread = thread_add(&process, (uint8_t)(pick(world, 4) * 3), NULL, exceptions);

            if (i == 0 && before != NULL)
                handle_give(world, before, thread, OBJECT_CONNECTION);
        }
    }
}

static uint64_t id_pick(struct world *world)
{
    return world->id_count == 0 ? 0 : world->ids[pick(world, world->id_count < 6 ? world->id_count : 6)];
}

static uint64_t deadline_pick(struct world *world)
{
    return pick(world, 3) != 0 ? DEADLINE_NONE : world->s->now_ns + pick(world, 3) * 700;
}

static uint64_t part_pick(struct world *world, struct thread *thread)
{
    static const uint64_t bases[] = {DATA, DATA + 4090, DATA + 8192, READ_ONLY, NOWHERE, DATA + 100};

    return VECTOR(world->s, thread, {bases[pick(world, 6)], pick(world, 60)}, {DATA + 3 * 4096, pick(world, 9000)});
}

static void transfer_pick(struct world *world, struct thread *thread)
{
    static const enum object_type types[] = {OBJECT_CONNECTION, OBJECT_CHANNEL, OBJECT_NOTIFICATION, OBJECT_TABLE,
                                             OBJECT_THREAD, OBJECT_TIMER};
    struct control *control = thread->control;

    control->transfer_count = pick(world, 3);
    for (uint32_t i = 0; i < control->transfer_count; i++) {
        control->transfer[i] = (struct transfer){
            .handle = (int32_t)handle_pick(world, thread, types[pick(world, 6)]),
            .rights = RIGHTS_ALL,
            .move = pick(world, 2),
        };
    }
}

static void step_message(struct world *world, struct thread *thread)
{
    struct scenario *s = world->s;
    uint64_t channel = handle_pick(world, thread, OBJECT_CHANNEL);
    uint64_t parts = part_pick(world, thread);
    uint64_t id = id_pick(world);

    if (pick(world, 4) == 0)
        transfer_pick(world, thread);
    switch (pick(world, 11)) {
    case 10:
        ACT(s, thread, REPLY_RECEIVE_SHORT, id, pick(world, 5) | channel << 8 | (uint64_t)pick(world, 9) << 32, 9, 8, 7,
            6);
        break;
    case 8:
        ACT(s, thread, CALL_SHORT, handle_pick(world, thread, OBJECT_CONNECTION), 1, 2, 3, 4,
            pick(world, 5) | pick(world, 5) << 8 | (uint64_t)pick(world, 2) << 32);
        break;
    case 9:
        ACT(s, thread, REPLY_SHORT, id, pick(world, 5), 5, 6, 7, 8);
        break;
    case 0:
    case 1:
        ACT(s, thread, CALL, handle_pick(world, thread, OBJECT_CONNECTION), parts, parts,
            2u | 2u << 16 | (uint64_t)pick(world, 2) << 32, deadline_pick(world));
        break;
    case 2:
    case 3:
        ACT(s, thread, RECEIVE, channel, parts, pick(world, 4) == 0 ? 0 : 2, deadline_pick(world));
        break;
    case 4:
        ACT(s, thread, REPLY, id, pick(world, 3), parts, 2);
        break;
    case 5:
        ACT(s, thread, REPLY_RECEIVE, id, pick(world, 3), parts, 2u | 2u << 16, parts, channel);
        break;
    case 6:
        ACT(s, thread, MESSAGE_READ, id, pick(world, 100), parts, 2);
        break;
    default:
        ACT(s, thread, MESSAGE_WRITE, id, pick(world, 100), parts, 2);
    }
}

static void step_object(struct world *world, struct thread *thread)
{
    struct kernel *kernel = world->s->kernel;
    struct scenario *s = world->s;
    uint64_t *count = kernel->memory.object_count;
    uint64_t connection = handle_pick(world, thread, OBJECT_CONNECTION);

    switch (pick(world, 9)) {
    case 8:
        ACT(s, thread, NOTIFICATION_BIND, handle_pick(world, thread, OBJECT_NOTIFICATION),
            handle_pick(world, thread, OBJECT_CHANNEL), pick(world, 4));
        break;
    case 0:
        if (count[OBJECT_CHANNEL] < CHANNELS)
            ACT(s, thread, CHANNEL_CREATE, HANDLE_GRANT, pick(world, 3), pick(world, 4));
        break;
    case 1:
        if (count[OBJECT_CONNECTION] < CONNECTIONS)
            ACT(s, thread, CONNECTION_CREATE, HANDLE_GRANT, handle_pick(world, thread, OBJECT_CHANNEL), 7, RIGHTS_ALL);
        break;
    case 2:
        ACT(s, thread, PULSE, connection, 1, 2, (uint64_t)(int64_t)-1);
        break;
    case 3:
        if (count[OBJECT_TIMER] < 4)
            ACT(s, thread, TIMER_CREATE, HANDLE_GRANT, connection, 3, 4);
        else
            ACT(s, thread, TIMER_SET, handle_pick(world, thread, OBJECT_TIMER), s->now_ns + pick(world, 5000),
                (uint64_t)pick(world, 2) * 10000);
        break;
    case 4:
        if (count[OBJECT_NOTIFICATION] < 4)
            ACT(s, thread, NOTIFICATION_CREATE, HANDLE_GRANT);
        else
            ACT(s, thread, NOTIFICATION_WAIT, handle_pick(world, thread, OBJECT_NOTIFICATION), DATA,
                deadline_pick(world));
        break;
    case 5:
        ACT(s, thread, NOTIFICATION_SIGNAL, handle_pick(world, thread, OBJECT_NOTIFICATION), pick(world, 4));
        break;
    case 6:
        ACT(s, thread, ADDRESS_WAIT, DATA + 16 * 4096 + pick(world, 2) * 4, 0, deadline_pick(world));
        break;
    default:
        ACT(s, thread, ADDRESS_WAKE, DATA + 16 * 4096 + pick(world, 2) * 4, pick(world, 3));
    }
}

static void step_budget(struct world *world, struct thread *thread)
{
    struct scenario *s = world->s;
    uint64_t scheduling = handle_pick(world, thread, OBJECT_SCHEDULING);
    uint64_t budget_ns = SCHEDULING_BUDGET_MIN_NS + pick(world, 3) * 700;

    switch (pick(world, 4)) {
    case 0:
        if (s->kernel->memory.object_count[OBJECT_SCHEDULING] < 4)
            ACT(s, thread, SCHEDULING_CREATE, HANDLE_GRANT, budget_ns, budget_ns * 4,
                handle_pick(world, thread, OBJECT_CONNECTION), 5, 6);
        else
            ACT(s, thread, SCHEDULING_SET, scheduling, budget_ns, budget_ns * (1 + pick(world, 4)));
        break;
    case 1:
        handle_give(world, thread, thread_pick(world, false), OBJECT_SCHEDULING);
        break;
    default:
        ACT(s, thread, SCHEDULING_BIND, scheduling, UINT64_MAX, pick(world, 4) != 0);
    }
}

static void step_rare(struct world *world, struct thread *thread)
{
    static const enum object_type types[] = {OBJECT_CONNECTION, OBJECT_CHANNEL, OBJECT_NOTIFICATION, OBJECT_TIMER,
                                             OBJECT_SCHEDULING};
    struct scenario *s = world->s;
    struct thread *victim = thread_pick(world, false);

    switch (pick(world, 9)) {
    case 0:
        kernel_thread_lost(s->kernel, 0, s->now_ns, victim);
        break;
    case 1:
        ACT(s, thread, HANDLE_CLOSE, UINT64_MAX, handle_pick(world, thread, types[pick(world, 5)]));
        break;
    case 2:
        thread_suspend(s->kernel, victim);
        break;
    case 3:
        thread_interrupt(s->kernel, victim);
        break;
    case 4:
        thread_priority_set(s->kernel, victim, (uint8_t)(pick(world, 6) * 3));
        break;
    case 5:
        handle_give(world, thread, victim, OBJECT_CHANNEL);
        break;
    case 6:
        if (next_of(s) != NULL)
            kernel_fault(s->kernel, 0, s->now_ns, NOWHERE, ACCESS_READ);
        break;
    case 7:
        handle_give(world, thread, victim, OBJECT_CONNECTION);
        break;
    default:
        time_pass(s, s->now_ns + pick(world, 3000));
    }
    thread_kill_doomed(s->kernel); /* what was called directly may have left some */
    scenario_check(s);
}

static void step(struct world *world)
{
    struct thread *thread;
    uint32_t kind = pick(world, 22);

    populate(world);
    thread = thread_pick(world, true);
    if (thread == NULL || pick(world, 10) == 0) {
        time_pass(world->s, world->s->now_ns + 1000);
        thread = thread_pick(world, false);
        if (thread != NULL && thread->suspended)
            thread_resume(world->s->kernel, thread);
        else if (thread != NULL && thread_pick(world, true) == NULL)
            kernel_thread_lost(world->s->kernel, 0, world->s->now_ns, thread);
        scenario_check(world->s);
        return;
    }
    if (thread->control->info.message_id != 0)
        world->ids[world->id_count++ % 6] = thread->control->info.message_id;
    if (kind < 12)
        step_message(world, thread);
    else if (kind < 18)
        step_object(world, thread);
    else if (kind < 20)
        step_budget(world, thread);
    else
        step_rare(world, thread);
}

static void world_run(uint32_t seed)
{
    struct world world = {.s = scenario_create(), .random = seed * 2654435761u};
    struct thread *thread;
    uint64_t free_pages = world.s->kernel->frames.free_count;

    for (unsigned i = 0; i < STEPS; i++)
        step(&world);
    while ((thread = thread_pick(&world, false)) != NULL)
        kernel_thread_lost(world.s->kernel, 0, world.s->now_ns, thread);
    time_pass(world.s, world.s->now_ns + 1);
    for (unsigned type = OBJECT_TABLE; type < OBJECT_TYPE_COUNT; type++)
        ck_assert_msg(world.s->kernel->memory.object_count[type] == 0, "seed %u leaves objects of type %u", seed, type);
    ck_assert(remains_clear(world.s->kernel));
    ck_assert_uint_eq(world.s->kernel->frames.free_count, free_pages);
    scenario_destroy(world.s);
}

START_TEST(any_traffic_keeps_every_invariant_and_leaves_nothing_IPC_17)
{
    for (uint32_t seed = 1; seed <= SEEDS; seed++)
        world_run(seed);
}
END_TEST

UNIT_MAIN("ipc_random", any_traffic_keeps_every_invariant_and_leaves_nothing_IPC_17)
