/* The console's step: look at the device, let everything go on that can, tell the device, wake who polls. */
#include "console.h"

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>

#include "driver/ring.h"

#define DEVICE_NUMBER_TTY 0x500u     /* what Linux shows for /dev/tty */
#define DEVICE_NUMBER_CONSOLE 0x501u /* and for /dev/console */
#define INIT_PID 1

/* Changes of the window and requests to stop, counted by the device. */
static void device_look(struct console *console)
{
    const struct console_device *device = console->device;
    uint32_t changes = __atomic_load_n(&device->window_changes, __ATOMIC_ACQUIRE);
    if (changes != console->window_changes) {
        console->window_changes = changes;
        console->rows = device->rows;
        console->columns = device->columns;
        console_signal_group(console, SIGWINCH);
    }
    uint32_t breaks = __atomic_load_n(&device->break_count, __ATOMIC_ACQUIRE);
    if (breaks != console->break_count) {
        console->break_count = breaks;
        server_kill(INIT_PID, SIGTERM);
    }
}

static void polls_wake(struct console *console)
{
    for (uint32_t i = 0; i < console->server.sessions_used; i++) {
        if (console->server.sessions[i].cookie != 0) {
            server_poll_wake(&console->server, &console->server.sessions[i]);
        }
    }
}

void console_pump(struct console *console)
{
    console_input_pump(console);
    console_output_pump(console, &console->output);
    console_output_pump(console, &console->error);
    if (console->rung) {
        console->rung = false;
        console_device_ring(console);
    }
    polls_wake(console);
}

static void console_pulse(struct server *server, int code, uint64_t value)
{
    struct console *console = console_of(server);
    (void)value;
    if (code == CONSOLE_PULSE_DEVICE) {
        console_device_heard(console);
        device_look(console);
        console->rung = console->rung || console->has_interrupt; /* it comes again only when acknowledged */
    }
    console_pump(console);
}

static uint32_t console_poll(struct server *server, struct server_session *session)
{
    const struct console *console = console_of(server);
    uint32_t bits = 0;
    bool reads = session->inode == CONSOLE_INODE_TTY || session->inode == CONSOLE_INODE_IN;
    bool writes = session->inode != CONSOLE_INODE_IN;
    if (reads && console_input_ready(console, session->inode)) {
        bits |= POLLIN | POLLRDNORM;
    }
    if (reads && console_input_closed(console)) {
        bits |= POLLHUP;
    }
    if (writes && console_output_ready(console, session->inode)) {
        bits |= POLLOUT | POLLWRNORM;
    }
    if (session->inode == CONSOLE_INODE_OUT || session->inode == CONSOLE_INODE_ERR) {
        const struct console_output *output = console_output_of((struct console *)console, session->inode);
        bits |= output->ring->closed != 0 ? POLLERR : 0;
    }
    return bits;
}

static int console_open(struct server *server, struct server_name *name)
{
    uint32_t access = name->request.flags & OPEN_ACCESS_MASK;
    (void)server;
    switch (name->request.inode) {
    case CONSOLE_INODE_ROOT:
        return access == OPEN_READ_ONLY ? 0 : -E_ISDIR;
    case CONSOLE_INODE_TTY:
    case CONSOLE_INODE_IN:
    case CONSOLE_INODE_OUT:
    case CONSOLE_INODE_ERR:
        return 0;
    default:
        return -E_NOENT;
    }
}

static void console_close(struct server *server, struct server_session *session)
{
    console_wait_forget(server, session);
}

static const struct server_node console_nodes[] = {
    {.inode = CONSOLE_INODE_ROOT, .name = "", .mode = S_IFDIR | 0755},
    {.inode = CONSOLE_INODE_TTY,
     .parent = CONSOLE_INODE_ROOT,
     .name = "tty",
     .mode = S_IFCHR | 0666,
     .special = DEVICE_NUMBER_TTY},
    {.inode = CONSOLE_INODE_IN,
     .parent = CONSOLE_INODE_ROOT,
     .name = "in",
     .mode = S_IFCHR | 0444,
     .special = DEVICE_NUMBER_CONSOLE},
    {.inode = CONSOLE_INODE_OUT,
     .parent = CONSOLE_INODE_ROOT,
     .name = "out",
     .mode = S_IFCHR | 0222,
     .special = DEVICE_NUMBER_CONSOLE},
    {.inode = CONSOLE_INODE_ERR,
     .parent = CONSOLE_INODE_ROOT,
     .name = "err",
     .mode = S_IFCHR | 0222,
     .special = DEVICE_NUMBER_CONSOLE},
};

const struct server_operations console_operations = {
    .file = {[FILE_READ] = console_read,
             [FILE_WRITE] = console_write,
             [FILE_SYNC] = console_sync,
             [FILE_CONTROL] = console_control},
    .name = {[PORT_OPEN] = console_open},
    .nodes = console_nodes,
    .node_count = sizeof console_nodes / sizeof console_nodes[0],
    .close = console_close,
    .unblock = console_unblock,
    .poll = console_poll,
    .pulse = console_pulse,
};
