/* Address spaces: making and ending their processes, and their mappings. Mappings are changed by the manager, in
 * batches, from the space's command ring. */
#include "host.h"

#include <abi/errno.h>
#include <abi/types.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define USER_LOW_END STUB_CODE
#define USER_HIGH_BASE PLATFORM_END
#define USER_HIGH_END 0x7ffffffff000ull
#define POPULATE_PAGES_MAX 64u /* larger runs are brought in by the host's own faults */

static uint64_t ring_offset(const struct isolation *isolation, uint32_t slot)
{
    return isolation->config.own_offset + (1ull + slot) * PAGE_BYTES;
}

/* Lets a new tracee go on to its next stop, which must be a breakpoint; its rax is a descriptor of `process`, fetched.
 */
static int listener_fetch(pid_t tid, int process_fd)
{
    int status;
    if (!wait_stop(tid, &status) || status >> 8 != SIGTRAP) {
        return -1;
    }
    long fd = ptrace(PTRACE_PEEKUSER, tid, offsetof(struct user_regs_struct, rax), NULL);
    return fd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process_fd, (int)fd, 0);
}

/* From the first stop of a new space's process to both its tasks at their breakpoints. */
static bool tasks_start(struct isolation_space *space, int process_fd)
{
    int status;
    unsigned long seed = 0;
    if (ptrace(PTRACE_CONT, space->process, NULL, 0) != 0 || !wait_stop(space->process, &status) ||
        status >> 8 != (SIGTRAP | PTRACE_EVENT_CLONE << 8)) {
        return false;
    }
    ptrace(PTRACE_GETEVENTMSG, space->process, NULL, &seed);
    space->seed = (pid_t)seed;
    ptrace(PTRACE_CONT, space->process, NULL, 0);
    if (!wait_stop(space->seed, &status)) {
        return false;
    }
    ptrace(PTRACE_CONT, space->seed, NULL, 0);
    space->manager_listener = listener_fetch(space->process, process_fd);
    space->thread_listener = listener_fetch(space->seed, process_fd);
    return space->manager_listener >= 0 && space->thread_listener >= 0;
}

/* The seed closes its copies of the listeners, and is allowed to. */
static bool seed_close(struct isolation_space *space)
{
    struct seccomp_notif notification;
    ptrace(PTRACE_SETOPTIONS, space->seed, NULL, PTRACE_O_EXITKILL); /* what it clones from now on is not traced */
    ptrace(PTRACE_CONT, space->process, NULL, 0);
    ptrace(PTRACE_CONT, space->seed, NULL, 0);
    int result;
    while ((result = wait_notification(space->thread_listener, &notification)) == -E_INTR) {
        if (!space_lives(space)) {
            return false;
        }
    }
    wait_again(); /* what was reported meanwhile, nobody has looked at */
    return result == 0 && notification.data.nr == SYS_close_range &&
           notification_continue(space->thread_listener, notification.id);
}

static int process_start(struct isolation_space *space)
{
    pid_t process = zygote_space(space->isolation, ring_offset(space->isolation, space->ring_slot));
    if (process < 0) {
        return (int)process;
    }
    space->process = process;
    int process_fd = (int)syscall(SYS_pidfd_open, process, 0);
    bool good = process_fd >= 0 && tasks_start(space, process_fd) && seed_close(space);
    if (process_fd >= 0) {
        close(process_fd);
    }
    if (!good) {
        return -E_NOMEM;
    }
    listener_sync(space->manager_listener);
    listener_sync(space->thread_listener);
    return 0;
}

int isolation_space_create(struct isolation *isolation, struct isolation_space **space_out)
{
    *space_out = pool_take(isolation);
    if (*space_out != NULL) {
        return 0;
    }
    struct isolation_space *space = calloc(1, sizeof(*space));
    if (space == NULL || isolation->ring_free_count == 0) {
        free(space);
        return -E_NOMEM;
    }
    space->isolation = isolation;
    space->manager_listener = space->thread_listener = -1;
    space->ring_slot = isolation->ring_free[--isolation->ring_free_count];
    space->ring = (struct ring *)((char *)isolation->config.own_bytes + (1ull + space->ring_slot) * PAGE_BYTES);
    memset(space->ring, 0, PAGE_BYTES);
    space->next = isolation->spaces;
    space->link = &isolation->spaces;
    if (space->next != NULL) {
        space->next->link = &space->next;
    }
    isolation->spaces = space;
    int result = process_start(space);
    if (result < 0) {
        space_end(space);
        return result;
    }
    *space_out = space;
    return 0;
}

static void task_reap(pid_t tid)
{
    int status;
    while (tid > 0 && wait_stop(tid, &status)) {
    }
}

void isolation_space_destroy(struct isolation_space *space)
{
    if (!pool_put(space)) {
        space_end(space);
    }
}

void space_end(struct isolation_space *space)
{
    struct isolation *isolation = space->isolation;
    if (space->process > 0) {
        kill(space->process, SIGKILL);
    }
    task_reap(space->seed);
    task_reap(space->process); /* dead only after all its tasks */
    for (struct isolation_task *task = space->tasks, *next; task != NULL; task = next) {
        next = task->next;
        task_slot_free(task);
        free(task);
    }
    if (space->manager_listener >= 0) {
        close(space->manager_listener);
    }
    if (space->thread_listener >= 0) {
        close(space->thread_listener);
    }
    shadow_destroy(&space->shadow);
    isolation->ring_free[isolation->ring_free_count++] = (uint16_t)space->ring_slot;
    *space->link = space->next;
    if (space->next != NULL) {
        space->next->link = space->link;
    }
    free(space);
}

void space_lose(struct isolation_space *space)
{
    space->lost = true;
    space->isolation->lost_some = true;
}

void space_task_lost(struct isolation *isolation, pid_t tid)
{
    for (struct isolation_space *space = isolation->spaces; space != NULL; space = space->next) {
        if (space->process == tid || space->seed == tid) {
            space->process = space->process == tid ? 0 : space->process;
            space->seed = space->seed == tid ? 0 : space->seed;
            space_lose(space);
            return;
        }
    }
}

bool space_lives(struct isolation_space *space)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)space->seed, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 && info.si_pid == 0;
}

/* Waits until the manager asks for commands. Returns the result of its last batch, 0 or a negated errno. */
static int64_t manager_wait(struct isolation_space *space)
{
    struct seccomp_notif notification;
    int result;
    bool interrupted = false;
    while ((result = wait_notification(space->manager_listener, &notification)) == -E_INTR) {
        interrupted = true;
        if (!space_lives(space)) {
            result = -E_NOENT;
            break;
        }
    }
    if (interrupted) {
        wait_again();
    }
    if (result < 0) {
        space_lose(space);
        return 0;
    }
    space->manager_id = notification.id;
    return (int64_t)notification.data.args[0];
}

/* Sends the queue to the manager and waits for its result. */
static int64_t queue_send(struct isolation_space *space)
{
    if (space->manager_id == 0) {
        manager_wait(space);
    }
    uint32_t count = space->queued;
    space->queued = 0;
    if (space->lost || !notification_answer(space->manager_listener, space->manager_id, count)) {
        space_lose(space);
        return 0;
    }
    return manager_wait(space);
}

/* Makes room for one command. Comes before any look at the shadow: it may drop all mappings. */
static void queue_room(struct isolation_space *space)
{
    if (space->queued == RING_COMMANDS_MAX) {
        space_flush(space);
    }
}

static struct ring_command *queue_push(struct isolation_space *space, uint64_t number, uint64_t address, uint64_t bytes)
{
    struct ring_command *command = &space->ring->command[space->queued++];
    *command = (struct ring_command){.number = number, .argument = {address, bytes}};
    return command;
}

void space_clear(struct isolation_space *space)
{
    shadow_destroy(&space->shadow);
    space->queued = 0;
    queue_push(space, SYS_munmap, 0, USER_LOW_END);
    queue_push(space, SYS_munmap, USER_HIGH_BASE, USER_HIGH_END - USER_HIGH_BASE);
}

void space_flush(struct isolation_space *space)
{
    if (space->lost) {
        space->queued = 0;
    }
    if (space->queued == 0 || queue_send(space) == 0) {
        return;
    }
    space_clear(space); /* the host's limit on mappings. They are a cache: all go, and come back by faults */
    if (queue_send(space) != 0) {
        space_lose(space);
    }
}

static int host_prot(uint32_t prot)
{
    return ((prot & PROT_R) != 0 ? PROT_READ : 0) | ((prot & PROT_W) != 0 ? PROT_WRITE : 0) |
           ((prot & PROT_X) != 0 ? PROT_EXEC : 0);
}

/* Adds to the last command in the queue if the pages follow its pages, in the file also. */
static bool map_merge(struct isolation_space *space, uint64_t address, uint64_t offset, uint64_t bytes, uint64_t prot)
{
    if (space->queued == 0) {
        return false;
    }
    struct ring_command *last = &space->ring->command[space->queued - 1];
    uint64_t *a = last->argument;
    if (last->number != SYS_mmap || a[0] + a[1] != address || a[5] + a[1] != offset || a[2] != prot) {
        return false;
    }
    a[1] += bytes;
    a[3] = MAP_SHARED | MAP_FIXED | (a[1] / PAGE_BYTES <= POPULATE_PAGES_MAX ? MAP_POPULATE : 0);
    return true;
}

int isolation_space_map(struct isolation_space *space, uint64_t address, uint64_t offset, uint64_t pages, uint32_t prot)
{
    uint64_t bytes = pages * PAGE_BYTES;
    queue_room(space);
    if (!shadow_set(&space->shadow, address, pages, prot)) {
        return -E_NOMEM;
    }
    if (!map_merge(space, address, offset, bytes, (uint64_t)host_prot(prot))) {
        struct ring_command *command = queue_push(space, SYS_mmap, address, bytes);
        command->argument[2] = (uint64_t)host_prot(prot);
        command->argument[3] = MAP_SHARED | MAP_FIXED | (pages <= POPULATE_PAGES_MAX ? MAP_POPULATE : 0);
        command->argument[4] = STUB_MEMORY_FD;
        command->argument[5] = offset;
    }
    return 0;
}

void space_map_own(struct isolation_space *space, uint64_t address, uint64_t offset, uint64_t bytes)
{
    queue_room(space);
    struct ring_command *command = queue_push(space, SYS_mmap, address, bytes);
    command->argument[2] = PROT_READ | PROT_WRITE;
    command->argument[3] = MAP_SHARED | MAP_FIXED;
    command->argument[4] = STUB_MEMORY_FD;
    command->argument[5] = offset;
}

void isolation_space_unmap(struct isolation_space *space, uint64_t address, uint64_t pages)
{
    struct shadow_run run;
    uint64_t end = address + pages * PAGE_BYTES;
    queue_room(space);
    if (!shadow_next(&space->shadow, address, end, &run)) {
        return;
    }
    shadow_set(&space->shadow, address, pages, 0);
    queue_push(space, SYS_munmap, address, end - address);
}

void isolation_space_protect(struct isolation_space *space, uint64_t address, uint64_t pages, uint32_t prot)
{
    struct shadow_run run;
    uint64_t end = address + pages * PAGE_BYTES;
    if (prot == 0) {
        isolation_space_unmap(space, address, pages);
        return;
    }
    queue_room(space);
    while (shadow_next(&space->shadow, address, end, &run)) {
        address = run.address + run.pages * PAGE_BYTES;
        if (run.prot != prot) {
            queue_push(space, SYS_mprotect, run.address, run.pages * PAGE_BYTES)->argument[2] =
                (uint64_t)host_prot(prot);
            shadow_set(&space->shadow, run.address, run.pages, prot);
            queue_room(space);
        }
    }
}
