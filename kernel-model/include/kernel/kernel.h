/* Calls into the kernel core. The core is a state machine: none of these blocks, reads a clock, allocates outside the
 * frames it was given, or switches stacks. The platform calls one at a time per kernel (the big lock), passes the CPU
 * and the monotonic time (one before the last counts as the last), and after each of them resumes the thread that
 * kernel_next names.
 * Tests: tests/unit/kernel, tests/spec. */
#ifndef KERNEL_KERNEL_H
#define KERNEL_KERNEL_H

#include <abi/control.h>
#include <abi/limits.h>
#include <abi/syscall.h>
#include <abi/trace.h>
#include <abi/types.h>

struct kernel;
struct thread;
struct space;

/* What the platform found. Frames are physical page numbers; [first_frame, first_frame + frame_count) is RAM that
 * plat_frame_bytes shows as one contiguous run. The archive lies inside that range and stays untouched. */
struct kernel_config {
    uint64_t first_frame;
    uint64_t frame_count;
    uint64_t archive_frame; /* 0: no archive (unit tests) */
    uint64_t archive_pages;
    uint64_t now_ns;
    uint64_t realtime_offset_ns;
    uint64_t device_table; /* physical address of struct device_table (abi/device.h); 0: none */
    void *platform; /* the platform's own state; the core only hands it back */
};

/* Bytes a struct kernel needs; the platform provides them zeroed and page-aligned. */
size_t kernel_bytes(void);

/* Sets up the kernel on the given frames. Returns 0 or -E_NOMEM: too few frames, -E_INVAL: bad config. */
int kernel_init(struct kernel *kernel, const struct kernel_config *config);

/* Whether calls may take the short ways (from kernel_init on they may). They make no difference that a program or the
 * platform could see but the time they take: for tests. */
void kernel_fast_set(struct kernel *kernel, bool fast);

/* Loads the root server ("sbin/root", static ELF64) and the system library ("boot/libsys", flat image) from the
 * archive, makes the root server's objects and handles (abi/handles.h) and readies its first thread. Errors: -E_NOENT a
 * file is missing, -E_NOEXEC the ELF or image is bad, -E_INVAL the archive is damaged, -E_NOMEM. */
int kernel_boot(struct kernel *kernel, uint64_t now_ns);

/* The machine's status (plat_stop) when the last thread of the root server that kernel_boot started has died: nobody is
 * left to give names, memory or processes. The log gets one line, which begins with "failure:". */
#define KERNEL_STATUS_BROKEN 125

/* The same without an archive, for platforms where programs are functions: a first thread with all of the root
 * server's handles, a space with `identity_bytes` of physical memory mapped at its own address from USER_BASE on,
 * started at pc with sp and argument, its control page in RAM frame `control_frame` at address control_address. */
struct boot_entry {
    uint64_t pc, sp, argument;
    uint64_t control_address; /* the control page's address; its frame is control_address >> PAGE_SHIFT */
};
int kernel_boot_entry(struct kernel *kernel, const struct boot_entry *entry, uint64_t now_ns);

/* The current thread of `cpu` made a native system call. Results go out by plat_context_result. Returns the thread that
 * kernel_next would name at now_ns, if that is plain already, so that it need not be asked (it may); else NULL. */
struct syscall_arguments {
    uint64_t number; /* SYS_*, base already subtracted */
    uint64_t argument[6];
};
struct thread *kernel_syscall(struct kernel *kernel, unsigned cpu, uint64_t now_ns,
                              const struct syscall_arguments *arguments);

/* The current thread touched `address` (access: one ACCESS_* bit). The core maps the page or raises an exception. */
void kernel_fault(struct kernel *kernel, unsigned cpu, uint64_t now_ns, uint64_t address, uint32_t access);

/* The current thread did something else that it cannot go on from; also foreign calls. */
void kernel_exception(struct kernel *kernel, unsigned cpu, uint64_t now_ns, const struct exception_info *info);

/* The host or the hardware lost a thread; it dies as if killed. */
void kernel_thread_lost(struct kernel *kernel, unsigned cpu, uint64_t now_ns, struct thread *thread);

/* A device interrupt; masked by the platform until plat_interrupt_ack. */
void kernel_interrupt(struct kernel *kernel, unsigned cpu, uint64_t now_ns, uint32_t number);

/* The armed timer passed, or the platform preempted the current thread for another reason: expires timeouts and
 * timers, ends slices. Spurious calls are harmless. */
void kernel_timer(struct kernel *kernel, unsigned cpu, uint64_t now_ns);

/* The thread `cpu` must run now; NULL: idle until an interrupt or the timer, or not at all if plat_preempt_pending has
 * said that one is due. The caller must resume it (its result, if it was in a call, has been given by
 * plat_context_result). Constant time, but where the thread to run is in the middle of a long call: then goes on with
 * that first, until it is done or plat_preempt_pending; and before it idles it gives back what ended objects left. */
struct thread *kernel_next(struct kernel *kernel, unsigned cpu, uint64_t now_ns);

/* After kernel_next has said NULL: whether the platform may wait. If not, long work was preempted: what is pending is
 * to be delivered and kernel_next asked again, even if nothing is pending any more. Panics if somebody has been
 * forgotten: a thread that could run, or a deadline before that of the armed timer. Constant time: it looks at some
 * threads only, at others each time. */
bool kernel_may_wait(struct kernel *kernel, unsigned cpu);

/* Verifies every invariant of the whole state; panics by plat_panic naming the number of the one that fails. */
void kernel_check(struct kernel *kernel);

/* The event trace (abi/trace.h): from now on each decision is recorded into `memory`, which holds `records` records and
 * stays the platform's. NULL and 0: no more. What was recorded and not taken is gone, and the count of lost ones begins
 * anew. -E_INVAL: memory without records or the reverse. For a whole trace attach it before kernel_boot. */
int kernel_trace_attach(struct kernel *kernel, struct trace_record *memory, uint64_t records);
/* Records waiting to be taken. A full ring loses what comes: kernel_trace_lost counts that. */
uint64_t kernel_trace_pending(struct kernel *kernel);
uint64_t kernel_trace_lost(struct kernel *kernel);
/* Moves the oldest ones, at most `room`, out of the ring. Returns how many. */
uint64_t kernel_trace_take(struct kernel *kernel, struct trace_record *records, uint64_t room);

/* The platform's part of a thread, of its space, and the platform's own state. */
struct plat_context;
struct plat_space;
struct plat_context *thread_context(struct thread *thread);
struct plat_space *thread_plat_space(struct thread *thread);
void *kernel_platform(struct kernel *kernel);
void kernel_info_get(struct kernel *kernel, struct kernel_info *info);

#endif
