/* Host side of the console: at most one read and one write per output stream under way, completed on the helper thread.
 * Two implementations of the same calls: io_uring, and poll. Callers hold the console's lock. */
#ifndef SIM_CONSOLE_HOST_H
#define SIM_CONSOLE_HOST_H

#include <stdbool.h>
#include <stddef.h>

#define CONSOLE_STREAMS 3u /* host descriptors 0, 1, 2 */

struct machine;
struct console_host;

/* `done` is called on the helper thread without the lock: bytes moved, 0 end of file, or a negated errno. `restart`
 * after it has been called for all completions at hand. */
struct console_host_client {
    void (*done)(void *argument, unsigned stream, long result);
    void (*restart)(void *argument);
    void *argument;
};

/* NULL with errno: the host has no io_uring, or no memory. */
struct console_host *console_host_uring(struct machine *machine, const struct console_host_client *client);
struct console_host *console_host_poll(struct machine *machine, const struct console_host_client *client);

/* Starts a transfer on an idle stream: reads for stream 0, writes for the others. Bytes stay in place until done. */
void console_host_start(struct console_host *host, unsigned stream, void *bytes, size_t length);
/* Once the helper thread is gone: takes completions, calling `done`, for at most a second or until one has come.
 * Returns false if none came. */
bool console_host_wait(struct console_host *host);
void console_host_destroy(struct console_host *host);

#endif
