/* Who waits where and in which order: the core's queues against the model's. */
#include "world_private.h"

#include <inttypes.h>

#define QUEUE_MAX (SPEC_THREADS + SPEC_PULSES)

/* One that queues, as the model has it. */
struct waiting {
    struct spec_place *place;
    int priority;
    int thread; /* or SPEC_NONE: a pulse */
    const struct spec_pulse *pulse;
};

static bool is_before(const struct waiting *a, const struct waiting *b)
{
    return a->priority > b->priority || (a->priority == b->priority && a->place->sequence < b->place->sequence);
}

static void waiting_sort(struct waiting *waiting, int count)
{
    for (int i = 1; i < count; i++) {
        struct waiting moved = waiting[i];
        int place = i;

        for (; place > 0 && is_before(&moved, &waiting[place - 1]); place--)
            waiting[place] = waiting[place - 1];
        waiting[place] = moved;
    }
}

/* The contract says nothing about the order of what one operation puts into one queue at one priority: there the model
 * follows the core. `at` is due now and `found` is what the core has. */
static bool waiting_agree(struct waiting *waiting, int count, int at, int found)
{
    struct spec_place swapped;
    struct waiting moved;

    if (at == found)
        return true;
    if (found < at || found >= count || waiting[found].priority != waiting[at].priority)
        return false;
    for (int i = at; i < found; i++) {
        if (waiting[i].place->step != waiting[found].place->step)
            return false;
    }
    swapped = *waiting[at].place;
    *waiting[at].place = *waiting[found].place;
    *waiting[found].place = swapped;
    moved = waiting[at];
    waiting[at] = waiting[found];
    waiting[found] = moved;
    waiting_sort(waiting, count);
    return true;
}

static int thread_index(const struct world *world, const struct thread *thread)
{
    for (int i = 0; i < world->config.threads; i++) {
        if (world->threads[i] == thread)
            return i;
    }
    return SPEC_NONE;
}

static int queue_due(struct world *world, int channel, struct waiting *waiting)
{
    struct spec *spec = &world->now.spec;
    int count = 0;

    for (int i = 0; i < world->config.threads; i++) {
        struct spec_thread *thread = &spec->threads[i];

        if (thread->state == THREAD_SEND && thread->message.copier == SPEC_NONE &&
            spec->connections[thread->message.connection].channel == channel)
            waiting[count++] =
                (struct waiting){.place = &thread->wait_place, .priority = thread->priority, .thread = i};
    }
    for (int i = 0; i < SPEC_PULSES; i++) {
        struct spec_pulse *pulse = &spec->pulses[i];

        if (pulse->kind != 0 && pulse->channel == channel)
            waiting[count++] = (struct waiting){
                .place = &pulse->place, .priority = pulse->priority, .thread = SPEC_NONE, .pulse = pulse};
    }
    waiting_sort(waiting, count);
    return count;
}

static bool node_is(const struct world *world, struct prioqueue_node *node, const struct waiting *waiting)
{
    const struct pulse *pulse;
    uint64_t value;

    if (node->priority != waiting->priority)
        return false;
    if (node->tag == QUEUE_MESSAGE)
        return waiting->thread != SPEC_NONE &&
               world->threads[waiting->thread] == LIST_ENTRY(node, struct thread, message.queue_node);
    if (waiting->thread != SPEC_NONE)
        return false;
    pulse = LIST_ENTRY(node, struct pulse, node);
    value = waiting->pulse->code == PULSE_UNBLOCK ? world_id_of(world, waiting->pulse->value) : waiting->pulse->value;
    return pulse->code == waiting->pulse->code && pulse->value == value && pulse->cookie == waiting->pulse->cookie &&
           pulse->identity == waiting->pulse->identity;
}

static enum world_result compare_node(struct world *world, int channel, struct prioqueue_node *node,
                                      struct waiting *waiting, int count, int at)
{
    for (int i = at; i < count; i++) {
        if (node_is(world, node, &waiting[i]) && waiting_agree(waiting, count, at, i))
            return WORLD_SAME;
    }
    return world_differs(world, "channel %d: in place %d of its queue is a %s of priority %u that is not due there",
                         channel, at, node->tag == QUEUE_MESSAGE ? "message" : "pulse", node->priority);
}

enum world_result world_compare_queue(struct world *world, int index, struct channel *channel)
{
    struct waiting waiting[QUEUE_MAX];
    int count = queue_due(world, index, waiting);
    int at = 0;

    LIST_EACH (level, &channel->queue.levels) {
        struct prioqueue_node *leader = LIST_ENTRY(level, struct prioqueue_node, level);
        struct list *entry = &leader->peers;

        do {
            if (compare_node(world, index, LIST_ENTRY(entry, struct prioqueue_node, peers), waiting, count, at++) !=
                WORLD_SAME)
                return WORLD_DIFFERS;
            entry = entry->next;
        } while (entry != &leader->peers);
    }
    return at == count ? WORLD_SAME : world_differs(world, "channel %d: %d queue and not %d", index, at, count);
}

/* A list of threads, linked by wait_link, against those that wait in `state` for `what`. */
enum world_result world_compare_waiters(struct world *world, const struct list *list, enum thread_state state,
                                         int what, const char *name)
{
    struct waiting waiting[SPEC_THREADS];
    int count = 0;
    int at = 0;

    for (int i = 0; i < world->config.threads; i++) {
        struct spec_thread *thread = &world->now.spec.threads[i];

        if (thread->state == state && thread->waits_for == what)
            waiting[count++] = (struct waiting){.place = &thread->wait_place, .thread = i};
    }
    waiting_sort(waiting, count);
    LIST_EACH (entry, list) {
        int thread = thread_index(world, LIST_ENTRY(entry, struct thread, wait_link));
        int found = at;

        while (found < count && waiting[found].thread != thread)
            found++;
        if (!waiting_agree(waiting, count, at, found))
            return world_differs(world, "%s %d: thread %d is not due in place %d", name, what, thread, at);
        at++;
    }
    return at == count ? WORLD_SAME : world_differs(world, "%s %d: %d wait and not %d", name, what, at, count);
}

enum world_result world_compare_ready(struct world *world)
{
    struct waiting waiting[SPEC_THREADS];
    const struct spec *spec = &world->now.spec;
    int count = 0;
    int at = 0;

    for (int i = 0; i < world->config.threads; i++) {
        if (spec_thread_is_ready(spec, i) && spec->threads[i].budget_wait == SPEC_NONE && i != spec->current &&
            i != spec->direct)
            waiting[count++] = (struct waiting){.place = &world->now.spec.threads[i].ready_place,
                                                .priority = spec->threads[i].priority,
                                                .thread = i};
    }
    waiting_sort(waiting, count);
    for (int priority = PRIORITY_MAX; priority >= 0; priority--) {
        LIST_EACH (entry, &world->kernel->cpu[0].ready[priority]) {
            int thread = thread_index(world, LIST_ENTRY(entry, struct thread, ready_link));
            int found = at;

            while (found < count && waiting[found].thread != thread)
                found++;
            if (!waiting_agree(waiting, count, at, found))
                return world_differs(world, "thread %d of priority %d is not due in place %d of the ready", thread,
                                     priority, at);
            at++;
        }
    }
    return at == count ? WORLD_SAME : world_differs(world, "%d are ready and not %d", at, count);
}

void world_ready_follow(struct world *world)
{
    (void)world_compare_ready(world);
}

/* Who waits for a budget, and in which order. */
enum world_result world_compare_budget_waiters(struct world *world, int index, const struct scheduling *scheduling)
{
    struct waiting waiting[SPEC_THREADS];
    int count = 0;
    int at = 0;

    for (int i = 0; i < world->config.threads; i++) {
        struct spec_thread *thread = &world->now.spec.threads[i];

        if (thread->budget_wait == index)
            waiting[count++] =
                (struct waiting){.place = &thread->budget_place, .priority = !thread->used_up, .thread = i};
    }
    waiting_sort(waiting, count);
    LIST_EACH (entry, &scheduling->waiting) {
        int thread = thread_index(world, LIST_ENTRY(entry, struct thread, budget_link));
        int found = at;

        while (found < count && waiting[found].thread != thread)
            found++;
        if (!waiting_agree(waiting, count, at, found))
            return world_differs(world, "budget %d: thread %d is not due in place %d", index, thread, at);
        at++;
    }
    return at == count ? WORLD_SAME : world_differs(world, "budget %d: %d wait and not %d", index, at, count);
}
