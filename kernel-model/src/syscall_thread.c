/* System calls on threads. */
#include "syscall.h"

#include "connection.h"
#include "memory.h"

/* -1: none. */
static int decode_exceptions(struct thread *thread, uint64_t handle, struct connection **connection)
{
    struct object *object;
    int error;

    *connection = NULL;
    if (handle == UINT64_MAX)
        return 0;
    error = decode_object(thread, handle, OBJECT_CONNECTION, 0, &object);
    if (error == 0)
        *connection = (struct connection *)object;
    return error;
}

SYSCALL(thread_create)
{
    struct thread_arguments arguments = {
        .control_address = argument[4],
        .identity = thread->identity,
        .priority = thread->base_priority,
        .scheduling = thread->scheduling,
    };
    struct thread *made;
    int place;
    int error = decode_grant(thread, argument[0], &arguments.grant);

    if (error == 0)
        error = decode_space(thread, argument[1], &arguments.space);
    if (error == 0)
        error = decode_table(thread, argument[2], &arguments.table);
    if (error == 0)
        error = decode_memory(thread, argument[3], RIGHT_READ | RIGHT_WRITE, &arguments.control_memory);
    if (error == 0 && (argument[4] % PAGE_BYTES != 0 || argument[4] < USER_BASE || argument[4] >= USER_END))
        error = -E_INVAL;
    if (error == 0)
        error = decode_exceptions(thread, argument[5], &arguments.exception);
    place = error != 0 ? error : decode_place(kernel, thread);
    if (place < 0)
        return place;
    error = thread_create(kernel, &arguments, &made);
    return error != 0 ? error : syscall_give(kernel, thread, place, &made->object, RIGHTS_ALL);
}

SYSCALL(thread_start)
{
    struct thread *target;
    int error = decode_thread(thread, argument[0], RIGHT_MANAGE, &target);

    return error != 0 ? error : thread_start(kernel, target, argument[1], argument[2], argument[3]);
}

SYSCALL(thread_kill)
{
    struct thread *target;
    int error = decode_thread(thread, argument[0], RIGHT_MANAGE, &target);

    if (error != 0)
        return error;
    thread_kill(kernel, target);
    return target == thread ? SYSCALL_BLOCKED : 0;
}

SYSCALL(thread_suspend)
{
    struct thread *target;
    int error = decode_thread(thread, argument[0], RIGHT_MANAGE, &target);

    return error != 0 ? error : thread_suspend(kernel, target);
}

SYSCALL(thread_resume)
{
    struct thread *target;
    int error = decode_thread(thread, argument[0], RIGHT_MANAGE, &target);

    return error != 0 ? error : thread_resume(kernel, target);
}

SYSCALL(thread_interrupt)
{
    struct thread *target;
    int error = decode_thread(thread, argument[0], RIGHT_MANAGE, &target);

    return error != 0 ? error : thread_interrupt(kernel, target);
}

static int thread_name(struct kernel *kernel, struct thread *thread, struct thread *target, uint64_t address)
{
    uint64_t name[TRACE_NAME_BYTES / sizeof(uint64_t)];
    int error = space_copy_in(kernel, thread->space, name, address, sizeof(name));

    if (error == 0)
        trace_record(kernel, TRACE_NAME, target, NULL, name[0], name[1], 0);
    return error;
}

static int thread_attribute_set(struct kernel *kernel, struct thread *thread, struct thread *target,
                                uint64_t attribute, uint64_t value)
{
    bool authority = decode_authority(thread) == 0;

    switch (attribute) {
    case THREAD_PRIORITY:
        if (value > PRIORITY_MAX)
            return -E_INVAL;
        if (value > thread->base_priority && !authority)
            return -E_PERM;
        thread_priority_set(kernel, target, (uint8_t)value);
        return 0;
    case THREAD_IDENTITY:
        if (!authority)
            return -E_PERM;
        target->identity = value;
        target->control->identity = value;
        trace_record(kernel, TRACE_IDENTITY, target, NULL, 0, value, 0);
        return 0;
    case THREAD_UPCALL_READY:
        if (value > 1)
            return -E_INVAL;
        target->upcall_ready = value != 0;
        return 0;
    case THREAD_NAME:
        return thread_name(kernel, thread, target, value);
    default:
        return -E_INVAL;
    }
}

SYSCALL(thread_set)
{
    struct thread *target;
    int error = decode_thread(thread, argument[0], RIGHT_MANAGE, &target);

    if (error == 0 && target->state == THREAD_DEAD)
        error = -E_SRCH;
    return error != 0 ? error : thread_attribute_set(kernel, thread, target, argument[1], argument[2]);
}

SYSCALL(thread_info)
{
    struct thread *target;
    struct thread_info info;
    int error = decode_thread(thread, argument[0], 0, &target);

    if (error != 0)
        return error;
    thread_info_get(target, &info);
    return space_copy_out(kernel, thread->space, argument[1], &info, sizeof(info));
}

SYSCALL(thread_exit)
{
    (void)argument;
    thread_kill(kernel, thread);
    return SYSCALL_BLOCKED;
}

SYSCALL(thread_yield)
{
    (void)argument;
    (void)thread;
    schedule_yield(kernel);
    return 0;
}

SYSCALL(thread_sleep)
{
    int error = thread_may_block(kernel, thread, argument[0]);

    if (error != 0)
        return error == -E_TIMEDOUT ? 0 : error;
    thread_block(kernel, thread, THREAD_SLEEP, argument[0]);
    return SYSCALL_BLOCKED;
}

SYSCALL(thread_continue)
{
    struct registers registers;
    int error = space_copy_in(kernel, thread->space, &registers, argument[0], sizeof(registers));

    if (error != 0)
        return error;
    plat_context_set(kernel, thread_context(thread), &registers);
    return SYSCALL_BLOCKED;
}

SYSCALL(thread_registers)
{
    struct thread *target;
    struct registers registers;
    int error = decode_thread(thread, argument[0], RIGHT_MANAGE, &target);

    if (error == 0 && (target == thread || !thread_is_still(target)))
        error = -E_BUSY;
    if (error != 0)
        return error;
    if (argument[2] == 0) {
        plat_context_get(kernel, thread_context(target), &registers);
        return space_copy_out(kernel, thread->space, argument[1], &registers, sizeof(registers));
    }
    error = space_copy_in(kernel, thread->space, &registers, argument[1], sizeof(registers));
    if (error == 0 && target->state != THREAD_NEW && target->state != THREAD_READY)
        error = -E_BUSY;
    if (error != 0)
        return error;
    job_end(kernel, target);
    plat_context_set(kernel, thread_context(target), &registers);
    return 0;
}
