/* The state of init and its parts. */
#ifndef INIT_INIT_H
#define INIT_INIT_H

#include <abi/console.h>
#include <sys/server.h>

#include "config.h"
#include "drivers.h"

#define INIT_MACHINE_FAILED 125 /* the machine's status if it could not start */

#define SERVICES_MAX 16u
#define DRIVERS_MAX 8u
#define LENT_MAX 8u
#define SERVICE_ARGUMENTS_MAX (DRIVER_WORDS_MAX + 2u)

/* A program that init starts, watches and restarts. */
struct service {
    const char *path;                             /* in the archive */
    const char *arguments[SERVICE_ARGUMENTS_MAX]; /* end with NULL */
    const char *port;                             /* NULL: it exports no tree, as drivers do */
    const char *mount;
    uint32_t mount_flags;
    bool needs_archive;
};

/* A handle of init's that a service finds at a descriptor number, with these rights. */
struct lent {
    int fd;
    int handle;
    uint32_t rights;
};

struct service_state {
    const struct service *service;
    int pid; /* 0: not running */
    uint32_t restarts;
    uint32_t lent_count;
    struct lent lent[LENT_MAX];
};

struct init_driver {
    struct driver driver;
    struct service service;
    struct service_state *state;
    int bell; /* notification that the driver waits on */
};

struct init {
    const uint8_t *archive; /* mapped */
    uint64_t archive_bytes;
    int job; /* pid of the foreground program */
    struct service_state services[SERVICES_MAX];
    uint32_t service_count;
    struct init_driver drivers[DRIVERS_MAX];
    uint32_t driver_count;
    struct device_list devices;
    struct init_driver *console_driver; /* NULL: the console server needs none */
    struct init_driver *entropy_driver; /* NULL: there is none */
    struct console_device *rings;       /* shared by the console server and its driver */
    struct config config;
};

/* services.c: the servers. Starts all and mounts them; 0 or -error, with a line in the log. */
int services_start(struct init *init);
/* A child ended: restarts it if it was a server. True: it was. */
bool services_reap(struct init *init, int pid, int status);
/* Adds a service to those that services_start starts, with nothing lent yet. `service` must stay. */
struct service_state *service_add(struct init *init, const struct service *service);
void service_lend(struct service_state *state, int fd, int handle, uint32_t rights);
/* Spawns a program of the archive. pid or -error. */
int archive_spawn(struct init *init, const char *path, char *const argv[], char *const envp[]);

/* devices.c: what drivers need. */
/* Reads the device table. 0 or -E_NODEV: there is none. */
int devices_find(struct init *init);
/* Adds the console's driver, if it needs one, and lends what the console server needs. 0, -E_NODEV: there is no
 * console, or -error. */
int devices_console(struct init *init, struct service_state *console);
/* Adds the driver of the entropy device, init->entropy_driver. 0, -E_NODEV: there is no such device, or -error. */
int devices_entropy(struct init *init);
/* A service is given up: nobody is to wait for its device any more. */
void devices_service_lost(struct init *init, const struct service_state *service);
/* The server of /dev/random has lost what the entropy driver gave. */
void devices_random_new(const struct init *init);

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
