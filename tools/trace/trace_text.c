/* Traces as lines of text. Tests: tests/unit/trace/trace_text_test.c. */
#include "trace.h"
#include "trace_words.h"

#include <inttypes.h>

/* What the other thread is to the one that the record is about. */
static const char *other_word(const struct trace_record *record)
{
    switch (record->kind) {
    case TRACE_SWITCH:
        return "after ";
    case TRACE_RECEIVE:
    case TRACE_PRIORITY:
    case TRACE_LEND:
        return "from ";
    case TRACE_REPLY:
    case TRACE_COPY:
        return "to ";
    default:
        return "by ";
    }
}

static void record_write(const struct trace *trace, const struct trace_record *record, FILE *out)
{
    char who[TRACE_LABEL_BYTES], other[TRACE_LABEL_BYTES], detail[TRACE_DETAIL_BYTES];
    uint64_t since_ns = trace_since(trace, record->time_ns);
    trace_label(trace, record->thread, record->kind == TRACE_SWITCH ? "idle" : "-", who);
    trace_label(trace, record->other, "", other);
    trace_detail(record, detail);
    fprintf(out, "%4" PRIu64 ".%09" PRIu64 " cpu%u p%-3u %-22s %s", since_ns / 1000000000u, since_ns % 1000000000u,
            record->cpu, record->priority, who, trace_kind_name(record->kind));
    if (record->other != 0) {
        fprintf(out, " %s%s", other_word(record), other);
    }
    fprintf(out, "%s%s\n", detail[0] != '\0' ? ": " : "", detail);
}

void trace_text(const struct trace *trace, FILE *out)
{
    for (size_t i = 0; i < trace->count; i++) {
        if (i > 0 && trace->records[i].sequence > trace->records[i - 1].sequence + 1) {
            fprintf(out, "... %" PRIu64 " records lost\n",
                    trace->records[i].sequence - trace->records[i - 1].sequence - 1);
        }
        record_write(trace, &trace->records[i], out);
    }
}
