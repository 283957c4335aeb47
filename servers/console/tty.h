/* A terminal's line discipline: what comes from the keyboard is edited, echoed, turned into signals and queued; what
 * programs write is made fit for the screen. Pure logic: effects go through the sink. */
#ifndef CONSOLE_TTY_H
#define CONSOLE_TTY_H

#include <stdbool.h>
#include <stdint.h>

#define TTY_QUEUE_BYTES 16384u /* power of two */
#define TTY_CC_COUNT 19u
#define TTY_OUTPUT_MAX 8u /* most bytes that one byte becomes: a tab */

/* Linux's kernel layout of struct termios (TCGETS). */
struct tty_termios {
    uint32_t iflag, oflag, cflag, lflag;
    uint8_t line;
    uint8_t cc[TTY_CC_COUNT];
};
_Static_assert(sizeof(struct tty_termios) == 36, "kernel termios layout");

struct tty_sink {
    void *context;
    void (*emit)(void *context, const uint8_t *bytes, uint32_t count); /* to the screen, as it is */
    void (*signal)(void *context, int signal);                         /* to the foreground group */
};

/* Indices run freely; place = index % TTY_QUEUE_BYTES. */
struct tty {
    struct tty_termios termios;
    struct tty_sink sink;
    uint32_t head;        /* next byte to read */
    uint32_t tail;        /* next byte to queue */
    uint32_t line_start;  /* canonical: bytes from here on are still edited */
    uint32_t lines;       /* canonical: complete lines in the queue */
    uint32_t column;      /* of the cursor */
    uint32_t line_column; /* where the line being edited began */
    bool stopped;         /* output is held (Ctrl-S) */
    bool literal_next;    /* the next byte is taken as it is (Ctrl-V) */
    uint8_t bytes[TTY_QUEUE_BYTES];
    uint8_t marks[TTY_QUEUE_BYTES];
};

/* `tty` is zero. Settings as a fresh Linux terminal has them. */
void tty_init(struct tty *tty, struct tty_sink sink);
/* New settings; what is queued stays readable. */
void tty_set(struct tty *tty, const struct tty_termios *termios);

/* Takes one byte from the keyboard. */
void tty_input(struct tty *tty, uint8_t byte);
/* May more be taken without loss? False holds the sender back. */
bool tty_has_room(const struct tty *tty);

/* Bytes that a read of any length could get now; canonical: of all complete lines. */
uint32_t tty_available(const struct tty *tty);
/* Can a canonical read end now (also with 0 bytes at Ctrl-D), a raw one with a byte? */
bool tty_readable(const struct tty *tty);
/* Takes at most `length` bytes, canonical: of one line at most. Needs tty_readable. */
uint32_t tty_read(struct tty *tty, uint8_t *bytes, uint32_t length);
void tty_flush_input(struct tty *tty);

/* What `byte` becomes on its way to the screen. */
uint32_t tty_output(struct tty *tty, uint8_t byte, uint8_t out[TTY_OUTPUT_MAX]);

#endif
