/* How threads wait and stop waiting; interrupts and upcalls. */
#include "kernel_state.h"

#include "memory.h"

#include <abi/errno.h>
#include <kernel/canary.h>

int thread_may_block(struct kernel *kernel, struct thread *thread, uint64_t deadline_ns)
{
    if (thread->interrupt_pending) {
        thread->interrupt_pending = false;
        return -E_INTR;
    }
    return deadline_ns <= kernel->now_ns ? -E_TIMEDOUT : 0;
}

void thread_block(struct kernel *kernel, struct thread *thread, enum thread_state state, uint64_t deadline_ns)
{
    trace_record(kernel, TRACE_BLOCK, thread, NULL, 0, state, 0);
    schedule_remove(kernel, thread);
    thread->state = (uint8_t)state;
    if (deadline_ns != DEADLINE_NONE)
        deadline_insert(&kernel->deadlines, &thread->deadline, deadline_ns);
}

void thread_unwait(struct kernel *kernel, struct thread *thread, bool killed)
{
    if (!canary(TIMEOUT_KEPT) || thread->state != THREAD_REPLY)
        deadline_remove(&kernel->deadlines, &thread->deadline);
    list_remove(&thread->wait_link);
    thread->channel = NULL;
    thread->notification = NULL;
    if (thread->key_memory != NULL) {
        object_release(kernel, (struct object *)thread->key_memory);
        thread->key_memory = NULL;
    }
    if (thread->message.id == 0)
        return;
    if (killed)
        message_close_killed(kernel, thread);
    else
        message_close(kernel, thread);
}

void thread_wake_quietly(struct kernel *kernel, struct thread *thread)
{
    thread_unwait(kernel, thread, false);
    thread->state = THREAD_READY;
    if (!thread->suspended)
        schedule_add(kernel, thread);
}

void thread_wake(struct kernel *kernel, struct thread *thread, int64_t result)
{
    plat_context_result(kernel, thread_context(thread), result);
    thread_wake_quietly(kernel, thread);
}

void thread_wake_direct(struct kernel *kernel, struct thread *thread, int64_t result)
{
    plat_context_result(kernel, thread_context(thread), result);
    thread_unwait(kernel, thread, false);
    thread->state = THREAD_READY;
    if (!thread->suspended)
        schedule_add_direct(kernel, thread);
}

/* Whether it is blocked in a call that it can leave at once. */
static bool wait_is_own(const struct thread *thread)
{
    return thread->state == THREAD_RECEIVE || thread->state == THREAD_NOTIFICATION_WAIT ||
           thread->state == THREAD_ADDRESS_WAIT || thread->state == THREAD_SLEEP;
}

void thread_expire(struct kernel *kernel, struct thread *thread)
{
    trace_record(kernel, TRACE_TIMEOUT, thread, NULL, 0, thread->state, 0);
    if (thread->state == THREAD_SEND || thread->state == THREAD_REPLY)
        message_unblock(kernel, thread, -E_TIMEDOUT);
    else if (wait_is_own(thread))
        thread_wake(kernel, thread, thread->state == THREAD_SLEEP ? 0 : -E_TIMEDOUT);
}

int thread_interrupt(struct kernel *kernel, struct thread *thread)
{
    if (thread->state == THREAD_DEAD)
        return -E_SRCH;
    trace_record(kernel, TRACE_SIGNAL, thread, schedule_current(kernel), 0, 0, 0);
    thread->control->interrupted = 1;
    thread->interrupt_pending = true;
    if (wait_is_own(thread)) {
        thread->interrupt_pending = canary(INTERRUPT_TWICE);
        thread_wake(kernel, thread, -E_INTR);
    } else if ((thread->state == THREAD_SEND || thread->state == THREAD_REPLY) && !thread->message.uninterruptible) {
        message_unblock(kernel, thread, -E_INTR);
    }
    return 0;
}

void thread_upcall_try(struct kernel *kernel, struct thread *thread)
{
    struct control *control = thread->control;
    uint64_t stack = thread->control_address + LIBSYS_STACK_OFFSET + LIBSYS_STACK_BYTES;

    if (!thread->interrupt_pending || !thread->upcall_ready || thread->in_call || thread->again)
        return;
    if (kernel->libsys_entry_upcall == 0 || control->in_upcall != 0)
        return;
    if (!plat_context_upcall(kernel, thread_context(thread), &control->upcall_registers, kernel->libsys_entry_upcall,
                             stack))
        return;
    control->upcall_exception = (struct exception_info){0};
    control->in_upcall = 1;
    thread->interrupt_pending = false;
}
