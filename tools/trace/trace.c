/* Reading traces, and who is who in them. Tests: tests/unit/trace/trace_test.c. */
#include "trace.h"

#include <stdlib.h>
#include <string.h>

#define RECORDS_STEP 4096u

static int records_read(struct trace *trace, FILE *stream)
{
    size_t room = 0, got;
    do {
        if (trace->count == room) {
            room = room * 2 + RECORDS_STEP;
            struct trace_record *more = realloc(trace->records, room * sizeof(*more));
            if (more == NULL) {
                return -1;
            }
            trace->records = more;
        }
        got = fread(trace->records + trace->count, sizeof(*trace->records), room - trace->count, stream);
        trace->count += got;
    } while (got > 0);
    return 0;
}

static uint32_t highest_thread(const struct trace *trace)
{
    uint32_t highest = 0;
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_record *record = &trace->records[i];
        highest = record->thread > highest ? record->thread : highest;
        highest = record->other > highest ? record->other : highest;
    }
    return highest;
}

static void name_set(struct trace_thread *thread, const struct trace_record *record)
{
    memcpy(thread->name, &record->object, sizeof(record->object));
    memcpy(thread->name + sizeof(record->object), &record->argument, sizeof(record->argument));
    thread->name[TRACE_NAME_BYTES] = '\0';
    for (char *c = thread->name; *c != '\0'; c++) {
        *c = *c > ' ' && *c < 0x7f ? *c : '?';
    }
}

static int threads_find(struct trace *trace)
{
    uint32_t highest = highest_thread(trace);
    if (highest >= TRACE_THREADS_MAX) {
        return -1;
    }
    trace->thread_count = highest + 1;
    trace->threads = calloc(trace->thread_count, sizeof(*trace->threads));
    if (trace->threads == NULL) {
        return -1;
    }
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_record *record = &trace->records[i];
        struct trace_thread *thread = &trace->threads[record->thread];
        thread->seen = true;
        trace->threads[record->other].seen = true;
        if (record->kind == TRACE_START || record->kind == TRACE_IDENTITY) {
            thread->identity = record->argument;
        } else if (record->kind == TRACE_NAME) {
            name_set(thread, record);
        }
    }
    return 0;
}

static void lost_count(struct trace *trace)
{
    if (trace->count > 0) {
        uint64_t span = trace->records[trace->count - 1].sequence - trace->records[0].sequence + 1;
        trace->lost = span >= trace->count ? span - trace->count : 0;
    }
}

static int trace_finish(struct trace *trace)
{
    if (threads_find(trace) != 0) {
        trace_free(trace);
        return -1;
    }
    lost_count(trace);
    return 0;
}

int trace_take(struct trace *trace, const struct trace_record *records, size_t count)
{
    *trace = (struct trace){.records = malloc((count + 1) * sizeof(*records)), .count = count};
    if (trace->records == NULL) {
        return -1;
    }
    memcpy(trace->records, records, count * sizeof(*records));
    return trace_finish(trace);
}

int trace_read(struct trace *trace, FILE *stream, const char **error)
{
    struct trace_header header;
    *trace = (struct trace){0};
    if (fread(&header, sizeof(header), 1, stream) != 1 || header.magic != TRACE_MAGIC) {
        *error = "is no trace";
        return -1;
    }
    if (header.version != TRACE_VERSION || header.record_bytes != sizeof(struct trace_record)) {
        *error = "is a trace of another version";
        return -1;
    }
    if (records_read(trace, stream) != 0) {
        trace_free(trace);
        *error = "is larger than memory";
        return -1;
    }
    *error = "is damaged, or larger than memory";
    return trace_finish(trace);
}

void trace_free(struct trace *trace)
{
    free(trace->records);
    free(trace->threads);
    *trace = (struct trace){0};
}

void trace_label(const struct trace *trace, uint32_t thread, const char *nobody, char label[TRACE_LABEL_BYTES])
{
    if (thread == 0 || thread >= trace->thread_count) {
        snprintf(label, TRACE_LABEL_BYTES, "%s", nobody);
    } else {
        const char *name = trace->threads[thread].name;
        snprintf(label, TRACE_LABEL_BYTES, "%s/%u", name[0] != '\0' ? name : "thread", thread);
    }
}

uint64_t trace_since(const struct trace *trace, uint64_t time_ns)
{
    return trace->count == 0 || time_ns < trace->records[0].time_ns ? 0 : time_ns - trace->records[0].time_ns;
}
