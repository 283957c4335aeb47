/* Short calls and answers, all checks first; see message_fast.h. Bytes: copy_fast.h. */
#include "message_fast.h"

#include "channel.h"
#include "connection.h"
#include "copy_fast.h"
#include "kernel_state.h"
#include "lending.h"
#include "table.h"

#define WORD_BYTES sizeof(uint64_t)

/* A list's entry that is in a list leaves it. */
static inline void entry_unlink(struct list *entry)
{
    entry->previous->next = entry->next;
    entry->next->previous = entry->previous;
    entry->next = NULL;
}

/* Whether a thread that calls or answers does so in a plain way. */
static inline bool caller_is_plain(const struct kernel *kernel, const struct thread *thread)
{
    return kernel->cpu[0].direct == NULL && !thread->again && !thread->interrupt_pending && thread->lent == NULL &&
           thread->control->transfer_count == 0;
}

/* The thread that the call wakes at once; NULL: it is not so simple. */
static inline struct thread *call_receiver(struct thread *thread, uint64_t handle, const struct handle_entry **entry)
{
    const struct handle_entry *found = table_place(thread->table, handle);
    struct list *first;
    struct thread *server;
    struct channel *channel;

    if (found == NULL || found->object == NULL || found->object->type != OBJECT_CONNECTION ||
        (found->rights & (RIGHT_READ | RIGHT_WRITE)) == 0)
        return NULL;
    *entry = found;
    channel = ((struct connection *)found->object)->channel;
    first = channel->receivers.next;
    if (first == &channel->receivers)
        return NULL;
    server = LIST_ENTRY(first, struct thread, wait_link);
    return server->suspended || server->lent != NULL ? NULL : server;
}

/* The message lends its priority to the server, which is blocked or runs and waits for nobody. */
static inline void lend_priority(struct thread *client, struct thread *server)
{
    struct prioqueue_node *node = &client->message.server_node;
    struct list *levels = &server->served.levels;

    client->message.server = server;
    if (!list_is_empty(levels)) {
        prioqueue_push(&server->served, node, client->priority);
    } else {
        list_init(&node->peers);
        list_push_back(levels, &node->level);
        node->priority = client->priority;
        node->leader = true;
        node->queued = true;
    }
    if (server->priority < client->priority)
        server->priority = client->priority;
}

static inline void unlend_priority(struct thread *client, struct thread *server)
{
    struct prioqueue_node *node = &client->message.server_node;
    struct list *levels = &server->served.levels;

    client->message.server = NULL;
    if (levels->next == &node->level && levels->previous == &node->level && !list_is_linked(&node->peers)) {
        list_init(levels);
        node->level.next = NULL;
        node->leader = false;
        node->queued = false;
        server->priority = server->base_priority;
        return;
    }
    prioqueue_remove(node);
    node = prioqueue_first(&server->served);
    server->priority = node != NULL && node->priority > server->base_priority ? node->priority : server->base_priority;
}

/* The call is made: from here on nothing can fail. The client waits for an answer, the server runs next. */
static inline void call_commit(struct kernel *kernel, struct thread *thread, struct thread *server,
                               const struct handle_entry *entry, bool uninterruptible)
{
    struct message *message = &thread->message;
    struct thread_slot *slot = &kernel->slots[thread->slot];
    struct connection *connection = (struct connection *)entry->object;
    struct channel *channel = connection->channel;

    slot->generation++;
    KERNEL_ASSERT(kernel, slot->generation <= MESSAGE_GENERATION_MAX);
    message->id = slot->generation << MESSAGE_SLOT_BITS | thread->slot;
    message->connection = connection;
    message->channel = channel;
    message->table = server->table;
    message->rights = entry->rights;
    message->kind = RECEIVED_MESSAGE;
    message->uninterruptible = uninterruptible;
    message->unblocking = false;
    connection->object.references++;
    connection->handles++;
    list_push_back(&channel->unanswered, &message->unanswered_link);
    list_push_front(&server->lenders, &message->lender_link);
    server->own_work = false;
    thread->state = THREAD_REPLY;
    thread->in_call = true;
    lend_priority(thread, server);
    entry_unlink(&server->wait_link);
    server->channel = NULL;
    if (server->deadline.queued)
        deadline_remove(&kernel->deadlines, &server->deadline);
    server->state = THREAD_READY;
    kernel->cpu[0].current = NULL;
    kernel->cpu[0].direct = server;
    plat_context_result(kernel, thread_context(server), 0);
}

/* What the server is told. */
static inline void call_tell(const struct thread *thread, struct thread *server, uint64_t received_bytes,
                             uint32_t word_count)
{
    const struct message *message = &thread->message;
    struct receive_info *info = &server->control->info;

    info->kind = RECEIVED_MESSAGE;
    info->pulse_code = 0;
    info->pulse_value = 0;
    info->message_id = message->id;
    info->cookie = message->connection->cookie;
    info->identity = thread->identity;
    info->send_bytes = message->bytes[0];
    info->reply_bytes = message->bytes[1];
    info->received_bytes = received_bytes;
    info->rights = message->rights;
    info->priority = thread->priority;
    info->handle_count = 0;
    info->word_count = word_count;
}

#define SHORT_COUNTS (7u | 7u << 8 | (uint64_t)CALL_UNINTERRUPTIBLE << 32)

static bool call_short(struct kernel *kernel, struct thread *thread, const uint64_t *argument)
{
    const struct handle_entry *entry;
    struct message *message = &thread->message;
    uint64_t counts = argument[5];
    uint32_t sent = counts & 0xffu;
    uint32_t wanted = counts >> 8 & 0xffu;
    struct thread *server;
    struct control *control;

    if ((counts & ~SHORT_COUNTS) != 0 || sent > MESSAGE_WORDS_MAX || wanted > MESSAGE_WORDS_MAX ||
        !caller_is_plain(kernel, thread))
        return false;
    server = call_receiver(thread, argument[0], &entry);
    if (server == NULL || server->receive_vector.count != 0)
        return false;
    control = server->control;
    for (unsigned i = 0; i < MESSAGE_WORDS_MAX; i++) {
        uint64_t word = i < sent ? argument[1 + i] : 0;

        message->words[0][i] = word;
        message->words[1][i] = 0;
        control->words[i] = word;
    }
    message->is_short = true;
    message->bytes[0] = sent * WORD_BYTES;
    message->bytes[1] = wanted * WORD_BYTES;
    call_commit(kernel, thread, server, entry, counts >> 32 != 0);
    call_tell(thread, server, sent * WORD_BYTES, sent);
    return true;
}

static bool call(struct kernel *kernel, struct thread *thread, const uint64_t *argument)
{
    const struct handle_entry *entry;
    struct message *message = &thread->message;
    uint64_t counts = argument[3];
    struct copy_side from, to;
    struct thread *server;
    uint64_t reply_bytes;

    if ((counts >> 32 & ~(uint64_t)CALL_UNINTERRUPTIBLE) != 0 || argument[4] <= kernel->now_ns ||
        !caller_is_plain(kernel, thread))
        return false;
    server = call_receiver(thread, argument[0], &entry);
    if (server == NULL)
        return false;
    if (!copy_side_read(kernel, thread->space, argument[1], counts & 0xffffu, &from) ||
        !copy_side_length(kernel, thread->space, argument[2], counts >> 16 & 0xffffu, &reply_bytes) ||
        !copy_side_read(kernel, server->space, server->receive_vector.parts, server->receive_vector.count, &to))
        return false;
    if (((from.bytes | reply_bytes) >= MESSAGE_BYTES_MAX) || !copy_fast(kernel, &to, &from))
        return false;
    message->parts[0] = argument[1];
    message->parts[1] = argument[2];
    message->part_counts[0] = counts & 0xffffu;
    message->part_counts[1] = counts >> 16 & 0xffffu;
    message->bytes[0] = from.bytes;
    message->bytes[1] = reply_bytes;
    message->is_short = false;
    call_commit(kernel, thread, server, entry, counts >> 32 != 0);
    if (argument[4] != DEADLINE_NONE)
        deadline_insert(&kernel->deadlines, &thread->deadline, argument[4]);
    call_tell(thread, server, from.bytes < to.bytes ? from.bytes : to.bytes, 0);
    return true;
}

/* The client that the current thread answers; NULL: it is not so simple. */
static inline struct thread *reply_client(struct kernel *kernel, struct thread *thread, uint64_t id)
{
    uint64_t slot = id % (1u << MESSAGE_SLOT_BITS);
    struct thread *client = slot < kernel->slot_used ? kernel->slots[slot].thread : NULL;
    struct message *message;

    if (client == NULL || id == 0)
        return NULL;
    message = &client->message;
    if (message->id != id || client->state != THREAD_REPLY || message->server != thread ||
        message->table != thread->table || message->copier != NULL || message->kind != RECEIVED_MESSAGE ||
        message->unblocking || client->suspended || message->transfer.count != 0 || message->connection->handles == 1)
        return NULL;
    return client;
}

/* The channel to receive from, if nothing is queued there. */
static inline struct channel *reply_channel(struct thread *thread, uint64_t handle)
{
    const struct handle_entry *entry = table_place(thread->table, handle);
    struct channel *channel;

    if (entry == NULL || entry->object == NULL || entry->object->type != OBJECT_CHANNEL ||
        (entry->rights & RIGHT_MANAGE) == 0)
        return NULL;
    channel = (struct channel *)entry->object;
    return list_is_empty(&channel->queue.levels) ? channel : NULL;
}

/* The message ends, its client runs next. */
static inline void reply_commit(struct kernel *kernel, struct thread *thread, struct thread *client, int64_t status,
                                uint64_t bytes)
{
    struct message *message = &client->message;
    struct connection *connection = message->connection;

    client->control->info.received_bytes = bytes;
    client->control->info.handle_count = 0;
    if (client->deadline.queued)
        deadline_remove(&kernel->deadlines, &client->deadline);
    entry_unlink(&message->unanswered_link);
    entry_unlink(&message->lender_link);
    unlend_priority(client, thread);
    message->id = 0;
    message->channel = NULL;
    message->connection = NULL;
    message->table = NULL;
    connection->handles--;
    connection->object.references--;
    client->state = THREAD_READY;
    kernel->cpu[0].direct = client;
    plat_context_result(kernel, thread_context(client), status);
    if (!list_is_empty(&thread->lenders))
        lending_update(kernel, thread);
}

/* The thread waits for a message. */
static inline void receive_commit(struct kernel *kernel, struct thread *thread, struct channel *channel,
                                  const struct syscall_arguments *arguments, uint64_t parts, uint32_t count)
{
    channel_server_set(kernel, channel, thread);
    thread->call = *arguments; /* to be made again if what it receives cannot be copied at once */
    job_begin(thread);
    thread->state = THREAD_RECEIVE;
    thread->in_call = true;
    thread->channel = channel;
    thread->receive_vector = (struct vector_arguments){.parts = parts, .count = count};
    list_push_back(&channel->receivers, &thread->wait_link);
    kernel->cpu[0].current = NULL;
}

static bool reply_receive_short(struct kernel *kernel, struct thread *thread,
                                const struct syscall_arguments *arguments)
{
    const uint64_t *argument = arguments->argument;
    uint64_t count = argument[1] & 0xffu;
    struct channel *channel;
    struct thread *client;
    uint64_t wanted;

    if (count > MESSAGE_WORDS_MAX || !caller_is_plain(kernel, thread))
        return false;
    client = reply_client(kernel, thread, argument[0]);
    if (client == NULL || !client->message.is_short)
        return false;
    channel = reply_channel(thread, argument[1] >> 8 & REPLY_RECEIVE_SHORT_CHANNELS);
    if (channel == NULL)
        return false;
    wanted = client->message.bytes[1] / WORD_BYTES;
    if (count > wanted)
        count = wanted;
    for (unsigned i = 0; i < MESSAGE_WORDS_MAX; i++) /* a word that is not answered may have been written before */
        client->control->words[i] = i < count ? argument[2 + i] : client->message.words[1][i];
    reply_commit(kernel, thread, client, (int64_t)argument[1] >> 32, count * WORD_BYTES);
    receive_commit(kernel, thread, channel, arguments, 0, 0);
    return true;
}

static bool reply_receive(struct kernel *kernel, struct thread *thread, const struct syscall_arguments *arguments)
{
    const uint64_t *argument = arguments->argument;
    uint64_t counts = argument[3];
    struct channel *channel;
    struct thread *client;
    struct copy_side from, to;

    if ((counts >> 16 & 0xffffu) > PARTS_MAX || !caller_is_plain(kernel, thread))
        return false;
    client = reply_client(kernel, thread, argument[0]);
    if (client == NULL || client->message.is_short)
        return false;
    channel = reply_channel(thread, argument[5]);
    if (channel == NULL ||
        !copy_side_read(kernel, thread->space, argument[2], counts & 0xffffu, &from) ||
        !copy_side_read(kernel, client->space, client->message.parts[1], client->message.part_counts[1], &to) ||
        !copy_fast(kernel, &to, &from))
        return false;
    reply_commit(kernel, thread, client, (int64_t)argument[1], from.bytes < to.bytes ? from.bytes : to.bytes);
    receive_commit(kernel, thread, channel, arguments, argument[4], counts >> 16 & 0xffffu);
    return true;
}

bool message_fast(struct kernel *kernel, struct thread *thread, const struct syscall_arguments *arguments)
{
    switch (arguments->number) {
    case SYS_CALL_SHORT:
        return call_short(kernel, thread, arguments->argument);
    case SYS_REPLY_RECEIVE_SHORT:
        return reply_receive_short(kernel, thread, arguments);
    case SYS_CALL:
        return call(kernel, thread, arguments->argument);
    case SYS_REPLY_RECEIVE:
        return reply_receive(kernel, thread, arguments);
    default:
        return false;
    }
}
