/* Objects: what all kernel objects share, and the memory they live in.
 *
 * Every object begins with struct object. It holds one reference per handle, plus those its makers state. Its memory
 * comes from the slab pages of a grant; when the last reference goes, the type's destroy function runs and the memory
 * goes back. Destruction never fails. */
#ifndef KERNEL_OBJECT_H
#define KERNEL_OBJECT_H

#include <abi/types.h>

#include "list.h"

struct kernel;
struct grant;

struct object {
    uint8_t type;       /* enum object_type */
    uint8_t size_class; /* of its slab */
    bool revoked;       /* about to go: only during a revocation */
    uint8_t reserved;
    uint32_t references;
    struct grant *grant; /* paid from, referenced; NULL: the root grant itself */
    struct list link;    /* all objects, for kernel_check; or the dead ones */
    uint64_t recount;    /* references found by kernel_check */
};

/* Takes `size_bytes` (at most one page) of zeroed memory for an object of `type`, with one reference.
 * -E_NOMEM: the grant (or one above it) is exhausted. */
int object_create(struct kernel *kernel, struct grant *grant, enum object_type type, size_t size_bytes,
                  struct object **object);
void object_reference(struct object *object);
/* Drops one reference; the last one destroys: at once, or, if called from a destroy function, when that has returned,
 * so that chains of objects need no stack. */
void object_release(struct kernel *kernel, struct object *object);

/* Recount of all references, for kernel_check: begin, then one object_recount for every reference that is held, then
 * end, which panics on any difference. memory_state_check counts those of handles, objects (to their grant) and
 * regions; whoever else holds references counts them. */
void object_check_begin(struct kernel *kernel);
void object_recount(struct object *object);
void object_check_end(struct kernel *kernel);

/* What each type does when its last reference has gone: give back all it holds but its own memory, which object.c
 * frees. Each is in its type's file. May release other objects. */
void grant_destroy(struct kernel *kernel, struct object *object);
void table_destroy(struct kernel *kernel, struct object *object);
void memory_destroy(struct kernel *kernel, struct object *object);
void space_destroy(struct kernel *kernel, struct object *object);
void thread_destroy(struct kernel *kernel, struct object *object);
void channel_destroy(struct kernel *kernel, struct object *object);
void connection_destroy(struct kernel *kernel, struct object *object);
void notification_destroy(struct kernel *kernel, struct object *object);
void timer_destroy(struct kernel *kernel, struct object *object);
void interrupt_destroy(struct kernel *kernel, struct object *object);
void scheduling_destroy(struct kernel *kernel, struct object *object);

#endif
