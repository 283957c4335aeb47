/* The console device. The rings live in device memory that a driver may write at will: this file keeps its own copies
 * of the indices it owns and believes the driver's only within the ring's size. */
#include "console.h"

#include "console_host.h"
#include "machine.h"

#include <abi/console.h>
#include <abi/device.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#define INTERRUPT 1u
#define ESCAPE_BYTE 0x1d /* Ctrl-] */
#define ESCAPE_COUNT 3u  /* in a row: the machine stops at once */

struct stream {
    struct console_ring *ring;
    uint8_t *bytes;
    uint32_t own_index; /* input: tail; outputs: head */
    bool busy;
    bool closed;
};

struct console {
    struct machine *machine;
    struct console_device *device;
    struct console_host *host;
    pthread_mutex_t lock;
    struct stream streams[CONSOLE_STREAMS];
    struct termios saved;
    bool is_terminal;
    unsigned escapes;
    int signal_fd;
    int stop_signal;
};

static void signals_fill(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGWINCH);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGQUIT);
}

void console_signals_block(void)
{
    sigset_t set;
    signals_fill(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static uint32_t index_load(uint32_t *index)
{
    return __atomic_load_n(index, __ATOMIC_ACQUIRE);
}

static void index_store(uint32_t *index, uint32_t value)
{
    __atomic_store_n(index, value, __ATOMIC_RELEASE);
}

/* Starts what can be started on a stream. Lock held. */
static void stream_start(struct console *console, unsigned number)
{
    struct stream *stream = &console->streams[number];
    uint32_t used = number == 0 ? stream->own_index - index_load(&stream->ring->head)
                                : index_load(&stream->ring->tail) - stream->own_index;
    if (stream->busy || used > CONSOLE_RING_BYTES) {
        return;
    }
    if (stream->closed) {
        if (number != 0 && used != 0) { /* nobody reads: the bytes go nowhere */
            stream->own_index += used;
            index_store(&stream->ring->head, stream->own_index);
            machine_interrupt_raise(console->machine, INTERRUPT);
        }
        return;
    }
    uint32_t place = stream->own_index % CONSOLE_RING_BYTES;
    uint32_t length = number == 0 ? CONSOLE_RING_BYTES - used : used;
    if (length > CONSOLE_RING_BYTES - place) {
        length = CONSOLE_RING_BYTES - place;
    }
    if (length != 0) {
        stream->busy = true;
        console_host_start(console->host, number, stream->bytes + place, length);
    }
}

static void streams_start(void *argument)
{
    struct console *console = argument;
    pthread_mutex_lock(&console->lock);
    for (unsigned number = 0; number < CONSOLE_STREAMS; number++) {
        stream_start(console, number);
    }
    pthread_mutex_unlock(&console->lock);
}

static void interrupt_acked(void *argument, uint32_t number)
{
    (void)number;
    streams_start(argument);
}

/* Ctrl-] three times in a row is the way out that no program can take away. */
static void escapes_count(struct console *console, const uint8_t *bytes, uint32_t length)
{
    for (uint32_t i = 0; i < length && console->is_terminal; i++) {
        console->escapes = bytes[i] == ESCAPE_BYTE ? console->escapes + 1 : 0;
        if (console->escapes == ESCAPE_COUNT) {
            console->stop_signal = SIGQUIT;
            machine_stop(console->machine, 128 + SIGQUIT);
        }
    }
}

static void transfer_done(void *argument, unsigned number, long result)
{
    struct console *console = argument;
    struct stream *stream = &console->streams[number];
    pthread_mutex_lock(&console->lock);
    stream->busy = false;
    if (result > 0 && number == 0) {
        escapes_count(console, stream->bytes + stream->own_index % CONSOLE_RING_BYTES, (uint32_t)result);
        stream->own_index += (uint32_t)result;
        index_store(&stream->ring->tail, stream->own_index);
    } else if (result > 0) {
        stream->own_index += (uint32_t)result;
        index_store(&stream->ring->head, stream->own_index);
    } else if (result != -EINTR && result != -EAGAIN) {
        stream->closed = true;
        index_store(&stream->ring->closed, 1);
    }
    pthread_mutex_unlock(&console->lock);
    machine_interrupt_raise(console->machine, INTERRUPT);
}

static void window_read(struct console *console)
{
    struct winsize size;
    if (ioctl(0, TIOCGWINSZ, &size) == 0) {
        console->device->rows = size.ws_row;
        console->device->columns = size.ws_col;
    }
}

static void signal_ready(void *argument, short revents)
{
    struct console *console = argument;
    struct signalfd_siginfo info;
    (void)revents;
    while (read(console->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGWINCH) {
            window_read(console);
            console->device->window_changes++;
        } else if (console->stop_signal != 0) {
            machine_stop(console->machine, 128 + console->stop_signal); /* asked twice: at once */
        } else {
            console->stop_signal = (int)info.ssi_signo;
            console->device->break_count++;
        }
        machine_interrupt_raise(console->machine, INTERRUPT);
    }
}

static void terminal_open(struct console *console)
{
    if (!isatty(0) || tcgetattr(0, &console->saved) != 0) {
        return;
    }
    struct termios raw = console->saved;
    cfmakeraw(&raw);
    console->is_terminal = tcsetattr(0, TCSANOW, &raw) == 0;
}

static void device_reset(struct console *console)
{
    struct console_device *device = console->device;
    uint8_t *bytes[CONSOLE_STREAMS] = {device->input_bytes, device->output_bytes, device->error_bytes};
    struct console_ring *rings[CONSOLE_STREAMS] = {&device->input, &device->output, &device->error};
    memset(device, 0, sizeof *device);
    device->magic = CONSOLE_MAGIC;
    for (unsigned number = 0; number < CONSOLE_STREAMS; number++) {
        console->streams[number] = (struct stream){.ring = rings[number], .bytes = bytes[number]};
        rings[number]->is_terminal = console->is_terminal && isatty((int)number);
    }
    window_read(console);
}

int console_create(struct console **out, struct machine *machine, const char **error)
{
    struct console *console = calloc(1, sizeof *console);
    if (console == NULL) {
        *error = "no memory for the console";
        return -1;
    }
    console->machine = machine;
    console->device = machine_device(machine);
    pthread_mutex_init(&console->lock, NULL);
    sigset_t set;
    signals_fill(&set);
    console->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    struct console_host_client client = {.done = transfer_done, .restart = streams_start, .argument = console};
    console->host = console_host_uring(machine, &client);
    if (console->host == NULL) {
        console->host = console_host_poll(machine, &client);
    }
    if (console->host == NULL || console->signal_fd < 0 ||
        machine_watch_add(machine, console->signal_fd, POLLIN, signal_ready, console) < 0 ||
        machine_interrupt_add(machine, INTERRUPT, interrupt_acked, console) < 0) {
        *error = "the console device cannot be set up: the host refuses io_uring and poll descriptors";
        free(console);
        return -1;
    }
    terminal_open(console);
    device_reset(console);
    machine_device_add(machine, DEVICE_CONSOLE_RINGS, INTERRUPT, 0, CONSOLE_DEVICE_BYTES);
    *out = console;
    return 0;
}

void console_restore(struct console *console)
{
    if (console->is_terminal) {
        tcsetattr(0, TCSANOW, &console->saved);
    }
}

/* What is in the ring, written plainly: the helper thread is gone by now. Waits for a write that is under way. */
static void stream_drain(struct console *console, int fd)
{
    struct stream *stream = &console->streams[fd];
    while (stream->busy && console_host_wait(console->host)) {
    }
    uint32_t used = index_load(&stream->ring->tail) - stream->own_index;
    while (!stream->closed && !stream->busy && used != 0 && used <= CONSOLE_RING_BYTES) {
        uint32_t place = stream->own_index % CONSOLE_RING_BYTES;
        uint32_t length = used < CONSOLE_RING_BYTES - place ? used : CONSOLE_RING_BYTES - place;
        ssize_t done = write(fd, stream->bytes + place, length);
        if (done <= 0) {
            return;
        }
        stream->own_index += (uint32_t)done;
        used -= (uint32_t)done;
    }
}

void console_destroy(struct console *console)
{
    stream_drain(console, 1);
    stream_drain(console, 2);
    console_restore(console);
    console_host_destroy(console->host);
    close(console->signal_fd);
    free(console);
}

bool console_is_terminal(const struct console *console)
{
    return console->is_terminal;
}

int console_stop_signal(const struct console *console)
{
    return console->stop_signal;
}
