/* The servers that init starts, watches and restarts. */
#include <string.h>

#include <abi/errno.h>
#include <proto/pipe.h>

#include "archive/archive.h"
#include "init.h"

#define READY_TIMEOUT_NS 20000000000ull
#define READY_LOOK_NS 100000000ull /* how often a server that is not ready yet is looked at */
#define RESTARTS_MAX 5u
#define TOP_INODE 1u /* of every server's tree */

struct service {
    const char *path; /* in the archive */
    const char *arguments[4];
    const char *port;
    const char *mount;
    uint32_t mount_flags;
    bool needs_archive;
    bool needs_authority;
};

/* In the order in which they are mounted. */
static const struct service services[] = {
    {.path = "sbin/ramfs",
     .arguments = {"ramfs", "--archive", "root"},
     .port = "root",
     .mount = "/",
     .mount_flags = ROOT_READ_ONLY,
     .needs_archive = true},
    {.path = "sbin/dev", .arguments = {"dev", "dev"}, .port = "dev", .mount = "/dev", .needs_archive = true},
    {.path = "sbin/console",
     .arguments = {"console", "con"},
     .port = "con",
     .mount = "/dev/con",
     .needs_authority = true},
    {.path = "sbin/ramfs", .arguments = {"ramfs", "--name", "tmp"}, .port = "tmp", .mount = "/tmp"},
    {.path = "sbin/pipe", .arguments = {"pipe", "pipe"}, .port = "pipe", .mount = "/dev/pipe"},
};
#define SERVICES_COUNT (sizeof services / sizeof services[0])
_Static_assert(SERVICES_COUNT <= SERVICES_MAX, "states of all services");

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
static int descriptor_lend(int handle, int fd)
{
    return sys_handle_duplicate(SYS_SELF_TABLE, handle, SYS_SELF_TABLE, fd, DUPLICATE_EXACT, RIGHTS_ALL, 0);
}

/* Starts a server with the handles that it needs. A notification that says when its port exists, or -error. */
static int service_spawn(struct init *init, uint32_t index)
{
    const struct service *service = &services[index];
    char *argv[5] = {NULL};
    char *envp[1] = {NULL};
    for (uint32_t i = 0; i < 4; i++) {
        argv[i] = (char *)(uintptr_t)service->arguments[i];
    }
    int ready = sys_notification_create(HANDLE_GRANT);
    if (ready < 0) {
        return ready;
    }
    int status = descriptor_lend(ready, SERVER_FD_READY);
    if (status >= 0 && service->needs_archive) {
        status = descriptor_lend(HANDLE_ARCHIVE, SERVER_FD_ARCHIVE);
    }
    if (status >= 0 && service->needs_authority) {
        status = descriptor_lend(HANDLE_AUTHORITY, SERVER_FD_AUTHORITY);
    }
    if (status >= 0) {
        status = archive_spawn(init, service->path, argv, envp);
    }
    os_close(SERVER_FD_READY);
    os_close(SERVER_FD_ARCHIVE);
    os_close(SERVER_FD_AUTHORITY);
    if (status < 0) {
        sys_handle_close(SYS_SELF_TABLE, ready);
        return status;
    }
    init->services[index].pid = status;
    return ready;
}

/* Every process that init starts from now on can make pipes. */
static int pipe_session_open(void)
{
    int fd = os_open(OS_AT_CWD, PIPE_CONTROL_PATH, OPEN_READ_WRITE, 0);
    if (fd < 0) {
        return fd;
    }
    int status = descriptor_lend(fd, HANDLE_PIPE);
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

/* Waits until the server's port is there and mounts it. */
static int service_mount(const struct service *service, struct service_state *state, int ready)
{
    int status = service_wait(state, ready);
    sys_handle_close(SYS_SELF_TABLE, ready);
    if (status >= 0) {
        status = os_mount(service->mount, service->port, TOP_INODE, service->mount_flags);
    }
    if (status >= 0 && strcmp(service->port, "pipe") == 0) {
        status = pipe_session_open();
    }
    return status;
}

static int service_failed(const struct service *service, const char *what, int status)
{
    os_log("init: %s (%s): %s: error %d\n", service->path, service->port, what, -status);
    return status;
}

int services_start(struct init *init)
{
    int ready[SERVICES_MAX];
    for (uint32_t i = 0; i < SERVICES_COUNT; i++) {
        ready[i] = service_spawn(init, i);
        if (ready[i] < 0) {
            return service_failed(&services[i], "cannot be started", ready[i]);
        }
    }
    for (uint32_t i = 0; i < SERVICES_COUNT; i++) {
        int status = service_mount(&services[i], &init->services[i], ready[i]);
        if (status < 0) {
            return service_failed(&services[i], "did not come up", status);
        }
    }
    return 0;
}

bool services_reap(struct init *init, int pid, int status)
{
    for (uint32_t i = 0; i < SERVICES_COUNT; i++) {
        struct service_state *state = &init->services[i];
        if (state->pid != pid) {
            continue;
        }
        state->pid = 0;
        os_log("init: %s (%s) ended with status %d\n", services[i].path, services[i].port, status);
        if (++state->restarts > RESTARTS_MAX) {
            os_log("init: %s (%s) is given up\n", services[i].path, services[i].port);
            return true;
        }
        int result = service_spawn(init, i);
        result = result < 0 ? result : service_mount(&services[i], state, result);
        if (result < 0) {
            service_failed(&services[i], "did not come back", result);
        }
        return true;
    }
    return false;
}
