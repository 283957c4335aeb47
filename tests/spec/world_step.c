/* One step: who acts, what is made of the operation, and who runs next, in the core and in the model. */
#include "world_private.h"

#include <stdio.h>
#include <string.h>

#define ROOM_KEPT (2u * TRANSFER_MAX) /* places that one operation may fill in a table */

/* Whether a preempted copy of the thread goes on at once, so that the model need not know of it. */
static bool goes_on(const struct world *world, int thread)
{
    const struct spec *spec = &world->now.spec;

    for (int i = 0; i < world->config.threads; i++) {
        if (spec_priority(spec, i) > spec_priority(spec, thread))
            return false;
        if (spec->threads[i].suspended && spec->threads[i].state == THREAD_RECEIVE)
            return false;
    }
    /* A message whose copy fails after a preemption is queued anew, and that is signalled. */
    for (int i = 0; i < SPEC_CHANNELS; i++) {
        if (spec->channels[i].exists && spec->channels[i].notification != SPEC_NONE)
            return false;
    }
    /* The order of the ready is not known before the copy's end, and so not who is found without budget. */
    for (int i = 0; i < SPEC_BUDGETS; i++) {
        if (spec->budgets[i].exists && spec->budgets[i].empty)
            return false;
    }
    return spec->now_ns < spec->slice_end_ns;
}

unsigned world_actors(const struct world *world, int actors[SPEC_THREADS])
{
    const struct spec *spec = &world->now.spec;
    unsigned count = 0;

    for (int i = 0; i < world->config.threads; i++) {
        if (spec_thread_is_ready(spec, i) && !spec->threads[i].again && spec->threads[i].budget_wait == SPEC_NONE &&
            spec_shortage(spec, i) == SPEC_NONE)
            actors[count++] = i;
    }
    return count;
}

/* The thread that acts; SPEC_NONE: there is none that could. */
static int actor_pick(const struct world *world, uint8_t pick)
{
    int actors[SPEC_THREADS];
    unsigned count;

    if (world->config.natural)
        return world->now.spec.current;
    count = world_actors(world, actors);
    return count == 0 ? SPEC_NONE : actors[pick % count];
}

/* Gives the CPU to a ready thread, whatever the scheduler says. */
static void actor_force(struct world *world, int index)
{
    struct kernel *kernel = world->kernel;
    struct thread *thread = world->threads[index];
    struct thread *current = schedule_current(kernel);

    if (current == thread)
        return;
    if (current != NULL) {
        schedule_remove(kernel, current);
        current->state = THREAD_READY;
        schedule_add(kernel, current);
    }
    schedule_remove(kernel, thread);
    thread->state = THREAD_RUNNING;
    thread->in_call = false;
    kernel->cpu[0].current = thread;
    kernel->cpu[0].running = thread;
    spec_force(&world->now.spec, index);
}

/* The program writes into its memory. */
static void bytes_stamp(struct world *world, int thread)
{
    for (unsigned i = 0; i < 64; i++) {
        unsigned offset = i < 32 ? i : PAGE_BYTES - 48u + i;
        uint8_t byte = (uint8_t)(world->now.spec.step * 13u + offset * 5u + (unsigned)thread);

        world->windows[thread][offset / PAGE_BYTES][offset % PAGE_BYTES] = byte;
        world->now.spec.windows[thread][offset] = byte;
    }
}

static void do_machine(struct world *world, const struct operation *op)
{
    static const uint64_t passes[] = {0, 1, 500, 1000, 3000, 10000, SLICE_NS / 2, SLICE_NS};
    struct spec *spec = &world->now.spec;
    int target = op->other % world->config.threads;

    if (op->kind == OP_LINE_FIRES) {
        kernel_interrupt(world->kernel, 0, spec->now_ns, op->other % SPEC_INTERRUPTS);
        world_stops_note(world);
        spec_interrupt_fire(spec, op->other % SPEC_INTERRUPTS);
    } else if (op->kind == OP_LOST && spec->threads[target].state != THREAD_DEAD) {
        kernel_thread_lost(world->kernel, 0, spec->now_ns, world->threads[target]);
        world_stops_note(world);
        spec_lost(spec, target);
    } else {
        uint64_t now_ns = spec->now_ns + passes[op->deadline % 8u];

        kernel_timer(world->kernel, 0, now_ns);
        world_stops_note(world);
        spec_time(spec, now_ns);
    }
}

/* Whether the model has room for all that the operation may make. */
static bool has_room(const struct world *world, uint8_t kind)
{
    const struct spec *spec = &world->now.spec;

    if (kind > OP_CONNECTION && kind != OP_NOTIFICATION && kind != OP_TIMER && kind < OP_BUDGET)
        return true;
    if (kind == OP_CLOSE || kind == OP_TOUCH || kind == OP_SUPPLY)
        return true;
    for (int i = 0; i < world->config.tables; i++) {
        if (spec_room(spec, i) < (int)ROOM_KEPT)
            return false;
    }
    return spec_channel_free(spec) != SPEC_NONE && spec_connection_free(spec) != SPEC_NONE &&
           spec_notification_free(spec) != SPEC_NONE && spec_timer_free(spec) != SPEC_NONE &&
           spec_budget_free(spec) != SPEC_NONE;
}

/* A new object of this step: from now on both sides know which is which. */
static void object_learn(struct world *world, int thread, uint8_t kind)
{
    const struct spec *spec = &world->now.spec;
    const struct spec_thread *it = &spec->threads[thread];
    const struct spec_handle *handle;
    struct handle_entry entry;

    if (kind != OP_CHANNEL && kind != OP_CONNECTION && kind != OP_NOTIFICATION && kind != OP_TIMER &&
        kind != OP_BUDGET && kind != OP_LINE)
        return;
    if (it->result < HANDLE_DYNAMIC || table_entry_get(world->tables[it->table], it->result, &entry) != 0)
        return;
    handle = &spec->tables[it->table].handles[it->result - HANDLE_DYNAMIC];
    world->now.objects[handle->type][handle->index] = entry.object;
}

static void step_do(struct world *world, const struct operation *given)
{
    struct operation operation = *given;
    struct decoded decoded = {.thread = SPEC_NONE};
    struct spec *spec = &world->now.spec;

    operation.kind %= OP_KINDS;
    spec->step++;
    decoded.thread = actor_pick(world, operation.thread);
    if (decoded.thread == SPEC_NONE || operation.kind == OP_LOST || operation.kind == OP_TIME ||
        operation.kind == OP_LINE_FIRES) {
        do_machine(world, &operation);
    } else {
        if (!has_room(world, operation.kind))
            operation.kind = OP_CLOSE;
        if (!world->config.paged && (operation.kind == OP_TOUCH || operation.kind == OP_SUPPLY))
            operation.kind = OP_YIELD;
        actor_force(world, decoded.thread);
        if (world->config.stamp)
            bytes_stamp(world, decoded.thread);
        world->actor = world->threads[decoded.thread];
        world->may_preempt = !world->config.told && !world->config.whole && goes_on(world, decoded.thread);
        world_decode(world, &operation, &decoded);
        world_do(world, &decoded);
        object_learn(world, decoded.thread, operation.kind);
    }
}

/* If a copy was preempted, a receiver that waited and then could not take the message has run meanwhile, and who was to
 * be handed the CPU has not got it. Then who goes before whom, within a priority, is as the core has it. */
static void order_open(struct spec *spec)
{
    if (spec->direct != SPEC_NONE)
        spec->threads[spec->direct].ready_place.sequence = ++spec->sequence;
    spec->direct = SPEC_NONE;
    for (int i = 0; i < SPEC_THREADS; i++)
        spec->threads[i].ready_place.step = spec->step;
}

static enum world_result step_checked(struct world *world, const struct operation *operation)
{
    struct kernel *kernel = world->kernel;
    uint64_t passed_over = world->now.spec.passed_over;
    const struct thread *next;
    int found = SPEC_NONE;
    bool open;
    int due;

    world->preempted = false;
    world->direct_lost = false;
    world->named = NULL;
    world_stops_begin(world);
    step_do(world, operation);
    world_ready_follow(world);
    do {
        next = kernel_next(kernel, 0, world->now.spec.now_ns);
        world_stops_note(world);
    } while (next == NULL && schedule_current(kernel) != NULL);
    if (next == NULL)
        (void)kernel_may_wait(kernel, 0); /* it finds who is forgotten */
    for (int i = 0; i < world->config.threads; i++)
        found = next == world->threads[i] ? i : found;
    open = world->direct_lost || (world->preempted && passed_over != world->now.spec.passed_over);
    if (open)
        order_open(&world->now.spec);
    due = spec_next(&world->now.spec, world->preempted ? found : SPEC_NONE, found);
    if (open)
        world->now.spec.slice_end_ns = kernel->cpu[0].slice_end_ns;
    world->may_preempt = false;
    kernel_check(kernel);
    if (world->named != NULL && world->named != next)
        return world_differs(world, "thread %d runs, and the call named another one", found);
    if (next != NULL && next->in_call)
        return world_differs(world, "thread %d runs in the middle of a call", found);
    if (found != due)
        return world_differs(world, "thread %d is chosen to run and not %d", found, due);
    if (world->now.spec.stops_told != world->now.spec.stops_met)
        return world_differs(world, "%u copies are preempted and not %u", world->now.spec.stops_told,
                             world->now.spec.stops_met);
    return world_compare(world);
}

enum world_result world_step(struct world *world, const struct operation *operation)
{
    enum world_result result;

    world->explain[0] = '\0';
    if (world_is_over(world))
        return WORLD_SAME;
    kernel_fast_set(world->kernel, (world->config.slow >> (operation->kind + operation->thread) % 8u & 1u) == 0);
    world->panic_armed = true;
    if (setjmp(world->panic) != 0) {
        world->panic_armed = false;
        return WORLD_DIFFERS;
    }
    result = step_checked(world, operation);
    world->panic_armed = false;
    return result;
}

enum world_result world_end(struct world *world)
{
    for (uint8_t i = 0; i < world->config.threads; i++) {
        struct operation lost = {.kind = OP_LOST, .other = i};

        if (world_step(world, &lost) != WORLD_SAME)
            return WORLD_DIFFERS;
    }
    for (unsigned type = 0; type < OBJECT_TYPE_COUNT; type++) {
        uint64_t left = world->kernel->memory.object_count[type];

        if (left != (type == OBJECT_GRANT)) /* the root grant stays */
            return world_differs(world, "%u objects of type %u are left when all threads have died", (unsigned)left,
                                 type);
    }
    while (!remains_clear(world->kernel)) { /* a preemption that was asked for */
    }
    if (world->free_pages != 0 && world->kernel->frames.free_count != world->free_pages)
        return world_differs(world, "%u pages are free when all threads have died, and not %u",
                             (unsigned)world->kernel->frames.free_count, (unsigned)world->free_pages);
    return WORLD_SAME;
}
