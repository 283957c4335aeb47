/* The command `baton trace`. */
#include "trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: baton trace [--json | --svg] [OPTION]... FILE\n"
    "Prints what `baton run --trace FILE` recorded, on standard output: one line for each decision\n"
    "of the kernel.\n"
    "  --json           instead, JSON for ui.perfetto.dev and chrome://tracing: threads as tracks,\n"
    "                   calls and answers as flows, priorities as counters\n"
    "  --svg            instead, a picture of the time line\n"
    "Of --svg only:\n"
    "  --from NS        begins NS nanoseconds after the first record\n"
    "  --to NS          ends there\n"
    "  --only A,B,...   threads with these names, in this order\n"
    "  --title TEXT     a line above\n";

enum form { FORM_TEXT, FORM_JSON, FORM_SVG };

struct request {
    enum form form;
    struct trace_picture picture;
    const char *path;
};

static int refuse(const char *what, const char *why)
{
    fprintf(stderr, "baton: trace %s: %s\n", what, why);
    return 1;
}

static bool time_parse(const char *text, uint64_t *time_ns)
{
    char *end;
    errno = 0;
    *time_ns = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
}

/* Options with a value. False: it is none, or its value is bad. */
static bool value_take(struct request *request, const char *name, const char *value)
{
    if (value == NULL) {
        return false;
    }
    if (strcmp(name, "--from") == 0) {
        return time_parse(value, &request->picture.from_ns);
    }
    if (strcmp(name, "--to") == 0) {
        return time_parse(value, &request->picture.to_ns);
    }
    if (strcmp(name, "--only") == 0) {
        request->picture.only = value;
        return true;
    }
    if (strcmp(name, "--title") == 0) {
        request->picture.title = value;
        return true;
    }
    return false;
}

/* -1: the arguments are not understood; *bad is the first such. */
static int request_parse(struct request *request, int argc, char *const argv[], const char **bad)
{
    *request = (struct request){.form = FORM_TEXT};
    for (int i = 0; i < argc; i++) {
        *bad = argv[i];
        if (strcmp(argv[i], "--json") == 0) {
            request->form = FORM_JSON;
        } else if (strcmp(argv[i], "--svg") == 0) {
            request->form = FORM_SVG;
        } else if (argv[i][0] != '-' && request->path == NULL) {
            request->path = argv[i];
        } else if (value_take(request, argv[i], i + 1 < argc ? argv[i + 1] : NULL)) {
            i++;
        } else {
            return -1;
        }
    }
    *bad = "FILE";
    return request->path == NULL ? -1 : 0;
}

static int trace_write(const struct trace *trace, const struct request *request)
{
    int result = 0;
    if (request->form == FORM_JSON) {
        result = trace_json(trace, stdout);
    } else if (request->form == FORM_SVG) {
        result = trace_svg(trace, &request->picture, stdout);
    } else {
        trace_text(trace, stdout);
    }
    if (result != 0) {
        return refuse(request->path, "no memory");
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return refuse("output", strerror(errno));
    }
    if (trace->lost > 0) {
        fprintf(stderr, "baton: trace %s: %" PRIu64 " records were lost\n", request->path, trace->lost);
    }
    return 0;
}

int trace_command(int argc, char *const argv[])
{
    struct request request;
    struct trace trace;
    const char *error = NULL;
    if (argc >= 1 && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)) {
        fputs(usage, stdout);
        return 0;
    }
    if (request_parse(&request, argc, argv, &error) != 0) {
        return refuse(error, "not understood, or its value is missing; see baton trace --help");
    }
    FILE *stream = fopen(request.path, "rbe");
    if (stream == NULL) {
        return refuse(request.path, strerror(errno));
    }
    int result = trace_read(&trace, stream, &error);
    fclose(stream);
    if (result != 0) {
        return refuse(request.path, error);
    }
    int status = trace_write(&trace, &request);
    trace_free(&trace);
    return status;
}
