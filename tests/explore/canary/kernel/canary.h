/* Seeded bugs of the core, one of which can be switched on. See kernel-model/include/kernel/canary.h, whose place this
 * takes. */
#ifndef KERNEL_CANARY_H
#define KERNEL_CANARY_H

#include <stdbool.h>

/* name, what is wrong */
#define CANARIES(C)                                                                       \
    C(STALE_ID, "a stale message ID is accepted")                                         \
    C(FOREIGN_REPLY, "a thread of another table may answer")                              \
    C(PRIORITY_KEPT, "a server keeps its client's priority after the reply")              \
    C(RING_KEPT, "threads that wait in a ring keep up their priority")                    \
    C(PLACE_KEPT, "a queued message keeps its place when its priority changes")           \
    C(LAST_IS_FIRST, "within a priority, who comes last is served first")                 \
    C(RECEIVER_LAST_FIRST, "of waiting receivers the last one is served first")           \
    C(PART_SKIPPED, "a vector's cursor is off by one part after an empty one")            \
    C(CURSOR_LOST, "a preempted copy resumes in the wrong place")                         \
    C(SHORT_TELLS_ALL, "a short copy reports the full length")                            \
    C(FAULT_OF_OTHER, "a fault in the client's memory fails the server")                  \
    C(PULSE_LOST, "a pulse that finds no slot is lost without an error")                  \
    C(SLOT_LEAKS, "a pulse's slot is not given back")                                     \
    C(CLOSE_LOST, "a connection closed by its last thread's exit sends no close pulse")   \
    C(UNBLOCK_TWICE, "a client that wants out twice sends two unblock pulses")            \
    C(DOUBLE_FREE, "a connection is released twice when an unanswered call ends")         \
    C(TIMEOUT_KEPT, "a timeout is not cancelled by the reply")                            \
    C(INTERRUPT_TWICE, "an interrupted wait interrupts the next one too")                 \
    C(RIGHTS_GROW, "a handle in a message has rights that its sender's has not")          \
    C(TIMER_DRIFTS, "a periodic timer counts from when it was late")                      \
    C(WORDS_KEPT, "words where nothing came keep what was there")                         \
    C(WORDS_UNCOUNTED, "a short message received in words tells of no words")             \
    C(WORDS_CUT, "a short answer to a caller with a vector loses its last word")          \
    C(BIND_SILENT, "binding a channel does not tell what is queued already")              \
    C(BIND_LOST, "a bound channel dies without a word")                                   \
    C(LINE_LOW, "an interrupt does not come at the priority of who asked for it")         \
    C(REVOKE_IN_FLIGHT, "revoking leaves handles that are on their way")                  \
    C(REVOKE_TIMER, "revoking a connection leaves its timer")                             \
    C(BUDGET_LOST, "a budget lent along a call is lost when the server dies")             \
    C(BUDGET_LEAKS, "the budget of a thread that dies is never given back")               \
    C(BUDGET_KEPT, "a server works on its client's budget after the reply")               \
    C(FIRST_LENDS, "of several clients the first one's budget counts")                    \
    C(PULSE_LENT, "a pulse is paid by the client whose message came before it")           \
    C(CHAIN_CUT, "a budget is lent to the first server of a chain only")                  \
    C(REFILL_LATE, "time used comes back a period after its use ended")                   \
    C(REFILL_LOST, "of two refills that become one, one is lost")                         \
    C(WAIT_IGNORED, "a server that waits for its client's budget goes on without")        \
    C(SET_LOST, "a new budget does not wake who waits for it")                            \
    C(REFUSAL_IGNORED, "a page that its pager refuses is asked for again")                \
    C(COPIER_STAYS, "who copies waits for a page whose client has gone")                  \
    C(PLACE_LOST, "a message that could not be received in its middle goes to the end")   \
    C(ANSWERED_TWICE, "a preempted reply_receive answers again when it is made again")

enum canary_kind {
    CANARY_NONE,
#define CANARY_MEMBER(name, text) CANARY_##name,
    CANARIES(CANARY_MEMBER)
#undef CANARY_MEMBER
    CANARY_COUNT
};

extern enum canary_kind canary_on;

#define canary(name) (canary_on == CANARY_##name)

#endif
