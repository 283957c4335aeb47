/* console: the terminal and the plain streams on the machine's console. `console NAME`: the port is /port/NAME. Holds
 * no authority: the rings and the bells come from init. */
#include "console.h"

/* The other end of the rings and the terminal's timer pulse the port's channel. 0 or -error. */
static int pulses_init(struct console *console)
{
    console->self = server_self(&console->server);
    if (console->self < 0) {
        return console->self;
    }
    console->timer = sys_timer_create(HANDLE_GRANT, console->self, CONSOLE_PULSE_TIMER, 0);
    return console->timer < 0 ? console->timer : console_device_listen(console);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        os_log("console: usage: console NAME\n");
        return 2;
    }
    struct console *console = server_memory(sizeof *console);
    console->server.operations = &console_operations;
    console->server.context = console;
    console->waits = (struct server_waits){
        .places = console->waiters, .count = CONSOLE_WAITERS_MAX, .place_bytes = sizeof console->waiters[0]};
    int error = console_device_open(console);
    if (error < 0) {
        os_log("console: the device: error %d\n", -error);
        return 1;
    }
    tty_init(&console->tty, (struct tty_sink){console, console_emit, console_signal_group});
    if (server_open(&console->server, argv[1], CONSOLE_SESSIONS_MAX) < 0) {
        return 1;
    }
    error = pulses_init(console);
    if (error < 0) {
        os_log("console: the device's bell: error %d\n", -error);
        return 1;
    }
    console_device_ring(console);
    server_ready();
    os_log("console: error %d\n", -server_run(&console->server));
    return 1;
}
