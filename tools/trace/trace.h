/* A trace file in memory (abi/trace.h): its records and what they say of each thread. Host tool; knows no kernel. */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include <abi/trace.h>

#include <stdio.h>

#define TRACE_LABEL_BYTES 32u
#define TRACE_THREADS_MAX (1u << 22)

struct trace_thread {
    uint64_t identity;
    bool seen; /* some record names it */
    char name[TRACE_NAME_BYTES + 1];
};

struct trace {
    struct trace_record *records;
    size_t count;
    uint64_t lost; /* records missing between the first and the last */
    struct trace_thread *threads; /* by number; [0] is nobody */
    uint32_t thread_count;
};

/* Reads a whole trace. 0, or -1 with *error a line for the user (static text); then nothing is to be freed. A record
 * cut off at the end, as a crash leaves it, is left out. */
int trace_read(struct trace *trace, FILE *stream, const char **error);
/* Takes `count` records, which it copies. -1: no memory. */
int trace_take(struct trace *trace, const struct trace_record *records, size_t count);
void trace_free(struct trace *trace);

/* "sh/12": the thread's name, if it has one, and its number; printable ASCII. `nobody` for number 0. */
void trace_label(const struct trace *trace, uint32_t thread, const char *nobody, char label[TRACE_LABEL_BYTES]);
/* Nanoseconds since the first record. */
uint64_t trace_since(const struct trace *trace, uint64_t time_ns);

/* One line for each record. */
void trace_text(const struct trace *trace, FILE *out);
/* Chrome's and Perfetto's JSON: threads as tracks with what they do, calls and answers as flows. -1: no memory. */
int trace_json(const struct trace *trace, FILE *out);

/* A picture of what happens from from_ns to to_ns (since the first record; to_ns 0: to the end), of the threads that do
 * something then; `only`: of those with these names, separated by commas, in that order (NULL: all). */
struct trace_picture {
    uint64_t from_ns;
    uint64_t to_ns;
    const char *only;
    const char *title; /* NULL: none */
};
/* -1: no memory. */
int trace_svg(const struct trace *trace, const struct trace_picture *picture, FILE *out);

/* `baton trace ...`, with the arguments after "trace". Returns the exit status. */
int trace_command(int argc, char *const argv[]);

#endif
