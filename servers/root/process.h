/* Processes and tasks (the root server's record of a thread): their table, life, signals and waiting.
 *
 * A process slot goes FREE -> BLANK (created, no thread yet) -> ALIVE -> ZOMBIE -> GONE (reaped, but a process handle
 * is open: its pid is not reused) -> FREE. Stopped is a flag of an alive one. Records are found by slot or by pid and
 * never move; a process handle names slot and generation. */
#ifndef ROOT_PROCESS_H
#define ROOT_PROCESS_H

#include <abi/limits.h>
#include <abi/types.h>
#include <proto/file.h>
#include <proto/root.h>

#define PROCESSES_MAX 1024u
#define TASKS_MAX 4096u
#define TASKS_PER_PROCESS_MAX 1024u
#define PID_MAX 32767u
#define PID_INIT 1u
#define PROCESS_NAME_BYTES 16u
#define PROCESS_PRIORITY 64u /* of threads, unless their creator has another */
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
#define SIGNAL_BIT(signal) (1ull << ((signal) - 1))

struct credentials {
    uint32_t uid, euid, gid, egid;
};

enum process_state { PROCESS_FREE, PROCESS_BLANK, PROCESS_ALIVE, PROCESS_ZOMBIE, PROCESS_GONE };

struct process;

struct task {
    bool used;
    bool starting; /* made by an exec, runs once the old tasks are gone */
    int handle;    /* of the thread */
    uint32_t tid;
    struct process *process;
    struct task *next;    /* in the process's list */
    uint64_t pending;     /* signals for this thread alone */
    uint64_t blocked;     /* the mask that it told last */
    uint64_t start[3];    /* pc, sp, argument, while starting */
    struct signal_record fault; /* of the last signal that was sent to this thread alone */
};

struct process {
    enum process_state state;
    bool stopped;
    bool told;       /* it said ROOT_SIGNAL_DISPOSITION: its library acts on signals */
    bool executed;   /* it has exec'ed since it was created: setpgid by the parent is refused */
    bool handle_open; /* a process handle exists somewhere */
    bool report_stop, report_continue; /* for waiters; not reported yet */
    uint16_t slot;
    uint64_t generation;
    uint32_t pid, group, session;
    struct process *parent; /* NULL: init, or its slot was inherited from nobody */
    struct credentials credentials;
    uint32_t calls;     /* unanswered calls that point here: the slot stays */
    struct task *tasks;
    uint32_t task_count;
    int space, table, grant; /* -1: gone */
    int32_t status;          /* wait status of a zombie, or of the last stop */
    int32_t exit_status;     /* what it will be once the last task is gone; -1: not decided */
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

/* The process with this pid, in any state but FREE and GONE; NULL: none. */
struct process *process_find(struct root *root, uint32_t pid);
/* Goes through all processes that have a pid: start with NULL; NULL ends. */
struct process *process_next(struct root *root, const struct process *process);
/* May `actor` signal, trace or change `target`? Same user, or uid 0. */
bool process_may(const struct process *actor, const struct process *target);

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
