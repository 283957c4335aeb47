/* Messages: the state machine of call, receive and reply. A thread has one outstanding call at most, so the message
 * lives in the client's thread object and costs no allocation. Its ID is the thread's slot and a generation that is
 * never used twice. A faulting thread sends its exception the same way. */
#ifndef KERNEL_MESSAGE_H
#define KERNEL_MESSAGE_H

#include "object.h"
#include "prioqueue.h"
#include "pulse.h"

#include <abi/control.h>

struct thread;
struct channel;
struct connection;
struct table;
struct cursor;

/* IDs: slot in the low bits, generation above. */
#define MESSAGE_SLOT_BITS 16u
#define MESSAGE_GENERATION_MAX ((1ull << (64u - MESSAGE_SLOT_BITS)) - 1u)

struct transfer_item {
    struct object *object; /* referenced, and counted like a handle */
    uint32_t rights;
    uint32_t flags;
};

/* A set of handles on their way. */
struct transfer_set {
    struct transfer_item items[TRANSFER_MAX];
    uint32_t count;
};

struct message {
    struct prioqueue_node server_node; /* SEND and REPLY: in server->served, if server */
    struct list unanswered_link;       /* REPLY, and SEND with a copier: in channel->unanswered */
    struct list lender_link;           /* REPLY: in server->lenders, if server */
    struct channel *channel;           /* SEND and REPLY */
    struct connection *connection;     /* SEND and REPLY: referenced, and counted like a handle */
    struct thread *server;             /* whom this message lends its priority */
    struct table *table;               /* REPLY: table of the thread that received it */
    uint64_t id;                       /* 0: none */
    uint64_t plain_id;                 /* the same while any server could answer it the short way (message_fast.h) */
    uint64_t parts[2];                 /* vectors in the client's space: [0] send, [1] reply */
    uint32_t part_counts[2];
    uint64_t bytes[2]; /* full lengths */
    uint64_t words[2][MESSAGE_WORDS_MAX]; /* short: in place of the vectors */
    uint32_t rights;  /* of the handle called with */
    uint8_t kind;     /* enum received_kind */
    bool is_short;
    bool unblocking;  /* one PULSE_UNBLOCK has gone out */
    bool uninterruptible;
    struct prioqueue_node queue_node; /* SEND without a copier: in channel->queue */
    struct thread *copier; /* whose call is in the middle of copying it, as receiver (SEND) or answerer (REPLY) */
    struct pulse unblock;
    struct exception_info exception; /* faults: what becomes of it if the page is refused */
    struct fault_message fault;
    uint64_t fault_serial; /* of the memory object */
    struct transfer_set transfer;
};

struct call_arguments {
    int64_t connection;
    const uint64_t *words; /* NULL: vectors; else it is a short call, which sends these */
    uint64_t parts[2];
    uint32_t part_counts[2]; /* short: words sent, words wanted */
    uint32_t flags;
    uint64_t deadline_ns;
};

/* A vector of the calling thread's space, or the words of a short reply. */
struct vector_arguments {
    uint64_t parts;
    uint32_t count;
    const uint64_t *words; /* NULL: parts; else `count` of these */
};

/* All of these act for `thread`, the current one. They return a result for it, or SYSCALL_BLOCKED: it comes later. */
int64_t message_call(struct kernel *kernel, struct thread *thread, const struct call_arguments *arguments);
int64_t message_receive(struct kernel *kernel, struct thread *thread, int64_t channel,
                        const struct vector_arguments *vector, uint64_t deadline_ns);
int64_t message_reply(struct kernel *kernel, struct thread *thread, uint64_t id, int64_t status,
                      const struct vector_arguments *vector, bool direct);
/* direction 0: reads what the client sent; 1: writes into its reply area. */
int64_t message_access(struct kernel *kernel, struct thread *thread, uint64_t id, unsigned direction, uint64_t offset,
                       const struct vector_arguments *vector);

/* A thread's exception becomes a message; without an exception connection the thread dies. */
void message_exception(struct kernel *kernel, struct thread *thread, const struct exception_info *info);

/* Steps shared by calls and exceptions. */
enum hand_over { HANDED_OVER, HANDING_OVER, CLIENT_FAILED, SERVER_FAILED };
/* Fills in who sends by what, with a new ID. The client is not blocked yet. */
void message_open(struct kernel *kernel, struct thread *client, struct connection *connection, uint8_t kind);
/* The client, already in SEND, gets its message to a waiting thread or into the queue. 0, or the client's error, with
 * the message closed again. */
int message_send(struct kernel *kernel, struct thread *client);
/* Copies a message in SEND to `server` and puts it into REPLY; *error tells what failed. No change if it fails.
 * HANDING_OVER: stopped; `server` has claimed the message and must go on by its own call, which returns *error. */
enum hand_over message_hand_over(struct kernel *kernel, struct thread *client, struct thread *server,
                                 const struct vector_arguments *vector, int64_t *error);
/* The client of an unanswered message that `server` may answer; NULL: no such message. */
struct thread *message_find(struct kernel *kernel, struct thread *server, uint64_t id);
/* The client in SEND or REPLY whose message has this ID, or NULL. */
struct thread *message_client(struct kernel *kernel, uint64_t id);
/* `copier` is going to go on receiving or answering it in its next turns. */
void message_claim(struct kernel *kernel, struct thread *client, struct thread *copier);
/* It does not: the message is where it was before. */
void message_unclaim(struct kernel *kernel, struct thread *client);
/* Where the client's bytes are, sent (direction 0) or wanted (1): its vector or its words. */
void message_cursor(struct thread *client, unsigned direction, struct cursor *cursor);
/* The bytes of `thread` that the arguments name. */
void vector_cursor(struct thread *thread, const struct vector_arguments *vector, uint32_t access,
                   struct cursor *cursor);
/* Whether the receiver, with this vector, gets the message in its control page. */
bool message_in_words(const struct message *message, const struct vector_arguments *vector);
/* All words of one direction to a control page. */
void message_words_put(const struct message *message, unsigned direction, struct control *control);
/* The answer to an exception, given by `server`: takes registers from its vector if there are any. */
int64_t exception_reply(struct kernel *kernel, struct thread *server, struct thread *client, int64_t status,
                        const struct vector_arguments *vector);
/* What the handler of `client` receives. */
void exception_message_get(struct kernel *kernel, struct thread *client, struct exception_message *message);

/* Takes a client out of SEND or REPLY. Gives it no result. */
void message_close(struct kernel *kernel, struct thread *client);
/* The client is being killed: the same, and a server that wants to know is told. */
void message_close_killed(struct kernel *kernel, struct thread *client);
/* The client leaves with an error: a caller goes on with it, a thread in an exception dies. */
void message_fail(struct kernel *kernel, struct thread *client, int error);
/* A client in SEND or REPLY wants out with `error` (timeout, interrupt): leaves at once, or asks the server if the
 * channel wants that. */
void message_unblock(struct kernel *kernel, struct thread *client, int error);
/* The table's last thread is gone: its unanswered messages fail with -E_SRCH. */
void message_table_gone(struct kernel *kernel, struct table *table);
/* The client's priority changed: its places in queues follow. Returns the thread that serves it, or NULL. */
struct thread *message_priority_changed(struct kernel *kernel, struct thread *client);
/* The thread stops serving: those whom it served lend it nothing any more. */
void message_server_gone(struct kernel *kernel, struct thread *server);
/* Number of the first broken invariant of the message of `thread`, or 0. */
unsigned message_check(struct kernel *kernel, struct thread *thread);

#endif
