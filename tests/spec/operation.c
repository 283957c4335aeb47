/* Operations in words. */
#include "world.h"

#include <stdio.h>

static const char *const names[OP_KINDS] = {
    "call",   "receive", "reply",   "reply_receive", "message_read", "message_write",     "pulse",     "close",
    "duplicate", "channel", "connection", "notification", "signal",    "notification_wait", "timer",     "timer_set",
    "address_wait", "address_wake", "word", "sleep", "yield", "exit", "kill", "suspend", "resume", "interrupt",
    "priority", "exception", "seen", "lost", "time",
    "budget", "budget_set", "budget_bind",
    "call_short", "reply_short", "reply_receive_short", "bind", "line",
    "line_acknowledge", "line_fires", "revoke", "touch", "supply",
};

void operation_print(const struct spec *spec, const struct operation *operation, char *text, size_t size)
{
    snprintf(text, size,
             "[on %d] %-17s thread %3u handle %3u other %3u message %3u deadline %3u flags %u send %04x receive %04x "
             "transfer %04x value %u",
             spec->current, names[operation->kind % OP_KINDS], operation->thread, operation->handle, operation->other,
             operation->message, operation->deadline, operation->flags, operation->send, operation->receive,
             operation->transfer, operation->value);
}
