/* Reading: what the device brings goes through the terminal's line discipline or, if the host gave no terminal,
 * straight to the readers of the plain stream. Readers are served in their order. */
#include <termios.h>

#include <abi/errno.h>

#include "console.h"
#include "driver/ring.h"

#define VTIME_UNIT_NS 100000000ull

bool console_input_closed(const struct console *console)
{
    const struct console_ring *ring = &console->device->input;
    return __atomic_load_n(&ring->closed, __ATOMIC_ACQUIRE) != 0 && ring_count(ring) == 0;
}

static bool input_is_terminal(const struct console *console)
{
    return console->device->input.is_terminal != 0;
}

uint32_t console_input_count(const struct console *console, uint64_t inode)
{
    if (inode == CONSOLE_INODE_TTY) {
        return tty_available(&console->tty);
    }
    return input_is_terminal(console) ? 0 : ring_count(&console->device->input);
}

bool console_input_ready(const struct console *console, uint64_t inode)
{
    if (inode == CONSOLE_INODE_TTY && tty_readable(&console->tty)) {
        return true;
    }
    return console_input_closed(console) || (inode == CONSOLE_INODE_IN && console_input_count(console, inode) > 0);
}

/* Answers a reader of the plain stream out of the ring. False: nothing to read yet. */
static bool plain_serve(struct console *console, const struct console_waiter *waiter)
{
    struct console_device *device = console->device;
    uint32_t count = input_is_terminal(console) ? 0 : ring_count(&device->input);
    if (count == 0) {
        if (!console_input_closed(console) && !input_is_terminal(console)) {
            return false;
        }
        server_reply(waiter->wait.id, 0, NULL, 0, NULL, 0);
        return true;
    }
    count = waiter->wait.length_bytes < count ? (uint32_t)waiter->wait.length_bytes : count;
    uint32_t head = device->input.head;
    uint32_t run = ring_run(head, count);
    if (server_reply(waiter->wait.id, count, device->input_bytes + head % CONSOLE_RING_BYTES, run, device->input_bytes,
                     count - run) >= 0) {
        ring_drop(&device->input, count);
        console->rung = true;
    }
    return true;
}

/* May a raw read end now? Sets the reader's deadline as VTIME says. */
static bool raw_ready(const struct console *console, struct console_waiter *waiter)
{
    const struct tty_termios *termios = &console->tty.termios;
    uint32_t available = tty_available(&console->tty);
    uint64_t wanted = termios->cc[VMIN] < waiter->wait.length_bytes ? termios->cc[VMIN] : waiter->wait.length_bytes;
    if (available > 0 && available >= wanted) {
        return true;
    }
    if (termios->cc[VTIME] == 0) {
        return wanted == 0;
    }
    uint64_t now_ns = (uint64_t)sys_clock_read();
    if (waiter->deadline_ns == DEADLINE_NONE || available != waiter->seen) {
        waiter->seen = available;
        if (wanted == 0 || available > 0) {
            waiter->deadline_ns = now_ns + termios->cc[VTIME] * VTIME_UNIT_NS;
            sys_timer_set(console->timer, waiter->deadline_ns, 0);
        }
        return false;
    }
    return now_ns >= waiter->deadline_ns;
}

/* Answers a reader of the terminal. False: it goes on waiting. */
static bool terminal_serve(struct console *console, struct console_waiter *waiter)
{
    struct tty *tty = &console->tty;
    bool canonical = (tty->termios.lflag & ICANON) != 0;
    bool ready = canonical ? tty_readable(tty) : raw_ready(console, waiter);
    if (!ready && !console_input_closed(console)) {
        return false;
    }
    if (!server_waiting(waiter->wait.id)) {
        return true;
    }
    uint32_t length =
        waiter->wait.length_bytes < CONSOLE_CHUNK_BYTES ? (uint32_t)waiter->wait.length_bytes : CONSOLE_CHUNK_BYTES;
    uint32_t count = tty_read(tty, console->chunk, length);
    server_reply(waiter->wait.id, count, console->chunk, count, NULL, 0);
    return true;
}

static bool reader_serve(struct console *console, struct console_waiter *waiter)
{
    return waiter->session->inode == CONSOLE_INODE_TTY ? terminal_serve(console, waiter) : plain_serve(console, waiter);
}

/* Feeds the terminal from the device, as long as it can take more. */
static void terminal_feed(struct console *console)
{
    struct console_device *device = console->device;
    uint32_t count = ring_count(&device->input);
    uint32_t taken = 0;
    while (taken < count && tty_has_room(&console->tty)) {
        tty_input(&console->tty, device->input_bytes[(device->input.head + taken) % CONSOLE_RING_BYTES]);
        taken++;
    }
    if (taken > 0) {
        ring_drop(&device->input, taken);
        console->rung = true;
    }
}

void console_input_pump(struct console *console)
{
    struct console_waiter *waiter = NULL;
    if (input_is_terminal(console)) {
        terminal_feed(console);
    }
    while ((waiter = console_wait_first(&console->readers)) != NULL && reader_serve(console, waiter)) {
        server_wait_shift(&console->waits, &console->readers);
        if (input_is_terminal(console)) {
            terminal_feed(console);
        }
    }
}

int64_t console_read(struct server *server, struct server_request *request)
{
    struct console *console = console_of(server);
    const struct server_session *session = request->session;
    if (session->inode != CONSOLE_INODE_TTY && session->inode != CONSOLE_INODE_IN) {
        return -E_BADF;
    }
    int error = session->inode == CONSOLE_INODE_TTY ? console_job_check(console, request->identity) : 0;
    if (error < 0) {
        return error;
    }
    if (request->header.length == 0) {
        return 0;
    }
    if ((session->flags & OPEN_NONBLOCK) != 0 &&
        (console->readers.first != 0 || !console_input_ready(console, session->inode))) {
        return -E_AGAIN;
    }
    if (console_wait_add(console, &console->readers, request, CONSOLE_WAIT_READ) == NULL) {
        return -E_AGAIN;
    }
    console_pump(console);
    return SERVER_LATER;
}
