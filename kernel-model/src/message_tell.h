/* What a server is told of a message, by the general way and by the short one. */
#ifndef KERNEL_MESSAGE_TELL_H
#define KERNEL_MESSAGE_TELL_H

#include "connection.h"
#include "message.h"
#include "thread.h"

/* Of the client's message, in the server's control page. No handles: whoever delivers some counts them there then. */
static inline void message_tell(const struct thread *client, struct thread *server, enum received_kind kind,
                                uint64_t received_bytes, uint32_t word_count)
{
    const struct message *message = &client->message;
    struct receive_info *info = &server->control->info;

    info->kind = kind;
    info->pulse_code = 0;
    info->pulse_value = 0;
    info->message_id = message->id;
    info->cookie = message->connection->cookie;
    info->identity = client->identity;
    info->send_bytes = message->bytes[0];
    info->reply_bytes = message->bytes[1];
    info->received_bytes = received_bytes;
    info->rights = message->rights;
    info->priority = client->priority;
    info->handle_count = 0;
    info->word_count = word_count;
}

#endif
