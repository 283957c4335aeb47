/* Connections and their close pulses. */
#include "connection.h"

#include "channel.h"
#include "kernel_state.h"

#include <kernel/canary.h>

int connection_create(struct kernel *kernel, struct grant *grant, struct channel *channel, uint64_t cookie,
                      struct connection **connection_out)
{
    struct object *object;
    struct connection *connection;
    int error = object_create(kernel, grant, OBJECT_CONNECTION, sizeof(struct connection), &object);

    if (error != 0)
        return error;
    connection = (struct connection *)object;
    connection->channel = channel;
    connection->cookie = cookie;
    object_reference(&channel->object);
    *connection_out = connection;
    return 0;
}

void connection_destroy(struct kernel *kernel, struct object *object)
{
    struct connection *connection = (struct connection *)object;

    object_release(kernel, &connection->channel->object);
}

void connection_handle_added(struct connection *connection)
{
    connection->handles++;
}

void connection_handle_removed(struct kernel *kernel, struct connection *connection)
{
    struct pulse *pulse = &connection->close;
    const struct thread *closer = kernel->closer != NULL ? kernel->closer : schedule_current(kernel);

    KERNEL_ASSERT(kernel, connection->handles > 0);
    if (--connection->handles > 0 || (canary(CLOSE_LOST) && closer == NULL))
        return;
    pulse->owner = PULSE_OF_REFERENCE;
    pulse->holder = &connection->object;
    pulse->code = PULSE_CLOSE;
    pulse->value = connection->cookie;
    pulse->cookie = connection->cookie;
    pulse->identity = closer != NULL ? closer->identity : 0;
    pulse_send(kernel, connection->channel, pulse, closer != NULL ? closer->base_priority : 0);
}

unsigned connection_check(struct kernel *kernel, struct connection *connection)
{
    (void)kernel;
    if (connection->close.node.queued && connection->handles != 0)
        return 601;
    if (connection->close.node.queued && connection->close.channel != connection->channel)
        return 602;
    return connection->object.references < connection->handles ? 603 : 0;
}
