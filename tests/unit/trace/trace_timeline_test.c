/* What threads did when. TOO-1. */
#include "unit.h"

#include "story.h"
#include "trace_timeline.h"

static struct trace trace;
static struct trace_timeline timeline;

static void story_take(void)
{
    ck_assert_int_eq(trace_take(&trace, story, STORY_COUNT), 0);
    ck_assert_int_eq(trace_timeline_make(&timeline, &trace), 0);
}

static void story_free(void)
{
    trace_timeline_free(&timeline);
    trace_free(&trace);
}

/* The nth span of a thread. */
static const struct trace_span *span_of(uint32_t thread, unsigned n)
{
    for (size_t i = 0; i < timeline.span_count; i++) {
        if (timeline.spans[i].thread == thread && n-- == 0) {
            return &timeline.spans[i];
        }
    }
    ck_abort_msg("thread %u has no such span", thread);
}

static void span_is(uint32_t thread, unsigned n, unsigned doing, uint64_t start_ns, uint64_t end_ns, bool lent)
{
    const struct trace_span *span = span_of(thread, n);
    ck_assert_str_eq(trace_doing_name(span->doing), trace_doing_name(doing));
    ck_assert_uint_eq(span->start_ns, start_ns);
    ck_assert_uint_eq(span->end_ns, end_ns);
    ck_assert_int_eq(span->lent, lent);
}

START_TEST(a_client_runs_waits_for_its_answer_and_runs_TOO_1)
{
    story_take();
    span_is(2, 0, DOING_RUN, 2000, 5500, false);
    span_is(2, 1, DOING_REPLY, 5500, 9000, false);
    span_is(2, 2, DOING_READY, 9000, 9250, false);
    span_is(2, 3, DOING_RUN, 9250, 11000, false);
    story_free();
}
END_TEST

START_TEST(a_server_runs_at_a_lent_priority_until_it_answers_TOO_1)
{
    story_take();
    span_is(3, 0, DOING_RUN, 1000, 2000, false);
    span_is(3, 1, DOING_RECEIVE, 2000, 5000, false);
    span_is(3, 2, DOING_READY, 5000, 5500, true);
    span_is(3, 3, DOING_RUN, 5500, 9000, true);
    ck_assert_uint_eq(span_of(3, 3)->priority, 20);
    span_is(3, 4, DOING_RUN, 9000, 9250, false);
    ck_assert_uint_eq(span_of(3, 4)->priority, 10);
    span_is(3, 5, DOING_RECEIVE, 9250, 11000, false);
    story_free();
}
END_TEST

START_TEST(a_thread_out_of_budget_is_not_ready_TOO_1)
{
    static const struct trace_record records[] = {
        {1000, 0, 0, 0, 1, 0, 0, TRACE_SWITCH, 0, 5},   {2000, 1, 0, 1, 1, 0, 0, TRACE_BUDGET, 0, 5},
        {2000, 2, 0, 0, 0, 1, 0, TRACE_SWITCH, 0, 0},   {6000, 3, 0, 0, 1, 0, 0, TRACE_READY, 0, 5},
        {6500, 4, 0, 0, 1, 0, 0, TRACE_SWITCH, 0, 5},
    };
    ck_assert_int_eq(trace_take(&trace, records, sizeof records / sizeof records[0]), 0);
    ck_assert_int_eq(trace_timeline_make(&timeline, &trace), 0);
    span_is(1, 0, DOING_RUN, 1000, 2000, false);
    span_is(1, 1, DOING_BUDGET, 2000, 6000, false);
    span_is(1, 2, DOING_READY, 6000, 6500, false);
    story_free();
}
END_TEST

START_TEST(a_call_and_its_answer_are_arrows_TOO_1)
{
    story_take();
    ck_assert_uint_eq(timeline.arrow_count, 2);
    const struct trace_arrow *arrows = timeline.arrows;
    ck_assert(arrows[0].from == 2 && arrows[0].to == 3 && !arrows[0].answer && arrows[0].time_ns == 5000);
    ck_assert(arrows[1].from == 3 && arrows[1].to == 2 && arrows[1].answer && arrows[1].time_ns == 9000);
    ck_assert_uint_eq(arrows[0].message, arrows[1].message);
    story_free();
}
END_TEST

START_TEST(a_trace_of_anything_makes_a_timeline)
{
    uint64_t state = 1;
    for (unsigned round = 0; round < 200; round++) {
        struct trace_record records[64];
        for (unsigned i = 0; i < 64; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            records[i] = (struct trace_record){.time_ns = state >> 50, .sequence = i, .argument = state >> 60,
                                               .thread = (uint32_t)(state >> 40) % 5,
                                               .other = (uint32_t)(state >> 33) % 5,
                                               .kind = (uint16_t)((state >> 20) % (TRACE_KIND_LIMIT + 1))};
        }
        ck_assert_int_eq(trace_take(&trace, records, 64), 0);
        ck_assert_int_eq(trace_timeline_make(&timeline, &trace), 0);
        for (size_t i = 0; i < timeline.span_count; i++) {
            ck_assert_uint_lt(timeline.spans[i].start_ns, timeline.spans[i].end_ns);
        }
        story_free();
    }
}
END_TEST

UNIT_MAIN("trace_timeline", a_client_runs_waits_for_its_answer_and_runs_TOO_1,
          a_server_runs_at_a_lent_priority_until_it_answers_TOO_1,
          a_thread_out_of_budget_is_not_ready_TOO_1,
          a_call_and_its_answer_are_arrows_TOO_1,
          a_trace_of_anything_makes_a_timeline)
