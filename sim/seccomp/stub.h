/* The stub: code that tasks of an address space run for the machine, in one read-only page at STUB_CODE, the same in
 * all spaces, with its seccomp filters behind it; and the space's command ring, read-only, in the page after it.
 * Rules: no stack, no writable memory, state in registers only, so that hostile threads of the same address space
 * cannot steer it. */
#ifndef SIM_SECCOMP_STUB_H
#define SIM_SECCOMP_STUB_H

#include <abi/limits.h>

#define STUB_CODE PLATFORM_BASE
#define STUB_RING (PLATFORM_BASE + 0x1000)
#define STUB_SLOTS (PLATFORM_BASE + 0x100000) /* signal stacks of tasks, one after another */
#define STUB_BYTES 4096
#define STUB_MASK_NONE 0x7f0       /* a signal mask: none blocked */
#define STUB_ENTRY_FOREIGN 0x7f8   /* the system library's entry for foreign calls */
#define STUB_PROGRAM_MANAGER 0x800 /* offsets in the page: struct sock_fprog of either filter, and their code */
#define STUB_PROGRAM_THREAD 0x810
#define STUB_FILTERS 0x820
#define STUB_SCRUB 0xe00 /* code that cleans a task */

#define STUB_MEMORY_FD 0  /* the memory file, the only descriptor that stays open */
#define STUB_WAIT 0x7ffe  /* number of the manager's call for commands */
#define STUB_EVENT 0x7ffd /* a task has got a signal: number, si_code, si_addr, ucontext, error code, trap number */
#define STUB_READY 0x7ffc /* a task is new */
/* The answer to both is the address of the ucontext that the task goes on with. */

/* A slot: struct slot at its start, frames from its end downwards. Three frames fit. */
#define SLOT_BYTES 0x8000

#define RING_COMMAND_BYTES 56
#define RING_COMMANDS_MAX 72
#define RING_STACK_OFFSET 4032 /* in the ring page: stack_t for sigaltstack */

/* Flags of clone for a thread of a space: VM | FS | FILES | SIGHAND | THREAD | SYSVSEM */
#define STUB_CLONE_THREAD 0x50f00
/* Flags of clone for a new space: PARENT | SIGCHLD */
#define STUB_CLONE_SPACE 0x8011

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

struct ring_command {
    uint64_t number;
    uint64_t argument[6];
};

struct ring {
    struct ring_command command[RING_COMMANDS_MAX];
    stack_t stack;
};

_Static_assert(sizeof(struct ring_command) == RING_COMMAND_BYTES, "command layout");
_Static_assert(offsetof(struct ring, stack) == RING_STACK_OFFSET, "ring layout");
_Static_assert(sizeof(struct ring) <= PAGE_BYTES, "the ring is one page");

struct slot {
    uint64_t system_stack; /* its top: foreign calls' frames are copied there */
    uint64_t reserved[7];
};

/* A signal frame's ucontext as the stub uses it. */
struct frame {
    uint64_t fs_base, gs_base; /* the host's uc_flags and uc_link */
    stack_t stack;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, flags;
    uint64_t segments, error, trap, mask, address;
    uint64_t vector; /* address of the extended registers, in XSAVE's standard form */
    uint64_t reserved[8];
};

_Static_assert(offsetof(struct frame, r8) == 40 && offsetof(struct frame, vector) == 224, "as Linux lays it out");

/* What stands before the extended registers' own header in a signal frame, at VECTOR_MARK. */
#define VECTOR_MARK 464
#define VECTOR_MAGIC 0x46505853u
struct vector_mark {
    uint32_t magic;
    uint32_t bytes;
    uint64_t features;
    uint32_t state_bytes;
};

/* In the machine's own image, to be copied; distances from stub_begin are offsets in the page. */
extern const char stub_begin[], stub_end[];
extern const char stub_zygote[];   /* drops all mappings but its own page, then makes a space per round */
extern const char stub_event[];    /* signal handler: tells the machine, and goes on as it answers */
extern const char stub_answered[]; /* from here to stub_foreign: what follows the answer */
extern const char stub_foreign[];  /* signal handler of SIGSYS: on to the system library, on the system stack */
extern const char scrub_begin[], scrub_done[], scrub_end[]; /* scrub.S: lies at STUB_SCRUB */

/* Writes the stub page: code, filters and scrub. */
void stub_write(void *page, uint64_t entry_foreign);

#endif
