/* System calls on notifications, words of memory, and time. */
#include "syscall.h"

#include "connection.h"
#include "notification.h"
#include "timer.h"

SYSCALL(notification_create)
{
    struct grant *grant;
    struct notification *notification;
    int error = decode_grant(thread, argument[0], &grant);
    int place = error != 0 ? error : decode_place(kernel, thread);

    if (place < 0)
        return place;
    error = notification_create(kernel, grant, &notification);
    return error != 0 ? error : syscall_give(kernel, thread, place, &notification->object, RIGHTS_ALL);
}

SYSCALL(notification_signal)
{
    struct object *object;
    int error = decode_object(thread, argument[0], OBJECT_NOTIFICATION, RIGHT_SIGNAL, &object);

    if (error == 0)
        notification_signal(kernel, (struct notification *)object, argument[1]);
    return error;
}

SYSCALL(notification_wait)
{
    struct object *object;
    int error = decode_object(thread, argument[0], OBJECT_NOTIFICATION, RIGHT_WAIT, &object);

    return error != 0 ? error
                      : notification_wait(kernel, thread, (struct notification *)object, argument[1], argument[2]);
}

SYSCALL(notification_bind)
{
    struct object *object, *channel;
    int error = decode_object(thread, argument[0], OBJECT_NOTIFICATION, RIGHT_WAIT, &object);

    if (error == -E_ACCES)
        error = decode_object(thread, argument[0], OBJECT_NOTIFICATION, RIGHT_MANAGE, &object);
    if (error == 0)
        error = decode_object(thread, argument[1], OBJECT_CHANNEL, RIGHT_MANAGE, &channel);
    return error != 0 ? error
                      : notification_bind(kernel, (struct notification *)object, (struct channel *)channel,
                                          argument[2]);
}

SYSCALL(address_wait)
{
    return address_wait(kernel, thread, argument[0], (uint32_t)argument[1], argument[2]);
}

SYSCALL(address_wake)
{
    return address_wake(kernel, thread, argument[0], argument[1]);
}

SYSCALL(clock_read)
{
    (void)thread;
    (void)argument;
    return (int64_t)kernel->now_ns;
}

SYSCALL(timer_create)
{
    struct object *connection;
    struct timer *timer;
    struct timer_arguments arguments = {
        .code = (int32_t)argument[2],
        .value = argument[3],
        .priority = thread->base_priority,
        .identity = thread->identity,
    };
    int error = decode_grant(thread, argument[0], &arguments.grant);
    int place;

    if (error == 0)
        error = decode_object(thread, argument[1], OBJECT_CONNECTION, RIGHT_SIGNAL, &connection);
    if (error == 0 && argument[2] > INT32_MAX)
        error = -E_INVAL;
    place = error != 0 ? error : decode_place(kernel, thread);
    if (place < 0)
        return place;
    arguments.connection = (struct connection *)connection;
    error = timer_object_create(kernel, &arguments, &timer);
    return error != 0 ? error : syscall_give(kernel, thread, place, &timer->object, RIGHTS_ALL);
}

SYSCALL(timer_set)
{
    struct object *object;
    int error = decode_object(thread, argument[0], OBJECT_TIMER, RIGHT_MANAGE, &object);

    return error != 0 ? error : timer_set(kernel, (struct timer *)object, argument[1], argument[2]);
}
