/* A kernel for tests of the root server's process side: objects are counters, threads are records, replies are kept. */
#ifndef FAKE_SYS_H
#define FAKE_SYS_H

#include <root.h>

#define FAKE_OBJECTS_MAX 4096
#define FAKE_REPLIES_MAX 64
#define FAKE_LOG_BYTES 4096

struct fake_object {
    bool open;
    enum object_type type;
    bool killed, started, suspended;
    uint32_t interrupts;
    uint64_t used_pages; /* grants */
    uint64_t identity;
    uint64_t priority;
    uint64_t cookie; /* connections */
    uint32_t rights;
};

struct fake_reply {
    uint64_t message_id;
    int64_t status;
    uint8_t data[256];
    uint64_t data_bytes;
    uint32_t transfer_count;
};

struct fake_sys {
    struct fake_object objects[FAKE_OBJECTS_MAX];
    uint32_t object_count;
    struct fake_reply replies[FAKE_REPLIES_MAX];
    uint32_t reply_count;
    uint64_t now_ns;
    uint64_t timer_ns;
    int fail_thread_create; /* not 0: the next sys_thread_create returns it */
    bool stopped;
    int stop_status;
    char log[FAKE_LOG_BYTES];
    uint64_t log_bytes;
    struct control control;
    struct root *root;
    const void *message; /* what the next sys_receive gives, with control.info */
    uint64_t message_bytes;
};

/* One per test process. */
struct fake_sys *fake_sys(void);
/* A fresh root server on a fresh fake kernel, with init (pid 1) running. */
struct root *fake_root(void);
/* A running child of `parent`. */
struct process *fake_process(struct root *root, struct process *parent);
/* Serves a request as if `from`'s first thread had sent it to the process handle of `to`. Returns its message id. */
uint64_t fake_request(struct root *root, struct process *to, struct process *from, const struct root_request *request);
/* The same to its own process. */
uint64_t fake_ask(struct root *root, struct process *from, uint32_t operation, uint64_t a, uint64_t b, uint64_t c);
/* The reply to a message; NULL: none yet. */
struct fake_reply *fake_reply(uint64_t message_id);
/* fake_ask and its status; fails the test if there is no reply. */
int64_t fake_status(struct root *root, struct process *from, uint32_t operation, uint64_t a, uint64_t b, uint64_t c);
struct fake_object *fake_thread(const struct process *process);

#endif
