/* Host input and output of the console by io_uring, and by poll where that is refused. */
#include "console_host.h"

#include "machine.h"

#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

struct transfer_state {
    void *bytes;
    size_t length; /* 0: idle */
    int watch;     /* poll: the stream's watch */
};

struct console_host {
    struct console_host_client client;
    struct machine *machine;
    bool uses_uring;
    struct io_uring ring;
    struct transfer_state transfers[CONSOLE_STREAMS];
};

static void completion_take(struct console_host *host, struct io_uring_cqe *cqe)
{
    unsigned stream = (unsigned)io_uring_cqe_get_data64(cqe);
    long result = cqe->res;
    io_uring_cqe_seen(&host->ring, cqe);
    host->client.done(host->client.argument, stream, result);
}

/* Helper thread: takes all completions, then lets the client start what follows. */
static void uring_ready(void *argument, short revents)
{
    struct console_host *host = argument;
    struct io_uring_cqe *cqe;
    (void)revents;
    while (io_uring_peek_cqe(&host->ring, &cqe) == 0) {
        completion_take(host, cqe);
    }
    host->client.restart(host->client.argument);
}

struct console_host *console_host_uring(struct machine *machine, const struct console_host_client *client)
{
    struct console_host *host = calloc(1, sizeof *host);
    if (host == NULL) {
        return NULL;
    }
    host->client = *client;
    host->machine = machine;
    host->uses_uring = true;
    int status = io_uring_queue_init(8, &host->ring, 0);
    if (status < 0) {
        free(host);
        errno = -status;
        return NULL;
    }
    if (machine_watch_add(machine, host->ring.ring_fd, POLLIN, uring_ready, host) < 0) {
        io_uring_queue_exit(&host->ring);
        free(host);
        errno = EMFILE;
        return NULL;
    }
    return host;
}

static void poll_ready(struct console_host *host, unsigned stream)
{
    struct transfer_state *transfer = &host->transfers[stream];
    if (transfer->length == 0) {
        return;
    }
    /* A pipe that polls writable takes PIPE_BUF bytes without blocking. */
    size_t length = transfer->length < 4096 ? transfer->length : 4096;
    long result = stream == 0 ? read(0, transfer->bytes, length) : write((int)stream, transfer->bytes, length);
    if (result < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    result = result < 0 ? -errno : result;
    transfer->length = 0;
    machine_watch_set(host->machine, transfer->watch, 0);
    host->client.done(host->client.argument, stream, result);
    host->client.restart(host->client.argument);
}

static void poll_ready_0(void *argument, short revents)
{
    (void)revents;
    poll_ready(argument, 0);
}

static void poll_ready_1(void *argument, short revents)
{
    (void)revents;
    poll_ready(argument, 1);
}

static void poll_ready_2(void *argument, short revents)
{
    (void)revents;
    poll_ready(argument, 2);
}

struct console_host *console_host_poll(struct machine *machine, const struct console_host_client *client)
{
    static void (*const ready[CONSOLE_STREAMS])(void *, short) = {poll_ready_0, poll_ready_1, poll_ready_2};
    struct console_host *host = calloc(1, sizeof *host);
    if (host == NULL) {
        return NULL;
    }
    host->client = *client;
    host->machine = machine;
    for (unsigned stream = 0; stream < CONSOLE_STREAMS; stream++) {
        host->transfers[stream].watch = machine_watch_add(machine, (int)stream, 0, ready[stream], host);
        if (host->transfers[stream].watch < 0) {
            free(host);
            errno = EMFILE;
            return NULL;
        }
    }
    return host;
}

void console_host_start(struct console_host *host, unsigned stream, void *bytes, size_t length)
{
    struct transfer_state *transfer = &host->transfers[stream];
    if (!host->uses_uring) {
        transfer->bytes = bytes;
        transfer->length = length;
        machine_watch_set(host->machine, transfer->watch, stream == 0 ? POLLIN : POLLOUT);
        return;
    }
    struct io_uring_sqe *sqe = io_uring_get_sqe(&host->ring); /* 8 places, at most 3 in use */
    if (stream == 0) {
        io_uring_prep_read(sqe, 0, bytes, (unsigned)length, (uint64_t)-1);
    } else {
        io_uring_prep_write(sqe, (int)stream, bytes, (unsigned)length, (uint64_t)-1);
    }
    io_uring_sqe_set_data64(sqe, stream);
    io_uring_submit(&host->ring);
}

bool console_host_wait(struct console_host *host)
{
    struct __kernel_timespec second = {.tv_sec = 1};
    struct io_uring_cqe *cqe;
    for (unsigned stream = 1; stream < CONSOLE_STREAMS && !host->uses_uring; stream++) {
        if (host->transfers[stream].length != 0) {
            poll_ready(host, stream);
            return true;
        }
    }
    if (!host->uses_uring) {
        return false;
    }
    int status;
    do {
        status = io_uring_wait_cqe_timeout(&host->ring, &cqe, &second);
    } while (status == -EINTR);
    if (status != 0) {
        return false;
    }
    completion_take(host, cqe);
    return true;
}

void console_host_destroy(struct console_host *host)
{
    if (host->uses_uring) {
        io_uring_queue_exit(&host->ring);
    }
    free(host);
}
