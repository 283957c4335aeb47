/* Copies between vectors: each side's parts are read and its pages found as the copy gets there, and bytes go straight
 * from frame to frame. A cursor holds all the state of one side, so a copy can be continued after any step. A copy that
 * has stopped holds no pointer into memory: pages may come and go until it goes on. */
#ifndef KERNEL_COPY_H
#define KERNEL_COPY_H

#include <abi/types.h>

struct kernel;
struct space;

struct cursor {
    struct space *space; /* NULL: `view` is kernel memory and all there is */
    uint64_t parts;      /* address of the next struct part */
    uint32_t parts_left;
    uint32_t access;    /* ACCESS_READ or ACCESS_WRITE */
    bool force;         /* whatever the protection */
    uint64_t base;      /* of the current part's rest */
    uint64_t base_left;
    uint8_t *view; /* the kernel's view of the next bytes */
    uint64_t view_left;
};

struct copy_result {
    uint64_t bytes;
    int from_error; /* 0, -E_FAULT, -E_NOMEM or PAGE_ABSENT: the sender's side stopped the copy */
    int to_error;   /* the same for the receiver's side */
};

/* A copy that stops at preemption points: between two of them it moves at most COPY_STEP_BYTES. */
struct copy {
    struct cursor to;
    struct cursor from;
    struct copy_result result; /* so far */
};

void cursor_init(struct cursor *cursor, struct space *space, uint64_t parts, uint32_t count, uint32_t access);
/* One run of `length` bytes instead of a vector. */
void cursor_init_run(struct cursor *cursor, struct space *space, uint64_t address, uint64_t length, uint32_t access,
                     bool force);
/* Kernel memory; in a struct copy too little to be preempted in: less than COPY_STEP_BYTES, also in pieces. */
void cursor_init_bytes(struct cursor *cursor, void *bytes, uint64_t length);
/* Goes on by `bytes` without copying, or to the end. Returns 0, -E_FAULT, -E_NOMEM or PAGE_ABSENT. */
int cursor_skip(struct kernel *kernel, struct cursor *cursor, uint64_t bytes);
/* Copies until one side ends or fails. */
struct copy_result copy_vectors(struct kernel *kernel, struct cursor *to, struct cursor *from);
/* The same between programs' memory, from where it stands. 0: done. Else what the call has to return, to be made again:
 * SYSCALL_PREEMPTED: the platform wants to be heard; PAGE_ABSENT. */
int64_t copy_run(struct kernel *kernel, struct copy *copy);
/* Full length of a vector: *bytes. -E_INVAL: more than PARTS_MAX parts or MESSAGE_BYTES_MAX; -E_FAULT, -E_NOMEM,
 * PAGE_ABSENT. */
int vector_length(struct kernel *kernel, struct space *space, uint64_t parts, uint32_t count, uint64_t *bytes);

#endif
