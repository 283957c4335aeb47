/* From records to spans and arrows. Tests: tests/unit/trace/trace_timeline_test.c. */
#include "trace_timeline.h"

#include <stdlib.h>

/* A thread as the records so far leave it. */
struct actor {
    struct trace_span span; /* goes on; its end is not known yet */
    uint8_t blocked;        /* while it still runs: what it will do when it does not */
};

struct maker {
    struct trace_timeline *timeline;
    struct actor *actors;
    bool failed;
};

const char *trace_doing_name(unsigned doing)
{
    static const char *const names[] = {"nothing", "run",     "ready", "send",  "reply",
                                        "receive", "wait", "sleep", "budget"};
    return doing < sizeof(names) / sizeof(names[0]) ? names[doing] : "?";
}

static uint8_t doing_of_state(uint64_t state)
{
    switch (state) {
    case THREAD_SEND:
        return DOING_SEND;
    case THREAD_REPLY:
        return DOING_REPLY;
    case THREAD_RECEIVE:
        return DOING_RECEIVE;
    case THREAD_SLEEP:
        return DOING_SLEEP;
    default:
        return DOING_WAIT;
    }
}

/* Room for one more element of `size` bytes; NULL: no memory. */
static void *array_grow(void *array, size_t count, size_t *room, size_t size)
{
    if (count < *room) {
        return array;
    }
    size_t more = *room * 2 + 256;
    void *grown = realloc(array, more * size);
    if (grown != NULL) {
        *room = more;
    }
    return grown;
}

static void span_end(struct maker *maker, struct actor *actor, uint64_t time_ns)
{
    struct trace_timeline *timeline = maker->timeline;
    if (actor->span.doing == DOING_NOTHING || time_ns <= actor->span.start_ns) {
        return;
    }
    struct trace_span *spans =
        array_grow(timeline->spans, timeline->span_count, &timeline->span_room, sizeof(*spans));
    if (spans == NULL) {
        maker->failed = true;
        return;
    }
    timeline->spans = spans;
    spans[timeline->span_count] = actor->span;
    spans[timeline->span_count++].end_ns = time_ns;
}

static void doing_set(struct maker *maker, uint32_t thread, uint8_t doing, uint64_t time_ns)
{
    struct actor *actor = &maker->actors[thread];
    if (actor->span.doing != doing) {
        span_end(maker, actor, time_ns);
        actor->span.start_ns = time_ns;
        actor->span.doing = doing;
    }
}

static void priority_set(struct maker *maker, uint32_t thread, uint8_t priority, bool lent, uint64_t time_ns)
{
    struct actor *actor = &maker->actors[thread];
    if (actor->span.priority != priority || actor->span.lent != lent) {
        span_end(maker, actor, time_ns);
        actor->span.start_ns = time_ns;
        actor->span.priority = priority;
        actor->span.lent = lent;
    }
}

static void arrow_add(struct maker *maker, const struct trace_record *record, bool answer)
{
    struct trace_timeline *timeline = maker->timeline;
    struct trace_arrow *arrows =
        array_grow(timeline->arrows, timeline->arrow_count, &timeline->arrow_room, sizeof(*arrows));
    if (arrows == NULL) {
        maker->failed = true;
        return;
    }
    timeline->arrows = arrows;
    arrows[timeline->arrow_count++] = (struct trace_arrow){.time_ns = record->time_ns,
                                                           .from = answer ? record->thread : record->other,
                                                           .to = answer ? record->other : record->thread,
                                                           .message = record->object,
                                                           .answer = answer};
}

static void switch_take(struct maker *maker, const struct trace_record *record)
{
    struct actor *before = &maker->actors[record->other];
    if (record->other != 0 && before->span.doing == DOING_RUN) {
        doing_set(maker, record->other, before->blocked != DOING_NOTHING ? before->blocked : DOING_READY,
                  record->time_ns);
        before->blocked = DOING_NOTHING;
    }
    if (record->thread != 0) {
        struct actor *actor = &maker->actors[record->thread];
        actor->blocked = DOING_NOTHING;
        if (actor->span.priority != record->priority) { /* how it came to be was lost */
            priority_set(maker, record->thread, record->priority, false, record->time_ns);
        }
        doing_set(maker, record->thread, DOING_RUN, record->time_ns);
    }
}

/* It does something else from now on, or, if it still has the CPU, from the next switch on. */
static void blocked_set(struct maker *maker, uint32_t thread, uint8_t doing, uint64_t time_ns)
{
    struct actor *actor = &maker->actors[thread];
    if (actor->span.doing == DOING_RUN) {
        actor->blocked = doing == DOING_READY ? DOING_NOTHING : doing;
    } else {
        doing_set(maker, thread, doing, time_ns);
    }
}

static void record_take(struct maker *maker, const struct trace_record *record)
{
    switch (record->kind) {
    case TRACE_SWITCH:
        switch_take(maker, record);
        break;
    case TRACE_START:
        priority_set(maker, record->thread, record->priority, false, record->time_ns);
        break;
    case TRACE_READY:
        blocked_set(maker, record->thread, DOING_READY, record->time_ns);
        break;
    case TRACE_BLOCK:
        blocked_set(maker, record->thread, doing_of_state(record->argument), record->time_ns);
        break;
    case TRACE_BUDGET:
        blocked_set(maker, record->thread, DOING_BUDGET, record->time_ns);
        break;
    case TRACE_RECEIVE:
        arrow_add(maker, record, false);
        blocked_set(maker, record->other, DOING_REPLY, record->time_ns);
        break;
    case TRACE_REPLY:
        arrow_add(maker, record, true);
        break;
    case TRACE_PRIORITY:
        priority_set(maker, record->thread, (uint8_t)record->argument, record->other != 0, record->time_ns);
        break;
    case TRACE_END:
        doing_set(maker, record->thread, DOING_NOTHING, record->time_ns);
        break;
    default:
        break;
    }
}

int trace_timeline_make(struct trace_timeline *timeline, const struct trace *trace)
{
    struct maker maker = {.timeline = timeline, .actors = calloc(trace->thread_count, sizeof(*maker.actors))};
    *timeline = (struct trace_timeline){0};
    if (maker.actors == NULL) {
        return -1;
    }
    for (uint32_t i = 1; i < trace->thread_count; i++) {
        maker.actors[i].span.thread = i;
    }
    for (size_t i = 0; i < trace->count && !maker.failed; i++) {
        record_take(&maker, &trace->records[i]);
    }
    for (uint32_t i = 1; i < trace->thread_count && trace->count > 0; i++) {
        span_end(&maker, &maker.actors[i], trace->records[trace->count - 1].time_ns);
    }
    free(maker.actors);
    if (maker.failed) {
        trace_timeline_free(timeline);
        return -1;
    }
    return 0;
}

void trace_timeline_free(struct trace_timeline *timeline)
{
    free(timeline->spans);
    free(timeline->arrows);
    *timeline = (struct trace_timeline){0};
}
