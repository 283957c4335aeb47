/* Calls in the middle of a copy. A call that is preempted there returns SYSCALL_PREEMPTED; its thread stays one that
 * may run, and when its turn comes the call is made again with the same arguments, checks them again, and finds its
 * copy where it stood. Messages are always copied on by the thread that receives or answers; a client only waits. A
 * message that is being received or answered is claimed (message.copier): nobody else can receive or answer it
 * meanwhile. If its client leaves, the copier finds it gone. */
#ifndef KERNEL_JOB_H
#define KERNEL_JOB_H

#include "copy.h"
#include "memory.h"

struct kernel;
struct thread;
struct channel;

enum job_kind { JOB_NONE, JOB_RECEIVE, JOB_ANSWER, JOB_ACCESS, JOB_TRANSPORT, JOB_SHOW, JOB_CLONE, JOB_REMAINS };

struct job {
    uint8_t kind;  /* enum job_kind */
    bool answered; /* the call is a reply_receive whose reply is done */
    struct channel *channel; /* where the call receives when it is made again, referenced; NULL: it has not begun to */
    uint64_t message_id;
    uint64_t refused_serial; /* the page that a pager has refused to this call: memory's, */
    uint64_t refused_page;   /* and number; serial 0: none */
    uint64_t remains; /* frames that the call has left behind (remains.h); JOB_REMAINS: it is done but for these */
    struct show show;           /* JOB_SHOW */
    struct space_clone clone;   /* JOB_CLONE */
    struct copy copy;
};

/* Whether the thread's call finds such a copy begun; if not, it has got one now, whose cursors are to be set. */
bool job_resumes(struct thread *thread, enum job_kind kind, uint64_t message_id);
/* The client whose message the thread has claimed, or NULL. */
struct thread *job_client(struct kernel *kernel, struct thread *thread);
/* The thread's call is over or given up: what it has claimed is free again. */
void job_end(struct kernel *kernel, struct thread *thread);
/* The call, when made again, receives from this channel, whatever has become of its handle. NULL: no more. */
void job_hold(struct kernel *kernel, struct thread *thread, struct channel *channel);
/* A new call begins. */
void job_begin(struct thread *thread);
/* The client whose message the thread has claimed is gone. */
void job_client_gone(struct kernel *kernel, struct thread *thread);
/* A blocked thread's call is made again. */
void job_wake(struct kernel *kernel, struct thread *thread);
/* The same for one in receive that has got something to copy: at once if it can be. */
void job_wake_direct(struct kernel *kernel, struct thread *thread);
/* Number of the first broken invariant, or 0. */
unsigned job_check(struct kernel *kernel, struct thread *thread);

#endif
