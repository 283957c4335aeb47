/* The state of the console server: the device's three rings, the terminal on them, and who waits for what. */
#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

#include <abi/console.h>
#include <proto/console.h>
#include <sys/server.h>
#include <sys/server_wait.h>

#include "tty.h"

#define CONSOLE_SESSIONS_MAX 1024u
#define CONSOLE_WAITERS_MAX 512u
#define CONSOLE_CHUNK_BYTES 4096u /* most bytes of a terminal write handled at once */
#define CONSOLE_PULSE_DEVICE SERVER_PULSE_FIRST
#define CONSOLE_PULSE_TIMER (SERVER_PULSE_FIRST + 1)

/* A kept message. It waits in the input queue or in the queue of the output ring that it writes to. */
enum console_wait {
    CONSOLE_WAIT_READ,  /* any input */
    CONSOLE_WAIT_WRITE, /* as it is */
    CONSOLE_WAIT_TYPE,  /* a write through the terminal's output rules */
    CONSOLE_WAIT_DRAIN, /* until the ring is empty */
    CONSOLE_WAIT_SET    /* the same, then new terminal settings */
};

struct console_waiter {
    struct server_wait wait; /* first */
    struct server_session *session;
    enum console_wait kind;
    bool flush; /* SET: input that was not read goes */
    uint64_t deadline_ns; /* READ with VTIME */
    uint32_t seen;        /* READ with VTIME: bytes that were there when the deadline was set */
    const uint8_t *data;  /* WRITE, TYPE, while the request is served: its first bytes */
    uint64_t data_bytes;
    struct tty_termios termios;
};

struct console_output {
    struct console_ring *ring;
    uint8_t *bytes;
    struct server_queue queue;
};

struct console {
    struct server server;
    struct console_device *device;
    bool has_interrupt; /* the bells are an interrupt and its acknowledgement, not notifications */
    bool bell_told;     /* between the threads: a pulse of the bell is on its way */
    bool one_output;    /* the error stream goes into the output's ring */
    int self;           /* connection to the server's own channel */
    int timer;
    struct tty tty;
    struct console_output output;
    struct console_output error;
    struct console_output *screen; /* of the terminal, or NULL: echo and writes are lost */
    struct server_queue readers;
    bool rung;               /* the device is to be told at the end of this step */
    uint32_t group;          /* foreground process group, 0: none yet */
    uint32_t session_number; /* whose controlling terminal it is, 0: none's */
    uint16_t rows, columns;
    uint32_t window_changes;
    uint32_t break_count;
    struct server_waits waits;
    struct console_waiter waiters[CONSOLE_WAITERS_MAX];
    uint8_t chunk[CONSOLE_CHUNK_BYTES];
};

static inline struct console *console_of(struct server *server)
{
    return server->context;
}

/* input.c: reading, and what comes from the device. */
int64_t console_read(struct server *server, struct server_request *request);
void console_input_pump(struct console *console); /* device -> terminal -> readers */
bool console_input_ready(const struct console *console, uint64_t inode);
uint32_t console_input_count(const struct console *console, uint64_t inode);
bool console_input_closed(const struct console *console);

/* output.c: writing. */
int64_t console_write(struct server *server, struct server_request *request);
int64_t console_sync(struct server *server, struct server_request *request);
/* Keeps the request until the ring is empty; then `termios`, if not NULL, become the terminal's settings. */
int64_t console_drain(struct server *server, struct server_request *request, struct console_output *output,
                      const struct tty_termios *termios, bool flush);
void console_output_pump(struct console *console, struct console_output *output);
bool console_output_ready(const struct console *console, uint64_t inode);
/* The ring that writes to this inode go to, or NULL: nowhere. */
struct console_output *console_output_of(struct console *console, uint64_t inode);
/* Echo: bytes for which there is no room are lost. */
void console_emit(void *context, const uint8_t *bytes, uint32_t count);

/* control.c: terminal controls and job control. */
int64_t console_control(struct server *server, struct server_request *request);
void console_signal_group(void *context, int signal);
/* 0, or -E_INTR: a background group of the terminal's session wants to read and was sent SIGTTIN. */
int console_job_check(const struct console *console, uint64_t identity);

/* wait.c: kept messages. */
/* NULL: too many wait. */
struct console_waiter *console_wait_add(struct console *console, struct server_queue *queue,
                                        const struct server_request *request, enum console_wait kind);
/* The first of a queue, or NULL. */
static inline struct console_waiter *console_wait_first(const struct server_queue *queue)
{
    return (struct console_waiter *)queue->first;
}
void console_unblock(struct server *server, uint64_t message_id);
/* A session is gone, and with it those who wait on it: the kernel answered them. */
void console_wait_forget(struct server *server, const struct server_session *session);

/* device.c: the other end of the rings. */
/* Maps the rings that init lent and readies what depends on them. 0, -E_NODEV: they are no rings, or -error. */
int console_device_open(struct console *console);
/* From now on CONSOLE_PULSE_DEVICE comes when the other end has done something. 0 or -error. */
int console_device_listen(struct console *console);
void console_device_heard(struct console *console); /* such a pulse is taken; call before looking at the rings */
void console_device_ring(const struct console *console); /* tells the other end to look */

/* console.c: one step of everything. */
void console_pump(struct console *console); /* everything that can go on goes on, then tells the device and who polls */
extern const struct server_operations console_operations;

#endif
