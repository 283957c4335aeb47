/* What the library remembers: per process (at LIBSYS_DATA_BASE) and per thread (behind the kernel's part of the control
 * page). The image has no writable data of its own. Linked mode supplies process_state and sys_control differently.
 *
 * A fork copies the process state; exec and spawn start with a fresh one, filled by the creator as far as it is not
 * zero. All of it is protected by `lock`, except where a field says otherwise. */
#ifndef LIBSYS_STATE_H
#define LIBSYS_STATE_H

#include <proto/root.h>
#include <sys/call.h>
#include <sys/start.h>

#define SIGNALS_MAX 64u
#define THREAD_AREA_WORDS (THREADS_PER_SPACE_MAX / 64u)

struct signal_action { /* Linux's numbers and meanings */
    uint64_t handler;  /* SIGNAL_HANDLER_* or an address */
    uint64_t flags;    /* SA_* */
    uint64_t restorer;
    uint64_t mask;
};

struct process_state {
    struct start_block start;
    uint32_t lock; /* 0 free, 1 held, 2 held and waited for */
    uint32_t thread_count;
    uint64_t brk_now, brk_mapped;       /* the heap: start.brk to brk_now; mapped: its end, page-aligned */
    uint64_t vector_mask, vector_bytes; /* of signal frames, the architecture's; 0: not found out yet */
    uint64_t ignored_told, caught_told; /* what the root server was told last */
    uint32_t flags_told;
    uint32_t told;
    uint64_t area_used[THREAD_AREA_WORDS];   /* thread areas in use; see thread_area.c */
    uint64_t area_mapped[THREAD_AREA_WORDS]; /* their memory is there */
    uint64_t foreign_logged[16];             /* unknown foreign calls that were logged: a bit each */
    struct signal_action actions[SIGNALS_MAX + 1];
};
_Static_assert(sizeof(struct process_state) <= LIBSYS_DATA_BYTES, "process state outgrew its place");

struct thread_data {
    uint64_t guard;     /* first, for the assembler: foreign_guard's; 0: no foreign call is being served */
    uint32_t area;      /* index of this thread's area */
    uint32_t mask_lent; /* mask_old is to be put back when signals were let in */
    uint64_t mask;      /* blocked signals: bit n-1 is signal n */
    uint64_t mask_old;
    uint64_t look;                    /* not 0: the root server may have more signals */
    uint64_t upcall_ready;            /* the kernel was told that it may divert this thread */
    uint64_t clear_tid;               /* address to clear and wake at exit; 0: none */
    uint64_t stack_base, stack_bytes; /* mapping to drop at exit (os_thread_create); 0: none */
    uint64_t altstack_base, altstack_bytes;
    uint32_t altstack_flags;
    int32_t notification;       /* of polls; 0: none yet */
    uint64_t entry, argument;   /* start of os_thread_create's threads */
    uint64_t set_tid;           /* where clone's threads write their tid first; 0: nowhere */
    uint64_t mask_told;         /* the root server's idea of the mask */
    struct registers start;     /* start of clone's threads */
    struct signal_record noted; /* fetched, not delivered yet; signal 0: none */
};
_Static_assert(sizeof(struct thread_data) <= PAGE_BYTES - CONTROL_KERNEL_BYTES, "thread state outgrew its place");

struct process_state *process_state(void);

static inline struct thread_data *thread_state(void)
{
    return (struct thread_data *)((uintptr_t)sys_control() + CONTROL_KERNEL_BYTES);
}

/* The process lock. Held for short sections only, never across a call that waits. Blocks. */
void process_lock(void);
void process_unlock(void);

#endif
