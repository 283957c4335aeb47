/* Reading and writing pipes. Bytes go from the writer into the ring and from the ring to the reader; each end serves
 * its waiters in their order. */
#include "pipes.h"

#include <string.h>

struct pipe *pipe_of_session(struct pipes *pipes, const struct server_session *session, enum pipe_end *end)
{
    if (session->inode != PIPES_INODE_END) {
        return NULL;
    }
    *end = session->object % PIPE_ENDS;
    return &pipes->pipes[session->object / PIPE_ENDS];
}

/* Copies bytes [offset, offset + count) of the message's data to the ring's tail. Bytes or -error. */
static int64_t ring_fill(struct pipes *pipes, struct pipe *pipe, uint64_t id, uint64_t offset, uint32_t count)
{
    uint8_t *memory = pipe_memory(pipes, pipe);
    uint32_t place = 0;
    uint32_t first = 0;
    uint32_t second = 0;
    pipe_ring_runs(pipe->ring.tail, count, &place, &first, &second);
    struct part parts[2] = {{(uint64_t)(uintptr_t)(memory + place), first}, {(uint64_t)(uintptr_t)memory, second}};
    int64_t copied = sys_message_read(id, sizeof(struct file_request) + offset, parts, second > 0 ? 2 : 1);
    if (copied > 0) {
        pipe->ring.tail += (uint32_t)copied;
    }
    return copied;
}

/* The same from the receive buffer. */
static void ring_fill_memory(struct pipes *pipes, struct pipe *pipe, const uint8_t *bytes, uint32_t count)
{
    uint8_t *memory = pipe_memory(pipes, pipe);
    uint32_t place = 0;
    uint32_t first = 0;
    uint32_t second = 0;
    pipe_ring_runs(pipe->ring.tail, count, &place, &first, &second);
    memcpy(memory + place, bytes, first);
    memcpy(memory, bytes + first, second);
    pipe->ring.tail += count;
}

/* Lets the first waiting reader go on. False: it has to wait. */
static bool reader_serve(struct pipes *pipes, struct pipe *pipe, const struct server_wait *waiter)
{
    uint32_t count = pipe_ring_count(&pipe->ring);
    if (count == 0 && pipe->ends[PIPE_END_WRITE] != NULL) {
        return false;
    }
    const uint8_t *memory = pipe_memory(pipes, pipe);
    uint32_t place = 0;
    uint32_t first = 0;
    uint32_t second = 0;
    count = waiter->length_bytes < count ? (uint32_t)waiter->length_bytes : count;
    pipe_ring_runs(pipe->ring.head, count, &place, &first, &second);
    if (server_reply(waiter->id, count, memory + place, first, memory, second) >= 0) {
        pipe->ring.head += count;
    }
    return true;
}

/* Lets the first waiting writer go on. False: it has to wait. */
static bool writer_serve(struct pipes *pipes, struct pipe *pipe, struct server_wait *waiter)
{
    int64_t moved = -E_PIPE;
    if (pipe->ends[PIPE_END_READ] != NULL) {
        uint32_t count =
            pipe_ring_writable(&pipe->ring, waiter->length_bytes, waiter->length_bytes - waiter->done_bytes);
        if (count == 0) {
            return false;
        }
        moved = ring_fill(pipes, pipe, waiter->id, waiter->done_bytes, count);
        moved = moved == 0 ? -E_FAULT : moved;
    }
    if (moved > 0) {
        waiter->done_bytes += (uint64_t)moved;
    }
    if (moved > 0 && waiter->done_bytes < waiter->length_bytes) {
        return false;
    }
    server_reply(waiter->id, waiter->done_bytes > 0 ? (int64_t)waiter->done_bytes : moved, NULL, 0, NULL, 0);
    return true;
}

/* Each turn empties or fills the ring a little further; ends when neither end can go on. */
void pipe_pump(struct pipes *pipes, struct pipe *pipe)
{
    uint32_t head = pipe->ring.head - 1;
    uint32_t tail = 0;
    while (head != pipe->ring.head || tail != pipe->ring.tail) {
        struct server_wait *waiter = NULL;
        head = pipe->ring.head;
        tail = pipe->ring.tail;
        while ((waiter = pipe->queues[PIPE_END_WRITE].first) != NULL && writer_serve(pipes, pipe, waiter)) {
            server_wait_shift(&pipes->waits, &pipe->queues[PIPE_END_WRITE]);
        }
        while ((waiter = pipe->queues[PIPE_END_READ].first) != NULL && reader_serve(pipes, pipe, waiter)) {
            server_wait_shift(&pipes->waits, &pipe->queues[PIPE_END_READ]);
        }
    }
    for (uint32_t i = 0; i < PIPE_ENDS; i++) {
        if (pipe->ends[i] != NULL) {
            server_poll_wake(&pipes->server, pipe->ends[i]);
        }
    }
}

/* Keeps a message; if there is no place, those whose clients were killed make room. NULL: they did not. */
static struct server_wait *wait_add(struct pipes *pipes, struct server_queue *queue, uint64_t id, uint64_t length)
{
    struct server_wait *wait = server_wait_add(&pipes->waits, queue, id, length);
    for (uint32_t i = 0; wait == NULL && i < pipes->pipes_used; i++) {
        server_wait_prune(&pipes->waits, &pipes->pipes[i].queues[PIPE_END_READ]);
        server_wait_prune(&pipes->waits, &pipes->pipes[i].queues[PIPE_END_WRITE]);
        wait = server_wait_add(&pipes->waits, queue, id, length);
    }
    return wait;
}

int64_t pipe_read(struct server *server, struct server_request *request)
{
    struct pipes *pipes = pipes_of(server);
    enum pipe_end end = PIPE_END_READ;
    struct pipe *pipe = pipe_of_session(pipes, request->session, &end);
    if (pipe == NULL || end != PIPE_END_READ) {
        return -E_BADF;
    }
    uint32_t count = pipe_ring_count(&pipe->ring);
    if (request->header.length == 0 || (count == 0 && pipe->ends[PIPE_END_WRITE] == NULL)) {
        return 0;
    }
    if (count == 0) {
        if ((request->session->flags & OPEN_NONBLOCK) != 0) {
            return -E_AGAIN;
        }
        struct server_queue *queue = &pipe->queues[PIPE_END_READ];
        return wait_add(pipes, queue, request->id, request->header.length) != NULL ? SERVER_LATER : -E_AGAIN;
    }
    const uint8_t *memory = pipe_memory(pipes, pipe);
    uint32_t place = 0;
    uint32_t first = 0;
    uint32_t second = 0;
    count = request->header.length < count ? (uint32_t)request->header.length : count;
    pipe_ring_runs(pipe->ring.head, count, &place, &first, &second);
    server_answer(request, memory + place, first);
    int error = 0;
    if (pipe->queues[PIPE_END_WRITE].first != 0) {
        error = server_answer_copy(request, memory, second); /* a writer is about to fill the place */
    } else {
        server_answer(request, memory, second);
    }
    if (error < 0) {
        return error;
    }
    pipe->ring.head += count;
    pipe_pump(pipes, pipe);
    return count;
}

/* Puts what it can of a new write into the ring. Bytes, 0: none now, or -error. */
static int64_t write_begin(struct pipes *pipes, struct pipe *pipe, const struct server_request *request)
{
    uint64_t length = request->header.length;
    uint32_t count = pipe_ring_writable(&pipe->ring, length, length);
    if (count == 0 || pipe->queues[PIPE_END_WRITE].first != 0) {
        return 0;
    }
    if (count <= request->received_bytes) {
        ring_fill_memory(pipes, pipe, request->data, count);
        return count;
    }
    int64_t copied = ring_fill(pipes, pipe, request->id, 0, count);
    return copied == 0 ? -E_FAULT : copied;
}

int64_t pipe_write(struct server *server, struct server_request *request)
{
    struct pipes *pipes = pipes_of(server);
    enum pipe_end end = PIPE_END_WRITE;
    struct pipe *pipe = pipe_of_session(pipes, request->session, &end);
    if (pipe == NULL || end != PIPE_END_WRITE) {
        return -E_BADF;
    }
    if (pipe->ends[PIPE_END_READ] == NULL) {
        return -E_PIPE;
    }
    uint64_t length = request->header.length;
    int64_t done = length == 0 ? 0 : write_begin(pipes, pipe, request);
    if (done < 0) {
        return done;
    }
    if ((uint64_t)done == length) {
        pipe_pump(pipes, pipe);
        return done;
    }
    if ((request->session->flags & OPEN_NONBLOCK) != 0) {
        pipe_pump(pipes, pipe);
        return done > 0 ? done : -E_AGAIN;
    }
    struct server_wait *waiter = wait_add(pipes, &pipe->queues[PIPE_END_WRITE], request->id, length);
    if (waiter == NULL) {
        pipe_pump(pipes, pipe);
        return done > 0 ? done : -E_AGAIN;
    }
    waiter->done_bytes = (uint64_t)done;
    pipe_pump(pipes, pipe);
    return SERVER_LATER;
}
