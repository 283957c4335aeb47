/* Life of a thread: creation, start, death; suspension, interrupts, attributes. Waiting is in thread_wait.c. */
#include "kernel_state.h"

#include "channel.h"
#include "connection.h"
#include "lending.h"
#include "memory.h"
#include "root.h"
#include "table.h"

#include <abi/errno.h>
#include <kernel/canary.h>

struct plat_context *thread_context(struct thread *thread)
{
    return (struct plat_context *)thread->context;
}

struct plat_space *thread_plat_space(struct thread *thread)
{
    return space_platform(thread->space);
}

struct thread *thread_of_slot(struct kernel *kernel, uint64_t slot)
{
    return slot < kernel->slot_used ? kernel->slots[slot].thread : NULL;
}

static bool slot_is_left(const struct kernel *kernel)
{
    return kernel->slot_free != 0 || kernel->slot_used < THREADS_MAX;
}

static void slot_take(struct kernel *kernel, struct thread *thread)
{
    uint32_t slot;

    if (kernel->slot_free != 0) {
        slot = kernel->slot_free - 1u;
        kernel->slot_free = kernel->slots[slot].next_free;
    } else {
        slot = kernel->slot_used++;
    }
    kernel->slots[slot].thread = thread;
    kernel->slots[slot].serial = ++kernel->thread_serial;
    thread->serial = kernel->thread_serial;
    thread->slot = slot;
}

static void slot_give(struct kernel *kernel, struct thread *thread)
{
    struct thread_slot *slot = &kernel->slots[thread->slot];

    slot->thread = NULL;
    slot->next_free = kernel->slot_free;
    kernel->slot_free = thread->slot + 1u;
}

/* What it holds from the outside. Each is let go by thread_destroy. */
static int thread_attach(struct kernel *kernel, struct thread *thread, const struct thread_arguments *arguments)
{
    uint64_t frame;
    int error = memory_pin(kernel, arguments->control_memory, arguments->control_page, &frame);

    if (error != 0)
        return error;
    thread->control = plat_frame_bytes(kernel, frame);
    if (thread->control == NULL) { /* a device's, that the kernel does not see */
        memory_unpin(kernel, arguments->control_memory, arguments->control_page);
        return -E_INVAL;
    }
    thread->control_memory = arguments->control_memory;
    thread->control_page = arguments->control_page;
    object_reference((struct object *)arguments->control_memory);
    thread->space = arguments->space;
    object_reference((struct object *)arguments->space);
    thread->table = arguments->table;
    object_reference((struct object *)arguments->table);
    thread->scheduling = arguments->scheduling;
    thread->lent = arguments->scheduling;
    if (arguments->scheduling != NULL)
        object_reference(&arguments->scheduling->object);
    thread->exception = arguments->exception;
    if (arguments->exception != NULL) {
        object_reference(&arguments->exception->object);
        connection_handle_added(arguments->exception);
    }
    error = plat_context_create(kernel, thread_context(thread), space_platform(thread->space));
    thread->has_context = error == 0;
    return error;
}

int thread_create(struct kernel *kernel, const struct thread_arguments *arguments, struct thread **thread_out)
{
    struct object *object;
    struct thread *thread;
    int error;

    if (!slot_is_left(kernel))
        return -E_AGAIN;
    error = object_create(kernel, arguments->grant, OBJECT_THREAD, sizeof(struct thread), &object);
    if (error != 0)
        return error;
    thread = (struct thread *)object;
    slot_take(kernel, thread);
    thread->state = THREAD_NEW;
    thread->control_address = arguments->control_address;
    thread->identity = arguments->identity;
    thread->base_priority = arguments->priority;
    thread->priority = arguments->priority;
    thread->deadline.kind = DEADLINE_THREAD;
    prioqueue_init(&thread->served);
    list_init(&thread->lenders);
    thread->message.queue_node.tag = QUEUE_MESSAGE;
    error = thread_attach(kernel, thread, arguments);
    if (error != 0) {
        object_release(kernel, object);
        return error;
    }
    *thread_out = thread;
    return 0;
}

int thread_start(struct kernel *kernel, struct thread *thread, uint64_t pc, uint64_t sp, uint64_t argument)
{
    if (thread->state != THREAD_NEW)
        return -E_INVAL;
    object_reference(&thread->object);
    thread->control->self = thread->control_address;
    thread->control->identity = thread->identity;
    thread->control->transfer_count = 0; /* the page may have been another thread's */
    plat_context_start(kernel, thread_context(thread), pc, sp, argument, thread->control_address);
    thread->state = THREAD_READY;
    trace_record(kernel, TRACE_START, thread, schedule_current(kernel), 0, thread->identity, 0);
    if (!thread->suspended)
        schedule_add(kernel, thread);
    return 0;
}

/* Lets go of all that a thread holds; it is in no queue and will not run again. */
static void thread_detach(struct kernel *kernel, struct thread *thread)
{
    if (thread->has_context)
        plat_context_destroy(kernel, thread_context(thread));
    thread->has_context = false;
    if (thread->control_memory != NULL) {
        memory_unpin(kernel, thread->control_memory, thread->control_page);
        object_release(kernel, (struct object *)thread->control_memory);
    }
    if (thread->exception != NULL) {
        connection_handle_removed(kernel, thread->exception);
        object_release(kernel, &thread->exception->object);
    }
    if (thread->space != NULL)
        object_release(kernel, (struct object *)thread->space);
    if (thread->table != NULL)
        object_release(kernel, (struct object *)thread->table);
    if (thread->scheduling != NULL && !canary(BUDGET_LEAKS))
        object_release(kernel, &thread->scheduling->object);
    thread->scheduling = NULL;
    thread->lent = NULL;
    thread->control_memory = NULL;
    thread->control = NULL;
    thread->exception = NULL;
    thread->space = NULL;
    thread->table = NULL;
}

void thread_destroy(struct kernel *kernel, struct object *object)
{
    struct thread *thread = (struct thread *)object;

    KERNEL_ASSERT(kernel, thread->state == THREAD_NEW || thread->state == THREAD_DEAD);
    thread_detach(kernel, thread);
    slot_give(kernel, thread);
}

static bool table_has_threads(struct kernel *kernel, const struct table *table)
{
    for (uint32_t i = 0; i < kernel->slot_used; i++) {
        const struct thread *thread = kernel->slots[i].thread;

        if (thread != NULL && thread->table == table && thread->state != THREAD_NEW)
            return true;
    }
    return false;
}

/* Handles in a table that no thread uses any more serve nobody, and those to the table itself would keep it. */
static void table_drain(struct kernel *kernel, struct table *table)
{
    int handle;

    message_table_gone(kernel, table);
    for (handle = table_next(table, 0, 0); handle >= 0; handle = table_next(table, handle, 0))
        table_close(kernel, table, handle);
}

static void thread_tell_death(struct kernel *kernel, struct thread *thread)
{
    struct pulse *pulse = &thread->death;

    if (thread->exception == NULL)
        return;
    pulse->owner = PULSE_OF_REFERENCE;
    pulse->holder = &thread->object;
    pulse->code = PULSE_THREAD_DEATH;
    pulse->value = thread->identity;
    pulse->cookie = thread->exception->cookie;
    pulse->identity = thread->identity;
    pulse_send(kernel, thread->exception->channel, pulse, thread->base_priority);
}

void thread_kill(struct kernel *kernel, struct thread *thread)
{
    bool started = thread->state != THREAD_NEW;
    struct table *table = thread->table;

    if (thread->state == THREAD_DEAD)
        return;
    trace_record(kernel, TRACE_END, thread, schedule_current(kernel), 0, 0, 0);
    object_reference(&thread->object);
    thread_unwait(kernel, thread, true);
    schedule_forget(kernel, thread);
    thread->state = THREAD_DEAD;
    thread->doomed = false;
    job_end(kernel, thread);
    message_server_gone(kernel, thread);
    thread->priority = thread->base_priority;
    object_reference((struct object *)table);
    if (started)
        thread_tell_death(kernel, thread);
    thread_detach(kernel, thread);
    if (started && !table_has_threads(kernel, table)) {
        table_drain(kernel, table);
        root_table_gone(kernel, table);
    }
    object_release(kernel, (struct object *)table);
    if (started)
        object_release(kernel, &thread->object);
    object_release(kernel, &thread->object);
}

void thread_doom(struct kernel *kernel, struct thread *thread)
{
    if (thread->doomed || thread->state == THREAD_DEAD || thread->state == THREAD_NEW)
        return;
    thread_unwait(kernel, thread, true);
    schedule_remove(kernel, thread);
    thread->state = THREAD_READY;
    thread->doomed = true;
    list_push_back(&kernel->doomed, &thread->wait_link);
}

void thread_kill_doomed(struct kernel *kernel)
{
    struct list *entry;

    while ((entry = list_pop_front(&kernel->doomed)) != NULL)
        thread_kill(kernel, LIST_ENTRY(entry, struct thread, wait_link));
}

int thread_suspend(struct kernel *kernel, struct thread *thread)
{
    if (thread->state == THREAD_DEAD)
        return -E_SRCH;
    thread->suspended = true;
    if (thread->state == THREAD_READY || thread->state == THREAD_RUNNING) {
        schedule_remove(kernel, thread);
        thread->state = THREAD_READY;
    }
    return 0;
}

int thread_resume(struct kernel *kernel, struct thread *thread)
{
    if (thread->state == THREAD_DEAD)
        return -E_SRCH;
    if (!thread->suspended)
        return 0;
    thread->suspended = false;
    if (thread->state == THREAD_READY && !thread->doomed)
        schedule_add(kernel, thread);
    return 0;
}

void thread_info_get(struct thread *thread, struct thread_info *info)
{
    *info = (struct thread_info){
        .identity = thread->identity,
        .cpu_ns = thread->cpu_ns,
        .state = thread->state,
        .suspended = thread->suspended,
        .base_priority = thread->base_priority,
        .priority = thread->priority,
    };
}

static uint8_t thread_priority_due(struct thread *thread)
{
    struct prioqueue_node *lent = prioqueue_first(&thread->served);

    return lent != NULL && lent->priority > thread->base_priority ? lent->priority : thread->base_priority;
}

/* Who lends it: the first of those whom it serves. */
static void trace_priority(struct kernel *kernel, struct thread *thread, uint8_t due)
{
    struct prioqueue_node *lent = prioqueue_first(&thread->served);
    const struct message *message = lent == NULL ? NULL : LIST_ENTRY(lent, struct message, server_node);
    const struct thread *lender = message == NULL ? NULL : LIST_ENTRY(message, struct thread, message);

    if (lender != NULL && lender->priority <= thread->base_priority)
        lender = NULL;
    trace_record(kernel, TRACE_PRIORITY, thread, lender, 0, due, 0);
}

/* One step of passing a change on along the chain of those who wait for each other: who comes next, or NULL. */
static struct thread *priority_step(struct kernel *kernel, struct thread *thread)
{
    uint8_t due = thread_priority_due(thread);

    if (due == thread->priority)
        return NULL;
    if (kernel->trace.records != NULL)
        trace_priority(kernel, thread, due);
    schedule_priority(kernel, thread, due);
    return message_priority_changed(kernel, thread);
}

/* If the thread waits, by way of others, for itself: the last of them, who lends to it. NULL: it does not, or has
 * nothing lent. */
static struct thread *ring_last(struct thread *thread)
{
    struct thread *last = thread;
    struct thread *slow = thread;
    bool even = false;

    if (thread->priority <= thread->base_priority || canary(RING_KEPT))
        return NULL;
    while (last->message.server != NULL && last->message.server != thread) {
        last = last->message.server;
        if (even)
            slow = slow->message.server;
        even = !even;
        if (slow == last)
            return NULL; /* a ring further on */
    }
    return last->message.server == thread ? last : NULL;
}

/* The highest priority in the ring of `thread` that comes from a thread itself or from outside. */
static uint8_t ring_priority(struct thread *thread, struct thread *last)
{
    struct thread *member = thread;
    uint8_t highest = 0;

    do {
        uint8_t due;

        prioqueue_remove(&last->message.server_node);
        due = thread_priority_due(member);
        prioqueue_push(&member->served, &last->message.server_node, last->priority);
        if (due > highest)
            highest = due;
        last = member;
        member = member->message.server;
    } while (member != thread);
    return highest;
}

/* Where changes begin, whatever they came from: at a member that has the priority already, so that they go on from who
 * waits to whom it waits for; if there is none, at the lowest slot. */
static struct thread *ring_first(struct thread *thread, uint8_t due)
{
    struct thread *first = thread;
    struct thread *member = thread;

    do {
        if (member->priority == due)
            return member;
        if (member->slot < first->slot)
            first = member;
        member = member->message.server;
    } while (member != thread);
    return first;
}

/* Threads that wait for each other in a ring have one priority, and would keep it up when what raised it has gone. */
static void ring_update(struct kernel *kernel, struct thread *thread, struct thread *last)
{
    uint8_t due = ring_priority(thread, last);
    struct thread *first = ring_first(thread, due);
    struct thread *member = first;

    do {
        struct thread *next = member->message.server;

        if (member->priority != due) {
            if (kernel->trace.records != NULL)
                trace_priority(kernel, member, due);
            schedule_priority(kernel, member, due);
            message_priority_changed(kernel, member);
        }
        member = next;
    } while (member != first);
}

void thread_priority_update(struct kernel *kernel, struct thread *thread)
{
    while (thread != NULL) {
        struct thread *last = ring_last(thread);

        if (last != NULL) {
            ring_update(kernel, thread, last);
            return;
        }
        thread = priority_step(kernel, thread);
    }
}

void thread_priority_set(struct kernel *kernel, struct thread *thread, uint8_t priority)
{
    thread->base_priority = priority;
    thread_priority_update(kernel, thread);
}

bool thread_is_still(struct thread *thread)
{
    return thread->state != THREAD_RUNNING && thread->state != THREAD_DEAD;
}

unsigned thread_check(struct kernel *kernel, struct thread *thread)
{
    bool alive = thread->state != THREAD_DEAD;

    if (thread_of_slot(kernel, thread->slot) != thread)
        return 201;
    if (alive != (thread->space != NULL) || alive != (thread->table != NULL) || alive != (thread->control != NULL))
        return 202;
    if (thread->priority != thread_priority_due(thread) || !prioqueue_check(&thread->served))
        return 203;
    if (thread->queued && thread->state != THREAD_READY)
        return 204;
    if (thread->doomed)
        return 205;
    if (thread->deadline.queued && thread->state < THREAD_SEND)
        return 206;
    if (!alive && (thread->message.id != 0 || prioqueue_first(&thread->served) != NULL))
        return 207;
    if (job_check(kernel, thread) != 0)
        return job_check(kernel, thread);
    if (lending_check(thread) != 0)
        return lending_check(thread);
    return message_check(kernel, thread);
}
