/* System calls on scheduling contexts. */
#include "syscall.h"

#include "lending.h"

/* -1: nobody is told. */
static int decode_listener(struct thread *thread, uint64_t handle, struct connection **connection)
{
    struct object *object;
    int error;

    *connection = NULL;
    if (handle == UINT64_MAX)
        return 0;
    error = decode_object(thread, handle, OBJECT_CONNECTION, RIGHT_SIGNAL, &object);
    if (error == 0)
        *connection = (struct connection *)object;
    return error;
}

static int decode_scheduling(struct thread *thread, uint64_t handle, struct scheduling **scheduling)
{
    struct object *object;
    int error = decode_object(thread, handle, OBJECT_SCHEDULING, RIGHT_MANAGE, &object);

    if (error == 0)
        *scheduling = (struct scheduling *)object;
    return error;
}

SYSCALL(scheduling_create)
{
    struct scheduling *scheduling;
    struct scheduling_arguments arguments = {
        .budget_ns = argument[1],
        .period_ns = argument[2],
        .code = (int32_t)argument[4],
        .value = argument[5],
        .priority = thread->base_priority,
        .identity = thread->identity,
    };
    int error = decode_grant(thread, argument[0], &arguments.grant);
    int place;

    if (error == 0)
        error = decode_listener(thread, argument[3], &arguments.connection);
    if (error == 0 && argument[4] > INT32_MAX)
        error = -E_INVAL;
    place = error != 0 ? error : decode_place(kernel, thread);
    if (place < 0)
        return place;
    error = scheduling_create(kernel, &arguments, &scheduling);
    return error != 0 ? error : syscall_give(kernel, thread, place, &scheduling->object, RIGHTS_ALL);
}

SYSCALL(scheduling_set)
{
    struct scheduling *scheduling;
    int error = decode_scheduling(thread, argument[0], &scheduling);

    return error != 0 ? error : scheduling_set(kernel, scheduling, argument[1], argument[2]);
}

SYSCALL(scheduling_bind)
{
    struct scheduling *scheduling;
    struct thread *target;
    int error = decode_scheduling(thread, argument[0], &scheduling);

    if (error == 0)
        error = decode_thread(thread, argument[1], RIGHT_MANAGE, &target);
    if (error == 0 && argument[2] > 1)
        error = -E_INVAL;
    if (error == 0 && target->state == THREAD_DEAD)
        error = -E_SRCH;
    if (error != 0)
        return error;
    return argument[2] != 0 ? lending_bind(kernel, scheduling, target) : lending_unbind(kernel, scheduling, target);
}
