/* System calls on channels, connections, messages and pulses. */
#include "syscall.h"

#include "channel.h"
#include "connection.h"
#include "memory.h"

#include <kernel/canary.h>

SYSCALL(channel_create)
{
    struct grant *grant;
    struct channel *channel;
    int error = decode_grant(thread, argument[0], &grant);
    int place;

    if (error == 0 && (argument[1] > PULSES_MAX || argument[2] > UINT32_MAX))
        error = -E_INVAL;
    place = error != 0 ? error : decode_place(kernel, thread);
    if (place < 0)
        return place;
    error = channel_create(kernel, grant, (uint32_t)argument[1], (uint32_t)argument[2], &channel);
    return error != 0 ? error : syscall_give(kernel, thread, place, &channel->object, RIGHTS_ALL);
}

SYSCALL(connection_create)
{
    struct grant *grant;
    struct object *channel;
    struct connection *connection;
    int error = decode_grant(thread, argument[0], &grant);
    int place;

    if (error == 0)
        error = decode_object(thread, argument[1], OBJECT_CHANNEL, RIGHT_SIGNAL, &channel);
    if (error == 0 && (argument[3] & ~(uint64_t)RIGHTS_ALL) != 0)
        error = -E_INVAL;
    if (error == 0 && ((struct channel *)channel)->dead)
        error = -E_BADF;
    place = error != 0 ? error : decode_place(kernel, thread);
    if (place < 0)
        return place;
    error = connection_create(kernel, grant, (struct channel *)channel, argument[2], &connection);
    return error != 0 ? error
                      : syscall_give(kernel, thread, place, &connection->object, (uint32_t)argument[3]);
}

SYSCALL(call)
{
    struct call_arguments arguments = {
        .connection = (int64_t)argument[0],
        .parts = {argument[1], argument[2]},
        .part_counts = {argument[3] & 0xffffu, argument[3] >> 16 & 0xffffu},
        .flags = (uint32_t)(argument[3] >> 32),
        .deadline_ns = argument[4],
    };

    return message_call(kernel, thread, &arguments);
}

SYSCALL(call_short)
{
    struct call_arguments arguments = {
        .connection = (int64_t)argument[0],
        .words = &argument[1],
        .part_counts = {argument[5] & 0xffu, argument[5] >> 8 & 0xffffffu}, /* nothing may be set above the second */
        .flags = (uint32_t)(argument[5] >> 32),
        .deadline_ns = DEADLINE_NONE,
    };

    return message_call(kernel, thread, &arguments);
}

/* A count as large as no vector may be. */
static uint32_t decode_count(uint64_t count)
{
    return count > PARTS_MAX ? PARTS_MAX + 1u : (uint32_t)count;
}

SYSCALL(receive)
{
    struct vector_arguments vector = {.parts = argument[1], .count = decode_count(argument[2])};

    return message_receive(kernel, thread, (int64_t)argument[0], &vector, argument[3]);
}

SYSCALL(reply)
{
    struct vector_arguments vector = {.parts = argument[2], .count = decode_count(argument[3])};

    return message_reply(kernel, thread, argument[0], (int64_t)argument[1], &vector, false);
}

SYSCALL(reply_short)
{
    struct vector_arguments words = {.words = &argument[2], .count = argument[1] & 0xffu};

    return message_reply(kernel, thread, argument[0], (int64_t)argument[1] >> 8, &words, false);
}

/* Whether the channel is good; a call that has begun to receive has it in its job. */
static int reply_channel_check(struct thread *thread, uint64_t handle)
{
    struct object *channel;

    return thread->job.channel != NULL ? 0 : decode_object(thread, handle, OBJECT_CHANNEL, RIGHT_MANAGE, &channel);
}

/* Given that the channel is good: answers the message, unless the ID is 0 or it has been done, and receives there. */
static int64_t reply_and_receive(struct kernel *kernel, struct thread *thread, uint64_t id, int64_t status,
                                 const struct vector_arguments *reply, uint64_t channel,
                                 const struct vector_arguments *receive)
{
    int64_t result = 0;

    if (id != 0 && !thread->job.answered) {
        result = message_reply(kernel, thread, id, status, reply, true);
        thread->job.answered = result >= 0 && !canary(ANSWERED_TWICE);
    }
    return result < 0 ? result : message_receive(kernel, thread, (int64_t)channel, receive, DEADLINE_NONE);
}

SYSCALL(reply_receive)
{
    struct vector_arguments reply = {.parts = argument[2], .count = argument[3] & 0xffffu};
    struct vector_arguments receive = {.parts = argument[4], .count = argument[3] >> 16 & 0xffffu};
    int error = reply_channel_check(thread, argument[5]);

    if (error == 0 && receive.count > PARTS_MAX)
        error = -E_INVAL;
    if (error != 0)
        return error;
    return reply_and_receive(kernel, thread, argument[0], (int64_t)argument[1], &reply, argument[5], &receive);
}

SYSCALL(reply_receive_short)
{
    struct vector_arguments words = {.words = &argument[2], .count = argument[1] & 0xffu};
    struct vector_arguments receive = {.count = 0};
    uint64_t handle = argument[1] >> 8 & REPLY_RECEIVE_SHORT_CHANNELS;
    int error = reply_channel_check(thread, handle);

    if (error == 0 && words.count > MESSAGE_WORDS_MAX)
        error = -E_INVAL;
    if (error != 0)
        return error;
    return reply_and_receive(kernel, thread, argument[0], (int64_t)argument[1] >> 32, &words, handle, &receive);
}

SYSCALL(message_read)
{
    struct vector_arguments vector = {.parts = argument[2], .count = decode_count(argument[3])};

    return message_access(kernel, thread, argument[0], 0, argument[1], &vector);
}

SYSCALL(message_write)
{
    struct vector_arguments vector = {.parts = argument[2], .count = decode_count(argument[3])};

    return message_access(kernel, thread, argument[0], 1, argument[1], &vector);
}

SYSCALL(pulse)
{
    struct object *object;
    struct connection *connection;
    struct pulse model;
    int64_t code = (int64_t)argument[1];
    int64_t priority = (int64_t)argument[3];
    int error = decode_object(thread, argument[0], OBJECT_CONNECTION, RIGHT_SIGNAL, &object);

    if (error != 0)
        return error;
    if (code < 0 || code > INT32_MAX || priority < -1 || priority > (int64_t)PRIORITY_MAX)
        return -E_INVAL;
    if (priority > thread->priority)
        return -E_PERM;
    connection = (struct connection *)object;
    model.code = (int32_t)code; /* this is all that is looked at, and the rest is large */
    model.value = argument[2];
    model.cookie = connection->cookie;
    model.identity = thread->identity;
    return pulse_send_user(kernel, connection->channel, &model, priority < 0 ? thread->priority : (uint8_t)priority);
}

SYSCALL(connection_info)
{
    struct object *channel, *object;
    struct connection *connection;
    int error = decode_object(thread, argument[0], OBJECT_CHANNEL, RIGHT_MANAGE, &channel);

    if (error == 0)
        error = decode_object(thread, argument[1], OBJECT_CONNECTION, 0, &object);
    if (error != 0)
        return error;
    connection = (struct connection *)object;
    if (&connection->channel->object != channel)
        return -E_INVAL;
    return space_copy_out(kernel, thread->space, argument[2], &connection->cookie, sizeof(connection->cookie));
}
