/* The pool: processes of ended address spaces that wait for another program, because making and ending one costs the
 * host more than all else of a fork. Nothing of one program shows in the next: its mappings go before the next one's
 * come, ring and signal stacks are wiped, and every task is led to a place in the stub from which it goes on with
 * registers of ours. A task that cannot be led there, whatever its program did, ends with its process. */
#include "host.h"

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SCRUB_TRIES 100 /* kicks that come between */

#define AT_ANSWERED (STUB_CODE + (uint64_t)(stub_answered - stub_begin))
#define AT_SCRUBBED (STUB_CODE + STUB_SCRUB + (uint64_t)(scrub_done - scrub_begin))

static bool is_signal(const struct seccomp_data *call)
{
    return call->nr == STUB_EVENT && call->instruction_pointer == AT_ANSWERED;
}

static bool is_clean(const struct seccomp_data *call)
{
    return call->nr == STUB_READY && call->instruction_pointer == AT_SCRUBBED;
}

static void frame_scrub(struct isolation_task *task)
{
    struct frame *frame = task_frame_start(task);
    frame->rip = STUB_CODE + STUB_SCRUB;
    frame->rbx = AT_ANSWERED;
}

/* Makes the task report a signal. Where it waits until then may be anywhere in its program or, if that jumped there, in
 * the stub; where it reports from, nothing counts but the frame that it is given. */
static bool task_catch(struct isolation_task *task)
{
    struct seccomp_data call;
    int64_t answer = 0;
    if (task->state == TASK_FRAME) {
        frame_scrub(task);
        answer = (int64_t)task->frame;
    }
    return task->state != TASK_RUNNING && syscall(SYS_tgkill, task->space->process, task->tid, SIGUSR1) == 0 &&
           notification_answer(task->space->thread_listener, task->call_id, answer) &&
           task_call_next(task, &call) && is_signal(&call);
}

/* From its report to where it waits for its next program. */
static bool task_scrub(struct isolation_task *task)
{
    struct seccomp_data call;
    int tries = 0;
    do {
        memset(task->slot, 0, SLOT_BYTES);
        frame_scrub(task);
        if (!notification_answer(task->space->thread_listener, task->call_id, (int64_t)task->frame) ||
            !task_call_next(task, &call)) {
            return false;
        }
        tries++;
    } while (is_signal(&call) && tries < SCRUB_TRIES);
    return is_clean(&call);
}

bool pool_put(struct isolation_space *space)
{
    struct isolation *isolation = space->isolation;
    if (space->lost || space->seed <= 0 || space->task_count > POOL_TASKS_MAX ||
        isolation->pool_count == POOL_SPACES_MAX) {
        return false;
    }
    for (struct isolation_task *task = space->tasks; task != NULL; task = task->next) {
        if (!task_catch(task) || !task_scrub(task)) {
            return false;
        }
    }
    memset(space->ring, 0, PAGE_BYTES);
    space_clear(space);
    space->pool_next = isolation->pool;
    isolation->pool = space;
    isolation->pool_count++;
    return true;
}

static struct isolation_space *pool_pop(struct isolation *isolation)
{
    struct isolation_space *space = isolation->pool;
    if (space != NULL) {
        isolation->pool = space->pool_next;
        isolation->pool_count--;
    }
    return space;
}

struct isolation_space *pool_take(struct isolation *isolation)
{
    struct isolation_space *space;
    while ((space = pool_pop(isolation)) != NULL) {
        if (!space->lost && space_lives(space)) {
            return space;
        }
        space_end(space); /* somebody outside has killed it */
    }
    return NULL;
}

void pool_empty(struct isolation *isolation)
{
    struct isolation_space *space;
    while ((space = pool_pop(isolation)) != NULL) {
        space_end(space);
    }
}
