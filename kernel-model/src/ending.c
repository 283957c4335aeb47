/* Endings: the stack, and who works on it when. What each kind of object does in a step is in its own file. */
#include "ending.h"

#include <kernel/platform.h>

#include "channel.h"
#include "kernel_state.h"
#include "memory.h"
#include "notification.h"
#include "table.h"

#define SLICE_STEPS 4u     /* between two preemption points */
#define SLICES_AT_ONCE 32u /* before it is asked who is to run */

static void ending_push(struct kernel *kernel, struct object *object)
{
    struct endings *endings = &kernel->memory.endings;
    const struct thread *current = schedule_current(kernel);
    uint8_t priority = endings->working || current == NULL ? endings->priority : current->priority;

    if (endings->first != NULL && endings->first->end_priority > priority)
        priority = endings->first->end_priority;
    object->ends = true;
    object->end_priority = priority;
    object->ending = endings->first;
    endings->first = object;
    kernel->fast = false;
    if (!endings->working)
        endings_work(kernel, priority);
}

void ending_begin(struct kernel *kernel, struct object *object)
{
    if (object->ends)
        return;
    object_reference(object);
    ending_push(kernel, object);
}

void ending_bury(struct kernel *kernel, struct object *object)
{
    ending_push(kernel, object);
}

struct endings endings_hold(struct kernel *kernel, uint8_t priority)
{
    struct endings *endings = &kernel->memory.endings;
    const struct thread *current = schedule_current(kernel);
    struct endings before = *endings;

    if (!endings->working)
        endings->priority = current == NULL ? 0 : current->priority;
    if (priority > endings->priority)
        endings->priority = priority;
    endings->working = true;
    return before;
}

void endings_let(struct kernel *kernel, const struct endings *before)
{
    struct endings *endings = &kernel->memory.endings;
    uint8_t priority = endings->priority;

    endings->working = before->working;
    endings->priority = before->priority;
    if (!endings->working)
        endings_work(kernel, priority);
}

/* Does a bounded part of what the object's end takes, if there is any left. */
static bool object_end_some(struct kernel *kernel, struct object *object)
{
    switch (object->type) {
    case OBJECT_TABLE:
        return table_end_some(kernel, (struct table *)(void *)object);
    case OBJECT_SPACE:
        return space_end_some(kernel, (struct space *)(void *)object);
    case OBJECT_CHANNEL:
        return channel_end_some(kernel, (struct channel *)(void *)object);
    case OBJECT_NOTIFICATION:
        return notification_end_some(kernel, (struct notification *)(void *)object);
    case OBJECT_THREAD:
        return message_server_forget(kernel, (struct thread *)(void *)object);
    default:
        return false;
    }
}

static void ending_step(struct kernel *kernel)
{
    struct endings *endings = &kernel->memory.endings;
    struct object *object = endings->first;

    endings->priority = object->end_priority;
    if (object_end_some(kernel, object))
        return;
    endings->first = object->ending;
    object->ending = NULL;
    object->ends = false;
    if (object->references > 0)
        object_release(kernel, object);
    else
        object_destroy(kernel, object);
}

bool endings_slice(struct kernel *kernel)
{
    struct endings *endings = &kernel->memory.endings;

    KERNEL_ASSERT(kernel, !endings->working);
    endings->working = true;
    for (unsigned steps = 0; endings->first != NULL && steps < SLICE_STEPS; steps++)
        ending_step(kernel);
    endings->working = false;
    endings->priority = 0;
    if (endings->first != NULL)
        return !plat_preempt_pending(kernel, 0);
    endings->least = 0;
    kernel_fast_update(kernel);
    return true;
}

static uint8_t endings_priority(const struct endings *endings)
{
    return endings->first->end_priority > endings->least ? endings->first->end_priority : endings->least;
}

void endings_work(struct kernel *kernel, uint8_t priority)
{
    struct endings *endings = &kernel->memory.endings;

    for (unsigned slices = 0; slices < SLICES_AT_ONCE; slices++) {
        if (endings->first == NULL || endings_priority(endings) < priority || !endings_slice(kernel))
            return;
    }
}

bool endings_go_first(const struct kernel *kernel, int priority)
{
    const struct endings *endings = &kernel->memory.endings;

    return endings->first != NULL && endings_priority(endings) >= priority;
}

bool endings_are_over(struct kernel *kernel, uint8_t priority)
{
    struct endings *endings = &kernel->memory.endings;

    if (endings->first == NULL)
        return true;
    if (priority > endings->least)
        endings->least = priority;
    return false;
}

void endings_clear(struct kernel *kernel)
{
    while (kernel->memory.endings.first != NULL)
        (void)endings_slice(kernel);
}

void endings_check(struct kernel *kernel)
{
    struct endings *endings = &kernel->memory.endings;
    uint8_t priority = PRIORITY_MAX;

    KERNEL_ASSERT(kernel, !endings->working && (endings->first != NULL || endings->least == 0));
    KERNEL_ASSERT(kernel, endings->first == NULL || !kernel->fast);
    for (struct object *object = endings->first; object != NULL; object = object->ending) {
        KERNEL_ASSERT(kernel, object->ends && object->end_priority <= priority);
        priority = object->end_priority;
        if (object->references > 0)
            object_recount(object);
    }
}
