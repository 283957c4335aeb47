/* The event trace: one record of fixed size for each decision of the kernel, the same on every platform. Threads are
 * named by numbers that the kernel gives in the order of creation, from 1, and never twice; 0: none. A trace file is a
 * struct trace_header and then records, in the machine's byte order. */
#ifndef ABI_TRACE_H
#define ABI_TRACE_H

#include <abi/types.h>

#define TRACE_MAGIC 0x454341525442ull /* "BTRACE" */
#define TRACE_VERSION 1u
#define TRACE_NAME_BYTES 16u

/* Number, name, text, and what `other`, object, argument and bytes say. Numbers are never reused. `thread` is whom it
 * is about; `priority` is that thread's, with what it inherits. "Current": the thread that entered the kernel. */
#define TRACE_KINDS(T)                                                                                            \
    T(1, SWITCH, "switch")       /* gets the CPU (0: idle); other: who had it; argument 1: directly */            \
    T(2, READY, "ready")         /* it may run; other: current; argument 1: it shall be handed the CPU */         \
    T(3, BLOCK, "block")         /* argument: enum thread_state */                                                \
    T(4, CALL, "call")           /* it sends; object: message; argument: enum received_kind; bytes: it sends */   \
    T(5, RECEIVE, "receive")     /* it receives; other: client; object: message; bytes: copied */                 \
    T(6, REPLY, "reply")         /* it answers; other: client; object: message; argument: status; bytes: copied */ \
    T(7, COPY, "copy")           /* other: client; object: message; argument 0: reads, 1: writes; bytes: copied */ \
    T(8, FAIL, "fail")           /* its call ends without an answer; object: message; argument: negated error */  \
    T(9, PULSE, "pulse")         /* current sends (0: the kernel); object: cookie; argument: value; bytes: code */ \
    T(10, PULSE_RECEIVE, "pulse-receive") /* it receives; object: cookie; argument: value; bytes: code */         \
    T(11, PRIORITY, "priority")  /* it changes; other: who lends it, 0: its own; argument: its new one */         \
    T(12, TIMEOUT, "timeout")    /* its wait ends; argument: enum thread_state */                                 \
    T(13, SIGNAL, "signal")      /* it is told to look for signals; other: current */                             \
    T(14, FAULT, "fault")        /* argument: address; bytes: ACCESS_*; object: negated error, 0: mapped */       \
    T(15, EXCEPTION, "exception") /* it cannot go on; argument: address; bytes: enum exception_kind */            \
    T(16, INTERRUPT, "interrupt") /* argument: number */                                                          \
    T(17, TIMER, "timer")        /* a timer object expires; object: cookie; argument: value of its pulse */       \
    T(18, START, "start")        /* it starts; other: current; argument: identity */                              \
    T(19, END, "end")            /* it dies; other: current (itself: it exits) */                                 \
    T(20, IDENTITY, "identity")  /* argument: its new identity */                                                 \
    T(21, NAME, "name")          /* object, argument: TRACE_NAME_BYTES bytes, padded with NUL */                  \
    T(22, BUDGET, "budget")      /* it waits for its scheduling context to have budget; argument 1: it used it up */ \
    T(23, PREEMPT, "preempt")    /* its call stops between two steps of a copy, and goes on later */              \
    T(24, LEND, "lend")          /* it works on another context; other: who lends it; 0: argument 1: its own, 0: none */

/* Threads whose identities agree in this are of one program. */
#define TRACE_PROGRAM(identity) ((uint32_t)(identity))

enum trace_kind {
#define TRACE_KIND_MEMBER(number, name, text) TRACE_##name = number,
    TRACE_KINDS(TRACE_KIND_MEMBER)
#undef TRACE_KIND_MEMBER
    TRACE_KIND_LIMIT
};

struct trace_record {
    uint64_t time_ns;  /* monotonic, of the call into the kernel that decided */
    uint64_t sequence; /* from 0; a gap: so many records were lost, for want of room */
    uint64_t object;
    uint64_t argument;
    uint32_t thread;
    uint32_t other;
    uint32_t bytes; /* more than fit: UINT32_MAX */
    uint16_t kind;  /* enum trace_kind */
    uint8_t cpu;
    uint8_t priority;
};

struct trace_header {
    uint64_t magic;
    uint32_t version;
    uint32_t record_bytes;       /* sizeof(struct trace_record) */
    uint64_t realtime_offset_ns; /* realtime = time_ns + this */
    uint64_t reserved;
};

_Static_assert(sizeof(struct trace_record) == 48, "the format's record");
_Static_assert(sizeof(struct trace_header) == 32, "the format's header");

#endif
