/* The control page of a thread: one page that the thread and the kernel both write. The kernel trusts nothing in it:
 * it reads each word once and checks it. The thread finds it through its control register (gs on x86_64,
 * TPIDRRO_EL0 on aarch64), which the kernel sets to its address at start. */
#ifndef ABI_CONTROL_H
#define ABI_CONTROL_H

#include <abi/limits.h>
#include <abi/registers.h>
#include <abi/types.h>

#define CONTROL_KERNEL_BYTES 1024u

struct exception_info {
    uint32_t kind;   /* enum exception_kind */
    uint32_t access; /* faults: ACCESS_* */
    uint64_t address;
};

/* An exception message as its handler receives it. */
struct exception_message {
    struct exception_info info;
    struct registers registers;
};

struct control {
    /* Part 1: the kernel's. */
    uint64_t self;        /* address of this page, written at start */
    uint64_t identity;    /* of the thread, as in receive_info */
    uint32_t interrupted; /* set by thread_interrupt, cleared by the library once it has looked for signals */
    uint32_t in_upcall;   /* set by the kernel with upcall_registers; cleared by the library when it has taken them */
    struct receive_info info;
    uint32_t transfer_count; /* in: handles to send with the next call, reply or reply_receive; the kernel zeroes it */
    int32_t receive_base;    /* in: received handles go to the lowest free places at or above this */
    struct transfer transfer[TRANSFER_MAX];
    int32_t received_handles[TRANSFER_MAX]; /* out */
    struct exception_info upcall_exception; /* kind 0: an interrupt, no exception */
    struct registers upcall_registers;
    uint64_t words[MESSAGE_WORDS_MAX]; /* out: of a short message received or the answer to one; 0 where none came */
    /* Part 2, from CONTROL_KERNEL_BYTES: the system library's own; the kernel never looks there. */
};

_Static_assert(sizeof(struct control) <= CONTROL_KERNEL_BYTES, "control part 1 outgrew its place");

/* Header of the system library's image, at LIBSYS_BASE. All addresses are absolute. */
#define LIBSYS_MAGIC 0x31534c4e4f544142ull /* "BATONLS1" */
struct libsys_header {
    uint64_t magic;
    uint64_t image_bytes;
    uint64_t entry_upcall;  /* kernel diverts here; registers are in the control page; stack: the system stack's top */
    uint64_t entry_foreign; /* sim: the SIGSYS handler */
    uint64_t entry_start;   /* first thread of a process: argument = whatever its creator said */
    uint64_t table_count;
    uint64_t table;       /* address of the function table of native programs */
    /* A thread that touched a bad address inside the image goes on here, by the exception handler's choice: first
     * argument the address, second the pc; other registers as they were. */
    uint64_t entry_fault;
};

#endif
