/* The kernel and whoever answers calls, faked: records native calls, and answers them as the test says. */
#ifndef FAKE_GATE_H
#define FAKE_GATE_H

#include "foreign.h"

#include <proto/root.h>
#include <setjmp.h>
#include <stddef.h>
#include <sys/call.h>

#define FAKE_CALLS_MAX 4096u
#define FAKE_MESSAGE_BYTES 8192u

struct fake_call {
    uint64_t number; /* SYS_* */
    uint64_t argument[6];
};

struct fake {
    struct fake_call calls[FAKE_CALLS_MAX];
    size_t call_count;
    /* The last message sent, in one piece, and what went along. */
    uint8_t message[FAKE_MESSAGE_BYTES];
    size_t message_bytes;
    size_t message_count;
    struct transfer transfer[TRANSFER_MAX];
    uint32_t transfer_count;
    uint32_t requests[FAKE_CALLS_MAX]; /* first word of each message: its operation */
    /* What a call answers. on_message, if set, sees the message first and may change the rest. */
    void (*on_message)(void);
    int64_t status;
    const void *reply;
    size_t reply_bytes;
    int32_t handles[TRANSFER_MAX]; /* delivered; -1: none */
    int64_t results[SYSCALL_LIMIT]; /* of all other native calls */
    /* Foreign calls: what the personality answers, and the last one that it was asked. */
    int64_t foreign_result;
    struct foreign_frame foreign;
    size_t foreign_count;
    /* Where registers_resume and sys_thread_continue go on: fake.resumed says with what. */
    jmp_buf resume;
    struct registers resumed;
};

extern struct fake fake;

/* A fresh thread in a fresh process; calls answer 0. */
void fake_reset(void);
/* How often a native call was made, and the last time. */
size_t fake_count(uint64_t number);
const struct fake_call *fake_last(uint64_t number);
/* How many messages of an operation were sent. */
size_t fake_requests(uint32_t operation);
/* The last message as a request to the root server, its path and its data. */
const struct root_request *fake_root_request(void);
const char *fake_path(void);
const char *fake_data(void);

#endif
