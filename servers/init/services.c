/* The servers that init starts, watches and restarts. */
#include <string.h>

#include <abi/errno.h>
#include <proto/pipe.h>

#include "archive/archive.h"
#include "init.h"

#define READY_TIMEOUT_NS 20000000000ull
#define READY_LOOK_NS 100000000ull /* how often a server that is not ready yet is looked at */
#define RESTARTS_MAX 5u
#define CONSOLE_PORT "con"
#define DEVICES_PORT "dev"
#define TOP_INODE 1u /* of every server's tree */

/* In the order in which they are mounted. */
static const struct service services[] = {
    {.path = "sbin/ramfs",
     .arguments = {"ramfs", "--archive", "root"},
     .port = "root",
     .mount = "/",
     .mount_flags = ROOT_READ_ONLY,
     .needs_archive = true},
    {.path = "sbin/dev", .arguments = {"dev", "dev"}, .port = DEVICES_PORT, .mount = "/dev", .needs_archive = true},
    {.path = "sbin/console", .arguments = {"console", "con"}, .port = CONSOLE_PORT, .mount = "/dev/con"},
    {.path = "sbin/ramfs", .arguments = {"ramfs", "--name", "tmp"}, .port = "tmp", .mount = "/tmp"},
    {.path = "sbin/pipe", .arguments = {"pipe", "pipe"}, .port = "pipe", .mount = "/dev/pipe"},
};
#define SERVICES_COUNT (sizeof services / sizeof services[0])
_Static_assert(SERVICES_COUNT + DRIVERS_MAX <= SERVICES_MAX, "states of all services");

struct service_state *service_add(struct init *init, const struct service *service)
{
    struct service_state *state = &init->services[init->service_count++];
    state->service = service;
    return state;
}

void service_lend(struct service_state *state, int fd, int handle, uint32_t rights)
{
    state->lent[state->lent_count++] = (struct lent){fd, handle, rights};
}

int archive_spawn(struct init *init, const char *path, char *const argv[], char *const envp[])
{
    uint64_t offset = 0;
    uint64_t length = 0;
    if (!archive_find(init->archive, init->archive_bytes, path, &offset, &length)) {
        return -E_NOENT;
    }
    return os_spawn_memory(HANDLE_ARCHIVE, offset, length, path, NULL, 0, argv, envp);
}

/* A copy of a handle at a descriptor number, where children inherit it. */
static int descriptor_lend(int handle, int fd, uint32_t rights)
{
    return sys_handle_duplicate(SYS_SELF_TABLE, handle, SYS_SELF_TABLE, fd, DUPLICATE_EXACT, rights, 0);
}

/* Puts all that the service needs where it will find it. 0 or -error. */
static int descriptors_lend(const struct service_state *state, int ready)
{
    int status = descriptor_lend(ready, SERVER_FD_READY, RIGHTS_ALL);
    if (status >= 0 && state->service->needs_archive) {
        status = descriptor_lend(HANDLE_ARCHIVE, SERVER_FD_ARCHIVE, RIGHTS_ALL);
    }
    for (uint32_t i = 0; status >= 0 && i < state->lent_count; i++) {
        status = descriptor_lend(state->lent[i].handle, state->lent[i].fd, state->lent[i].rights);
    }
    return status;
}

static void descriptors_take_back(const struct service_state *state)
{
    os_close(SERVER_FD_READY);
    os_close(SERVER_FD_ARCHIVE);
    for (uint32_t i = 0; i < state->lent_count; i++) {
        os_close(state->lent[i].fd);
    }
}

/* Starts a server with the handles that it needs. A notification that says when it is ready, or -error. */
static int service_spawn(struct init *init, struct service_state *state)
{
    const struct service *service = state->service;
    char *argv[SERVICE_ARGUMENTS_MAX + 1] = {NULL};
    char *envp[1] = {NULL};
    for (uint32_t i = 0; i < SERVICE_ARGUMENTS_MAX; i++) {
        argv[i] = (char *)(uintptr_t)service->arguments[i];
    }
    int ready = sys_notification_create(HANDLE_GRANT);
    if (ready < 0) {
        return ready;
    }
    int status = descriptors_lend(state, ready);
    if (status >= 0) {
        status = archive_spawn(init, service->path, argv, envp);
    }
    descriptors_take_back(state);
    if (status < 0) {
        sys_handle_close(SYS_SELF_TABLE, ready);
        return status;
    }
    state->pid = status;
    return ready;
}

/* Every process that init starts from now on can make pipes. */
static int pipe_session_open(void)
{
    int fd = os_open(OS_AT_CWD, PIPE_CONTROL_PATH, OPEN_READ_WRITE, 0);
    if (fd < 0) {
        return fd;
    }
    int status = descriptor_lend(fd, HANDLE_PIPE, RIGHTS_ALL);
    os_close(fd);
    return status < 0 ? status : 0;
}

/* Waits until the server is ready. -E_CHILD: it ended instead, -E_TIMEDOUT: it takes too long. */
static int service_wait(struct service_state *state, int ready)
{
    uint64_t deadline_ns = (uint64_t)sys_clock_read() + READY_TIMEOUT_NS;
    for (;;) {
        uint64_t bits = 0;
        uint64_t now_ns = (uint64_t)sys_clock_read();
        int status = sys_notification_wait(ready, &bits, now_ns + READY_LOOK_NS);
        if (status >= 0) {
            return 0;
        }
        struct wait_result result;
        if (os_wait(state->pid, &result, WAIT_NO_HANG) == state->pid) {
            state->pid = 0;
            return -E_CHILD;
        }
        if (now_ns >= deadline_ns) {
            return -E_TIMEDOUT;
        }
    }
}

/* Waits until the server is ready and mounts what it exports. */
static int service_mount(struct service_state *state, int ready)
{
    const struct service *service = state->service;
    int status = service_wait(state, ready);
    sys_handle_close(SYS_SELF_TABLE, ready);
    if (status >= 0 && service->port != NULL) {
        status = os_mount(service->mount, service->port, TOP_INODE, service->mount_flags);
    }
    if (status >= 0 && service->port != NULL && strcmp(service->port, "pipe") == 0) {
        status = pipe_session_open();
    }
    return status;
}

static const char *service_name(const struct service *service)
{
    return service->port != NULL ? service->port : service->arguments[0];
}

static int service_failed(const struct service *service, const char *what, int status)
{
    os_log("init: %s (%s): %s: error %d\n", service->path, service_name(service), what, -status);
    return status;
}

/* Adds all services and makes what they are lent. 0 or -error. */
static int services_add(struct init *init)
{
    struct service_state *console = NULL;
    for (uint32_t i = 0; i < SERVICES_COUNT; i++) {
        struct service_state *state = service_add(init, &services[i]);
        if (strcmp(services[i].port, CONSOLE_PORT) == 0) {
            console = state;
        }
    }
    int status = devices_find(init);
    if (status == 0) {
        status = devices_console(init, console);
    }
    if (status < 0) {
        os_log("init: the console's device: error %d\n", -status);
    }
    return status;
}

/* The driver feeds /dev/random before it is ready, so no program gets guessable bytes. Without it the machine goes on.
 */
static void entropy_start(struct init *init)
{
    int status = devices_entropy(init);
    if (status == -E_NODEV) {
        return;
    }
    struct service_state *state = init->entropy_driver->state;
    if (status == 0) {
        status = service_spawn(init, state);
        status = status < 0 ? status : service_mount(state, status);
    }
    if (status < 0) {
        service_failed(state->service, "did not come up", status);
    }
}

int services_start(struct init *init)
{
    int ready[SERVICES_MAX];
    int status = services_add(init);
    for (uint32_t i = 0; status >= 0 && i < init->service_count; i++) {
        ready[i] = service_spawn(init, &init->services[i]);
        if (ready[i] < 0) {
            return service_failed(init->services[i].service, "cannot be started", ready[i]);
        }
    }
    for (uint32_t i = 0; status >= 0 && i < init->service_count; i++) {
        status = service_mount(&init->services[i], ready[i]);
        if (status < 0) {
            return service_failed(init->services[i].service, "did not come up", status);
        }
    }
    if (status >= 0) {
        entropy_start(init);
    }
    return status;
}

/* Starts a service that ended again, unless that was done too often. */
static void service_restart(struct init *init, struct service_state *state, int status)
{
    const struct service *service = state->service;
    state->pid = 0;
    os_log("init: %s (%s) ended with status %d\n", service->path, service_name(service), status);
    if (++state->restarts > RESTARTS_MAX) {
        os_log("init: %s (%s) is given up\n", service->path, service_name(service));
        devices_service_lost(init, state);
        return;
    }
    int result = service_spawn(init, state);
    result = result < 0 ? result : service_mount(state, result);
    if (result < 0) {
        service_failed(service, "did not come back", result);
        devices_service_lost(init, state);
    } else if (service->port != NULL && strcmp(service->port, DEVICES_PORT) == 0) {
        devices_random_new(init);
    }
}

bool services_reap(struct init *init, int pid, int status)
{
    for (uint32_t i = 0; i < init->service_count; i++) {
        if (init->services[i].pid == pid) {
            service_restart(init, &init->services[i], status);
            return true;
        }
    }
    return false;
}
