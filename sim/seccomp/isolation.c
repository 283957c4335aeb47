/* The isolation as a whole: what it needs of the host, and its beginning and end. */
#include "host.h"

#include <abi/errno.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define HWCAP2_FSGSBASE 2u

static int host_probe(const char **error)
{
    struct seccomp_notif_sizes sizes;
    if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0) {
        *error = errno == EINVAL || errno == ENOSYS
                     ? "this kernel has no seccomp user notification: Linux 5.19 or later is needed"
                     : "the host refuses seccomp: allow it (container: --security-opt seccomp=unconfined)";
        return -E_NOSYS;
    }
    if (sizes.seccomp_notif != sizeof(struct seccomp_notif) ||
        sizes.seccomp_notif_resp != sizeof(struct seccomp_notif_resp)) {
        *error = "this kernel's seccomp notifications have another size: build Baton with its headers";
        return -E_NOSYS;
    }
    unsigned flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, NULL) != 0 && errno == EINVAL) {
        *error = "this kernel's seccomp has no WAIT_KILLABLE_RECV: Linux 5.19 or later is needed";
        return -E_NOSYS;
    }
    if ((getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE) == 0) {
        *error = "the processor or the kernel has no FSGSBASE: boot without nofsgsbase, on Linux 5.9 or later";
        return -E_NOSYS;
    }
    return 0;
}

int isolation_create(struct isolation **isolation_out, const struct isolation_config *config, const char **error)
{
    int result = host_probe(error);
    if (result < 0) {
        return result;
    }
    struct isolation *isolation = calloc(1, sizeof(*isolation));
    if (isolation == NULL) {
        *error = "the host has no memory left";
        return -E_NOMEM;
    }
    isolation->config = *config;
    isolation->machine = getpid();
    for (uint32_t i = 0; i < ISOLATION_SPACES_MAX; i++) {
        isolation->ring_free[i] = (uint16_t)(ISOLATION_SPACES_MAX - 1 - i);
    }
    isolation->ring_free_count = ISOLATION_SPACES_MAX;
    for (uint32_t i = 0; i < ISOLATION_TASKS_MAX; i++) {
        isolation->slot_free[i] = (uint16_t)(ISOLATION_TASKS_MAX - 1 - i);
    }
    isolation->slot_free_count = ISOLATION_TASKS_MAX;
    stub_write(config->own_bytes, config->entry_foreign);
    wait_init(config->changes);
    result = zygote_start(isolation, error);
    if (result < 0) {
        zygote_stop(isolation);
        free(isolation);
        return result;
    }
    *isolation_out = isolation;
    return 0;
}

/* Programs in a call or a stop change state only by dying. */
static void losses_find(struct isolation *isolation)
{
    pid_t tid;
    int status;
    while ((tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
        if (WIFSTOPPED(status)) {
            ptrace(PTRACE_CONT, tid, NULL, 0);
        } else {
            space_task_lost(isolation, tid);
        }
    }
}

void *isolation_lost_take(struct isolation *isolation)
{
    if (wait_take()) {
        losses_find(isolation);
    }
    if (!isolation->lost_some) {
        return NULL;
    }
    for (struct isolation_space *space = isolation->spaces; space != NULL; space = space->next) {
        for (struct isolation_task *task = space->tasks; space->lost && task != NULL; task = task->next) {
            void *owner = task->owner;
            task->owner = NULL;
            if (owner != NULL) {
                return owner;
            }
        }
    }
    isolation->lost_some = false;
    return NULL;
}

void isolation_destroy(struct isolation *isolation)
{
    pool_empty(isolation);
    while (isolation->spaces != NULL) {
        space_end(isolation->spaces);
    }
    zygote_stop(isolation);
    free(isolation);
}
