/* Processes and tasks (the root server's record of a thread): their table, life, signals and waiting.
 *
 * A process slot goes FREE -> BLANK (created, no thread yet) -> ALIVE -> ZOMBIE -> GONE (reaped, but a process handle
 * is open: its pid is not reused) -> FREE. Stopped is a flag of an alive one. Records are found by slot or by pid and
 * never move; a process handle names slot and generation. */
#ifndef ROOT_PROCESS_H
#define ROOT_PROCESS_H

#include <abi/limits.h>
#include <abi/trace.h>
#include <abi/types.h>
#include <proto/file.h>
#include <proto/root.h>

#define PROCESSES_MAX 1024u
#define TASKS_MAX 4096u
#define TASKS_PER_PROCESS_MAX 1024u
#define PID_MAX 32767u
#define PID_INIT 1u
#define PROCESS_NAME_BYTES TRACE_NAME_BYTES
#define PROCESS_PRIORITY 64u /* of init's first thread; others start with their creator's */
#define SIGNAL_MAX 64u

/* Signals that the root server knows by name; Linux's numbers. */
enum signal_number {
    SIGNAL_HUP = 1,
    SIGNAL_INT = 2,
    SIGNAL_QUIT = 3,
    SIGNAL_ILL = 4,
    SIGNAL_TRAP = 5,
    SIGNAL_ABRT = 6,
    SIGNAL_BUS = 7,
    SIGNAL_FPE = 8,
    SIGNAL_KILL = 9,
    SIGNAL_SEGV = 11,
    SIGNAL_ALRM = 14,
    SIGNAL_TERM = 15,
    SIGNAL_CHLD = 17,
    SIGNAL_CONT = 18,
    SIGNAL_STOP = 19,
    SIGNAL_TSTP = 20,
    SIGNAL_TTIN = 21,
    SIGNAL_TTOU = 22,
    SIGNAL_URG = 23,
    SIGNAL_XCPU = 24,
    SIGNAL_XFSZ = 25,
    SIGNAL_WINCH = 28,
    SIGNAL_SYS = 31
};
#define CODE_KERNEL 0x80 /* si_code of a signal that no process sent */
#define SIGNAL_BIT(signal) (1ull << ((signal) - 1))

struct credentials {
    uint32_t uid, euid, gid, egid;
};

enum process_state { PROCESS_FREE, PROCESS_BLANK, PROCESS_ALIVE, PROCESS_ZOMBIE, PROCESS_GONE };

struct process;

struct task {
    bool used;
    int handle; /* of the thread */
    uint32_t tid;
    struct process *process;
    struct task *next;           /* in the process's list */
    uint64_t pending;            /* signals for this thread alone */
    uint64_t blocked;            /* the mask that it told last */
    struct signal_record record; /* of the last signal that was sent to this thread alone */
};

struct process {
    enum process_state state;
    bool stopped;
    bool told;       /* it said ROOT_SIGNAL_DISPOSITION: its library acts on signals */
    bool orphaned;   /* its group was when groups_before_end looked; stopped ones only */
    bool hung_up;    /* its group became orphaned: signals are due */
    bool executed;   /* it has exec'ed since it was created: setpgid by the parent is refused */
    bool handle_open; /* a process handle exists somewhere */
    bool report_stop, report_continue; /* for waiters; not reported yet */
    uint16_t slot;
    uint64_t generation;
    uint32_t pid, group, session;
    struct process *parent; /* NULL: none (init) */
    struct credentials credentials;
    uint32_t calls;     /* unanswered calls that point here: the slot stays */
    struct task *tasks;
    uint32_t task_count;
    int space, table, grant; /* -1: gone */
    int32_t status;          /* wait status of a zombie, or of the last stop */
    uint64_t pending, ignored, caught;
    uint32_t signal_flags; /* SIGNAL_* of proto/root.h */
    uint64_t start_ns;
    struct usage_record usage;          /* of tasks that are gone */
    struct usage_record children_usage; /* of children waited for */
    uint64_t alarm_ns, alarm_interval_ns; /* deadline, DEADLINE_NONE: no alarm */
    char name[PROCESS_NAME_BYTES];
    /* vfs's: */
    void *vnode; /* working directory */
    uint32_t umask;
    /* Text. */
    uint32_t command_line_bytes;
    char executable[PATH_BYTES_MAX]; /* absolute path if known, NUL-terminated */
    char command_line[PATH_BYTES_MAX]; /* NUL-separated */
    struct signal_record records[SIGNAL_MAX + 1]; /* of the pending signals */
};

struct process_table {
    uint32_t high_water; /* slots at or above it were never used */
    uint32_t pid_last;
    uint32_t count;
    uint64_t generations;
    uint64_t forks; /* processes ever created */
    uint16_t pid_slot[PID_MAX + 1]; /* slot + 1; 0: none */
    uint8_t number_used[PID_MAX + 1]; /* pid, or tid of a task */
    struct process processes[PROCESSES_MAX];
    struct task tasks[TASKS_MAX];
};

struct root;

/* --- process.c: the table. --- */

/* The process with this pid, in any state but FREE and GONE; NULL: none. */
struct process *process_find(struct root *root, uint32_t pid);
/* Goes through all processes that have a pid: start with NULL; NULL ends. */
struct process *process_next(struct root *root, const struct process *process);
/* The process that a COOKIE_PROCESS cookie names, in any state but FREE; NULL: none. */
struct process *process_of_cookie(struct root *root, uint64_t cookie);
uint64_t process_cookie(const struct process *process);
/* A free slot and pid, state BLANK, with what it inherits from `creator` (NULL: the first process).
 * -E_AGAIN: PROCESSES_MAX or all numbers are in use. */
int process_take(struct root *root, struct process *creator, bool keep_caught, struct process **process);
/* Frees the slot if nothing refers to it any more. */
void process_release(struct root *root, struct process *process);
/* A number for a process or a task, not in use for either, nor for a group or session; 0: none is left. */
uint32_t number_take(struct root *root);

/* --- create.c: making processes. --- */

/* Makes a blank process with grant, space and table; *handle: its process handle, the caller's.
 * -E_AGAIN, -E_NOMEM. */
int process_create(struct root *root, struct process *creator, bool keep_caught, struct process **process,
                   int *handle);
struct task_start {
    uint64_t pc, sp, argument, control_address;
    int control_memory;
    uint32_t priority;
};
/* Starts the first task of a blank process. Errors as task_create. */
int process_start(struct root *root, struct process *process, const struct task_start *start);

/* --- task.c --- */

/* Makes a thread of the process in `space` that is not started yet. -E_AGAIN: too many; errors of thread_create. */
int task_create(struct root *root, struct process *process, int space, uint32_t tid, const struct task_start *start,
                struct task **task);
struct task *task_find(struct process *process, uint32_t tid);
/* Forgets a task whose thread is dead or was never started; kills it if it is not. */
void task_remove(struct root *root, struct task *task);
/* A thread with this identity died. */
void task_died(struct root *root, uint64_t identity);
/* CPU time of its living tasks and of those that are gone. */
void process_usage(struct process *process, struct usage_record *usage);

/* --- end.c: the end of processes. --- */

/* Ends a process in any state with this wait status. Harmless on a zombie. */
void process_end(struct root *root, struct process *process, int32_t status);
/* A zombie's status has been taken: its pid is free unless a handle is open. */
void process_reap(struct root *root, struct process *process);
/* The last process handle went. */
void process_handle_closed(struct root *root, uint64_t cookie);

/* --- wait.c --- */

#define STATUS_EXITED(code) ((int32_t)(((uint32_t)(code)&0xffu) << 8))
#define STATUS_SIGNALED(signal, core) ((int32_t)((uint32_t)(signal) | ((core) ? 0x80u : 0u)))
#define STATUS_STOPPED(signal) ((int32_t)((uint32_t)(signal) << 8 | 0x7fu))
#define STATUS_CONTINUED 0xffff

/* Something that waits may tell of has changed: answers those that can be. */
void wait_update(struct root *root);

/* --- signal.c --- */

enum signal_action { ACTION_TERMINATE, ACTION_CORE, ACTION_IGNORE, ACTION_STOP, ACTION_CONTINUE };
enum signal_action signal_default(uint32_t signal);
/* Takes the next pending signal that `blocked` lets through; 0: none. */
uint32_t signal_take(struct process *process, struct task *task, uint64_t blocked, struct signal_record *record);
/* Sends a signal to a process, or to one task of it (NULL: whichever). No permission check. */
void signal_send(struct root *root, struct process *process, struct task *task, const struct signal_record *record);
/* After exec: the new program catches nothing, so what is pending and not in `blocked`, its thread's mask, is acted on.
 * The process may have ended then. */
void signal_exec(struct root *root, struct process *process, struct task *task, uint64_t blocked);
/* Tells the parent of a child's change by SIGCHLD; code: CHILD_*. */
void signal_child(struct root *root, struct process *child, int32_t code, int32_t status);
#define CHILD_EXITED 1
#define CHILD_KILLED 2
#define CHILD_DUMPED 3
#define CHILD_STOPPED 5
#define CHILD_CONTINUED 6

/* --- credentials.c --- */

/* May `actor` signal or change `target`? Same user, or uid 0. */
bool process_may(const struct process *actor, const struct process *target);

/* --- group.c --- */

/* Whether no process outside the group, but of its session, is a parent of one of its members. */
bool group_is_orphaned(struct root *root, uint32_t group, uint32_t session);
/* Around the end of a process: groups that it leaves orphaned and that have stopped members get SIGHUP and SIGCONT. */
void groups_before_end(struct root *root);
void groups_after_end(struct root *root);

/* --- alarm.c --- */

/* The timer fired. */
void alarm_expire(struct root *root);
/* Programs the timer for the earliest alarm. */
void alarm_arm(struct root *root);

/* What /proc's files say. */
enum proc_file {
    PROC_MEMINFO,
    PROC_UPTIME,
    PROC_STAT,
    PROC_LOADAVG,
    PROC_VERSION,
    PROC_FILESYSTEMS,
    PROC_CPUINFO,
    /* of a process: */
    PROC_PID_STAT,
    PROC_PID_STATUS,
    PROC_PID_CMDLINE,
    PROC_PID_COMM,
    PROC_PID_STATM,
    PROC_PID_MAPS,
    PROC_PID_EXE /* the link's target */
};
/* Writes the text of a file, cut at size bytes; process NULL for the first group. Returns its length, or -E_NOENT: the
 * process has no such thing (any more). The directory's owner is process->credentials.euid, .egid. */
int64_t proc_text(struct root *root, struct process *process, enum proc_file file, char *buffer, uint64_t size_bytes);

#endif
