/* Terminal controls (Linux's ioctl numbers) and job control. */
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <abi/errno.h>

#include "console.h"
#include "driver/ring.h"

struct console_window { /* Linux's struct winsize */
    uint16_t rows, columns, width, height;
};

void console_signal_group(void *context, int signal)
{
    const struct console *console = context;
    if (console->group > 1) {
        server_kill(-(int)console->group, signal);
    }
}

int console_job_check(const struct console *console, uint64_t identity)
{
    if (console->group == 0) {
        return 0;
    }
    int group = server_group_of(IDENTITY_PID(identity));
    if (group <= 1 || (uint32_t)group == console->group) {
        return 0;
    }
    if (server_session_of(IDENTITY_PID(identity)) != (int)console->session_number) {
        return 0;
    }
    server_kill(-group, SIGTTIN);
    return -E_INTR;
}

/* Copies the argument; false: the caller sent too little. */
static bool argument_take(const struct server_request *request, void *to, uint64_t size_bytes)
{
    if (request->received_bytes < size_bytes) {
        return false;
    }
    memcpy(to, request->data, size_bytes);
    return true;
}

static int argument_number(const struct server_request *request)
{
    int32_t number = 0;
    argument_take(request, &number, sizeof number);
    return number;
}

static int64_t settings_change(struct server *server, struct server_request *request, uint32_t number)
{
    struct console *console = console_of(server);
    struct tty_termios termios;
    if (!argument_take(request, &termios, sizeof termios)) {
        return -E_FAULT;
    }
    if (number == TCSETS) {
        tty_set(&console->tty, &termios);
        console_pump(console);
        return 0;
    }
    return console_drain(server, request, console->screen, &termios, number == TCSETSF);
}

static int64_t window_control(struct console *console, struct server_request *request, uint32_t number)
{
    struct console_window window = {console->rows, console->columns, 0, 0};
    if (number == TIOCGWINSZ) {
        return server_answer_copy(request, &window, sizeof window);
    }
    if (!argument_take(request, &window, sizeof window)) {
        return -E_FAULT;
    }
    if (window.rows != console->rows || window.columns != console->columns) {
        console->rows = window.rows;
        console->columns = window.columns;
        console_signal_group(console, SIGWINCH);
    }
    return 0;
}

/* Makes the terminal the controlling one of the caller's session; the caller leads it. */
static int64_t session_take(struct console *console, const struct server_request *request)
{
    uint32_t pid = IDENTITY_PID(request->identity);
    int session = server_session_of(pid);
    if (session < 0 || (uint32_t)session != pid) {
        return -E_PERM;
    }
    bool taken = console->session_number != 0 && console->session_number != pid;
    if (taken && server_session_of(console->session_number) >= 0) {
        return -E_PERM;
    }
    int group = server_group_of(pid);
    console->session_number = pid;
    console->group = group > 0 ? (uint32_t)group : 0;
    return 0;
}

static int64_t group_set(struct console *console, const struct server_request *request)
{
    int32_t group = 0;
    if (!argument_take(request, &group, sizeof group)) {
        return -E_FAULT;
    }
    if (group <= 0) {
        return -E_INVAL;
    }
    int session = server_session_of(IDENTITY_PID(request->identity));
    if (console->session_number != 0 && session != (int)console->session_number) {
        return -E_NOTTY;
    }
    console->group = (uint32_t)group;
    console_pump(console);
    return 0;
}

static int64_t job_control(struct console *console, struct server_request *request, uint32_t number)
{
    uint32_t word = 0;
    switch (number) {
    case TIOCSCTTY:
        return session_take(console, request);
    case TIOCNOTTY:
        if (console->session_number != IDENTITY_PID(request->identity)) {
            return 0;
        }
        console_signal_group(console, SIGHUP);
        console_signal_group(console, SIGCONT);
        console->session_number = 0;
        console->group = 0;
        return 0;
    case TIOCGSID:
        word = console->session_number;
        return word == 0 ? -E_NOTTY : server_answer_copy(request, &word, sizeof word);
    case TIOCGPGRP:
        word = console->group;
        return console->session_number == 0 ? -E_NOTTY : server_answer_copy(request, &word, sizeof word);
    default:
        return group_set(console, request);
    }
}

static int64_t flow_control(struct console *console, const struct server_request *request)
{
    int action = argument_number(request);
    if (action != TCOOFF && action != TCOON && action != TCIOFF && action != TCION) {
        return -E_INVAL;
    }
    if (action == TCOOFF || action == TCOON) {
        console->tty.stopped = action == TCOOFF;
        console_pump(console);
    }
    return 0;
}

static int64_t flush_control(struct console *console, const struct server_request *request)
{
    int queue = argument_number(request);
    if (queue != TCIFLUSH && queue != TCOFLUSH && queue != TCIOFLUSH) {
        return -E_INVAL;
    }
    if (queue != TCOFLUSH) {
        tty_flush_input(&console->tty);
        console_pump(console);
    }
    return 0;
}

int64_t console_control(struct server *server, struct server_request *request)
{
    struct console *console = console_of(server);
    uint32_t number = (uint32_t)request->header.argument;
    uint32_t word = 0;
    if (number == FIONREAD) {
        word = console_input_count(console, request->session->inode);
        return server_answer_copy(request, &word, sizeof word);
    }
    if (request->session->inode != CONSOLE_INODE_TTY) {
        return -E_NOTTY;
    }
    switch (number) {
    case TCGETS:
        return server_answer_copy(request, &console->tty.termios, sizeof console->tty.termios);
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
        return settings_change(server, request, number);
    case TIOCGWINSZ:
    case TIOCSWINSZ:
        return window_control(console, request, number);
    case TIOCSCTTY:
    case TIOCNOTTY:
    case TIOCGSID:
    case TIOCGPGRP:
    case TIOCSPGRP:
        return job_control(console, request, number);
    case TIOCOUTQ:
        word = console->screen != NULL ? ring_count(console->screen->ring) : 0;
        return server_answer_copy(request, &word, sizeof word);
    case TCXONC:
        return flow_control(console, request);
    case TCFLSH:
        return flush_control(console, request);
    case TCSBRK:
        return console_drain(server, request, console->screen, NULL, false);
    default:
        return -E_NOTTY;
    }
}
