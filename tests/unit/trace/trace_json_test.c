/* Traces as JSON. TOO-1. */
#include "unit.h"

#include "story.h"

#include <ctype.h>
#include <stdlib.h>

/* The rest of the text after one JSON value; NULL: there is none. Enough of the grammar for what is written. */
static const char *value_skip(const char *at);

static const char *space_skip(const char *at)
{
    while (isspace((unsigned char)*at)) {
        at++;
    }
    return at;
}

static const char *text_skip(const char *at)
{
    for (at++; *at != '"'; at++) {
        if ((unsigned char)*at < ' ' || (*at == '\\' && strchr("\"\\", *++at) == NULL)) {
            return NULL;
        }
    }
    return at + 1;
}

/* After the opening bracket, up to the closing one; objects have a text and a colon before each value. */
static const char *list_skip(const char *at, char end)
{
    at = space_skip(at);
    if (*at == end) {
        return at + 1;
    }
    for (;;) {
        if (end == '}') {
            at = *at == '"' ? text_skip(at) : NULL;
            at = at != NULL && *space_skip(at) == ':' ? space_skip(at) + 1 : NULL;
        }
        at = at == NULL ? NULL : value_skip(at);
        if (at == NULL) {
            return NULL;
        }
        at = space_skip(at);
        if (*at != ',') {
            return *at == end ? at + 1 : NULL;
        }
        at = space_skip(at + 1);
    }
}

static const char *value_skip(const char *at)
{
    at = space_skip(at);
    if (*at == '"') {
        return text_skip(at);
    }
    if (*at == '{' || *at == '[') {
        return list_skip(at + 1, *at == '{' ? '}' : ']');
    }
    size_t word = strspn(at, "-.0123456789truefals");
    return word > 0 ? at + word : NULL;
}

static char *json_of(const struct trace_record *records, size_t count)
{
    struct trace trace;
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    ck_assert_int_eq(trace_take(&trace, records, count), 0);
    ck_assert_int_eq(trace_json(&trace, out), 0);
    fclose(out);
    trace_free(&trace);
    return text;
}

START_TEST(any_trace_is_valid_json_TOO_1)
{
    for (size_t count = 0; count <= STORY_COUNT; count++) {
        char *text = json_of(story, count);
        const char *end = value_skip(text);
        ck_assert_msg(end != NULL && *space_skip(end) == '\0', "not valid with %zu records: %s", count, text);
        free(text);
    }
}
END_TEST

START_TEST(names_with_quotes_are_valid_json_TOO_1)
{
    struct trace_record record = {.thread = 1, .kind = TRACE_NAME};
    memcpy(&record.object, "\"\\\n\x80<&'", 8);
    char *text = json_of(&record, 1);
    const char *end = value_skip(text);
    ck_assert(end != NULL && *space_skip(end) == '\0');
    free(text);
}
END_TEST

START_TEST(threads_are_tracks_and_calls_are_flows_TOO_1)
{
    static const char *const wanted[] = {
        "{\"ph\":\"M\",\"pid\":7,\"tid\":2,\"ts\":0.000,\"name\":\"thread_name\",\"args\":{\"name\":\"low/2\"}}",
        "{\"ph\":\"X\",\"pid\":8,\"tid\":3,\"ts\":4.500,\"dur\":3.500,\"cat\":\"thread\",\"name\":\"run (lent)\"",
        "\"name\":\"run (lent)\",\"args\":{\"priority\":20,\"lent\":true}}",
        "{\"ph\":\"s\",\"pid\":7,\"tid\":2,\"ts\":4.000,\"cat\":\"message\",\"name\":\"call\",\"id\":\"0x20002\"}",
        "{\"ph\":\"f\",\"pid\":8,\"tid\":3,\"ts\":4.000,\"cat\":\"message\",\"name\":\"call\",\"id\":\"0x20002\"}",
        "{\"ph\":\"s\",\"pid\":8,\"tid\":3,\"ts\":8.000,\"cat\":\"message\",\"name\":\"reply\",\"id\":\"0x20003\"}",
        "{\"ph\":\"f\",\"pid\":7,\"tid\":2,\"ts\":8.000,\"cat\":\"message\",\"name\":\"reply\",\"id\":\"0x20003\"}",
        "{\"ph\":\"C\",\"pid\":8,\"tid\":3,\"ts\":4.000,\"name\":\"priority server/3\",\"args\":{\"priority\":20}}",
    };
    char *text = json_of(story, STORY_COUNT);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        ck_assert_msg(strstr(text, wanted[i]) != NULL, "%s is missing in %s", wanted[i], text);
    }
    free(text);
}
END_TEST

UNIT_MAIN("trace_json", any_trace_is_valid_json_TOO_1, names_with_quotes_are_valid_json_TOO_1,
          threads_are_tracks_and_calls_are_flows_TOO_1)
