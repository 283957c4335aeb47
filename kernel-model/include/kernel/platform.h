/* Calls out of the kernel core: what a platform must supply. All are called with the kernel's lock held, none may call
 * back into the core, none may block for longer than a host call takes. */
#ifndef KERNEL_PLATFORM_H
#define KERNEL_PLATFORM_H

#include <abi/control.h>
#include <abi/types.h>

struct kernel;
struct plat_context; /* lives in the thread object: PLAT_CONTEXT_BYTES, zeroed at creation, 16-byte aligned */
struct plat_space;   /* lives in the space object: PLAT_SPACE_BYTES, zeroed at creation */

#define PLAT_CONTEXT_BYTES 1024u
#define PLAT_SPACE_BYTES 256u

/* Pointer to the bytes of a frame, valid for ever. RAM frames are contiguous in it. Device frames: NULL if the
 * platform has none there. */
void *plat_frame_bytes(struct kernel *kernel, uint64_t frame);

/* Makes an empty hardware address space. -E_NOMEM if the platform cannot. */
int plat_space_create(struct kernel *kernel, struct plat_space *space);
/* No thread is in it any more. */
void plat_space_destroy(struct kernel *kernel, struct plat_space *space);

/* Maps `pages` frames from `frame` on at `address`, replacing what was there. prot: PROT_*; 0 is never passed.
 * The platform may do it late, but before a thread of the space runs again. -E_NOMEM: the platform's own limit (the
 * mapping is a cache: the core will raise EXCEPTION_NO_MEMORY only when a fault cannot be served). */
int plat_space_map(struct kernel *kernel, struct plat_space *space, uint64_t address, uint64_t frame, uint64_t pages,
                   uint32_t prot);
/* Removes mappings in the range, if any. */
void plat_space_unmap(struct kernel *kernel, struct plat_space *space, uint64_t address, uint64_t pages);
/* Changes protection of mapped pages in the range; unmapped ones stay unmapped. prot 0: unmap. */
void plat_space_protect(struct kernel *kernel, struct plat_space *space, uint64_t address, uint64_t pages,
                        uint32_t prot);

/* Prepares a thread of `space`. -E_NOMEM if the platform cannot. */
int plat_context_create(struct kernel *kernel, struct plat_context *context, struct plat_space *space);
/* The thread is not running and never will. */
void plat_context_destroy(struct kernel *kernel, struct plat_context *context);
/* First resume will enter `pc` with `sp`, first argument register `argument`, control register `control_address`. */
void plat_context_start(struct kernel *kernel, struct plat_context *context, uint64_t pc, uint64_t sp,
                        uint64_t argument, uint64_t control_address);
/* The thread's pending system call returns `result` when it is next resumed. */
void plat_context_result(struct kernel *kernel, struct plat_context *context, int64_t result);
/* Reads the user registers of a thread that is not running (also one in a system call). */
void plat_context_get(struct kernel *kernel, struct plat_context *context, struct registers *registers);
/* Replaces them; a pending system call is abandoned. Privileged bits are sanitised. */
void plat_context_set(struct kernel *kernel, struct plat_context *context, const struct registers *registers);
/* The thread (not running, in no system call) goes on at LIBSYS upcall entry: if its pc is inside the library's image,
 * does nothing and returns false; else writes its registers to *saved and diverts it: pc = entry,
 * sp = system stack's top. */
bool plat_context_upcall(struct kernel *kernel, struct plat_context *context, struct registers *saved, uint64_t entry,
                         uint64_t stack);

/* kernel_timer is wanted at deadline_ns or soon after (past: at once); DEADLINE_NONE: not at all. */
void plat_timer_arm(struct kernel *kernel, unsigned cpu, uint64_t deadline_ns);

/* Is there a reason to leave the kernel soon: an interrupt, the timer, a lost thread? Asked in the middle of long
 * work, so it must be cheap. If true, the core stops that at once and kernel_next may return NULL while the working
 * thread is the current one; the platform must then deliver what is pending and call kernel_next again instead
 * of idling. */
bool plat_preempt_pending(struct kernel *kernel, unsigned cpu);

/* The driver is ready for the next interrupt `number`; also its doorbell. */
void plat_interrupt_ack(struct kernel *kernel, uint32_t number);
/* -E_NOENT: there is no such interrupt line. enable false: the last user went; mask it. */
int plat_interrupt_enable(struct kernel *kernel, uint32_t number, bool enable);

/* Bytes for the machine's log. */
void plat_log(struct kernel *kernel, const char *bytes, size_t length);
/* The machine ends with this status once control returns to the platform. */
void plat_stop(struct kernel *kernel, int status);
/* A broken invariant: prints and stops the machine at once. */
_Noreturn void plat_panic(struct kernel *kernel, const char *message);

#endif
