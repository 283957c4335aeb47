/* Signals: actions of the process, masks of its threads, delivery. The root server keeps what is pending; the library
 * fetches it when the kernel says so (control.interrupted, upcalls), and takes it: by a handler of the program, on a
 * frame that looks like Linux's, or by the default action.
 *
 * Masks: bit n-1 is signal n. SIGKILL and SIGSTOP are never blocked. */
#ifndef POSIX_SIGNALS_H
#define POSIX_SIGNALS_H

#include "foreign.h"
#include "signal_frame.h"
#include "state.h"

#include <proto/root.h>

#include <stdbool.h>
#include <stdint.h>

enum {
    SIGNAL_ILL = 4,
    SIGNAL_TRAP = 5,
    SIGNAL_BUS = 7,
    SIGNAL_FPE = 8,
    SIGNAL_KILL = 9,
    SIGNAL_SEGV = 11,
    SIGNAL_PIPE = 13,
    SIGNAL_CHLD = 17,
    SIGNAL_STOP = 19,
    SIGNAL_SYS = 31
};
#define SIGNAL_BIT(signal) (1ull << ((signal)-1))

#define SIGNAL_HANDLER_DEFAULT 0u
#define SIGNAL_HANDLER_IGNORE 1u

/* Linux's numbers. */
#define ACTION_NO_CHILD_STOP 1u
#define ACTION_NO_CHILD_WAIT 2u
#define ACTION_RESTORER 0x04000000u
#define ACTION_ON_STACK 0x08000000u
#define ACTION_RESTART 0x10000000u
#define ACTION_NO_DEFER 0x40000000u
#define ACTION_RESET 0x80000000u

#define MASK_BLOCK 0u
#define MASK_UNBLOCK 1u
#define MASK_SET 2u

#define ALTSTACK_ON 1u
#define ALTSTACK_DISABLE 2u
#define ALTSTACK_AUTO_DISARM 0x80000000u

/* Exchanges an action; action or old may be NULL. -E_INVAL: no such signal, or one that cannot be caught. */
int signal_action_exchange(int signal, const struct signal_action *action, struct signal_action *old);
/* Changes the thread's mask (how: MASK_*), returns the old one. Signals that this unblocks are delivered when the
 * foreign call returns. */
uint64_t signal_mask_change(unsigned how, uint64_t mask);
uint64_t signal_mask_get(void);
/* Waits until a signal is delivered, with `mask` in place of the thread's meanwhile. Always -E_INTR. */
int signal_suspend(uint64_t mask);
/* A mask in place of the thread's for the rest of this foreign call; the old one comes back once signals were let in.
 */
void signal_mask_lend(uint64_t mask);
/* After an -E_INTR: whether a signal is there to be delivered when the foreign call ends; if not, it may go on. */
bool signal_is_due(void);
/* Pending and blocked, for sigpending. */
uint64_t signal_pending(void);
struct signal_stack {
    uint64_t base, bytes;
    uint32_t flags; /* ALTSTACK_* */
};
/* Makes it the thread's alternative stack; ALTSTACK_DISABLE: there is none. */
void signal_stack_set(const struct signal_stack *stack);
/* Exchanges the alternative stack; `sp` is the caller's. -E_INVAL: flags; -E_NOMEM: too small; -E_PERM: in use. */
int signal_stack_exchange(const struct signal_stack *stack, struct signal_stack *old, uint64_t sp);
/* Takes one of the pending signals in `set` without a handler; they should be blocked. Returns the signal;
 * -E_AGAIN: deadline; -E_INTR: another one wants in. Blocks. */
int signal_wait(uint64_t set, struct signal_record *record, uint64_t deadline_ns);
/* Serves sigreturn: the frame's registers hold the stack pointer where a handler returned to. */
_Noreturn void signal_return(const struct foreign_frame *frame);
/* Has the signal's default action taken on this process; returns if that was to do nothing or to stop. */
void signal_default_take(int signal);
/* Sends a signal to the calling thread. */
void signal_raise(int signal);

/* Leaves a foreign call: lets signals in, with `result` as the call's. May not return here but resume elsewhere;
 * otherwise frame->registers are ready to be resumed. */
void foreign_leave(struct foreign_frame *frame, int64_t result);
/* Lets signals in at these registers; the caller then continues with them. Returns whether a handler was set up. */
bool signal_deliver(struct registers *registers, const struct exception_info *exception);
/* The frame part: sets up a handler's call. False: the stack is bad. */
bool signal_frame_push(struct registers *registers, const struct signal_record *record,
                       const struct signal_action *action, uint64_t mask);
/* The reverse: restores registers, mask, alternative stack and vector state from a frame. False: it is bad. */
bool signal_frame_pop(uint64_t sp, struct registers *registers);
/* Whether a stack pointer is on the thread's alternative stack. */
bool signal_stack_holds(const struct thread_data *thread, uint64_t sp);
/* Takes the next signal to deliver, if there is one; the root server is asked only if there may be. */
bool signal_take(struct signal_record *record);

/* Ignored signals of this process, for a new program's state. */
void signal_actions_inherit(struct process_state *state);
/* In a new thread or program, and in a fork's child. */
void signal_thread_started(void);
void signal_forked(void);

#endif
