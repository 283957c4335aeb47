/* What each thread was doing when, and which calls and answers went between them. */
#ifndef TRACE_TRACE_TIMELINE_H
#define TRACE_TRACE_TIMELINE_H

#include "trace.h"

enum trace_doing {
    DOING_NOTHING, /* not started, dead */
    DOING_RUN,
    DOING_READY,
    DOING_SEND,
    DOING_REPLY,
    DOING_RECEIVE,
    DOING_WAIT, /* notification, address */
    DOING_SLEEP,
    DOING_BUDGET /* ready, but for budget */
};

/* A time in which a thread did one thing at one priority. Those of a thread follow one another and never overlap. */
struct trace_span {
    uint64_t start_ns, end_ns; /* of the trace's clock */
    uint32_t thread;
    uint8_t doing; /* enum trace_doing */
    uint8_t priority;
    bool lent; /* the priority is inherited */
};

struct trace_arrow {
    uint64_t time_ns;
    uint32_t from, to;
    uint64_t message;
    bool answer;
};

struct trace_timeline {
    struct trace_span *spans; /* by their ends */
    size_t span_count, span_room;
    struct trace_arrow *arrows; /* by time */
    size_t arrow_count, arrow_room;
};

/* -1: no memory. */
int trace_timeline_make(struct trace_timeline *timeline, const struct trace *trace);
void trace_timeline_free(struct trace_timeline *timeline);
const char *trace_doing_name(unsigned doing);

#endif
