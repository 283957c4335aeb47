/* What machine.c, platform.c and helper.c share: the machine's state. */
#ifndef SIM_MACHINE_STATE_H
#define SIM_MACHINE_STATE_H

#include <isolation.h>
#include <machine.h>

#include <kernel/kernel.h>
#include <kernel/platform.h>

#include <pthread.h>
#include <stdatomic.h>

#define FIRST_FRAME (MACHINE_RAM_PHYSICAL >> PAGE_SHIFT)

struct machine_line {
    void (*ack)(void *argument, uint32_t number);
    void *argument;
};

struct machine_watch {
    int fd;
    atomic_short events;
    void (*ready)(void *argument, short revents);
    void *argument;
};

struct machine {
    struct machine_config config;
    int memory_fd;
    char *memory; /* the whole file: RAM, device memory, the isolation's own */
    uint64_t memory_bytes;
    uint64_t device_bytes; /* of it: the device table and device memory, behind RAM */
    struct kernel *kernel;
    struct isolation *isolation;
    struct trace_record *trace_ring; /* NULL: no trace */

    /* The kernel thread's. */
    struct machine_line lines[MACHINE_INTERRUPTS_MAX];
    uint32_t lines_known;   /* bit n: line n has a device */
    uint32_t lines_enabled; /* bit n: the kernel wants it */
    uint32_t lines_masked;  /* bit n: told to the kernel, not acknowledged */
    unsigned kicks_seen;    /* `kicks` before the flags were last looked at */
    bool copied;            /* the kernel was in a long copy since the clock was read */

    /* Between threads. */
    atomic_uint kicks;        /* counts what might end idleness; the idle kernel thread waits on it */
    atomic_uint lines_raised; /* bit n: line n has something to tell */
    atomic_bool timer_expired;
    atomic_int stop_claimed; /* somebody has asked for the end */
    atomic_bool stopped;
    atomic_int stop_status;

    /* The helper thread and the timer. */
    pthread_t helper;
    bool helper_runs;
    atomic_bool helper_ends;
    int timer_fd, wake_fd;
    pthread_mutex_t timer_lock;
    atomic_ullong timer_wanted; /* the kernel's deadline */
    atomic_ullong timer_armed;  /* what timer_fd is set to, at most timer_wanted; changed under timer_lock */
    struct machine_watch watches[MACHINE_WATCHES_MAX];
    atomic_uint watch_count;
};

uint64_t machine_now_ns(void);

/* platform.c: the host's side of a thread. */
struct isolation_task *platform_task(struct thread *thread);

/* The kernel thread looks at the flags soon: the running program is preempted, or idleness ends. From any thread. */
void machine_kick(struct machine *machine);

/* host.c: one host CPU for the calling thread and what it makes; as many descriptors as are allowed, because each
 * address space needs two; the kernel thread's priority, below the programs'. */
void host_cpu_pin(void);
void host_descriptors_allow(void);
void host_kernel_thread(bool realtime);

/* trace.c: gives the kernel its ring, if a trace is wanted (-E_NOMEM); hands on what is in it if it holds at least
 * `least` records. */
int trace_start(struct machine *machine);
void trace_drain(struct machine *machine, uint64_t least);
#define TRACE_RING_RECORDS 65536u

/* helper.c: the thread that waits for the timer and for devices, and kicks. Errors: negated errno. */
int helper_start(struct machine *machine);
void helper_stop(struct machine *machine);
void helper_timer_set(struct machine *machine, uint64_t deadline_ns);

#endif
