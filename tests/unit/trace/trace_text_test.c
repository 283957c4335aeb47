/* Traces as text. TOO-1. */
#include "unit.h"

#include "story.h"
#include "trace_words.h"

#include <stdlib.h>

static const char wanted[] =
    "   0.000000000 cpu0 p20  low/2                  name\n"
    "   0.000000000 cpu0 p10  server/3               name\n"
    "   0.000000000 cpu0 p20  low/2                  start: identity 700000007\n"
    "   0.000000000 cpu0 p10  server/3               start by low/2: identity 800000008\n"
    "   0.000000000 cpu0 p10  server/3               switch after low/2\n"
    "   0.000001000 cpu0 p10  server/3               block: receive\n"
    "   0.000001000 cpu0 p20  low/2                  switch after server/3\n"
    "   0.000004000 cpu0 p20  low/2                  block: send\n"
    "   0.000004000 cpu0 p20  low/2                  call: message 10001, 64 bytes\n"
    "   0.000004000 cpu0 p10  server/3               receive from low/2: message 10001, 64 bytes\n"
    "   0.000004000 cpu0 p10  server/3               priority from low/2: to 20\n"
    "   0.000004000 cpu0 p20  server/3               ready by low/2: direct\n"
    "   0.000004500 cpu0 p20  server/3               switch after low/2: direct\n"
    "   0.000008000 cpu0 p20  server/3               reply to low/2: message 10001, 8 bytes, status 0\n"
    "   0.000008000 cpu0 p20  server/3               priority: to 10\n"
    "   0.000008000 cpu0 p20  low/2                  ready by server/3: direct\n"
    "   0.000008000 cpu0 p10  server/3               block: receive\n"
    "   0.000008250 cpu0 p20  low/2                  switch after server/3: direct\n"
    "... 2 records lost\n"
    "   0.000010000 cpu0 p20  low/2                  end by low/2\n";

START_TEST(each_record_is_a_line_and_gaps_are_told_TOO_1)
{
    struct trace trace;
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    ck_assert_int_eq(trace_take(&trace, story, STORY_COUNT), 0);
    trace_text(&trace, out);
    fclose(out);
    trace_free(&trace);
    ck_assert_str_eq(text, wanted);
    free(text);
}
END_TEST

START_TEST(every_kind_and_every_number_has_words)
{
    char detail[TRACE_DETAIL_BYTES];
    for (unsigned kind = 1; kind < TRACE_KIND_LIMIT; kind++) {
        ck_assert_str_ne(trace_kind_name(kind), "?");
    }
    ck_assert_str_eq(trace_kind_name(0), "?");
    ck_assert_str_eq(trace_kind_name(UINT16_MAX), "?");
    for (uint16_t kind = 0; kind < TRACE_KIND_LIMIT + 2; kind++) {
        struct trace_record record = {.object = UINT64_MAX, .argument = UINT64_MAX, .bytes = UINT32_MAX, .kind = kind};
        detail[0] = '\1';
        trace_detail(&record, detail);
        ck_assert_int_ne(detail[0], '\1');
    }
}
END_TEST

UNIT_MAIN("trace_text", each_record_is_a_line_and_gaps_are_told_TOO_1, every_kind_and_every_number_has_words)
