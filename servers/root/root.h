/* The root server's whole state, one received message, and what the parts of the server offer each other.
 *
 * Everything hangs off one `struct root`: there is no writable static, so the server also runs as a linked program.
 * The server only ever receives and replies. A request that cannot be answered yet keeps its `struct root_call`, a
 * continuation, until something that happens later answers it with root_reply.
 *
 * Owners: main.c, call.c (loop, calls), process*.c task.c signal*.c wait.c ... (processes), vfs*.c (names). */
#ifndef ROOT_ROOT_H
#define ROOT_ROOT_H

#include "process.h"
#include <proto/file.h>
#include <proto/port.h>
#include <proto/root.h>
#include <sys/call.h>

#define ROOT_CALLS_MAX 256u
#define ROOT_PULSES 1024u
/* A port's answer with its data is the longest; also two paths with their NULs and a gap between them. */
#define CALL_BYTES_MAX (2u * PATH_BYTES_MAX + 256u)

/* Cookies of connections to the root server's channel: the class in the top byte, the owner's number in the rest. */
enum cookie_class {
    COOKIE_PROCESS = 1,   /* a process handle, HANDLE_ROOT: number = generation << 16 | slot */
    COOKIE_DIRECTORY = 2, /* an open directory: vfs's number */
    COOKIE_TEXT = 3,      /* an open file of a tree of the root server's own: vfs's number */
    COOKIE_SELF = 4       /* exceptions, thread deaths, timers: the server's own connection */
};
#define COOKIE_SHIFT 56u
#define COOKIE(class, number) ((uint64_t)(class) << COOKIE_SHIFT | (uint64_t)(number))
#define COOKIE_CLASS(cookie) ((enum cookie_class)((cookie) >> COOKIE_SHIFT))

/* The message as it came. Which member holds depends on where it came by: a session (COOKIE_DIRECTORY, COOKIE_TEXT)
 * gets a file_request if operation < ROOT_OPERATION_FIRST, else a root_request. */
union call_message {
    struct root_request request;
    struct file_request file;
    struct exception_message exception;
    uint8_t raw[sizeof(struct root_request) + CALL_BYTES_MAX];
};

enum call_state {
    CALL_FREE,
    CALL_SERVED, /* between receive and reply */
    CALL_WAITING /* a ROOT_WAIT that has nothing to tell yet */
};

/* One received message that was not answered yet. From call_receive until root_reply it belongs to whoever serves it;
 * after root_reply nobody may touch it. */
struct root_call {
    enum call_state state;
    uint64_t message_id;
    struct receive_info info;
    struct process *process; /* COOKIE_PROCESS: the one that the cookie names; else the caller's. Never NULL for
                                requests. Credentials and working directory are this one's. Stays valid until the
                                reply, even if the process ends meanwhile */
    uint32_t handle_count;   /* handles that came with it. root_reply closes those that are not -1: take one by
                                copying it and writing -1 */
    int32_t handles[TRANSFER_MAX];
    const char *path; /* NUL-terminated, never NULL, inside `message`; holds no other NUL */
    uint32_t path_bytes;
    const char *data; /* 8-byte aligned, NUL-terminated, never NULL */
    uint32_t data_bytes;
    void *continuation; /* vfs's; NULL at first */
    union call_message message;
};

/* The last reply of a round, kept so that it goes out with the next receive: one kernel entry, and a direct switch. */
struct root_deferred {
    uint64_t message_id; /* 0: none */
    int64_t status;
    uint64_t data_bytes;
    uint8_t data[CALL_BYTES_MAX];
};

struct vfs;

struct root {
    int grant;      /* all memory */
    int programs;   /* below it: what processes and their descriptors are paid from; keeps the server's own part back */
    uint64_t programs_pages; /* its limit */
    int space;      /* the server's own */
    int channel;    /* the only one it receives on */
    int self;       /* connection to it, COOKIE_SELF */
    int timer;      /* the alarms'; on `self`, pulse ROOT_PULSE_TIMER */
    int archive;    /* memory: the boot archive; -1: none */
    uint64_t realtime_offset_ns; /* realtime = monotonic + this */
    uint64_t boot_ns;
    uint64_t serials; /* numbers given to internal cookies so far */
    struct vfs *vfs;
    struct root_deferred deferred;
    struct root_call calls[ROOT_CALLS_MAX];
    struct process_table table;
};

#define ROOT_PULSE_TIMER 1

/* A broken assumption of our own: says so in the machine's log and stops the machine. */
_Noreturn void root_panic(const char *condition, const char *file, int line);
#define root_assert(condition) ((condition) ? (void)0 : root_panic(#condition, __FILE__, __LINE__))

/* The state in zeroed memory of its own; NULL: no memory. Only touched pages cost. */
struct root *root_create(void);

/* Sets up all parts on zeroed memory. Returns 0 or -error of the kernel call that failed. */
int root_init(struct root *root);

/* Starts init from the boot archive. Returns 0 or -error (the reason is in the machine's log). */
int root_start_init(struct root *root);

/* Serves for ever. */
_Noreturn void root_run(struct root *root);

/* Zeroed pages, for ever: there is no freeing. NULL: the grant is exhausted. */
void *root_memory(struct root *root, uint64_t size_bytes);

/* Waits for the next message or pulse; a call's `state` is CALL_SERVED until its reply. NULL: interrupted. Pulses: the
 * call must be given back by call_free. */
struct root_call *call_receive(struct root *root);
/* Finds out who asks and what; false: it has been answered with an error. */
bool call_decode(struct root *root, struct root_call *call);
/* The unanswered call with this message id; NULL: none. */
struct root_call *call_find(struct root *root, uint64_t message_id);
/* Frees a call that gets no reply (pulses, clients that are gone). */
void call_free(struct root *root, struct root_call *call);
/* The task that sent the call, if it belongs to call->process; else NULL. */
struct task *call_task(const struct root_call *call);
/* Takes a transferred handle out of the call; -1: it has none. The caller's from now on. */
int call_take_handle(struct root_call *call, uint32_t index);

/* Sends the reply that is kept, if any. */
void root_flush(struct root *root);

/* Answers and frees the call; the reply goes out before the next one, or with the next receive. status >= 0 or -error;
 * data may be NULL with 0 bytes and is copied; what does not fit the client's reply area is cut. A client that is gone
 * is no error. Never blocks. */
void root_reply(struct root *root, struct root_call *call, int64_t status, const void *data, uint64_t data_bytes);

/* The same with handles (at most TRANSFER_MAX) of the server's own table, moved or copied as each transfer says.
 * Returns 0; or -error if the client could not take them (it has then been answered with that error): the handles
 * still belong to the server. */
int root_reply_transfer(struct root *root, struct root_call *call, int64_t status, const void *data,
                        uint64_t data_bytes, const struct transfer *transfers, uint32_t count);

/* Nanoseconds: since boot, and since 1970. */
uint64_t root_now_ns(void);
uint64_t root_realtime_ns(const struct root *root);

/* --- What the process side serves; each answers the call, now or later. --- */

void serve_process(struct root *root, struct root_call *call); /* dispatches to: */
void serve_create(struct root *root, struct root_call *call);
void serve_start(struct root *root, struct root_call *call);
void serve_exec(struct root *root, struct root_call *call);
void serve_thread_create(struct root *root, struct root_call *call);
void serve_exit(struct root *root, struct root_call *call);
void serve_wait(struct root *root, struct root_call *call);
void serve_kill(struct root *root, struct root_call *call);
void serve_kill_thread(struct root *root, struct root_call *call);
void serve_signal_fetch(struct root *root, struct root_call *call);
void serve_signal_disposition(struct root *root, struct root_call *call);
void serve_signal_default(struct root *root, struct root_call *call);
void serve_signal_pending(struct root *root, struct root_call *call);
void serve_ids(struct root *root, struct root_call *call);
void serve_setids(struct root *root, struct root_call *call);
void serve_setpgid(struct root *root, struct root_call *call);
void serve_getpgid(struct root *root, struct root_call *call);
void serve_setsid(struct root *root, struct root_call *call);
void serve_getsid(struct root *root, struct root_call *call);
void serve_set_name(struct root *root, struct root_call *call);
void serve_alarm(struct root *root, struct root_call *call);
void serve_usage(struct root *root, struct root_call *call);
void serve_executable(struct root *root, struct root_call *call);
void serve_shutdown(struct root *root, struct root_call *call);
void serve_exception(struct root *root, struct root_call *call);

/* memory.c: the process to end when memory is exhausted: the biggest that is not the machine's own (in init's session);
 * NULL: none. */
struct process *memory_victim(struct root *root);
/* Makes root->programs. Returns 0 or -error. */
int memory_init(struct root *root);

/* --- What vfs*.c offers. --- */

/* After the process table exists. Returns 0 or -error. */
int vfs_init(struct root *root);

/* Serves path and port operations (ROOT_OPEN .. ROOT_PORT_INVALIDATE) on COOKIE_PROCESS and COOKIE_DIRECTORY. */
void vfs_request(struct root *root, struct root_call *call);

/* Serves a struct file_request on COOKIE_DIRECTORY and COOKIE_TEXT. */
void vfs_session(struct root *root, struct root_call *call);

/* The last handle of a COOKIE_DIRECTORY or COOKIE_TEXT connection went. */
void vfs_close(struct root *root, uint64_t cookie);

/* The client of a call that vfs keeps wants out: reply it with -E_INTR now, or later if it cannot be undone. */
void vfs_cancel(struct root *root, struct root_call *call);

/* Names of a new process: child->vnode, umask. parent NULL: the first process. */
void vfs_process_inherit(struct root *root, struct process *child, const struct process *parent);

/* The process ended: let go of what vfs_process_inherit took. */
void vfs_process_exit(struct root *root, struct process *process);

#endif
