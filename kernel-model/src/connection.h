/* Connections: the way into a channel. Each carries a cookie that its maker chose and clients cannot change. When the
 * last handle of one goes (also those in flight, calls in progress and threads whose exceptions go there), its channel
 * gets a close pulse with the cookie. */
#ifndef KERNEL_CONNECTION_H
#define KERNEL_CONNECTION_H

#include "object.h"
#include "pulse.h"

struct channel;

struct connection {
    struct object object;
    struct channel *channel; /* referenced */
    uint64_t cookie;
    uint32_t handles;
    struct pulse close;
};

int connection_create(struct kernel *kernel, struct grant *grant, struct channel *channel, uint64_t cookie,
                      struct connection **connection);
/* Counted like handles: in-flight transfers, calls, threads' exception connections. */
void connection_handle_added(struct connection *connection);
void connection_handle_removed(struct kernel *kernel, struct connection *connection);
unsigned connection_check(struct kernel *kernel, struct connection *connection);

#endif
