/* Trace files: reading, names, what is lost, what is no trace. TOO-1. */
#include "unit.h"

#include "story.h"
#include "trace_file.h"

#include <stdlib.h>
#include <unistd.h>

static struct trace trace;

START_TEST(a_trace_read_back_is_what_was_written_TOO_1)
{
    char path[] = "/tmp/trace_test_XXXXXX";
    const char *error = NULL;
    struct trace_file file;
    close(mkstemp(path));
    ck_assert_int_eq(trace_file_open(&file, path), 0);
    trace_file_write(&file, story, STORY_COUNT);
    ck_assert_int_eq(trace_file_close(&file), 0);
    FILE *stream = fopen(path, "rb");
    ck_assert_int_eq(trace_read(&trace, stream, &error), 0);
    fclose(stream);
    unlink(path);
    ck_assert_uint_eq(trace.count, STORY_COUNT);
    ck_assert_int_eq(memcmp(trace.records, story, sizeof story), 0);
    trace_free(&trace);
}
END_TEST

START_TEST(a_trace_that_cannot_be_written_says_why)
{
    struct trace_file file;
    ck_assert_int_lt(trace_file_open(&file, "/nowhere/at/all"), 0);
    ck_assert_int_eq(trace_file_open(&file, "/dev/full"), 0);
    trace_file_write(&file, story, STORY_COUNT);
    ck_assert_int_lt(trace_file_close(&file), 0);
}
END_TEST

START_TEST(threads_go_by_name_and_number_TOO_1)
{
    char label[TRACE_LABEL_BYTES];
    ck_assert_int_eq(trace_take(&trace, story, STORY_COUNT), 0);
    trace_label(&trace, 2, "-", label);
    ck_assert_str_eq(label, "low/2");
    trace_label(&trace, 0, "-", label);
    ck_assert_str_eq(label, "-");
    trace_label(&trace, 1, "-", label);
    ck_assert_str_eq(label, "thread/1");
    trace_free(&trace);
}
END_TEST

START_TEST(gaps_in_the_sequence_are_counted_TOO_1)
{
    ck_assert_int_eq(trace_take(&trace, story, STORY_COUNT), 0);
    ck_assert_uint_eq(trace.lost, 2);
    trace_free(&trace);
}
END_TEST

/* Reads `bytes` as a trace. */
static int bytes_read(void *bytes, size_t length)
{
    const char *error = NULL;
    FILE *stream = fmemopen(bytes, length, "rb");
    int result = trace_read(&trace, stream, &error);
    fclose(stream);
    ck_assert((result == 0) == (error == NULL) || error != NULL);
    return result;
}

START_TEST(what_is_no_trace_is_refused)
{
    struct {
        struct trace_header header;
        struct trace_record record;
    } file = {{TRACE_MAGIC, TRACE_VERSION, sizeof(struct trace_record), 0, 0}, story[0]};
    ck_assert_int_eq(bytes_read(&file, sizeof file), 0);
    ck_assert_uint_eq(trace.count, 1);
    trace_free(&trace);
    ck_assert_int_eq(bytes_read(&file, sizeof file - 1), 0);
    ck_assert_uint_eq(trace.count, 0);
    trace_free(&trace);
    ck_assert_int_ne(bytes_read(&file, sizeof file.header - 1), 0);
    file.record.thread = UINT32_MAX;
    ck_assert_int_ne(bytes_read(&file, sizeof file), 0);
    file.header.version++;
    ck_assert_int_ne(bytes_read(&file, sizeof file), 0);
    file.header.magic++;
    ck_assert_int_ne(bytes_read(&file, sizeof file), 0);
}
END_TEST

UNIT_MAIN("trace_file", a_trace_read_back_is_what_was_written_TOO_1, a_trace_that_cannot_be_written_says_why,
          threads_go_by_name_and_number_TOO_1, gaps_in_the_sequence_are_counted_TOO_1, what_is_no_trace_is_refused)
