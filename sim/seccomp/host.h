/* What the files of the seccomp isolation share: its structures and host calls.
 *
 * Processes: the machine's kernel thread is parent of all. The zygote makes a process per address space; its first task
 * becomes the manager, its second the seed, from which programs' tasks are cloned. These three are traced, for their
 * set-up and to die with the machine; programs' tasks are not, so that foreign calls reach the library directly.
 * A program's task, whenever it does not run, waits in a received notification: of a native call (TASK_CALL), or of the
 * stub, with all its registers in a frame on its signal stack (TASK_FRAME). The first is turned into the second where
 * registers are wanted, by a signal that is taken when the call is answered. */
#ifndef SIM_SECCOMP_HOST_H
#define SIM_SECCOMP_HOST_H

#include "stub.h"

#include <isolation.h>
#include <shadow.h>

#include <errno.h>
#include <linux/seccomp.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h> /* struct user_regs_struct */

#define SPACE_TASKS_MAX (THREADS_PER_SPACE_MAX + 64u) /* host tasks of programs in one space, idle ones included */
#define POOL_SPACES_MAX 8u                            /* ended spaces whose processes wait for another program */
#define POOL_TASKS_MAX 4u                             /* tasks of one of them; spaces with more end */

struct isolation {
    struct isolation_config config;
    pid_t machine;
    pid_t zygote;
    atomic_ullong running; /* process << 32 | task; 0: none */
    atomic_bool preempt;   /* asked for, and not yet reported */
    bool lost_some;        /* some space is lost and not told */
    struct isolation_space *spaces; /* those in the pool, too */
    struct isolation_space *pool;   /* linked by pool_next, last come first */
    uint32_t pool_count;
    uint16_t ring_free[ISOLATION_SPACES_MAX];
    uint32_t ring_free_count;
    uint16_t slot_free[ISOLATION_TASKS_MAX];
    uint32_t slot_free_count;
};

struct isolation_space {
    struct isolation *isolation;
    struct isolation_space *next, **link; /* in isolation.spaces */
    struct isolation_space *pool_next;
    struct isolation_task *tasks;         /* all */
    struct isolation_task *idle;          /* of them: not in use */
    uint32_t task_count;
    pid_t process, seed;
    int manager_listener, thread_listener;
    uint64_t manager_id, seed_id; /* notifications that they wait in; 0: not received yet */
    bool lost;                    /* its process died; set by space_lose */
    uint32_t ring_slot;
    uint32_t queued; /* commands in the ring, not yet sent */
    struct ring *ring;
    struct shadow shadow;
};

enum task_state { TASK_FRAME, TASK_CALL, TASK_RUNNING };

struct isolation_task {
    struct isolation_space *space;
    struct isolation_task *next, *next_idle;
    void *owner; /* NULL: not in use, or not run yet */
    pid_t tid;
    uint32_t slot_index;
    struct slot *slot; /* its signal stack */
    enum task_state state;
    uint64_t call_id; /* the notification that it waits in */
    int64_t result;   /* TASK_CALL: what the call will return */
    uint64_t frame;   /* TASK_FRAME: address of the frame that it goes on with, within the slot */
};

/* zygote.c */
int zygote_start(struct isolation *isolation, const char **error);
void zygote_stop(struct isolation *isolation);
/* Makes a process whose ring is at that offset. On return it is stopped as a new tracee. Returns its ID or -errno. */
pid_t zygote_space(struct isolation *isolation, uint64_t ring_offset);

/* A spinning SCHED_FIFO program would keep a dying machine from ending it. After this long it stops for a signal, which
 * lets others run. */
void realtime_limit(pid_t process);

/* space.c: sends the queued commands and waits until they are done. */
void space_flush(struct isolation_space *space);
/* Maps own pages, from `offset` in the memory file, readable and writable. */
void space_map_own(struct isolation_space *space, uint64_t address, uint64_t offset, uint64_t bytes);
/* While waiting for a stub's task to notify: false if it never will, because its process died. */
bool space_lives(struct isolation_space *space);
/* Ends its process and frees it. It is in use or new, not in the pool. */
void space_end(struct isolation_space *space);
/* Drops everything that is mapped but the machine's own, before whatever is mapped next. */
void space_clear(struct isolation_space *space);
/* The space is no more. */
void space_lose(struct isolation_space *space);
/* A host task that nobody ended is gone, and reaped: so is its space. */
void space_task_lost(struct isolation *isolation, pid_t tid);

/* task.c */
/* Address of a task's slot in its process. */
uint64_t task_slot_address(const struct isolation_task *task);
/* The frame at an address that the task claims; NULL: there can be none. */
struct frame *task_frame(const struct isolation_task *task, uint64_t address);
void task_slot_free(struct isolation_task *task);
/* Writes the frame of a thread's first step, with all registers initial, and makes it the one to go on with. */
struct frame *task_frame_start(struct isolation_task *task);
/* Waits for the task's next call, one of the stub's own: it is TASK_FRAME then. False: the space is lost. */
bool task_call_next(struct isolation_task *task, struct seccomp_data *call);

/* pool.c */
/* Keeps the process of a space that has ended for another program, with nothing left of this one. False: it cannot. */
bool pool_put(struct isolation_space *space);
/* A space as if just made; NULL: none is left. */
struct isolation_space *pool_take(struct isolation *isolation);
/* Ends all that wait. */
void pool_empty(struct isolation *isolation);

/* wait.c */
void wait_init(atomic_uint *changes);
/* Has a change of state been reported since wait_notification told of one? The caller then looks at all tracees. */
bool wait_take(void);
/* Waits for one tracee's next stop. False: it died, and is reaped. */
bool wait_stop(pid_t tid, int *status);
/* The next wait_notification reports a change of state: one was reported to somebody who did not look at all tracees.
 */
void wait_again(void);
/* The next notification. 0, or -E_INTR: some tracee changed state; -E_NOENT: nobody is left who could notify. */
int wait_notification(int listener, struct seccomp_notif *notification);
/* Answers. False: the task is gone. The host call is inlined: after it the host has run other tasks, and the processor
 * guesses each return from a function that was entered before wrong. */
static inline bool notification_send(int listener, uint64_t id, int64_t result, uint32_t flags)
{
    struct seccomp_notif_resp response = {.id = id, .val = result, .flags = flags};
    long status;
    do { /* a signal may come while the host waits for the listener's lock */
        __asm__ volatile("syscall"
                         : "=a"(status)
                         : "a"((long)SYS_ioctl), "D"((long)listener), "S"(SECCOMP_IOCTL_NOTIF_SEND), "d"(&response)
                         : "rcx", "r11", "memory");
    } while (status == -EINTR);
    return status == 0;
}

static inline bool notification_answer(int listener, uint64_t id, int64_t result)
{
    return notification_send(listener, id, result, 0);
}

static inline bool notification_continue(int listener, uint64_t id)
{
    return notification_send(listener, id, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
}

/* Tells the host that waker and waiter take turns. Only a hint. */
void listener_sync(int listener);

#endif
