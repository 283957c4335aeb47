/* Traces as JSON for Chrome's about:tracing and for Perfetto. Tests: tests/unit/trace/trace_json_test.c. */
#include "trace_timeline.h"
#include "trace_words.h"

#include <inttypes.h>
#include <stdlib.h>

struct writer {
    const struct trace *trace;
    FILE *out;
    bool begun; /* an event has been written */
};

/* Begins an event on a thread's track; the caller closes the brace. Times are microseconds. */
static void event_begin(struct writer *writer, const char *phase, uint32_t thread, uint64_t time_ns)
{
    const struct trace *trace = writer->trace;
    uint32_t program = thread < trace->thread_count ? TRACE_PROGRAM(trace->threads[thread].identity) : 0;
    uint64_t since_ns = trace_since(trace, time_ns);
    fprintf(writer->out,
            "%s\n{\"ph\":\"%s\",\"pid\":%" PRIu32 ",\"tid\":%" PRIu32 ",\"ts\":%" PRIu64 ".%03" PRIu64,
            writer->begun ? "," : "", phase, program, thread, since_ns / 1000u, since_ns % 1000u);
    writer->begun = true;
}

/* A label as JSON text: labels are printable ASCII. */
static void text_write(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            fputc('\\', out);
        }
        fputc(*text, out);
    }
    fputc('"', out);
}

static void names_write(struct writer *writer)
{
    const struct trace *trace = writer->trace;
    for (uint32_t i = 1; i < trace->thread_count; i++) {
        char label[TRACE_LABEL_BYTES];
        if (!trace->threads[i].seen) {
            continue;
        }
        trace_label(trace, i, "", label);
        for (unsigned process = 0; process < 2; process++) {
            event_begin(writer, "M", i, 0);
            fprintf(writer->out, ",\"name\":\"%s\",\"args\":{\"name\":", process != 0 ? "process_name" : "thread_name");
            text_write(writer->out, process == 0 ? label : trace->threads[i].identity == 0 ? "machine"
                                                                                           : trace->threads[i].name);
            fputs("}}", writer->out);
        }
    }
}

static void span_write(struct writer *writer, const struct trace_span *span)
{
    uint64_t length_ns = span->end_ns - span->start_ns;
    event_begin(writer, "X", span->thread, span->start_ns);
    fprintf(writer->out, ",\"dur\":%" PRIu64 ".%03" PRIu64 ",\"cat\":\"thread\",\"name\":\"%s%s\"", length_ns / 1000u,
            length_ns % 1000u, trace_doing_name(span->doing), span->lent && span->doing == DOING_RUN ? " (lent)" : "");
    fprintf(writer->out, ",\"args\":{\"priority\":%u,\"lent\":%s}}", span->priority, span->lent ? "true" : "false");
}

/* Runs the thread at that time? Then a flow ends in the span that is open, else in the next one. */
static bool is_running(const struct trace_timeline *timeline, uint32_t thread, uint64_t time_ns)
{
    size_t low = 0, high = timeline->span_count;
    while (low < high) { /* the first span that ends after it: those before cannot hold it */
        size_t middle = (low + high) / 2;
        if (timeline->spans[middle].end_ns > time_ns) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    for (size_t i = low; i < timeline->span_count; i++) {
        const struct trace_span *span = &timeline->spans[i];
        if (span->thread == thread) {
            return span->doing == DOING_RUN && span->start_ns <= time_ns;
        }
    }
    return false;
}

/* A flow's number: two for each message, and those of its ways differ. */
static void flow_write(struct writer *writer, const struct trace_timeline *timeline, const struct trace_arrow *arrow)
{
    const char *name = arrow->answer ? "reply" : "call";
    unsigned long long id = (unsigned long long)arrow->message << 1 | arrow->answer;
    event_begin(writer, "s", arrow->from, arrow->time_ns);
    fprintf(writer->out, ",\"cat\":\"message\",\"name\":\"%s\",\"id\":\"0x%llx\"}", name, id);
    event_begin(writer, "f", arrow->to, arrow->time_ns);
    fprintf(writer->out, ",\"cat\":\"message\",\"name\":\"%s\",\"id\":\"0x%llx\"%s}", name, id,
            is_running(timeline, arrow->to, arrow->time_ns) ? ",\"bp\":\"e\"" : "");
}

static void priority_write(struct writer *writer, const struct trace_record *record, unsigned priority)
{
    char label[TRACE_LABEL_BYTES];
    trace_label(writer->trace, record->thread, "", label);
    event_begin(writer, "C", record->thread, record->time_ns);
    fputs(",\"name\":", writer->out);
    char name[TRACE_LABEL_BYTES + 16];
    snprintf(name, sizeof(name), "priority %s", label);
    text_write(writer->out, name);
    fprintf(writer->out, ",\"args\":{\"priority\":%u}}", priority);
}

/* What happens at a point of time. */
static void instant_write(struct writer *writer, const struct trace_record *record)
{
    char detail[TRACE_DETAIL_BYTES], other[TRACE_LABEL_BYTES];
    trace_detail(record, detail);
    trace_label(writer->trace, record->other, "", other);
    event_begin(writer, "i", record->thread, record->time_ns);
    fprintf(writer->out, ",\"s\":\"t\",\"cat\":\"kernel\",\"name\":\"%s\",\"args\":{\"what\":",
            trace_kind_name(record->kind));
    text_write(writer->out, detail);
    fputs(",\"other\":", writer->out);
    text_write(writer->out, other);
    fputs("}}", writer->out);
}

static void record_write(struct writer *writer, const struct trace_record *record)
{
    switch (record->kind) {
    case TRACE_SWITCH:
    case TRACE_READY:
    case TRACE_BLOCK:
    case TRACE_RECEIVE:
    case TRACE_NAME:
        break; /* spans, flows and names say it */
    case TRACE_PRIORITY:
        priority_write(writer, record, (unsigned)record->argument);
        instant_write(writer, record);
        break;
    case TRACE_START:
        priority_write(writer, record, record->priority);
        break;
    default:
        instant_write(writer, record);
    }
}

int trace_json(const struct trace *trace, FILE *out)
{
    struct trace_timeline timeline;
    struct writer writer = {.trace = trace, .out = out};
    if (trace_timeline_make(&timeline, trace) != 0) {
        return -1;
    }
    fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", out);
    names_write(&writer);
    for (size_t i = 0; i < timeline.span_count; i++) {
        span_write(&writer, &timeline.spans[i]);
    }
    for (size_t i = 0; i < timeline.arrow_count; i++) {
        flow_write(&writer, &timeline, &timeline.arrows[i]);
    }
    for (size_t i = 0; i < trace->count; i++) {
        record_write(&writer, &trace->records[i]);
    }
    fprintf(out, "\n],\"otherData\":{\"lost\":\"%" PRIu64 "\"}}\n", trace->lost);
    trace_timeline_free(&timeline);
    return 0;
}
