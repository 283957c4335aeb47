/* The loop that every file server runs: one port, one thread, one receive for requests, pulses and names.
 *
 * A server fills a table of operations and calls server_open, then server_run. The framework owns the sessions (open
 * file descriptions), the poll registrations and the checks that hold for all servers: rights, lengths, handles that
 * nobody took. A server owns what its files are. All state hangs off struct server and the server's own struct; both
 * live in memory from server_memory. Nothing here touches errno; results are >= 0 or -error (abi/errno.h). */
#ifndef SYS_SERVER_H
#define SYS_SERVER_H

#include <sys/os.h>

#define SERVER_LATER INT64_MIN  /* an operation kept the message and answers later with server_reply */
#define SERVER_DATA_BYTES 8192u /* data of a request that arrive with it; more is fetched from the client */
#define SERVER_PARTS_MAX 64u    /* parts of an answer; more are written to the client before the reply */
#define SERVER_POLLS_MAX 512u   /* poll registrations; the oldest is woken to make room for one more */
#define SERVER_PULSE_FIRST 16   /* pulse codes of a server's own interrupts and timers start here */

/* Handles that a server finds at these descriptor numbers, put there by init. */
#define SERVER_FD_READY 1000     /* notification: signal SERVER_READY_BIT once the port exists */
#define SERVER_FD_ARCHIVE 1002   /* memory: the boot archive */
#define SERVER_READY_BIT 1u
/* For drivers and for who shares rings with them (abi/console.h). */
#define SERVER_FD_REGISTERS 1003  /* memory: whole pages with the device's registers */
#define SERVER_FD_INTERRUPT 1004  /* the device's interrupt, to acknowledge; masked until then */
#define SERVER_FD_INTERRUPTS 1005 /* channel: the interrupt's pulses come here */
#define SERVER_FD_RINGS 1006      /* memory: the shared rings */
#define SERVER_FD_DEVICE_MEMORY 1009 /* memory that the device reaches by itself */
#define SERVER_FD_BELL 1007       /* notification: the other side of the rings has done something */
#define SERVER_FD_BELL_OUT 1008   /* notification: to tell the other side */
#define SERVER_BELL_RING 1u       /* bits of the bells: the other side; */
#define SERVER_BELL_INTERRUPT 2u  /* something is in SERVER_FD_INTERRUPTS (drivers) */

struct server;

/* An open file description. `inode`, `object` and `position` are the server's; the framework only sets them to 0. */
struct server_session {
    uint64_t cookie; /* 0: free */
    uint64_t inode;
    uint64_t object;
    uint64_t position;
    uint32_t flags; /* OPEN_*: access mode, OPEN_APPEND, OPEN_NONBLOCK */
    uint32_t generation;
    uint32_t poll_first; /* index + 1 of its first poll registration, 0: none */
    uint32_t next_free;  /* index + 1 */
};

struct server_poll {
    uint64_t identity;
    uint64_t age;
    uint64_t bits;
    int notification;
    uint32_t wanted;
    uint32_t session; /* index + 1, 0: free */
    uint32_t next;    /* index + 1, in the session's list */
};

/* A request of an open file. An operation reads the header and the data and may add parts and transfers. */
struct server_request {
    uint64_t id;
    uint64_t identity;
    uint32_t rights;
    struct file_request header;
    struct server_session *session;
    const uint8_t *data;     /* the first `received_bytes` of the data */
    uint64_t received_bytes; /* at most SERVER_DATA_BYTES */
    uint64_t data_bytes;     /* data that the client sent in all */
    uint64_t reply_bytes;    /* room that the client has */
    uint32_t handle_count;
    int handles[TRANSFER_MAX]; /* received; an operation that keeps one sets it to -1 */
    struct part parts[SERVER_PARTS_MAX];
    uint32_t part_count;
    uint64_t written_bytes; /* of the answer, already with the client */
    struct transfer transfers[TRANSFER_MAX];
    uint32_t transfer_count;
};

/* A request of the root server (proto/port.h). */
struct server_name {
    struct port_request request;
    char name[NAME_BYTES_MAX + 1];      /* NUL-terminated */
    char data[PORT_DATA_BYTES_MAX + 1]; /* NUL-terminated behind request.data_bytes */
    struct port_answer answer;          /* stat, data_bytes and flags are the operation's to fill */
    struct server_session *session;     /* PORT_OPEN: the new session */
    _Alignas(8) uint8_t out[PORT_DATA_BYTES_MAX]; /* data of the answer */
};

/* A node of a fixed tree, for servers whose names never change. The first node is the top, with parent 0. */
struct server_node {
    uint64_t inode;
    uint64_t parent;
    const char *name;
    uint32_t mode;      /* type and permission bits */
    uint64_t special;   /* character devices: the number shown */
    const char *target; /* symbolic links */
};

/* Entries left NULL get the answer that POSIX has for a file without that ability. None may block, except in calls to
 * the root server, which never waits for a server. */
struct server_operations {
    /* By enum file_operation; FILE_FLAGS and FILE_POLL are the framework's own. Returns the status or SERVER_LATER. */
    int64_t (*file[FILE_DIRECTORY_READ + 1])(struct server *server, struct server_request *request);
    /* Operations above FILE_DIRECTORY_READ (a server's own protocol). */
    int64_t (*other)(struct server *server, struct server_request *request);
    /* By enum port_operation; PORT_CLOSE is the framework's own. Returns 0 or -error. */
    int (*name[PORT_CLOSE + 1])(struct server *server, struct server_name *name);
    /* With a fixed tree: lookup, getattr, readdir, readlink and the stat of sessions are the framework's own. */
    const struct server_node *nodes;
    uint32_t node_count;
    void (*close)(struct server *server, struct server_session *session);
    void (*unblock)(struct server *server, uint64_t message_id); /* the client of a kept message wants out: answer it */
    uint32_t (*poll)(struct server *server, struct server_session *session); /* POLL bits that hold now */
    void (*pulse)(struct server *server, int code, uint64_t value);          /* the server's own pulses */
};

struct server {
    const struct server_operations *operations;
    void *context; /* the server's own state */
    struct server_session *sessions;
    uint32_t session_count;
    uint32_t sessions_used; /* places that were ever in use */
    uint32_t session_free;  /* index + 1 */
    uint32_t port;          /* number given by the root server */
    int channel;
    int64_t start_ns; /* real time: the times of fixed trees */
    uint64_t poll_age;
    struct server_poll polls[SERVER_POLLS_MAX];
    struct server_request request;
    struct server_name name;
    struct {
        struct file_request header;
        uint8_t data[SERVER_DATA_BYTES];
    } buffer;
};

/* Demand-zero memory for a server's state. Ends the program with a line in the log if there is none. */
void *server_memory(uint64_t size_bytes);

/* Makes the port /port/NAME and readies `server` (zeroed memory, operations and context filled in) with room for
 * `session_count` sessions. 0, or the root server's error. */
int server_open(struct server *server, const char *name, uint32_t session_count);

/* Tells init that the port exists. Harmless without init. */
void server_ready(void);

/* Serves for ever; returns only if the channel is gone: -error. */
int server_run(struct server *server);

/* A connection to the server's own channel on which interrupts and timers pulse it. Handle or -error. */
int server_self(struct server *server);

/* A new session outside PORT_OPEN (flags: OPEN_*), or NULL: too many. */
struct server_session *server_session_create(struct server *server, uint32_t flags);
/* The session with this cookie, or NULL. */
struct server_session *server_session_find(struct server *server, uint64_t cookie);
/* Drops a session: its `close` runs, its poll registrations go. */
void server_session_drop(struct server *server, struct server_session *session);

/* Copies data bytes [offset, offset + length) of the request to `to`, from the buffer or from the client. Bytes copied
 * (fewer if the client sent fewer), or -E_FAULT, -E_SRCH. */
int64_t server_fetch(struct server_request *request, uint64_t offset_bytes, void *to, uint64_t length_bytes);

/* Adds bytes to the answer. They must stay as they are until the operation's reply is out. */
void server_answer(struct server_request *request, const void *bytes, uint64_t length_bytes);
/* Adds bytes that need not stay. -error if the client's buffer is bad. */
int server_answer_copy(struct server_request *request, const void *bytes, uint64_t length_bytes);
/* Sends a handle with the answer. `move`: the server's own handle goes. */
void server_transfer(struct server_request *request, int handle, uint32_t rights, bool move);

/* Answers a kept message with up to two parts. Bytes or -E_SRCH: its client is gone. */
int64_t server_reply(uint64_t message_id, int64_t status, const void *first, uint64_t first_bytes, const void *second,
                     uint64_t second_bytes);
/* Is the client of a kept message still waiting? */
bool server_waiting(uint64_t message_id);

/* Wakes those who poll the session for something that now holds. */
void server_poll_wake(struct server *server, struct server_session *session);

/* Calls of the root server that servers need. */
int server_kill(int pid, int signal);
int server_group_of(uint32_t pid);             /* process group or -error */
int server_session_of(uint32_t pid);           /* process session or -error */
int64_t server_realtime_ns(int64_t offset_ns); /* now; offset from server_realtime_offset */
int64_t server_realtime_offset(void);

#endif
