/* The in-process platform: the smallest one, and the template for a porter. Kernel, servers and programs share one host
 * process and one host thread; each OS thread is a coroutine on the stack that it was started with, switched in its
 * system calls only. No isolation: every space sees all of the host's memory, a physical address is a host address, and
 * any page of the host can be a "device" page. Time is virtual: a fixed step per entry, and a jump to the next deadline
 * when idle, so that every run is the same.
 *
 * A thread that never makes a system call never lets another run. Use a machine from the host thread that made it. */
#ifndef LINKED_LINKED_H
#define LINKED_LINKED_H

#include <kernel/kernel.h>

struct linked;

#define LINKED_STUCK (-1)        /* linked_run: no thread can run and no timer is set */
#define LINKED_STEP_NS 1000u     /* default of options.step_ns */
#define LINKED_INTERRUPTS 32u    /* interrupt lines, numbered from 0 */
#define LINKED_STACK_BYTES 65536u /* of threads made by linked_boot and linked_thread_start */

struct linked_options {
    uint64_t ram_bytes; /* rounded down to pages */
    uint64_t step_ns;   /* 0: LINKED_STEP_NS */
    uint64_t realtime_offset_ns;
    bool check; /* kernel_check after every entry into the core */
    /* The driver acknowledged interrupt `number`; may raise interrupts. NULL: nobody cares. */
    void (*doorbell)(struct linked *linked, uint32_t number, void *argument);
    void *doorbell_argument;
    /* Asked at each preemption point of a copy: true stops it there, and others get their turn. Must not call the core.
     * NULL: copies are stopped by interrupts and the timer only. */
    bool (*preempt)(struct linked *linked, void *argument);
    void *preempt_argument;
    /* Memory for the event trace, `trace_records` of them; NULL and 0: none. Taken out by kernel_trace_take. */
    struct trace_record *trace;
    uint64_t trace_records;
};

/* A machine with an initialised kernel; NULL: no memory, or ram_bytes is too small for the kernel. */
struct linked *linked_create(const struct linked_options *options);
/* Gives everything back, running threads too. Not from inside linked_run. */
void linked_destroy(struct linked *linked);
struct kernel *linked_kernel(struct linked *linked);
/* Changes options.check, also from inside a thread. */
void linked_check_set(struct linked *linked, bool check);
uint64_t linked_now(struct linked *linked);

/* Readies the first thread, with the root server's handles; it runs entry(argument) and then stops the machine with
 * status 0. Returns 0 or the core's error. */
int linked_boot(struct linked *linked, void (*entry)(void *), void *argument);
/* Runs until the machine is stopped; returns its status, or LINKED_STUCK. Blocks for as long as its threads compute. */
int linked_run(struct linked *linked);
/* A device's interrupt, delivered at the next chance. From a doorbell, or between runs. */
void linked_interrupt_raise(struct linked *linked, uint32_t number);

/* Inside a thread: the gate into the kernel, and the thread's control page. */
int64_t linked_syscall(uint64_t number, const uint64_t argument[6]);
struct control *linked_control(void);
/* Inside a thread that holds the first thread's handles: a further thread in the same space and table, that runs
 * entry(argument) and exits. Returns its handle or the core's error. `exceptions`: connection handle, or -1. */
int linked_thread_start(void (*entry)(void *), void *argument, int exceptions);

#endif
