/* Programs' tasks: making, starting and keeping them, and their registers. Tasks of ended threads stay idle in their
 * space and are used again. */
#include "host.h"

#include <abi/errno.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FLAGS_START 0x202u
#define FLAGS_USER 0x240cd5u /* CF PF AF ZF SF DF OF AC ID: what a program may set */
#define FS_BASE_END 0x7ffffffff000ull
#define SLOTS_OFFSET ((ISOLATION_SPACES_MAX + 8ull) * PAGE_BYTES) /* in the isolation's own memory */
/* Of a starting task's frame in its slot: signals' frames fit above, below too. */
#define START_FRAME_OFFSET 12288u
#define START_VECTOR_OFFSET (START_FRAME_OFFSET + 1024u)
#define VECTOR_FIXED_BYTES 576u /* legacy area and header: all there is if every component is initial */

_Static_assert(SLOTS_OFFSET + ISOLATION_TASKS_MAX * (uint64_t)SLOT_BYTES == ISOLATION_MEMORY_BYTES, "own memory");
_Static_assert(STUB_SLOTS + ISOLATION_TASKS_MAX * (uint64_t)SLOT_BYTES <= PLATFORM_END, "slots fit into the range");

uint64_t task_slot_address(const struct isolation_task *task)
{
    return STUB_SLOTS + task->slot_index * (uint64_t)SLOT_BYTES;
}

struct frame *task_frame(const struct isolation_task *task, uint64_t address)
{
    uint64_t offset = address - task_slot_address(task);
    bool good = address % 8 == 0 && offset >= sizeof(struct slot) && offset <= SLOT_BYTES - sizeof(struct frame);
    return good ? (struct frame *)((char *)task->slot + offset) : NULL;
}

static uint64_t slot_offset(const struct isolation_task *task)
{
    return SLOTS_OFFSET + task->slot_index * (uint64_t)SLOT_BYTES;
}

/* Gives the slot back, empty: nothing of one program shows in another. */
void task_slot_free(struct isolation_task *task)
{
    struct isolation *isolation = task->space->isolation;
    if (fallocate(isolation->config.memory_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                  (off_t)(isolation->config.own_offset + slot_offset(task)), SLOT_BYTES) != 0) {
        memset(task->slot, 0, SLOT_BYTES);
    }
    isolation->slot_free[isolation->slot_free_count++] = (uint16_t)task->slot_index;
}

/* The next notification of the space's tasks; that the seed waits is noted. False: the space is lost. */
static bool task_notified(struct isolation_space *space, struct seccomp_notif *notification)
{
    bool interrupted = false;
    int result = space->lost ? -E_NOENT : -E_INTR;
    while (result == -E_INTR) {
        result = wait_notification(space->thread_listener, notification);
        if (result == -E_INTR) {
            interrupted = true;
            result = space_lives(space) ? -E_INTR : -E_NOENT;
        }
    }
    if (interrupted) {
        wait_again();
    }
    if (result < 0) {
        space_lose(space);
        return false;
    }
    if ((pid_t)notification->pid == space->seed) {
        space->seed_id = notification->id;
    }
    return true;
}

bool task_call_next(struct isolation_task *task, struct seccomp_data *call)
{
    struct seccomp_notif notification;
    do {
        if (!task_notified(task->space, &notification)) {
            return false;
        }
    } while ((pid_t)notification.pid != task->tid);
    task->call_id = notification.id;
    task->state = TASK_FRAME;
    *call = notification.data;
    return true;
}

/* The seed waits in its next clone. */
static bool seed_wait(struct isolation_space *space)
{
    struct seccomp_notif notification;
    while (space->seed_id == 0) {
        if (!task_notified(space, &notification)) {
            return false;
        }
    }
    return true;
}

/* Follows a new task from its birth to its waiting to be started. False: the host refused, or the space is lost. */
static bool task_arrive(struct isolation_task *task)
{
    struct isolation_space *space = task->space;
    struct seccomp_notif notification;
    while (task_notified(space, &notification)) {
        if ((pid_t)notification.pid == space->seed) {
            if ((int64_t)notification.data.args[5] < 0) { /* back from its clone, which has failed */
                return false;
            }
        } else if (notification.data.nr == SYS_sigaltstack) {
            task->tid = (pid_t)notification.pid;
            notification_continue(space->thread_listener, notification.id);
        } else if (notification.data.nr == STUB_READY && (pid_t)notification.pid == task->tid) {
            task->call_id = notification.id;
            task->state = TASK_FRAME;
            return true;
        }
    }
    return false;
}

static bool task_make(struct isolation_task *task)
{
    struct isolation_space *space = task->space;
    uint64_t address = task_slot_address(task);
    if (!seed_wait(space)) {
        return false;
    }
    space_map_own(space, address, space->isolation->config.own_offset + slot_offset(task), SLOT_BYTES);
    space_flush(space);
    space->ring->stack = (stack_t){.ss_sp = (void *)(uintptr_t)(address + sizeof(struct slot)),
                                   .ss_size = SLOT_BYTES - sizeof(struct slot)};
    uint64_t seed_id = space->seed_id;
    space->seed_id = 0;
    return !space->lost && notification_continue(space->thread_listener, seed_id) && task_arrive(task);
}

int isolation_task_create(struct isolation_space *space, struct isolation_task **task_out)
{
    struct isolation *isolation = space->isolation;
    struct isolation_task *task = space->idle;
    if (space->lost) {
        return -E_NOMEM;
    }
    if (task != NULL) {
        space->idle = task->next_idle;
        *task_out = task;
        return 0;
    }
    if (isolation->slot_free_count == 0) {
        pool_empty(isolation);
    }
    if (space->task_count == SPACE_TASKS_MAX || isolation->slot_free_count == 0 ||
        (task = calloc(1, sizeof(*task))) == NULL) {
        return -E_NOMEM;
    }
    task->space = space;
    task->slot_index = isolation->slot_free[--isolation->slot_free_count];
    task->slot = (struct slot *)((char *)isolation->config.own_bytes + slot_offset(task));
    if (!task_make(task)) {
        task_slot_free(task);
        free(task);
        return -E_NOMEM;
    }
    task->next = space->tasks;
    space->tasks = task;
    space->task_count++;
    *task_out = task;
    return 0;
}

void isolation_task_destroy(struct isolation_task *task)
{
    task->owner = NULL;
    task->next_idle = task->space->idle;
    task->space->idle = task;
}

/* Makes a TASK_CALL task a TASK_FRAME one, after the call: a signal is pending when the call is answered. */
static struct frame *task_stop(struct isolation_task *task)
{
    struct isolation_space *space = task->space;
    struct seccomp_data call;
    if (space->lost) {
        return NULL;
    }
    if (task->state == TASK_CALL) {
        syscall(SYS_tgkill, space->process, task->tid, SIGUSR1);
        notification_answer(space->thread_listener, task->call_id, task->result);
        if (!task_call_next(task, &call)) {
            return NULL;
        }
        task->frame = call.args[3];
    }
    struct frame *frame = task_frame(task, task->frame);
    if (frame == NULL) { /* only a program that spoils its own signal stack gets here */
        space_lose(space);
    }
    return frame;
}

struct frame *task_frame_start(struct isolation_task *task)
{
    char *slot = (char *)task->slot;
    struct frame *frame = (struct frame *)(slot + START_FRAME_OFFSET);
    struct vector_mark mark = {.magic = VECTOR_MAGIC, .bytes = VECTOR_FIXED_BYTES, .features = ~0ull};
    char *vector = slot + START_VECTOR_OFFSET;
    static const uint32_t mxcsr = 0x1f80;
    memset(frame, 0, sizeof(*frame));
    memset(vector, 0, VECTOR_FIXED_BYTES);
    memcpy(vector + 24, &mxcsr, sizeof(mxcsr));
    memcpy(vector + VECTOR_MARK, &mark, sizeof(mark));
    frame->vector = task_slot_address(task) + START_VECTOR_OFFSET;
    frame->flags = FLAGS_START;
    task->frame = task_slot_address(task) + START_FRAME_OFFSET;
    return frame;
}

void isolation_task_start(struct isolation_task *task, uint64_t pc, uint64_t sp, uint64_t argument,
                          uint64_t control_address)
{
    if (task->space->lost || (task->state == TASK_CALL && task_stop(task) == NULL)) {
        return;
    }
    struct frame *frame = task_frame_start(task);
    task->slot->system_stack = control_address + LIBSYS_STACK_OFFSET + LIBSYS_STACK_BYTES;
    frame->rip = pc;
    frame->rsp = sp;
    frame->rdi = argument;
    frame->gs_base = control_address;
}

void isolation_task_result(struct isolation_task *task, int64_t result)
{
    struct frame *frame;
    if (task->state == TASK_CALL) {
        task->result = result;
    } else if ((frame = task_stop(task)) != NULL) {
        frame->rax = (uint64_t)result;
    }
}

void isolation_task_get(struct isolation_task *task, struct registers *out)
{
    const struct frame *f = task_stop(task);
    *out = (struct registers){0};
    if (f != NULL) {
        out->rax = f->rax, out->rbx = f->rbx, out->rcx = f->rcx, out->rdx = f->rdx, out->rsi = f->rsi;
        out->rdi = f->rdi, out->rbp = f->rbp, out->rsp = f->rsp, out->r8 = f->r8, out->r9 = f->r9, out->r10 = f->r10;
        out->r11 = f->r11, out->r12 = f->r12, out->r13 = f->r13, out->r14 = f->r14, out->r15 = f->r15;
        out->rip = f->rip, out->rflags = f->flags, out->fs_base = f->fs_base;
    }
}

void isolation_task_set(struct isolation_task *task, const struct registers *in)
{
    struct frame *f = task_stop(task);
    if (f != NULL) {
        f->rax = in->rax, f->rbx = in->rbx, f->rcx = in->rcx, f->rdx = in->rdx, f->rsi = in->rsi, f->rdi = in->rdi;
        f->rbp = in->rbp, f->rsp = in->rsp, f->r8 = in->r8, f->r9 = in->r9, f->r10 = in->r10, f->r11 = in->r11;
        f->r12 = in->r12, f->r13 = in->r13, f->r14 = in->r14, f->r15 = in->r15, f->rip = in->rip;
        f->flags = (in->rflags & FLAGS_USER) | FLAGS_START;
        f->fs_base = in->fs_base < FS_BASE_END ? in->fs_base : 0;
    }
}
