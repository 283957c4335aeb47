/* Messages that a server keeps until it can answer them: queues, first come first served, from one pool of places. The
 * server's own record of a kept message begins with struct server_wait. */
#ifndef SYS_SERVER_WAIT_H
#define SYS_SERVER_WAIT_H

#include <stdbool.h>
#include <stdint.h>

struct server_wait {
    uint64_t id; /* of the message */
    uint64_t length_bytes;
    uint64_t done_bytes; /* of them */
    struct server_wait *next;
};

/* Zero: empty. */
struct server_queue {
    struct server_wait *first;
    struct server_wait *last;
};

/* The pool: `count` places of `place_bytes` each; the rest is zero at first. */
struct server_waits {
    void *places;
    uint32_t count;
    uint32_t place_bytes;
    uint32_t used; /* places that were ever taken */
    struct server_wait *free;
};

/* Appends a message; the record behind struct server_wait is zero. NULL: no place is left; server_wait_prune may
 * help. */
struct server_wait *server_wait_add(struct server_waits *waits, struct server_queue *queue, uint64_t id,
                                    uint64_t length_bytes);
/* Takes the first one out, after its answer. */
void server_wait_shift(struct server_waits *waits, struct server_queue *queue);
/* Answers the message with the bytes done, or -E_INTR if there are none, and takes it out. False: it is not there. */
bool server_wait_unblock(struct server_waits *waits, struct server_queue *queue, uint64_t id);
/* Takes out those whose clients are gone. */
void server_wait_prune(struct server_waits *waits, struct server_queue *queue);

#endif
