/* Traces as pictures. TOO-1. */
#include "unit.h"

#include "story.h"

#include <stdlib.h>

static char *svg_of(const struct trace_record *records, size_t count, const struct trace_picture *picture)
{
    struct trace trace;
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    ck_assert_int_eq(trace_take(&trace, records, count), 0);
    ck_assert_int_eq(trace_svg(&trace, picture, out), 0);
    fclose(out);
    trace_free(&trace);
    return text;
}

static unsigned count_of(const char *text, const char *part)
{
    unsigned count = 0;
    for (; (text = strstr(text, part)) != NULL; text++) {
        count++;
    }
    return count;
}

START_TEST(threads_are_rows_and_messages_are_arrows_TOO_1)
{
    struct trace_picture picture = {.title = "a < b & c"};
    char *text = svg_of(story, STORY_COUNT, &picture);
    ck_assert_ptr_nonnull(strstr(text, ">low/2</text>"));
    ck_assert_ptr_nonnull(strstr(text, ">server/3</text>"));
    ck_assert_ptr_nonnull(strstr(text, "a &lt; b &amp; c"));
    ck_assert_uint_eq(count_of(text, "marker-end"), 2);
    ck_assert_uint_eq(count_of(text, "<title>run, priority 20 (lent), 3500 ns</title>"), 1);
    free(text);
}
END_TEST

START_TEST(only_the_threads_named_are_drawn_in_their_order_TOO_1)
{
    struct trace_picture picture = {.only = "server,nobody,low"};
    char *text = svg_of(story, STORY_COUNT, &picture);
    ck_assert_ptr_nonnull(strstr(text, "y=\"69.0\" text-anchor=\"end\" fill=\"#212529\">server/3</text>"));
    ck_assert_ptr_nonnull(strstr(text, "y=\"115.0\" text-anchor=\"end\" fill=\"#212529\">low/2</text>"));
    free(text);
    picture.only = "server";
    text = svg_of(story, STORY_COUNT, &picture);
    ck_assert_ptr_null(strstr(text, ">low/2</text>"));
    ck_assert_uint_eq(count_of(text, "marker-end"), 0);
    free(text);
}
END_TEST

START_TEST(a_part_of_the_time_shows_what_happens_then_TOO_1)
{
    struct trace_picture picture = {.from_ns = 9000, .to_ns = 9500};
    char *text = svg_of(story, STORY_COUNT, &picture);
    ck_assert_uint_eq(count_of(text, "marker-end"), 0);
    ck_assert_ptr_null(strstr(text, ">server/3</text>"));
    free(text);
}
END_TEST

START_TEST(an_empty_trace_or_time_is_a_picture_too)
{
    struct trace_picture picture = {.from_ns = 5, .to_ns = 5};
    char *text = svg_of(story, 0, &picture);
    ck_assert_ptr_nonnull(strstr(text, "</svg>"));
    free(text);
    text = svg_of(story, STORY_COUNT, &picture);
    ck_assert_ptr_nonnull(strstr(text, "</svg>"));
    free(text);
}
END_TEST

UNIT_MAIN("trace_svg", threads_are_rows_and_messages_are_arrows_TOO_1,
          only_the_threads_named_are_drawn_in_their_order_TOO_1, a_part_of_the_time_shows_what_happens_then_TOO_1,
          an_empty_trace_or_time_is_a_picture_too)
