/* The state of init and its parts. */
#ifndef INIT_INIT_H
#define INIT_INIT_H

#include <sys/server.h>

#include "config.h"

#define INIT_MACHINE_FAILED 125 /* the machine's status if it could not start */

struct service; /* one line of the table in services.c */
#define SERVICES_MAX 8u

struct service_state {
    int pid; /* 0: not running */
    uint32_t restarts;
};

struct init {
    const uint8_t *archive; /* mapped */
    uint64_t archive_bytes;
    int job; /* pid of the foreground program */
    struct service_state services[SERVICES_MAX];
    struct config config;
};

/* services.c: the servers. Starts all and mounts them; 0 or -error, with a line in the log. */
int services_start(struct init *init);
/* A child ended: restarts it if it was a server. True: it was. */
bool services_reap(struct init *init, int pid, int status);
/* Spawns a program of the archive. pid or -error. */
int archive_spawn(struct init *init, const char *path, char *const argv[], char *const envp[]);

/* job.c: the foreground program. */
/* Spawns it; pid or -error. */
int job_start(struct init *init);
/* `init --job STREAM ARG...`, in the new process: becomes leader of a session with the terminal at descriptor STREAM
 * (none: -), finds the program in PATH and becomes it. Ends the process with 126 or 127 if it cannot be run. */
_Noreturn void job_main(int argc, char **argv);

/* signals.c: signals to init, which asks the machine to stop. */
void signals_init(void);
/* The status to stop with, if a signal asks for it; -1: none. */
int signals_take(void);

#endif
