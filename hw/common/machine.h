/* The bare machine: what the boot code finds of it, and the way from there into the first program.
 *
 * Order of events: hw/<arch>/boot.S sets up a stack and the physical window (arch.h), clears the bss and calls the
 * arch's C start-up, which fills struct machine from the device tree or the boot loader's map, with the board's help,
 * and calls machine_start. That starts the core, loads the root server and never comes back. */
#ifndef HW_MACHINE_H
#define HW_MACHINE_H

#include <abi/device.h>
#include <kernel/kernel.h>

#define MACHINE_RANGES_MAX 64u
#define MACHINE_STATUS_BROKEN KERNEL_STATUS_BROKEN /* exit status of a machine that could not start or go on */

struct machine_range {
    uint64_t start; /* physical */
    uint64_t size_bytes;
};

struct machine {
    struct machine_range ram[MACHINE_RANGES_MAX];
    uint32_t ram_count;
    struct machine_range reserved[MACHINE_RANGES_MAX]; /* parts of RAM that are taken: the image, tables, firmware */
    uint32_t reserved_count;
    struct machine_range archive; /* size 0: there is none; not among the reserved ones */
    struct device_table *devices; /* a page of the image */
    uint64_t realtime_offset_ns;  /* 0: there is no clock */
    /* Set by machine_start. */
    struct kernel *kernel;
    uint64_t first_frame, frame_count; /* of the core's memory */
    struct plat_context *entered; /* whose space and registers the CPU has; NULL: have them set anew */
    bool stopped;
    int status;
};

/* The one machine. */
extern struct machine machine;

/* Adds a range of RAM or a reserved one; too many of them: machine_fail. */
void machine_ram_add(uint64_t start, uint64_t size_bytes);
void machine_reserve(uint64_t start, uint64_t size_bytes);
/* Adds a device to the table; ignored when full. */
void machine_device_add(uint32_t kind, uint32_t interrupt, uint64_t physical, uint64_t size_bytes, uint64_t clock_hz);

/* Chooses the largest run of free RAM, moves the archive into it if it lies elsewhere, gives the page tables their
 * share, starts the core and runs it. What is missing is told in one line on the console, then the board stops. */
_Noreturn void machine_start(void);
/* Its last step: the start's own code becomes page tables, and the first program runs. */
_Noreturn void machine_begin(void);

/* Makes the CPU ready for another thread than the last one: its space, arch_context_enter. Returns its context. */
struct plat_context *machine_enter(struct thread *thread);
/* There is no thread to run, or something is pending: waits, delivers and asks the core, until there is one. Returns as
 * machine_next. */
struct plat_context *machine_wait(void);

/* The same, if it is another one. */
static inline struct plat_context *machine_resume(struct thread *thread)
{
    return thread_context(thread) == machine.entered ? machine.entered : machine_enter(thread);
}

/* Called by the arch's trap code on the kernel's stack after the core was told what happened at now_ns: returns the
 * context to resume, with its space switched to and arch_context_enter called. Does not return once the machine is
 * stopped. */
static inline struct plat_context *machine_next(uint64_t now_ns)
{
    struct thread *thread = kernel_next(machine.kernel, 0, now_ns);
    if (thread == NULL || machine.stopped) {
        return machine_wait();
    }
    return machine_resume(thread);
}

/* Delivers the interrupts that the board's controller has pending, and the timer. */
void machine_interrupts(void);

/* The archive that may lie behind the image, at this address, and reach up to `end`: taken if its magic is there. */
void machine_archive_probe(uint64_t physical, uint64_t end);

/* Ends with a line on the console and the board stopped. */
_Noreturn void machine_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The callers of the kernel's function whose frame pointer is `first`, a line each on the console. */
void backtrace_print(uint64_t first);

/* Text on the board's console: %s %c %d %u %x %lu %lx %% with widths and zeros. */
void console_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
