/* The console device of the hosted machine (abi/console.h): connects the host's standard streams to three rings.
 * Host input and output go through io_uring, or through poll with read and write where the host refuses io_uring. The
 * driver's indices are untrusted: a wrong one loses the driver's own bytes and harms nothing else. */
#ifndef SIM_CONSOLE_H
#define SIM_CONSOLE_H

#include <stdbool.h>

struct console;
struct machine;

/* Attaches the device to the machine. If standard input is a terminal it is put into raw mode until console_destroy.
 * 0, or -1 with *error a line for the user (static text). Before machine_run, on the kernel thread, all signals that
 * the console serves (SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGQUIT) blocked by console_signals_block. */
int console_create(struct console **console, struct machine *machine, const char **error);
/* Blocks them; call first thing, before any thread is made. */
void console_signals_block(void);
/* Writes out what the rings still hold, restores the terminal. After machine_run. */
void console_destroy(struct console *console);
/* Restores the terminal only; from any context. */
void console_restore(struct console *console);
bool console_is_terminal(const struct console *console);
/* The signal that asked the machine to stop, 0: none. */
int console_stop_signal(const struct console *console);

#endif
