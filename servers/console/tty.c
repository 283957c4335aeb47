/* The line discipline: see tty.h. */
#include "tty.h"

#include <signal.h>
#include <string.h>
#include <termios.h>

#define MARK_END 1u /* a line ends behind this byte */
#define MARK_EOF 2u /* a line ends here; the byte itself is not read */
#define BYTE_BACKSPACE 8u
#define BYTE_DELETE 127u
#define TAB_COLUMNS 8u

static uint32_t place(uint32_t index)
{
    return index % TTY_QUEUE_BYTES;
}

static bool has(uint32_t flags, uint32_t flag)
{
    return (flags & flag) != 0;
}

static bool is_cc(const struct tty *tty, uint32_t index, uint8_t byte)
{
    return tty->termios.cc[index] != 0 && tty->termios.cc[index] == byte;
}

static bool is_canonical(const struct tty *tty)
{
    return has(tty->termios.lflag, ICANON);
}

void tty_init(struct tty *tty, struct tty_sink sink)
{
    struct tty_termios *termios = &tty->termios;
    tty->sink = sink;
    termios->iflag = ICRNL | IXON;
    termios->oflag = OPOST | ONLCR;
    termios->cflag = B38400 | CS8 | CREAD | HUPCL;
    termios->lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
    termios->cc[VINTR] = 3;
    termios->cc[VQUIT] = 28;
    termios->cc[VERASE] = BYTE_DELETE;
    termios->cc[VKILL] = 21;
    termios->cc[VEOF] = 4;
    termios->cc[VMIN] = 1;
    termios->cc[VSTART] = 17;
    termios->cc[VSTOP] = 19;
    termios->cc[VSUSP] = 26;
    termios->cc[VREPRINT] = 18;
    termios->cc[VDISCARD] = 15;
    termios->cc[VWERASE] = 23;
    termios->cc[VLNEXT] = 22;
}

void tty_set(struct tty *tty, const struct tty_termios *termios)
{
    bool was_canonical = is_canonical(tty);
    tty->termios = *termios;
    if (was_canonical && !is_canonical(tty)) {
        memset(tty->marks, 0, sizeof tty->marks);
        tty->lines = 0;
    } else if (!was_canonical && is_canonical(tty)) {
        tty->line_start = tty->tail;
        tty->lines = 0;
        if (tty->head != tty->tail) {
            tty->marks[place(tty->tail - 1)] = MARK_END;
            tty->lines = 1;
        }
    }
    if (!has(termios->iflag, IXON)) {
        tty->stopped = false;
    }
}

static void column_move(struct tty *tty, uint8_t byte)
{
    if (byte == '\n' || byte == '\r') {
        tty->column = 0;
    } else if (byte == BYTE_BACKSPACE) {
        tty->column -= tty->column > 0;
    } else if (byte == '\t') {
        tty->column = (tty->column / TAB_COLUMNS + 1) * TAB_COLUMNS;
    } else if (byte >= 32 && byte != BYTE_DELETE && (byte & 0xc0u) != 0x80u) {
        tty->column++;
    }
}

uint32_t tty_output(struct tty *tty, uint8_t byte, uint8_t out[TTY_OUTPUT_MAX])
{
    uint32_t oflag = tty->termios.oflag;
    uint32_t count = 0;
    if (!has(oflag, OPOST)) {
        column_move(tty, byte);
        out[0] = byte;
        return 1;
    }
    if (byte == '\t' && (oflag & TABDLY) == TAB3) {
        uint32_t spaces = TAB_COLUMNS - tty->column % TAB_COLUMNS;
        memset(out, ' ', spaces);
        tty->column += spaces;
        return spaces;
    }
    if (byte == '\r' && has(oflag, OCRNL)) {
        byte = '\n';
    }
    if (byte == '\r' && has(oflag, ONOCR) && tty->column == 0) {
        return 0;
    }
    if (byte == '\n' && has(oflag, ONLCR)) {
        out[count++] = '\r';
    }
    if (byte != '\n' || has(oflag, ONLCR | ONLRET)) {
        column_move(tty, byte);
    }
    out[count++] = byte;
    return count;
}

/* Shows a byte on the screen through the output rules. */
static void screen_put(struct tty *tty, uint8_t byte)
{
    uint8_t out[TTY_OUTPUT_MAX];
    uint32_t count = tty_output(tty, byte, out);
    if (count > 0) {
        tty->sink.emit(tty->sink.context, out, count);
    }
}

static bool is_caret(const struct tty *tty, uint8_t byte)
{
    bool control = (byte < 32 && byte != '\t' && byte != '\n') || byte == BYTE_DELETE;
    return control && has(tty->termios.lflag, ECHOCTL);
}

/* Shows an input byte whatever ECHO says. */
static void echo_show(struct tty *tty, uint8_t byte)
{
    if (is_caret(tty, byte)) {
        screen_put(tty, '^');
        screen_put(tty, byte ^ 64u);
    } else {
        screen_put(tty, byte);
    }
}

static void echo(struct tty *tty, uint8_t byte)
{
    if (has(tty->termios.lflag, ECHO)) {
        echo_show(tty, byte);
    } else if (byte == '\n' && has(tty->termios.lflag, ECHONL) && is_canonical(tty)) {
        screen_put(tty, byte);
    }
}

/* The cursor's column behind the edited bytes up to `end`. */
static uint32_t edited_column(const struct tty *tty, uint32_t end)
{
    uint32_t column = tty->line_column;
    for (uint32_t i = tty->line_start; i != end; i++) {
        uint8_t byte = tty->bytes[place(i)];
        if (byte == '\t') {
            column = (column / TAB_COLUMNS + 1) * TAB_COLUMNS;
        } else if (is_caret(tty, byte)) {
            column += 2;
        } else if (byte >= 32 && byte != BYTE_DELETE && (byte & 0xc0u) != 0x80u) {
            column++;
        }
    }
    return column;
}

/* Takes the last edited character away, with its bytes if it is UTF-8, also from the screen if `show`. */
static void character_erase(struct tty *tty, bool show)
{
    uint32_t before = edited_column(tty, tty->tail);
    uint8_t byte = 0;
    do {
        tty->tail--;
        byte = tty->bytes[place(tty->tail)];
    } while (has(tty->termios.iflag, IUTF8) && (byte & 0xc0u) == 0x80u && tty->tail != tty->line_start);
    if (!show) {
        return;
    }
    for (uint32_t after = edited_column(tty, tty->tail); before > after; before--) {
        screen_put(tty, BYTE_BACKSPACE);
        if (byte != '\t') {
            screen_put(tty, ' ');
            screen_put(tty, BYTE_BACKSPACE);
        }
    }
}

static void erase(struct tty *tty, uint8_t byte)
{
    uint32_t lflag = tty->termios.lflag;
    if (tty->tail == tty->line_start) {
        return;
    }
    character_erase(tty, has(lflag, ECHO) && has(lflag, ECHOE));
    if (has(lflag, ECHO) && !has(lflag, ECHOE)) {
        echo_show(tty, byte);
    }
}

static bool is_word(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           byte == '_' || byte >= 128;
}

static void word_erase(struct tty *tty)
{
    bool show = has(tty->termios.lflag, ECHO) && has(tty->termios.lflag, ECHOE);
    while (tty->tail != tty->line_start && !is_word(tty->bytes[place(tty->tail - 1)])) {
        character_erase(tty, show);
    }
    while (tty->tail != tty->line_start && is_word(tty->bytes[place(tty->tail - 1)])) {
        character_erase(tty, show);
    }
}

static void line_kill(struct tty *tty, uint8_t byte)
{
    uint32_t lflag = tty->termios.lflag;
    bool show = has(lflag, ECHO) && has(lflag, ECHOK) && has(lflag, ECHOKE) && has(lflag, ECHOE);
    while (show && tty->tail != tty->line_start) {
        character_erase(tty, true);
    }
    tty->tail = tty->line_start;
    if (!show && has(lflag, ECHO)) {
        echo_show(tty, byte);
        if (has(lflag, ECHOK)) {
            screen_put(tty, '\n');
        }
    }
}

static void line_reprint(struct tty *tty, uint8_t byte)
{
    if (!has(tty->termios.lflag, ECHO)) {
        return;
    }
    echo_show(tty, byte);
    screen_put(tty, '\n');
    tty->line_column = tty->column;
    for (uint32_t i = tty->line_start; i != tty->tail; i++) {
        echo_show(tty, tty->bytes[place(i)]);
    }
}

static void queue_add(struct tty *tty, uint8_t byte, uint8_t mark)
{
    tty->bytes[place(tty->tail)] = byte;
    tty->marks[place(tty->tail)] = mark;
    tty->tail++;
    if (mark != 0) {
        tty->lines++;
        tty->line_start = tty->tail;
    }
}

/* Queues a byte that is no control, if there is room; the last place is for the end of a line. */
static void byte_queue(struct tty *tty, uint8_t byte)
{
    bool canonical = is_canonical(tty);
    if (tty->tail - tty->head >= TTY_QUEUE_BYTES - (canonical ? 1 : 0)) {
        screen_put(tty, '\a');
        return;
    }
    if (canonical && tty->tail == tty->line_start) {
        tty->line_column = tty->column;
    }
    echo(tty, byte);
    queue_add(tty, byte, 0);
}

/* Signals and flow control; true: the byte was one of them. */
static bool control_take(struct tty *tty, uint8_t byte)
{
    if (has(tty->termios.iflag, IXON)) {
        if (is_cc(tty, VSTART, byte) || is_cc(tty, VSTOP, byte)) {
            tty->stopped = is_cc(tty, VSTOP, byte);
            return true;
        }
        if (tty->stopped && has(tty->termios.iflag, IXANY)) {
            tty->stopped = false;
        }
    }
    if (!has(tty->termios.lflag, ISIG)) {
        return false;
    }
    int signal = is_cc(tty, VINTR, byte) ? SIGINT : is_cc(tty, VQUIT, byte) ? SIGQUIT : 0;
    if (is_cc(tty, VSUSP, byte)) {
        signal = SIGTSTP;
    }
    if (signal == 0) {
        return false;
    }
    if (!has(tty->termios.lflag, NOFLSH)) {
        tty_flush_input(tty);
    }
    tty->stopped = false;
    echo(tty, byte);
    tty->sink.signal(tty->sink.context, signal);
    return true;
}

/* Editing and ends of lines; true: the byte was one of them. */
static bool editing_take(struct tty *tty, uint8_t byte)
{
    bool extended = has(tty->termios.lflag, IEXTEN);
    if (is_cc(tty, VERASE, byte)) {
        erase(tty, byte);
    } else if (is_cc(tty, VKILL, byte)) {
        line_kill(tty, byte);
    } else if (extended && is_cc(tty, VWERASE, byte)) {
        word_erase(tty);
    } else if (extended && is_cc(tty, VREPRINT, byte)) {
        line_reprint(tty, byte);
    } else if (is_cc(tty, VEOF, byte)) {
        if (tty->tail - tty->head < TTY_QUEUE_BYTES) {
            queue_add(tty, byte, MARK_EOF);
        }
    } else if (byte == '\n' || is_cc(tty, VEOL, byte) || (extended && is_cc(tty, VEOL2, byte))) {
        if (tty->tail - tty->head < TTY_QUEUE_BYTES) {
            echo(tty, byte);
            queue_add(tty, byte, MARK_END);
        }
    } else {
        return false;
    }
    return true;
}

void tty_input(struct tty *tty, uint8_t byte)
{
    uint32_t iflag = tty->termios.iflag;
    if (has(iflag, ISTRIP)) {
        byte &= 0x7fu;
    }
    if (tty->literal_next) {
        tty->literal_next = false;
        byte_queue(tty, byte);
        return;
    }
    if (byte == '\r') {
        if (has(iflag, IGNCR)) {
            return;
        }
        byte = has(iflag, ICRNL) ? '\n' : '\r';
    } else if (byte == '\n' && has(iflag, INLCR)) {
        byte = '\r';
    }
    if (control_take(tty, byte)) {
        return;
    }
    if (is_canonical(tty)) {
        if (has(tty->termios.lflag, IEXTEN) && is_cc(tty, VLNEXT, byte)) {
            tty->literal_next = true;
            return;
        }
        if (editing_take(tty, byte)) {
            return;
        }
    }
    byte_queue(tty, byte);
}

bool tty_has_room(const struct tty *tty)
{
    bool full = tty->tail - tty->head >= TTY_QUEUE_BYTES - 2;
    return !full || (is_canonical(tty) && tty->lines == 0);
}

uint32_t tty_available(const struct tty *tty)
{
    return (is_canonical(tty) ? tty->line_start : tty->tail) - tty->head;
}

bool tty_readable(const struct tty *tty)
{
    return is_canonical(tty) ? tty->lines > 0 : tty->head != tty->tail;
}

static uint8_t queue_take(struct tty *tty)
{
    uint32_t at = place(tty->head++);
    if (tty->marks[at] != 0) {
        tty->lines--;
    }
    return tty->marks[at];
}

uint32_t tty_read(struct tty *tty, uint8_t *bytes, uint32_t length)
{
    bool canonical = is_canonical(tty);
    uint32_t end = canonical ? tty->line_start : tty->tail;
    uint32_t count = 0;
    while (tty->head != end) {
        bool at_eof = canonical && tty->marks[place(tty->head)] == MARK_EOF;
        if (at_eof) {
            queue_take(tty);
            break;
        }
        if (count == length) {
            break;
        }
        bytes[count++] = tty->bytes[place(tty->head)];
        if (!canonical) {
            tty->head++;
        } else if (queue_take(tty) != 0) {
            break;
        }
    }
    return count;
}

void tty_flush_input(struct tty *tty)
{
    tty->head = tty->tail;
    tty->line_start = tty->tail;
    tty->lines = 0;
}
