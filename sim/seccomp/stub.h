/* The stub: code that tasks of an address space run for the machine, in one read-only page at STUB_CODE, the same in
 * all spaces, with its seccomp filters behind it; and the space's command ring, read-only, in the page after it.
 * Rules: no stack, no writable memory, state in registers only, so that hostile threads of the same address space
 * cannot steer it. */
#ifndef SIM_SECCOMP_STUB_H
#define SIM_SECCOMP_STUB_H

#include <abi/limits.h>

#define STUB_CODE PLATFORM_BASE
#define STUB_RING (PLATFORM_BASE + 0x1000)
#define STUB_BYTES 4096
#define STUB_PROGRAM_MANAGER 0x800 /* offsets in the page: struct sock_fprog of either filter, and their code */
#define STUB_PROGRAM_THREAD 0x810
#define STUB_FILTERS 0x820

#define STUB_MEMORY_FD 0 /* the memory file, the only descriptor that stays open */
#define STUB_WAIT 0x7ffe /* number of the manager's call for commands */

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

/* In the machine's own image, to be copied; distances from stub_begin are offsets in the page. */
extern const char stub_begin[], stub_end[];
extern const char stub_zygote[]; /* drops all mappings but its own page, then makes a space per round */
extern const char stub_call[];   /* syscall; int3: for a call made on a task's behalf */

/* Writes the stub page: code and filters. */
void stub_write(void *page);

#endif
