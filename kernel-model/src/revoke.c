/* Revocation in phases: mark and hold what has to go, then take it out of whatever still refers to it, then let go. */
#include "revoke.h"

#include "connection.h"
#include "grant.h"
#include "kernel_state.h"
#include "lending.h"
#include "memory_object.h"
#include "region.h"
#include "scheduling.h"
#include "table.h"
#include "timer.h"
#include "transfer.h"

#include <abi/errno.h>
#include <kernel/canary.h>

static bool is_marked(const void *object)
{
    return object != NULL && ((const struct object *)object)->revoked;
}

static bool is_paid_from(const struct object *object, const struct grant *grant)
{
    for (struct grant *paying = object->grant; paying != NULL; paying = grant_object(paying)->grant) {
        if (paying == grant)
            return true;
    }
    return false;
}

/* Whether it is nothing without an object that goes. */
static bool depends_on_marked(struct object *object)
{
    const struct thread *thread = (const struct thread *)(void *)object;

    switch (object->type) {
    case OBJECT_THREAD:
        return is_marked(thread->space) || is_marked(thread->table) || is_marked(thread->control_memory);
    case OBJECT_TIMER:
        return is_marked(((struct timer *)(void *)object)->connection) && !canary(REVOKE_TIMER);
    case OBJECT_INTERRUPT:
        return is_marked(((struct interrupt *)(void *)object)->connection);
    case OBJECT_SCHEDULING:
        return is_marked(((struct scheduling *)(void *)object)->connection);
    case OBJECT_MEMORY:
        return is_marked(((struct memory *)(void *)object)->pager);
    default:
        return false;
    }
}

static void mark_all(struct kernel *kernel, const struct grant *grant)
{
    bool more = true;

    while (more) {
        more = false;
        LIST_EACH (entry, &kernel->memory.objects) {
            struct object *object = LIST_ENTRY(entry, struct object, link);

            if (object->revoked || (!is_paid_from(object, grant) && !depends_on_marked(object)))
                continue;
            object->revoked = true;
            object_reference(object);
            more = true;
        }
    }
}

static void threads_kill(struct kernel *kernel, const struct thread *caller)
{
    for (uint32_t i = 0; i < kernel->slot_used; i++) {
        struct thread *thread = kernel->slots[i].thread;

        if (is_marked(thread) && thread != caller)
            thread_kill(kernel, thread);
    }
}

static void table_strip(struct kernel *kernel, struct table *table)
{
    struct handle_entry entry;

    for (int handle = table_next(table, 0, 0); handle >= 0; handle = table_next(table, handle + 1, 0)) {
        if (table_entry_get(table, handle, &entry) == 0 && is_marked(entry.object))
            table_close(kernel, table, handle);
    }
}

static void memory_strip(struct kernel *kernel, struct memory *memory)
{
    struct list *first;

    while ((first = list_first(&memory->regions)) != NULL) {
        struct region *region = LIST_ENTRY(first, struct region, memory_link);

        plat_space_unmap(kernel, space_platform(region->space), region->start,
                         (region->end - region->start) >> PAGE_SHIFT);
        if (region->end > MAP_BASE && region->start < region->space->search_from)
            region->space->search_from = region->start > MAP_BASE ? region->start : MAP_BASE;
        region_delete(kernel, region);
    }
}

/* What a thread that stays refers to. */
static void thread_strip(struct kernel *kernel, struct thread *thread)
{
    struct connection *exception = thread->exception;

    if (!canary(REVOKE_IN_FLIGHT))
        transfer_drop_revoked(kernel, &thread->message.transfer);
    if (is_marked(thread->message.connection))
        message_fail(kernel, thread, -E_BADF);
    if (is_marked(thread->job.channel))
        job_hold(kernel, thread, NULL); /* its call, when made again, finds no handle */
    if (is_marked(thread->key_memory))
        thread_wake(kernel, thread, -E_FAULT);
    if (is_marked(thread->scheduling))
        (void)lending_unbind(kernel, thread->scheduling, thread);
    if (is_marked(exception)) {
        thread->exception = NULL;
        connection_handle_removed(kernel, exception);
        object_release(kernel, &exception->object);
    }
}

static void threads_strip(struct kernel *kernel)
{
    for (uint32_t i = 0; i < kernel->slot_used; i++) {
        struct thread *thread = kernel->slots[i].thread;

        if (thread != NULL)
            thread_strip(kernel, thread);
    }
}

enum phase { STRIP, LET_GO };

static void object_act(struct kernel *kernel, struct object *object, enum phase phase)
{
    if (phase == LET_GO && object->revoked) {
        object->revoked = false;
        object_release(kernel, object);
    } else if (phase == STRIP && object->type == OBJECT_TABLE) {
        table_strip(kernel, (struct table *)(void *)object);
    } else if (phase == STRIP && object->type == OBJECT_MEMORY && object->revoked) {
        memory_strip(kernel, (struct memory *)(void *)object);
    }
}

/* Walks all objects; any of them may be destroyed on the way but the one at hand and the next. */
static void objects_act(struct kernel *kernel, enum phase phase)
{
    struct list *head = &kernel->memory.objects;
    struct object *object = LIST_ENTRY(head->next, struct object, link); /* the root grant: there always is one */

    object_reference(object);
    while (object != NULL) {
        struct object *next = NULL;

        object_act(kernel, object, phase);
        if (object->link.next != head) {
            next = LIST_ENTRY(object->link.next, struct object, link);
            object_reference(next);
        }
        object_release(kernel, object);
        object = next;
    }
}

bool revoke_grant(struct kernel *kernel, struct grant *grant, struct thread *caller)
{
    bool caller_goes;

    object_reference(grant_object(grant));
    mark_all(kernel, grant);
    caller_goes = is_marked(caller);
    threads_kill(kernel, caller);
    threads_strip(kernel);
    objects_act(kernel, STRIP);
    objects_act(kernel, LET_GO);
    if (caller_goes)
        thread_kill(kernel, caller);
    object_release(kernel, grant_object(grant));
    return caller_goes;
}
