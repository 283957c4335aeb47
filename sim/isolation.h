/* Isolation of programs by the host: address spaces as host processes, threads as tasks in them. The machine sees only
 * this interface; sim/seccomp implements it. One task at most runs at any time. All functions belong to the kernel
 * thread except isolation_preempt. */
#ifndef SIM_ISOLATION_H
#define SIM_ISOLATION_H

#include <abi/registers.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ISOLATION_SPACES_MAX 4096u /* address spaces alive at once */
#define ISOLATION_TASKS_MAX 16384u /* host tasks for threads, all spaces together */
/* Bytes that the isolation needs at the end of the memory file. */
#define ISOLATION_MEMORY_BYTES ((ISOLATION_SPACES_MAX + 8ull) * 4096ull + ISOLATION_TASKS_MAX * 0x8000ull)

struct isolation;
struct isolation_space;
struct isolation_task;

struct isolation_config {
    int memory_fd;
    uint64_t own_offset;    /* in the memory file, of the isolation's own ISOLATION_MEMORY_BYTES */
    void *own_bytes;        /* the same, mapped */
    uint64_t entry_foreign; /* where foreign calls are delivered */
    bool realtime;          /* run tasks at SCHED_FIFO 2 */
    atomic_uint *changes;   /* counted up when a host task may have been lost */
};

enum isolation_event_kind {
    ISOLATION_CALL,      /* a native call: number and arguments */
    ISOLATION_FAULT,     /* address and access */
    ISOLATION_EXCEPTION, /* exception (enum exception_kind) and address */
    ISOLATION_PREEMPTED, /* isolation_preempt or the host stopped it */
    ISOLATION_LOST       /* its host task is gone */
};

struct isolation_event {
    enum isolation_event_kind kind;
    uint64_t number; /* as in the call register, base included */
    uint64_t argument[6];
    uint64_t address;
    uint32_t access;    /* one ACCESS_* bit */
    uint32_t exception; /* enum exception_kind */
};

/* Errors of both creates: -E_NOMEM: the host's or our own limit. isolation_create: any negated errno, and *error names
 * in one line what the host lacks. */
int isolation_create(struct isolation **isolation_out, const struct isolation_config *config, const char **error);
void isolation_destroy(struct isolation *isolation);

int isolation_space_create(struct isolation *isolation, struct isolation_space **space_out);
/* No task of it is in use any more. */
void isolation_space_destroy(struct isolation_space *space);

/* Changes of mappings: queued, in force before a task of the space runs again. `offset` is in the memory file. The
 * isolation may drop any mapping at any time; the task then gives ISOLATION_FAULT. map: 0 or -E_NOMEM, nothing done. */
int isolation_space_map(struct isolation_space *space, uint64_t address, uint64_t offset, uint64_t pages,
                        uint32_t prot);
void isolation_space_unmap(struct isolation_space *space, uint64_t address, uint64_t pages);
void isolation_space_protect(struct isolation_space *space, uint64_t address, uint64_t pages, uint32_t prot);

int isolation_task_create(struct isolation_space *space, struct isolation_task **task_out);
void isolation_task_destroy(struct isolation_task *task);
/* Enters pc with sp, first argument and control register when first run. */
void isolation_task_start(struct isolation_task *task, uint64_t pc, uint64_t sp, uint64_t argument,
                          uint64_t control_address);
/* The pending call returns this. Without a pending call: the call register becomes this. */
void isolation_task_result(struct isolation_task *task, int64_t result);
/* Registers of a task that is not running. set abandons a pending call. A lost task reads as zeroes. */
void isolation_task_get(struct isolation_task *task, struct registers *registers);
void isolation_task_set(struct isolation_task *task, const struct registers *registers);

/* Lets the task run until its next event. Blocks. `owner`: whom isolation_lost_take names, until the task's end. */
void isolation_task_run(struct isolation_task *task, void *owner, struct isolation_event *event);

/* An owner whose host task is gone and who has not been told yet, neither by an event; NULL: none. */
void *isolation_lost_take(struct isolation *isolation);

/* From any thread: the running task, if any, gives ISOLATION_PREEMPTED soon. False: none is running. A task may report
 * late, when it runs the next time; callers must take a needless PREEMPTED well. */
bool isolation_preempt(struct isolation *isolation);

#endif
