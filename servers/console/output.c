/* Writing: into the device's output rings, as it is or through the terminal's rules. A write that finds no room waits
 * in the ring's queue and goes on where it stopped; writes to one ring keep their order. */
#include <string.h>
#include <termios.h>

#include <abi/errno.h>

#include "console.h"
#include "driver/ring.h"

struct console_output *console_output_of(struct console *console, uint64_t inode)
{
    switch (inode) {
    case CONSOLE_INODE_OUT:
        return &console->output;
    case CONSOLE_INODE_ERR:
        return console->one_output ? &console->output : &console->error;
    case CONSOLE_INODE_TTY:
        return console->screen;
    default:
        return NULL;
    }
}

bool console_output_ready(const struct console *console, uint64_t inode)
{
    const struct console_output *output = console_output_of((struct console *)console, inode);
    if (output == NULL || output->ring->closed != 0) {
        return true;
    }
    bool held = inode == CONSOLE_INODE_TTY && console->tty.stopped;
    return !held && output->queue.first == 0 && ring_room(output->ring) >= CONSOLE_CHUNK_BYTES;
}

void console_emit(void *context, const uint8_t *bytes, uint32_t count)
{
    struct console *console = context;
    struct console_output *screen = console->screen;
    if (screen != NULL && ring_room(screen->ring) >= count) {
        ring_put(screen->ring, screen->bytes, bytes, count);
        console->rung = true;
    }
}

/* Copies `length` bytes of the message's data from where the write stopped to `to`; bytes or -error. */
static int64_t data_fetch(const struct console_waiter *waiter, void *to, uint64_t length)
{
    if (waiter->wait.done_bytes + length <= waiter->data_bytes) {
        memcpy(to, waiter->data + waiter->wait.done_bytes, length);
        return (int64_t)length;
    }
    struct part part = {(uint64_t)(uintptr_t)to, length};
    return sys_message_read(waiter->wait.id, sizeof(struct file_request) + waiter->wait.done_bytes, &part, 1);
}

/* Moves bytes straight into the ring. Bytes, 0: no room, or -error. */
static int64_t plain_step(struct console *console, struct console_output *output, const struct console_waiter *waiter)
{
    uint32_t room = ring_room(output->ring);
    uint64_t left = waiter->wait.length_bytes - waiter->wait.done_bytes;
    uint32_t count = ring_run(output->ring->tail, left < room ? (uint32_t)left : room);
    if (count == 0) {
        return 0;
    }
    int64_t fetched = data_fetch(waiter, output->bytes + output->ring->tail % CONSOLE_RING_BYTES, count);
    if (fetched > 0) {
        __atomic_store_n(&output->ring->tail, output->ring->tail + (uint32_t)fetched, __ATOMIC_RELEASE);
        console->rung = true;
    }
    return fetched == 0 ? -E_FAULT : fetched;
}

/* Moves bytes through the terminal's rules. */
static int64_t typed_step(struct console *console, struct console_output *output, const struct console_waiter *waiter)
{
    uint64_t left = waiter->wait.length_bytes - waiter->wait.done_bytes;
    uint32_t fit = ring_room(output->ring) / TTY_OUTPUT_MAX;
    uint64_t count = left < CONSOLE_CHUNK_BYTES ? left : CONSOLE_CHUNK_BYTES;
    count = count < fit ? count : fit;
    if (count == 0 || console->tty.stopped) {
        return 0;
    }
    int64_t fetched = data_fetch(waiter, console->chunk, count);
    for (int64_t i = 0; i < fetched; i++) {
        uint8_t out[TTY_OUTPUT_MAX];
        uint32_t made = tty_output(&console->tty, console->chunk[i], out);
        ring_put(output->ring, output->bytes, out, made);
    }
    console->rung = console->rung || fetched > 0;
    return fetched == 0 ? -E_FAULT : fetched;
}

/* Goes on with a write as far as there is room. True: it is over, with `*status`. */
static bool write_advance(struct console *console, struct console_output *output, struct console_waiter *waiter,
                          int64_t *status)
{
    bool typed = waiter->kind == CONSOLE_WAIT_TYPE;
    while (waiter->wait.done_bytes < waiter->wait.length_bytes) {
        int64_t moved = typed ? -E_IO : -E_PIPE;
        if (output->ring->closed == 0) {
            moved = typed ? typed_step(console, output, waiter) : plain_step(console, output, waiter);
        }
        if (moved == 0) {
            return false;
        }
        if (moved < 0) {
            *status = waiter->wait.done_bytes > 0 ? (int64_t)waiter->wait.done_bytes : moved;
            return true;
        }
        waiter->wait.done_bytes += (uint64_t)moved;
    }
    *status = (int64_t)waiter->wait.done_bytes;
    return true;
}

static bool drain_advance(struct console *console, struct console_output *output, const struct console_waiter *waiter)
{
    if (ring_count(output->ring) > 0 && output->ring->closed == 0) {
        return false;
    }
    if (waiter->kind == CONSOLE_WAIT_SET) {
        if (waiter->flush) {
            tty_flush_input(&console->tty);
        }
        tty_set(&console->tty, &waiter->termios);
    }
    return true;
}

void console_output_pump(struct console *console, struct console_output *output)
{
    struct console_waiter *waiter = NULL;
    while ((waiter = console_wait_first(&output->queue)) != NULL) {
        int64_t status = 0;
        bool writes = waiter->kind == CONSOLE_WAIT_WRITE || waiter->kind == CONSOLE_WAIT_TYPE;
        bool over = writes ? write_advance(console, output, waiter, &status) : drain_advance(console, output, waiter);
        if (!over) {
            return;
        }
        server_reply(waiter->wait.id, status, NULL, 0, NULL, 0);
        server_wait_shift(&console->waits, &output->queue);
    }
}

int64_t console_write(struct server *server, struct server_request *request)
{
    struct console *console = console_of(server);
    uint64_t inode = request->session->inode;
    struct console_output *output = console_output_of(console, inode);
    if (inode == CONSOLE_INODE_IN) {
        return -E_BADF;
    }
    if (output == NULL || request->header.length == 0) {
        return (int64_t)request->header.length;
    }
    struct console_waiter first = {.wait = {.id = request->id, .length_bytes = request->header.length},
                                   .kind = inode == CONSOLE_INODE_TTY ? CONSOLE_WAIT_TYPE : CONSOLE_WAIT_WRITE,
                                   .data = request->data,
                                   .data_bytes = request->received_bytes};
    int64_t status = 0;
    if (output->queue.first == 0 && write_advance(console, output, &first, &status)) {
        console_pump(console);
        return status;
    }
    if ((request->session->flags & OPEN_NONBLOCK) != 0) {
        console_pump(console);
        return first.wait.done_bytes > 0 ? (int64_t)first.wait.done_bytes : -E_AGAIN;
    }
    struct console_waiter *waiter = console_wait_add(console, &output->queue, request, first.kind);
    if (waiter == NULL) {
        return first.wait.done_bytes > 0 ? (int64_t)first.wait.done_bytes : -E_AGAIN;
    }
    waiter->wait.done_bytes = first.wait.done_bytes;
    console_pump(console);
    return SERVER_LATER;
}

int64_t console_drain(struct server *server, struct server_request *request, struct console_output *output,
                      const struct tty_termios *termios, bool flush)
{
    struct console *console = console_of(server);
    struct console_waiter now = {.kind = termios != NULL ? CONSOLE_WAIT_SET : CONSOLE_WAIT_DRAIN, .flush = flush};
    if (termios != NULL) {
        now.termios = *termios;
    }
    if (output == NULL) {
        if (termios != NULL) {
            tty_set(&console->tty, termios);
        }
        return 0;
    }
    if (output->queue.first == 0 && drain_advance(console, output, &now)) {
        console_pump(console);
        return 0;
    }
    struct console_waiter *waiter = console_wait_add(console, &output->queue, request, now.kind);
    if (waiter == NULL) {
        return -E_AGAIN;
    }
    waiter->flush = flush;
    waiter->termios = now.termios;
    return SERVER_LATER;
}

int64_t console_sync(struct server *server, struct server_request *request)
{
    struct console_output *output = console_output_of(console_of(server), request->session->inode);
    return output == NULL ? 0 : console_drain(server, request, output, NULL, false);
}
