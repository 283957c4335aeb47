/* The in-process platform's private state. */
#ifndef LINKED_MACHINE_H
#define LINKED_MACHINE_H

#include "linked.h"

#include <kernel/platform.h>

struct plat_context {
    void *stack;     /* where linked_switch goes on; NULL: enter `registers` instead */
    uint64_t control_address;
    int64_t result;
    struct registers registers;
};

struct linked_interrupt {
    bool enabled, masked, pending, acknowledged;
};

/* Host memory handed to threads, kept until the machine goes. */
struct linked_block {
    struct linked_block *next;
    uint64_t size_bytes;
};

struct linked {
    struct linked_options options;
    struct kernel *kernel;
    void *ram;
    struct linked_block *blocks;
    void *stack; /* of linked_run, while a thread runs */
    struct plat_context *running;
    struct syscall_arguments trap;
    uint64_t now_ns;
    uint64_t deadline_ns;
    struct linked_interrupt interrupts[LINKED_INTERRUPTS];
    bool interrupts_changed; /* since interrupts_deliver looked */
    bool preempted;          /* the core has been told to stop a copy */
    bool stopped;
    int status;
};

_Static_assert(sizeof(struct plat_context) <= PLAT_CONTEXT_BYTES, "context outgrew its place");

/* The machine whose thread runs now. */
struct linked *linked_current(void);

/* switch_x86_64.S: saves the callee-saved registers, stores the stack pointer in *save, and goes on elsewhere: where
 * another linked_switch or linked_enter left off, or with the registers given. */
void linked_switch(void **save, void *to);
void linked_enter(void **save, const struct registers *to);

/* Zeroed pages of the host that belong to the machine; NULL: no memory. */
void *linked_block(struct linked *linked, uint64_t size_bytes);

#endif
