/* pipe: the server of pipes. `pipe NAME`: the port is /port/NAME. */
#include "pipes.h"

int main(int argc, char **argv)
{
    if (argc != 2) {
        os_log("pipe: usage: pipe NAME\n");
        return 2;
    }
    struct pipes *pipes = server_memory(sizeof *pipes);
    pipes->memory = server_memory((uint64_t)PIPES_MAX * PIPE_BYTES);
    pipes->server.operations = &pipes_operations;
    pipes->server.context = pipes;
    pipes->waits = (struct server_waits){
        .places = pipes->waiters, .count = PIPES_WAITERS_MAX, .place_bytes = sizeof pipes->waiters[0]};
    if (server_open(&pipes->server, argv[1], PIPES_SESSIONS_MAX) < 0) {
        return 1;
    }
    server_ready();
    os_log("pipe: error %d\n", -server_run(&pipes->server));
    return 1;
}
