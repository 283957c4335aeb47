/* build/emulate [--firmware] [--escape] [--trace FILE KERNEL MONITOR] COMMAND ARG...: runs an emulator whose serial
 * line is its standard input and output, passes bytes both ways, and ends with the status that the machine's last line
 * tells (stop_line.h). A terminal is raw meanwhile, so that all keys reach the machine; Ctrl-] ends the emulator.
 * --firmware hides what firmware says first (loaded_line.h). --escape also passes the input's end (escape.h). --trace
 * fetches the event trace (fetch.h) of a stopped machine before the emulator is ended. */
#include "escape.h"
#include "fetch.h"
#include "loaded_line.h"
#include "stop_line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define EXIT_NO_START 125
#define BUFFER_BYTES 65536u
#define KEY_END 0x1d /* Ctrl-] */
/* Boards that cannot be turned off: so long after the last line, with nothing after it, the emulator is ended. */
#define SILENCE_MS 1000

struct emulator {
    pid_t pid;
    int to, from; /* its standard input and output */
    struct loaded_line loaded;
    struct stop_line line;
    char pending[2 * BUFFER_BYTES + ESCAPE_END_BYTES]; /* for its input */
    size_t pending_bytes;
    bool input_open;
    bool escapes;
    struct escape_ready ready;
    bool is_ended; /* by the user */
    bool has_plugin; /* which writes its results when the emulator ends in order */
    const char *trace, *kernel, *monitor;
};

static struct termios saved;
static bool is_saved;
static volatile sig_atomic_t signal_caught;

static void signal_catch(int number)
{
    signal_caught = number;
}

static int refuse(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fputs("dev: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
    return EXIT_NO_START;
}

static void terminal_raw(void)
{
    if (tcgetattr(0, &saved) == 0) {
        struct termios raw = saved;
        cfmakeraw(&raw);
        is_saved = tcsetattr(0, TCSANOW, &raw) == 0;
    }
}

static void terminal_restore(void)
{
    if (is_saved) {
        tcsetattr(0, TCSADRAIN, &saved);
    }
}

static void write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t done = write(fd, bytes, length);
        if (done < 0 && errno == EAGAIN) {
            struct pollfd ready = {.fd = fd, .events = POLLOUT};
            poll(&ready, 1, -1);
        } else if (done < 0 && errno != EINTR) {
            return; /* nobody reads it any more; the machine goes on */
        } else if (done > 0) {
            bytes += done;
            length -= (size_t)done;
        }
    }
}

static int emulator_start(struct emulator *emulator, char *argv[])
{
    int to[2], from[2];
    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0 || (emulator->pid = fork()) < 0) {
        return refuse("%s", strerror(errno));
    }
    if (emulator->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setpgid(0, 0); /* the terminal's signals are for the machine, not for the emulator */
        dup2(to[0], 0);
        dup2(from[1], 1);
        execvp(argv[0], argv);
        refuse("%s: %s", argv[0], strerror(errno));
        _exit(EXIT_NO_START);
    }
    close(to[0]);
    close(from[1]);
    emulator->to = to[1];
    emulator->from = from[0];
    fcntl(emulator->to, F_SETFL, O_NONBLOCK);
    return 0;
}

/* From the user to the machine. */
static void input_take(struct emulator *emulator)
{
    static char bytes[BUFFER_BYTES];
    ssize_t got = read(0, bytes, sizeof bytes);
    size_t length = got > 0 ? (size_t)got : 0;
    emulator->input_open = got > 0;
    emulator->is_ended = is_saved && memchr(bytes, KEY_END, length) != NULL;
    if (emulator->escapes && length == 0) {
        escape_end(emulator->pending);
        emulator->pending_bytes = ESCAPE_END_BYTES;
    } else if (emulator->escapes) {
        emulator->pending_bytes = escape_encode(bytes, length, emulator->pending);
    } else {
        memcpy(emulator->pending, bytes, length);
        emulator->pending_bytes = length;
    }
}

static void input_give(struct emulator *emulator)
{
    ssize_t done = write(emulator->to, emulator->pending, emulator->pending_bytes);
    if (done > 0) {
        emulator->pending_bytes -= (size_t)done;
        memmove(emulator->pending, emulator->pending + done, emulator->pending_bytes);
    } else if (done < 0 && errno != EAGAIN && errno != EINTR) {
        emulator->pending_bytes = 0;
    }
}

/* From the machine to the user. False: nothing more will come. */
static bool output_pass(struct emulator *emulator)
{
    static char bytes[BUFFER_BYTES], said[BUFFER_BYTES + 1], passed[BUFFER_BYTES + 1 + STOP_LINE_BYTES_MAX];
    ssize_t got = read(emulator->from, bytes, sizeof bytes);
    if (got > 0) {
        const char *loaded = loaded_line_filter(&emulator->loaded, bytes, (size_t)got);
        size_t length = escape_ready_filter(&emulator->ready, loaded, (size_t)(bytes + got - loaded), said);
        write_all(1, passed, stop_line_filter(&emulator->line, said, length, passed));
    }
    return got > 0 || (got < 0 && errno == EINTR);
}

/* Passes bytes until the machine has ended, by itself or by the user. */
static void emulator_serve(struct emulator *emulator)
{
    while (signal_caught == 0 && !emulator->is_ended) {
        bool wants_input = emulator->input_open && emulator->pending_bytes == 0 && emulator->ready.is_ready;
        struct pollfd polled[] = {{.fd = emulator->from, .events = POLLIN},
                                  {.fd = wants_input ? 0 : -1, .events = POLLIN},
                                  {.fd = emulator->pending_bytes > 0 ? emulator->to : -1, .events = POLLOUT}};
        int ready = poll(polled, 3, emulator->line.complete ? SILENCE_MS : -1);
        if (ready == 0 || (polled[0].revents != 0 && ready > 0 && !output_pass(emulator))) {
            return;
        }
        if (ready > 0 && polled[1].revents != 0) {
            input_take(emulator);
        }
        if (ready > 0 && polled[2].revents != 0) {
            input_give(emulator);
        }
    }
}

static int emulator_end(struct emulator *emulator)
{
    int host_status = 0, status = stop_line_status(&emulator->line);
    if (status >= 0 && emulator->trace != NULL) {
        fetch_trace(emulator->monitor, emulator->kernel, emulator->trace);
    }
    kill(emulator->pid, emulator->has_plugin ? SIGTERM : SIGKILL); /* the latter without a word on standard error */
    waitpid(emulator->pid, &host_status, 0);
    if (status < 0) {
        write_all(1, emulator->loaded.held, emulator->loaded.held_bytes);
        write_all(1, emulator->line.held, emulator->line.held_bytes);
    }
    terminal_restore();
    if (signal_caught != 0) {
        return 128 + signal_caught;
    }
    if (emulator->is_ended) {
        fputs("\n", stderr);
        return refuse("ended by Ctrl-]");
    }
    return status >= 0 ? status : refuse("the emulator ended, but the machine had not stopped");
}

int main(int argc, char *argv[])
{
    static struct emulator emulator = {.input_open = true, .ready = {.is_ready = true}};
    emulator.loaded.is_passed = argc < 2 || strcmp(argv[1], "--firmware") != 0;
    argv += !emulator.loaded.is_passed;
    argc -= !emulator.loaded.is_passed;
    if (argc > 1 && strcmp(argv[1], "--escape") == 0) {
        emulator.escapes = true;
        emulator.ready.is_ready = false;
        argv++;
        argc--;
    }
    if (argc > 4 && strcmp(argv[1], "--trace") == 0) {
        emulator.trace = argv[2], emulator.kernel = argv[3], emulator.monitor = argv[4];
        argv += 4;
        argc -= 4;
    }
    if (argc < 2) {
        return refuse("usage: emulate [--firmware] [--escape] [--trace FILE KERNEL MONITOR] COMMAND ARG...");
    }
    for (int i = 1; i < argc; i++) {
        emulator.has_plugin = emulator.has_plugin || strcmp(argv[i], "-plugin") == 0;
    }
    struct sigaction caught = {.sa_handler = signal_catch};
    const int numbers[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        sigaction(numbers[i], &caught, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* who started this can be killed without leaving an emulator behind */
    int status = emulator_start(&emulator, argv + 1);
    if (status != 0) {
        return status;
    }
    terminal_raw();
    emulator_serve(&emulator);
    return emulator_end(&emulator);
}
