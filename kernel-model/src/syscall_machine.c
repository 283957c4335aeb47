/* System calls on devices and the machine. */
#include "syscall.h"

#include "connection.h"
#include "memory.h"

#define LOG_STEP_BYTES 256u
#define LOG_BYTES_MAX 65536u /* of one call */

SYSCALL(interrupt_create)
{
    struct grant *grant;
    struct object *connection;
    struct interrupt *interrupt;
    int place;
    int error = decode_authority(thread);

    if (error == 0)
        error = decode_grant(thread, argument[0], &grant);
    if (error == 0)
        error = decode_object(thread, argument[2], OBJECT_CONNECTION, RIGHT_SIGNAL, &connection);
    if (error == 0 && argument[3] > INT32_MAX)
        error = -E_INVAL;
    if (error == 0 && argument[1] >= INTERRUPTS_MAX)
        error = -E_NOENT;
    place = error != 0 ? error : decode_place(kernel, thread);
    if (place < 0)
        return place;
    error = interrupt_create(kernel, grant, (uint32_t)argument[1], (struct connection *)connection,
                             (int32_t)argument[3], thread->base_priority, &interrupt);
    return error != 0 ? error : syscall_give(kernel, thread, place, &interrupt->object, RIGHTS_ALL);
}

SYSCALL(interrupt_ack)
{
    struct object *object;
    int error = decode_object(thread, argument[0], OBJECT_INTERRUPT, RIGHT_MANAGE, &object);

    if (error == 0)
        interrupt_acknowledge(kernel, (struct interrupt *)object);
    return error;
}

SYSCALL(machine_stop)
{
    int error = decode_authority(thread);

    if (error != 0)
        return error;
    plat_stop(kernel, (int)argument[0]);
    (void)thread_suspend(kernel, thread);
    return SYSCALL_BLOCKED;
}

SYSCALL(log)
{
    uint64_t length = argument[1] < LOG_BYTES_MAX ? argument[1] : LOG_BYTES_MAX;
    char bytes[LOG_STEP_BYTES];

    for (uint64_t done = 0; done < length;) {
        uint64_t step = length - done < sizeof(bytes) ? length - done : sizeof(bytes);
        int error = space_copy_in(kernel, thread->space, bytes, argument[0] + done, step);

        if (error != 0)
            return error;
        plat_log(kernel, bytes, step);
        done += step;
    }
    return (int64_t)length;
}

SYSCALL(kernel_info)
{
    struct kernel_info info;

    if (!remains_clear(kernel)) /* they would be missing from the free pages */
        return SYSCALL_PREEMPTED;
    kernel_info_get(kernel, &info);
    return space_copy_out(kernel, thread->space, argument[0], &info, sizeof(info));
}
