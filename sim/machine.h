/* The hosted machine: owns the memory file, the kernel, the isolation and the helper thread, and runs the kernel's
 * loop.
 *
 * Physical memory is one memory file: RAM first, then the page of the device table (abi/device.h), device memory, and
 * pages of the platform's own. RAM is physical from MACHINE_RAM_PHYSICAL on, the device table and device memory from
 * MACHINE_DEVICE_PHYSICAL on.
 * Threads: machine_create, machine_run and machine_destroy belong to one host thread, the kernel thread; it is the
 * tracer and parent of all programs. Every other thread of the process must block SIGCHLD (created with all signals
 * blocked, at best). One machine at a time per process. */
#ifndef SIM_MACHINE_H
#define SIM_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MACHINE_RAM_PHYSICAL 0x100000ull /* physical address of RAM's first byte */
#define MACHINE_DEVICE_PHYSICAL 0xc0000000000ull /* physical address of the device table; device memory follows */
#define MACHINE_RAM_BYTES_MIN (8ull << 20)
#define MACHINE_RAM_BYTES_MAX (1ull << 40)
#define MACHINE_DEVICE_BYTES_MAX (64ull << 20)
#define MACHINE_INTERRUPTS_MAX 32u
#define MACHINE_WATCHES_MAX 16u

struct machine;
struct trace_record;

struct machine_config {
    uint64_t ram_bytes;    /* a multiple of the page size, within the limits above */
    uint64_t device_bytes; /* of device memory; a multiple of the page size */
    bool realtime;         /* use SCHED_FIFO 1 to 3 where the host permits it; else nice values */
    bool verbose;
    /* Bytes of the machine's log; NULL: stderr. Called on the kernel thread. */
    void (*log)(void *argument, const char *bytes, size_t length);
    /* Called before the machine dies of a broken invariant, after its line went to stderr; may restore the terminal. */
    void (*panic)(void *argument);
    /* Takes records of the event trace (abi/trace.h), in order; NULL: no trace. Called on the kernel thread, from
     * machine_boot on until machine_run has returned; the machine stands still meanwhile. */
    void (*trace)(void *argument, const struct trace_record *records, size_t count);
    void *argument;
};

/* Makes memory, no program yet. Returns 0 or a negated errno: *error then says in one line what is missing and what to
 * do (static text). */
int machine_create(struct machine **machine_out, const struct machine_config *config, const char **error);

/* RAM's bytes, and the device memory's. Valid until machine_destroy. */
void *machine_ram(struct machine *machine);
void *machine_device(struct machine *machine);

/* Adds a device, whose registers are `size_bytes` of device memory from `offset_bytes` on, to the device table. Before
 * machine_boot, at most DEVICES_MAX times. */
void machine_device_add(struct machine *machine, uint32_t kind, uint32_t interrupt, uint64_t offset_bytes,
                        uint64_t size_bytes);

/* The boot archive has been written at RAM offset `offset_bytes` (page-aligned). Makes the isolation, the kernel and
 * the root server. Errors as machine_create; kernel_boot's errors too. Call it on the kernel thread. */
int machine_boot(struct machine *machine, uint64_t offset_bytes, uint64_t archive_bytes, const char **error);

/* Runs until the machine is stopped. No watch is called and no time passes for devices any more when it returns.
 * Returns the status given to machine_stop or by the MACHINE_STOP call. */
int machine_run(struct machine *machine);

/* Ends all programs and frees everything. */
void machine_destroy(struct machine *machine);

/* Records of the event trace that found no room. */
uint64_t machine_trace_lost(struct machine *machine);

/* From any thread: the machine stops soon with this status (the first one counts). */
void machine_stop(struct machine *machine, int status);

/* A device line. `ack` is called on the kernel thread when the driver acknowledges (its doorbell): it must not block
 * for longer than a host call takes. NULL: none. Before machine_boot. -E_INVAL: number out of range. */
int machine_interrupt_add(struct machine *machine, uint32_t number, void (*ack)(void *argument, uint32_t number),
                          void *argument);
/* From any thread, also from `ack`: latched while the line is masked (raised and not acknowledged). */
void machine_interrupt_raise(struct machine *machine, uint32_t number);

/* Calls `ready` on the helper thread when poll reports `events` (or POLLERR, POLLHUP) on fd. Before machine_run.
 * Returns the watch's index or -E_MFILE. */
int machine_watch_add(struct machine *machine, int fd, short events, void (*ready)(void *argument, short revents),
                      void *argument);
/* From any thread: what to wait for from now on; 0: nothing, not even POLLHUP. */
void machine_watch_set(struct machine *machine, int watch, short events);

#endif
