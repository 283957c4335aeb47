/* Making, closing, polling and describing pipes. */
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "pipes.h"

static struct pipe *pipe_take(struct pipes *pipes)
{
    uint32_t index = pipes->pipe_free - 1;
    if (pipes->pipe_free != 0) {
        pipes->pipe_free = pipes->pipes[index].next_free;
    } else if (pipes->pipes_used < PIPES_MAX) {
        index = pipes->pipes_used++;
    } else {
        return NULL;
    }
    pipes->pipes[index] = (struct pipe){.serial = ++pipes->serial};
    return &pipes->pipes[index];
}

static void pipe_give(struct pipes *pipes, struct pipe *pipe)
{
    pipe->serial = 0;
    pipe->next_free = pipes->pipe_free;
    pipes->pipe_free = (uint32_t)(pipe - pipes->pipes) + 1;
}

/* A session and a connection for one end: the connection's handle, or -error. */
static int end_make(struct pipes *pipes, struct pipe *pipe, enum pipe_end end, uint32_t flags)
{
    uint32_t access = end == PIPE_END_READ ? OPEN_READ_ONLY : OPEN_WRITE_ONLY;
    struct server_session *session = server_session_create(&pipes->server, access | (flags & OPEN_NONBLOCK));
    if (session == NULL) {
        return -E_NFILE;
    }
    session->inode = PIPES_INODE_END;
    session->object = (uint64_t)(pipe - pipes->pipes) * PIPE_ENDS + end;
    pipe->ends[end] = session;
    uint32_t right = end == PIPE_END_READ ? RIGHT_READ : RIGHT_WRITE;
    return sys_connection_create(HANDLE_GRANT, pipes->server.channel, session->cookie,
                                 right | RIGHT_DUPLICATE | RIGHT_TRANSFER);
}

static int64_t pipe_create(struct server *server, struct server_request *request)
{
    struct pipes *pipes = pipes_of(server);
    if (request->session->inode != PIPES_INODE_CONTROL || request->header.operation != PIPE_CREATE) {
        return -E_NOSYS;
    }
    struct pipe *pipe = pipe_take(pipes);
    if (pipe == NULL) {
        return -E_NFILE;
    }
    int reader = end_make(pipes, pipe, PIPE_END_READ, request->header.flags);
    int writer = reader < 0 ? reader : end_make(pipes, pipe, PIPE_END_WRITE, request->header.flags);
    if (writer < 0) {
        struct server_session *read_end = pipe->ends[PIPE_END_READ];
        struct server_session *write_end = pipe->ends[PIPE_END_WRITE];
        if (read_end == NULL) {
            pipe_give(pipes, pipe);
        }
        if (write_end != NULL) {
            server_session_drop(server, write_end);
        }
        if (reader >= 0) {
            sys_handle_close(SYS_SELF_TABLE, reader); /* its close pulse drops the session */
        } else if (read_end != NULL) {
            server_session_drop(server, read_end);
        }
        return writer;
    }
    server_transfer(request, reader, RIGHTS_ALL, true);
    server_transfer(request, writer, RIGHTS_ALL, true);
    return 0;
}

static void pipe_close(struct server *server, struct server_session *session)
{
    struct pipes *pipes = pipes_of(server);
    enum pipe_end end = PIPE_END_READ;
    struct pipe *pipe = pipe_of_session(pipes, session, &end);
    if (pipe == NULL) {
        return;
    }
    struct server_queue *queue = &pipe->queues[end];
    struct server_wait *waiter = NULL;
    while ((waiter = queue->first) != NULL) {
        server_wait_unblock(&pipes->waits, queue, waiter->id);
    }
    pipe->ends[end] = NULL;
    pipe_pump(pipes, pipe);
    if (pipe->ends[PIPE_END_READ] == NULL && pipe->ends[PIPE_END_WRITE] == NULL) {
        pipe_give(pipes, pipe);
    }
}

static void pipe_unblock(struct server *server, uint64_t message_id)
{
    struct pipes *pipes = pipes_of(server);
    for (uint32_t i = 0; i < pipes->pipes_used; i++) {
        struct pipe *pipe = &pipes->pipes[i];
        if (pipe->serial != 0 && (server_wait_unblock(&pipes->waits, &pipe->queues[PIPE_END_READ], message_id) ||
                                  server_wait_unblock(&pipes->waits, &pipe->queues[PIPE_END_WRITE], message_id))) {
            pipe_pump(pipes, pipe);
            return;
        }
    }
}

static uint32_t pipe_poll(struct server *server, struct server_session *session)
{
    enum pipe_end end = PIPE_END_READ;
    const struct pipe *pipe = pipe_of_session(pipes_of(server), session, &end);
    if (pipe == NULL) {
        return POLLNVAL;
    }
    uint32_t bits = 0;
    if (end == PIPE_END_READ) {
        bits |= pipe_ring_count(&pipe->ring) > 0 ? POLLIN | POLLRDNORM : 0;
        bits |= pipe->ends[PIPE_END_WRITE] == NULL ? POLLHUP : 0;
    } else {
        bits |= pipe_ring_room(&pipe->ring) >= PIPE_ATOMIC_BYTES ? POLLOUT | POLLWRNORM : 0;
        bits |= pipe->ends[PIPE_END_READ] == NULL ? POLLERR : 0;
    }
    return bits;
}

static int64_t pipe_stat(struct server *server, struct server_request *request)
{
    enum pipe_end end = PIPE_END_READ;
    const struct pipe *pipe = pipe_of_session(pipes_of(server), request->session, &end);
    struct file_stat stat = {.device = server->port,
                             .inode = pipe != NULL ? pipe->serial + PIPES_INODE_END : request->session->inode,
                             .mode = pipe != NULL ? S_IFIFO | 0600 : S_IFCHR | 0600,
                             .link_count = 1,
                             .access_time_ns = server->start_ns,
                             .modify_time_ns = server->start_ns,
                             .change_time_ns = server->start_ns};
    return server_answer_copy(request, &stat, sizeof stat);
}

static int64_t pipe_control(struct server *server, struct server_request *request)
{
    enum pipe_end end = PIPE_END_READ;
    const struct pipe *pipe = pipe_of_session(pipes_of(server), request->session, &end);
    if (pipe == NULL || request->header.argument != FIONREAD) {
        return -E_NOTTY;
    }
    uint32_t count = pipe_ring_count(&pipe->ring);
    return server_answer_copy(request, &count, sizeof count);
}

static int control_open(struct server *server, struct server_name *name)
{
    (void)server;
    return name->request.inode == PIPES_INODE_CONTROL || name->request.inode == PIPES_INODE_ROOT ? 0 : -E_NOENT;
}

static const struct server_node pipes_nodes[] = {
    {.inode = PIPES_INODE_ROOT, .name = "", .mode = S_IFDIR | 0755},
    {.inode = PIPES_INODE_CONTROL, .parent = PIPES_INODE_ROOT, .name = "control", .mode = S_IFCHR | 0666},
};

const struct server_operations pipes_operations = {
    .file =
        {[FILE_READ] = pipe_read, [FILE_WRITE] = pipe_write, [FILE_STAT] = pipe_stat, [FILE_CONTROL] = pipe_control},
    .other = pipe_create,
    .name = {[PORT_OPEN] = control_open},
    .nodes = pipes_nodes,
    .node_count = sizeof pipes_nodes / sizeof pipes_nodes[0],
    .close = pipe_close,
    .unblock = pipe_unblock,
    .poll = pipe_poll,
};
