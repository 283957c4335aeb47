/* The line discipline: editing, echo, signals, raw mode, output rules. */
#include "tty.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>

#include "unit.h"

static struct tty *tty;
static char screen[4096];
static uint32_t screen_bytes;
static int signals[8];
static uint32_t signal_count;

static void emit(void *context, const uint8_t *bytes, uint32_t count)
{
    (void)context;
    memcpy(screen + screen_bytes, bytes, count);
    screen_bytes += count;
    screen[screen_bytes] = '\0';
}

static void raise_signal(void *context, int signal)
{
    (void)context;
    signals[signal_count++] = signal;
}

static void fresh(void)
{
    free(tty);
    tty = calloc(1, sizeof *tty);
    screen_bytes = 0;
    screen[0] = '\0';
    signal_count = 0;
    tty_init(tty, (struct tty_sink){NULL, emit, raise_signal});
}

static void type(const char *text)
{
    for (; *text != '\0'; text++) {
        tty_input(tty, (uint8_t)*text);
    }
}

static void flags_set(uint32_t lflag_off, uint32_t lflag_on)
{
    struct tty_termios termios = tty->termios;
    termios.lflag = (termios.lflag & ~lflag_off) | lflag_on;
    tty_set(tty, &termios);
}

static void expect_read(uint32_t length, const char *text)
{
    uint8_t bytes[256];
    ck_assert(tty_readable(tty));
    uint32_t count = tty_read(tty, bytes, length);
    ck_assert_uint_eq(count, strlen(text));
    ck_assert_mem_eq(bytes, text, count);
}

START_TEST(a_line_is_read_when_it_is_complete)
{
    fresh();
    type("ab");
    ck_assert(!tty_readable(tty));
    type("c\r");
    ck_assert_str_eq(screen, "abc\r\n");
    ck_assert_uint_eq(tty_available(tty), 4);
    expect_read(100, "abc\n");
    ck_assert(!tty_readable(tty));
}
END_TEST

START_TEST(a_read_takes_one_line_and_the_rest_of_a_long_one_stays)
{
    fresh();
    type("hello\nyou\n");
    expect_read(3, "hel");
    expect_read(100, "lo\n");
    expect_read(100, "you\n");
}
END_TEST

START_TEST(erase_takes_the_last_character_from_line_and_screen)
{
    fresh();
    type("ab\x7f\x7f\x7f");
    ck_assert_str_eq(screen, "ab\b \b\b \b");
    type("x\n");
    expect_read(100, "x\n");
}
END_TEST

START_TEST(erase_of_a_control_character_and_of_a_tab_moves_back_their_width)
{
    fresh();
    type("a\x01\x7f");
    ck_assert_str_eq(screen, "a^A\b \b\b \b");
    fresh();
    type("abc\t\x7f");
    ck_assert_str_eq(screen, "abc\t\b\b\b\b\b");
}
END_TEST

START_TEST(erase_takes_a_whole_utf8_character)
{
    fresh();
    struct tty_termios termios = tty->termios;
    termios.iflag |= IUTF8;
    tty_set(tty, &termios);
    type("\xc3\xa4\x7f");
    ck_assert_str_eq(screen, "\xc3\xa4\b \b");
    type("\n");
    expect_read(100, "\n");
}
END_TEST

START_TEST(kill_and_word_erase_take_line_and_word)
{
    fresh();
    type("one two\x17");
    type("\n");
    expect_read(100, "one \n");
    type("one two\x15new\n");
    expect_read(100, "new\n");
}
END_TEST

START_TEST(end_of_file_ends_a_read_without_bytes_of_its_own)
{
    fresh();
    type("\x04");
    expect_read(100, "");
    type("ab\x04");
    expect_read(100, "ab");
    ck_assert(!tty_readable(tty));
    type("ab\x04");
    expect_read(2, "ab");
    ck_assert(!tty_readable(tty));
}
END_TEST

START_TEST(signal_characters_signal_and_drop_the_line_PRC_9)
{
    fresh();
    type("abc\x03");
    type("d\x1a");
    type("e\x1c");
    ck_assert_uint_eq(signal_count, 3);
    ck_assert_int_eq(signals[0], SIGINT);
    ck_assert_int_eq(signals[1], SIGTSTP);
    ck_assert_int_eq(signals[2], SIGQUIT);
    ck_assert_str_eq(screen, "abc^Cd^Ze^\\");
    type("x\n");
    expect_read(100, "x\n");
}
END_TEST

START_TEST(without_isig_signal_characters_are_bytes)
{
    fresh();
    flags_set(ISIG | ICANON | ECHO, 0);
    type("\x03\x1a");
    ck_assert_uint_eq(signal_count, 0);
    expect_read(100, "\x03\x1a");
    ck_assert_uint_eq(screen_bytes, 0);
}
END_TEST

START_TEST(raw_mode_gives_bytes_at_once_and_maps_return)
{
    fresh();
    flags_set(ICANON | ECHO, 0);
    type("a\r");
    ck_assert_uint_eq(tty_available(tty), 2);
    expect_read(1, "a");
    expect_read(9, "\n");
}
END_TEST

START_TEST(typed_ahead_bytes_survive_changes_of_mode)
{
    fresh();
    type("ab");
    flags_set(ICANON, 0);
    expect_read(1, "a");
    flags_set(0, ICANON);
    expect_read(100, "b");
    type("c\n");
    expect_read(100, "c\n");
}
END_TEST

START_TEST(literal_next_takes_a_control_as_it_is)
{
    fresh();
    type("\x16\x03\n");
    ck_assert_uint_eq(signal_count, 0);
    expect_read(100, "\x03\n");
}
END_TEST

START_TEST(stop_holds_and_start_lets_go)
{
    fresh();
    type("\x13");
    ck_assert(tty->stopped);
    type("\x11");
    ck_assert(!tty->stopped);
    type("\x13\x03");
    ck_assert(!tty->stopped);
}
END_TEST

START_TEST(without_echo_only_newlines_show_if_asked)
{
    fresh();
    flags_set(ECHO, ECHONL);
    type("secret\n");
    ck_assert_str_eq(screen, "\r\n");
    expect_read(100, "secret\n");
}
END_TEST

START_TEST(a_full_line_keeps_its_beginning_and_can_be_ended)
{
    fresh();
    flags_set(ECHO, 0);
    for (uint32_t i = 0; i < TTY_QUEUE_BYTES + 10; i++) {
        tty_input(tty, 'x');
    }
    ck_assert(tty_has_room(tty)); /* or the line could never be ended */
    type("\n");
    ck_assert(!tty_has_room(tty));
    ck_assert_uint_eq(tty_available(tty), TTY_QUEUE_BYTES);
    uint32_t total = 0;
    uint8_t bytes[1000];
    while (tty_readable(tty)) {
        total += tty_read(tty, bytes, sizeof bytes);
    }
    ck_assert_uint_eq(total, TTY_QUEUE_BYTES);
    type("ok\n");
    expect_read(100, "ok\n");
}
END_TEST

START_TEST(indices_may_wrap)
{
    fresh();
    tty->head = tty->tail = tty->line_start = UINT32_MAX - 1;
    type("hello\n");
    expect_read(3, "hel");
    expect_read(9, "lo\n");
}
END_TEST

START_TEST(output_rules_expand_newlines_and_tabs)
{
    uint8_t out[TTY_OUTPUT_MAX];
    fresh();
    ck_assert_uint_eq(tty_output(tty, '\n', out), 2);
    ck_assert_mem_eq(out, "\r\n", 2);
    struct tty_termios termios = tty->termios;
    termios.oflag |= TAB3;
    tty_set(tty, &termios);
    tty_output(tty, 'a', out);
    ck_assert_uint_eq(tty_output(tty, '\t', out), 7);
    termios.oflag = 0;
    tty_set(tty, &termios);
    ck_assert_uint_eq(tty_output(tty, '\n', out), 1);
}
END_TEST

UNIT_MAIN("console_tty", a_line_is_read_when_it_is_complete,
          a_read_takes_one_line_and_the_rest_of_a_long_one_stays,
          erase_takes_the_last_character_from_line_and_screen,
          erase_of_a_control_character_and_of_a_tab_moves_back_their_width, erase_takes_a_whole_utf8_character,
          kill_and_word_erase_take_line_and_word, end_of_file_ends_a_read_without_bytes_of_its_own,
          signal_characters_signal_and_drop_the_line_PRC_9, without_isig_signal_characters_are_bytes,
          raw_mode_gives_bytes_at_once_and_maps_return, typed_ahead_bytes_survive_changes_of_mode,
          literal_next_takes_a_control_as_it_is, stop_holds_and_start_lets_go, without_echo_only_newlines_show_if_asked,
          a_full_line_keeps_its_beginning_and_can_be_ended, indices_may_wrap,
          output_rules_expand_newlines_and_tabs)
