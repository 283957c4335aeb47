/* The state of the pipe server. */
#ifndef PIPE_PIPES_H
#define PIPE_PIPES_H

#include <sys/server.h>
#include <sys/server_wait.h>

#include "ring.h"

#define PIPES_SESSIONS_MAX (2u * PIPES_MAX + 64u) /* both ends of all, and control sessions */
#define PIPES_WAITERS_MAX 2048u
#define PIPES_INODE_ROOT 1u
#define PIPES_INODE_CONTROL 2u
#define PIPES_INODE_END 3u /* sessions that are an end of a pipe; `object` says which */

enum pipe_end { PIPE_END_READ, PIPE_END_WRITE, PIPE_ENDS };

struct pipe {
    uint64_t serial;                        /* inode number shown; 0: free */
    struct server_session *ends[PIPE_ENDS]; /* NULL: closed */
    struct server_queue queues[PIPE_ENDS];    /* who waits at which end */
    struct pipe_ring ring;
    uint32_t next_free; /* index + 1 */
};

struct pipes {
    struct server server;
    uint8_t *memory; /* PIPE_BYTES for each */
    uint64_t serial;
    uint32_t pipes_used;
    uint32_t pipe_free;
    struct server_waits waits;
    struct pipe pipes[PIPES_MAX];
    struct server_wait waiters[PIPES_WAITERS_MAX];
};

static inline struct pipes *pipes_of(struct server *server)
{
    return server->context;
}

static inline uint8_t *pipe_memory(const struct pipes *pipes, const struct pipe *pipe)
{
    return pipes->memory + (uint64_t)(pipe - pipes->pipes) * PIPE_BYTES;
}

/* transfer.c */
int64_t pipe_read(struct server *server, struct server_request *request);
int64_t pipe_write(struct server *server, struct server_request *request);
/* Lets waiting readers and writers go on, as far as bytes, room and closed ends allow; wakes who polls. */
void pipe_pump(struct pipes *pipes, struct pipe *pipe);
struct pipe *pipe_of_session(struct pipes *pipes, const struct server_session *session, enum pipe_end *end);

/* operations.c */
extern const struct server_operations pipes_operations;

#endif
