/* What a signal handler is told about its signal: Linux's siginfo_t, the same on every architecture. */
#ifndef POSIX_SIGNAL_INFO_H
#define POSIX_SIGNAL_INFO_H

#include "signals.h"

struct frame_info {
    int32_t signal, error, code, reserved0;
    union {
        struct {
            int32_t pid;
            uint32_t uid;
            int32_t status;
        } sender;
        uint64_t address;
        uint8_t bytes[112];
    } detail;
};
_Static_assert(sizeof(struct frame_info) == 128, "siginfo_t");

static inline void info_fill(struct frame_info *info, const struct signal_record *record)
{
    *info = (struct frame_info){.signal = record->signal, .code = record->code};
    if (record->address != 0) {
        info->detail.address = record->address;
    } else {
        info->detail.sender.pid = record->pid;
        info->detail.sender.uid = record->uid;
        info->detail.sender.status = record->status;
    }
}

#endif
