/* The words for a trace's numbers. Tests: tests/unit/trace/trace_text_test.c. */
#include "trace_words.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *trace_kind_name(unsigned kind)
{
    static const char *const names[TRACE_KIND_LIMIT] = {
#define TRACE_KIND_NAME(number, name, text) [number] = text,
        TRACE_KINDS(TRACE_KIND_NAME)
#undef TRACE_KIND_NAME
    };
    return kind < TRACE_KIND_LIMIT && names[kind] != NULL ? names[kind] : "?";
}

/* What a thread in that enum thread_state waits for. */
static const char *state_name(uint64_t state)
{
    static const char *const names[] = {
        [THREAD_NEW] = "new", [THREAD_READY] = "ready", [THREAD_RUNNING] = "running", [THREAD_SEND] = "send",
        [THREAD_REPLY] = "reply", [THREAD_RECEIVE] = "receive", [THREAD_NOTIFICATION_WAIT] = "notification",
        [THREAD_ADDRESS_WAIT] = "address", [THREAD_SLEEP] = "sleep", [THREAD_DEAD] = "dead"};
    return state < COUNT(names) && names[state] != NULL ? names[state] : "?";
}

static const char *exception_name(uint64_t kind)
{
    static const char *const names[] = {
        [EXCEPTION_FAULT] = "fault", [EXCEPTION_ILLEGAL] = "illegal", [EXCEPTION_ARITHMETIC] = "arithmetic",
        [EXCEPTION_BREAKPOINT] = "breakpoint", [EXCEPTION_BUS] = "bus", [EXCEPTION_FOREIGN_CALL] = "foreign-call",
        [EXCEPTION_NO_MEMORY] = "no-memory", [EXCEPTION_HOST] = "host"};
    return kind < COUNT(names) && names[kind] != NULL ? names[kind] : "?";
}

static const char *access_name(uint32_t access)
{
    return access == ACCESS_WRITE ? "write" : access == ACCESS_EXECUTE ? "execute" : "read";
}

#define WRITE(...) snprintf(detail, TRACE_DETAIL_BYTES, __VA_ARGS__)

static void message_detail(const struct trace_record *record, char *detail)
{
    unsigned long long object = record->object, argument = record->argument;
    switch (record->kind) {
    case TRACE_CALL:
        WRITE("message %llx, %u bytes%s", object, record->bytes, argument == RECEIVED_EXCEPTION ? ", exception" : "");
        break;
    case TRACE_RECEIVE:
        WRITE("message %llx, %u bytes", object, record->bytes);
        break;
    case TRACE_REPLY:
        WRITE("message %llx, %u bytes, status %lld", object, record->bytes, (long long)record->argument);
        break;
    case TRACE_COPY:
        WRITE("message %llx, %s %u bytes", object, argument == 0 ? "reads" : "writes", record->bytes);
        break;
    case TRACE_FAIL:
        WRITE("message %llx, error %llu", object, argument);
        break;
    default: /* pulses and timers */
        if (record->kind == TRACE_TIMER) {
            WRITE("cookie %llx, value %llx", object, argument);
        } else {
            WRITE("code %d, cookie %llx, value %llx", (int)record->bytes, object, argument);
        }
    }
}

void trace_detail(const struct trace_record *record, char detail[TRACE_DETAIL_BYTES])
{
    unsigned long long argument = record->argument;
    switch (record->kind) {
    case TRACE_SWITCH:
    case TRACE_READY:
        WRITE("%s", argument != 0 ? "direct" : "");
        break;
    case TRACE_BLOCK:
    case TRACE_TIMEOUT:
        WRITE("%s", state_name(argument));
        break;
    case TRACE_BUDGET:
        WRITE("%s", argument != 0 ? "used up" : "");
        break;
    case TRACE_LEND:
        WRITE("%s", record->other != 0 ? "its budget" : argument != 0 ? "its own budget" : "no budget");
        break;
    case TRACE_PRIORITY:
        WRITE("to %llu", argument);
        break;
    case TRACE_FAULT:
        WRITE("%s at %llx%s", access_name(record->bytes), argument, record->object == 0 ? "" : ", not mapped");
        break;
    case TRACE_EXCEPTION:
        WRITE("%s at %llx", exception_name(record->bytes), argument);
        break;
    case TRACE_INTERRUPT:
        WRITE("line %llu", argument);
        break;
    case TRACE_START:
    case TRACE_IDENTITY:
        WRITE("identity %llx", argument);
        break;
    case TRACE_SIGNAL:
    case TRACE_PREEMPT:
    case TRACE_END:
    case TRACE_NAME:
        detail[0] = '\0';
        break;
    default:
        message_detail(record, detail);
    }
}
