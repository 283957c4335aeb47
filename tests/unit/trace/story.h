/* A small trace for tests of the formats: "low" (thread 2) calls "server" (3) and gets its answer; the server runs at a
 * lent priority meanwhile. */
#ifndef STORY_H
#define STORY_H

#include "trace.h"

#include <string.h>

#define STORY_MESSAGE 0x10001u

static const struct trace_record story[] = {
    {1000, 0, 0x776f6cu, 0, 2, 0, 0, TRACE_NAME, 0, 20}, /* "low" */
    {1000, 1, 0x726576726573u, 0, 3, 0, 0, TRACE_NAME, 0, 10}, /* "server" */
    {1000, 2, 0, 0x700000007u, 2, 0, 0, TRACE_START, 0, 20},
    {1000, 3, 0, 0x800000008u, 3, 2, 0, TRACE_START, 0, 10},
    {1000, 4, 0, 0, 3, 2, 0, TRACE_SWITCH, 0, 10},
    {2000, 5, 0, THREAD_RECEIVE, 3, 0, 0, TRACE_BLOCK, 0, 10},
    {2000, 6, 0, 0, 2, 3, 0, TRACE_SWITCH, 0, 20},
    {5000, 7, 0, THREAD_SEND, 2, 0, 0, TRACE_BLOCK, 0, 20},
    {5000, 8, STORY_MESSAGE, RECEIVED_MESSAGE, 2, 0, 64, TRACE_CALL, 0, 20},
    {5000, 9, STORY_MESSAGE, 0, 3, 2, 64, TRACE_RECEIVE, 0, 10},
    {5000, 10, 0, 20, 3, 2, 0, TRACE_PRIORITY, 0, 10},
    {5000, 11, 0, 1, 3, 2, 0, TRACE_READY, 0, 20},
    {5500, 12, 0, 1, 3, 2, 0, TRACE_SWITCH, 0, 20},
    {9000, 13, STORY_MESSAGE, 0, 3, 2, 8, TRACE_REPLY, 0, 20},
    {9000, 14, 0, 10, 3, 0, 0, TRACE_PRIORITY, 0, 20},
    {9000, 15, 0, 1, 2, 3, 0, TRACE_READY, 0, 20},
    {9000, 16, 0, THREAD_RECEIVE, 3, 0, 0, TRACE_BLOCK, 0, 10},
    {9250, 17, 0, 1, 2, 3, 0, TRACE_SWITCH, 0, 20},
    {11000, 20, 0, 0, 2, 2, 0, TRACE_END, 0, 20},
};
#define STORY_COUNT (sizeof story / sizeof story[0])

#endif
