/* What the files of the seccomp isolation share: its structures and host calls.
 *
 * Processes: the machine's kernel thread is parent and tracer of all. The zygote makes a process per address space; its
 * first task becomes the manager, its second the seed, from which programs' tasks are cloned.
 * A program's task is, whenever it does not run, in one of two places: in a received notification (TASK_CALL) or in a
 * ptrace stop (TASK_STOPPED). The first is turned into the second where registers are wanted. */
#ifndef SIM_SECCOMP_HOST_H
#define SIM_SECCOMP_HOST_H

#include "stub.h"

#include <isolation.h>
#include <shadow.h>

#include <linux/seccomp.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <sys/user.h>

#define SPACE_TASKS_MAX (THREADS_PER_SPACE_MAX + 64u) /* host tasks of programs in one space, idle ones included */
#define XSTATE_BYTES_MAX 16384u

struct isolation {
    struct isolation_config config;
    pid_t machine;
    pid_t zygote;
    atomic_ullong running; /* process << 32 | task; 0: none */
    atomic_bool preempt;   /* asked for, and not yet reported */
    bool lost_some;        /* some space is lost and not told */
    struct isolation_space *spaces;
    uint16_t ring_free[ISOLATION_SPACES_MAX];
    uint32_t ring_free_count;
    size_t xstate_bytes;              /* of a task's extended registers; 0: not known yet */
    uint8_t xstate[XSTATE_BYTES_MAX]; /* their initial state */
};

struct isolation_space {
    struct isolation *isolation;
    struct isolation_space *next, **link; /* in isolation.spaces */
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

enum task_state { TASK_STOPPED, TASK_CALL, TASK_RUNNING };

struct isolation_task {
    struct isolation_space *space;
    struct isolation_task *next, *next_idle;
    void *owner; /* NULL: not in use, or not run yet */
    pid_t tid;
    enum task_state state;
    uint64_t call_id;                        /* TASK_CALL: the notification */
    int64_t result;                          /* TASK_CALL: what the call will return */
    bool registers_known, registers_changed; /* TASK_STOPPED: of `registers` */
    bool foreign;                            /* TASK_STOPPED: a SIGSYS is to be delivered */
    uint64_t control;                        /* address of its control page */
    uint64_t stack_of;                       /* control address that its alternate stack was set for; 0: none */
    struct user_regs_struct registers;
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
/* The space is no more. */
void space_lose(struct isolation_space *space);
/* A host task that nobody ended is gone, and reaped: so is its space. */
void space_task_lost(struct isolation *isolation, pid_t tid);

/* task.c */
/* Makes a TASK_CALL task a TASK_STOPPED one, after the call. False: it is lost. */
bool task_stop(struct isolation_task *task);
/* Reads the registers of a TASK_STOPPED task. False: it is lost. */
bool task_registers_load(struct isolation_task *task);

/* wait.c */
void wait_init(atomic_uint *changes);
/* Has a change of state been reported since wait_notification told of one? The caller then looks at all tracees. */
bool wait_take(void);
/* Waits for one task's next stop. False: it died, and is reaped. */
bool wait_stop(pid_t tid, int *status);
/* The next wait_notification reports a change of state: one was reported to somebody who did not look at all tracees.
 */
void wait_again(void);
/* The next notification. 0, or -E_INTR: some tracee changed state; -E_NOENT: nobody is left who could notify. */
int wait_notification(int listener, struct seccomp_notif *notification);
/* Answers. False: the task is gone. */
bool notification_answer(int listener, uint64_t id, int64_t result);
bool notification_continue(int listener, uint64_t id);
/* Tells the host that waker and waiter take turns. Only a hint. */
void listener_sync(int listener);

#endif
