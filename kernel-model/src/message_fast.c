/* Short calls and answers, all checks first; see message_fast.h. Bytes: copy_fast.h. */
#include "message_fast.h"

#include "channel.h"
#include "connection.h"
#include "copy_fast.h"
#include "kernel_state.h"
#include "lending.h"
#include "memory.h"
#include "message_tell.h"
#include "schedule_plain.h"
#include "table.h"

#define WORD_BYTES sizeof(uint64_t)

/* A list's entry that is in a list leaves it. */
static inline void entry_unlink(struct list *entry)
{
    struct list *next = entry->next;
    struct list *previous = entry->previous;

    previous->next = next;
    next->previous = previous;
    entry->next = NULL;
}

static inline struct plat_context *context_of(struct thread *thread)
{
    return (struct plat_context *)(void *)thread->context;
}

/* Whether a thread that waits could not simply run on. */
static inline bool is_held(const struct thread *thread)
{
    return thread->suspended || thread->again || thread->interrupt_pending;
}

/* Whether a thread that calls or answers does so in a plain way. */
static inline bool caller_is_plain(const struct kernel *kernel, const struct thread *thread)
{
    uint64_t unusual = (uint64_t)(uintptr_t)kernel->cpu[0].direct | thread->control->transfer_count;

    if (thread->again || thread->interrupt_pending)
        return false;
    return unusual == 0;
}

/* The handle's entry, if it is in use and of that type. */
static inline const struct handle_entry *entry_of_type(struct thread *thread, uint64_t handle, enum object_type type)
{
    const struct handle_entry *entry = table_place(thread->table, handle);

    return entry != NULL && entry->object != NULL && entry->object->type == type ? entry : NULL;
}

static inline struct prioqueue_node *served_first(const struct thread *server)
{
    return LIST_ENTRY(server->served.levels.next, struct prioqueue_node, level);
}

/* The thread that the call wakes at once; NULL: it is not so simple. */
static inline struct thread *call_receiver(const struct thread *thread, const struct handle_entry *entry)
{
    const struct channel *channel = ((struct connection *)entry->object)->channel;
    struct list *first = channel->receivers.next;
    struct thread *server = LIST_ENTRY(first, struct thread, wait_link);

    if ((entry->rights & (RIGHT_READ | RIGHT_WRITE)) == 0 || first == &channel->receivers || is_held(server))
        return NULL;
    /* It may work for others, of the same priority. */
    return list_is_empty(&server->served.levels) || served_first(server)->priority == thread->priority ? server : NULL;
}

/* The message lends its priority to the server, which waits for nobody. */
static inline void lend_priority(struct thread *client, struct thread *server)
{
    struct prioqueue_node *node = &client->message.server_node;
    struct list *levels = &server->served.levels;

    client->message.server = server;
    node->priority = client->priority;
    node->queued = true;
    node->leader = list_is_empty(levels);
    if (node->leader) {
        list_init(&node->peers);
        list_push_back(levels, &node->level);
    } else {
        list_init(&node->level);
        list_push_back(&served_first(server)->peers, &node->peers);
    }
    if (server->priority < client->priority)
        server->priority = client->priority;
}

/* The rest of a call with deadlines. */
static __attribute__((noinline)) struct thread *call_settle(struct kernel *kernel, struct thread *thread,
                                                            struct thread *server, uint64_t deadline_ns)
{
    deadline_remove(&kernel->deadlines, &server->deadline);
    if (deadline_ns != DEADLINE_NONE)
        deadline_insert(&kernel->deadlines, &thread->deadline, deadline_ns);
    (void)schedule_hand_over(kernel, thread, server, kernel->now_ns);
    plat_context_result(kernel, context_of(server), 0);
    return NULL; /* the timer may have to be armed */
}

/* The server gets the CPU, with its result. */
static inline struct thread *call_end(struct kernel *kernel, struct thread *thread, struct thread *server,
                                      uint64_t now_ns, uint64_t deadline_ns)
{
    struct thread *next;

    if (server->deadline.queued || deadline_ns != DEADLINE_NONE)
        return call_settle(kernel, thread, server, deadline_ns);
    next = schedule_hand_over(kernel, thread, server, now_ns);
    plat_context_result(kernel, context_of(server), 0); /* last: little is to be kept over it */
    return next;
}

/* The call is made: from here on nothing can fail. The client waits for an answer. */
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
    message->plain_id = message->id;
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
    server->lent = thread->lent != NULL ? thread->lent : server->scheduling;
    thread->state = THREAD_REPLY;
    thread->in_call = true;
    lend_priority(thread, server);
    entry_unlink(&server->wait_link);
    server->channel = NULL;
}

/* The first `count` words are these, whatever they were. */
static inline void words_take(uint64_t words[MESSAGE_WORDS_MAX], const uint64_t *from, uint64_t count)
{
    words[0] = count > 0 ? from[0] : words[0];
    words[1] = count > 1 ? from[1] : words[1];
    words[2] = count > 2 ? from[2] : words[2];
    words[3] = count > 3 ? from[3] : words[3];
}

static inline void words_put(uint64_t to[MESSAGE_WORDS_MAX], const uint64_t words[MESSAGE_WORDS_MAX])
{
    uint64_t a = words[0], b = words[1], c = words[2], d = words[3];

    to[0] = a;
    to[1] = b;
    to[2] = c;
    to[3] = d;
}

/* Bits of the counts that may be set; a count above MESSAGE_WORDS_MAX sets one of the others when CARRY is added. */
#define SHORT_COUNTS (7u | 7u << 8 | (uint64_t)CALL_UNINTERRUPTIBLE << 32)
#define SHORT_CARRY (3u | 3u << 8)

/* Both counts of a call with vectors. */
#define COUNTS_ONE_EACH (1u | 1u << 16)

_Static_assert(MESSAGE_WORDS_MAX == 4, "the least number that carries is 5");
_Static_assert((THREADS_MAX & (THREADS_MAX - 1)) == 0 && THREADS_MAX <= 1u << MESSAGE_SLOT_BITS, "bits of an ID");

struct thread *message_fast_call_short(struct kernel *kernel, struct thread *thread, uint64_t now_ns,
                                       const struct syscall_arguments *arguments)
{
    const uint64_t *argument = arguments->argument;
    const struct handle_entry *entry = entry_of_type(thread, argument[0], OBJECT_CONNECTION);
    struct message *message = &thread->message;
    uint64_t counts = argument[5];
    uint32_t sent = counts & 0xffu;
    uint32_t wanted = counts >> 8 & 0xffu;
    uint64_t words[MESSAGE_WORDS_MAX] = {0};
    struct thread *server;

    if (entry == NULL || ((counts | (counts + SHORT_CARRY)) & ~SHORT_COUNTS) != 0 || !caller_is_plain(kernel, thread))
        goto general;
    server = call_receiver(thread, entry);
    if (server == NULL || server->receive_vector.count != 0)
        goto general;
    words_take(words, &argument[1], sent);
    words_put(message->words[0], words);
    words_put(message->words[1], (const uint64_t[MESSAGE_WORDS_MAX]){0});
    words_put(server->control->words, words);
    message->is_short = true;
    message->bytes[0] = sent * WORD_BYTES;
    message->bytes[1] = wanted * WORD_BYTES;
    call_commit(kernel, thread, server, entry, counts >> 32 != 0);
    message_tell(thread, server, RECEIVED_MESSAGE, sent * WORD_BYTES, sent);
    return call_end(kernel, thread, server, now_ns, DEADLINE_NONE);
general:
    return message_general(kernel, thread, arguments);
}

/* The bytes have been copied. */
static inline struct thread *call_finish(struct kernel *kernel, struct thread *thread, uint64_t now_ns,
                                         const uint64_t *argument,
                                         struct thread *server, const struct handle_entry *entry,
                                         uint64_t moved_bytes)
{
    struct message *message = &thread->message;
    uint64_t counts = argument[3];

    message->parts[0] = argument[1];
    message->parts[1] = argument[2];
    message->part_counts[0] = counts & 0xffffu;
    message->part_counts[1] = counts >> 16 & 0xffffu;
    message->is_short = false;
    call_commit(kernel, thread, server, entry, counts >> 32 != 0);
    message_tell(thread, server, RECEIVED_MESSAGE, moved_bytes, 0);
    return call_end(kernel, thread, server, now_ns, argument[4]);
}

/* What is left of a call whose bytes are not copied by words: they have been found, or it is not so simple (`to` is
 * NULL). */
static __attribute__((noinline)) struct thread *call_rest(struct kernel *kernel, struct thread *thread,
                                                          const struct syscall_arguments *arguments,
                                                          struct thread *server, uint8_t *to, const uint8_t *from,
                                                          uint64_t bytes)
{
    const uint64_t *argument = arguments->argument;
    const struct vector_arguments *room = &server->receive_vector;
    struct message *message = &thread->message;
    uint64_t counts = argument[3];

    if (to != NULL && bytes < COPY_STEP_BYTES) { /* more could be preempted */
        memmove(to, from, bytes);
    } else {
        uint64_t reply_bytes = copy_fast_length(kernel, thread->space, argument[2], counts >> 16 & 0xffffu);
        struct copied copied = {0, COPY_REFUSED};

        if (reply_bytes != COPY_REFUSED)
            copied = copy_fast_any(kernel, server->space, room->parts, room->count, thread->space, argument[1],
                                   counts & 0xffffu);
        if (copied.moved_bytes == COPY_REFUSED)
            return message_general(kernel, thread, arguments);
        message->bytes[0] = copied.sent_bytes;
        message->bytes[1] = reply_bytes;
        bytes = copied.moved_bytes;
    }
    return call_finish(kernel, thread, kernel->now_ns, argument, server, table_place(thread->table, argument[0]),
                       bytes);
}

struct thread *message_fast_call(struct kernel *kernel, struct thread *thread, uint64_t now_ns,
                                 const struct syscall_arguments *arguments)
{
    const uint64_t *argument = arguments->argument;
    const struct handle_entry *entry = entry_of_type(thread, argument[0], OBJECT_CONNECTION);
    const uint64_t serial = kernel->memory.view_serial;
    const struct space_views *views = &thread->space->views;
    struct message *message = &thread->message;
    uint64_t counts = argument[3];
    struct copy_run run = {0};
    struct thread *server;
    struct part answer;

    if (entry == NULL || (counts >> 32 & ~(uint64_t)CALL_UNINTERRUPTIBLE) != 0 || argument[4] <= now_ns ||
        !caller_is_plain(kernel, thread))
        return message_general(kernel, thread, arguments);
    server = call_receiver(thread, entry);
    if (server == NULL)
        return message_general(kernel, thread, arguments);
    if ((uint32_t)counts != COUNTS_ONE_EACH || server->receive_vector.count != 1 ||
        !copy_fast_part(views, serial, argument[2], &answer) ||
        !copy_fast_find(serial, &server->space->views, server->receive_vector.parts, views, argument[1], &run) ||
        (run.any_length | answer.length_bytes) >= MESSAGE_BYTES_MAX)
        return call_rest(kernel, thread, arguments, server, NULL, NULL, 0);
    message->bytes[0] = run.sent_bytes; /* of no message yet */
    message->bytes[1] = answer.length_bytes;
    if (run.bytes - COPY_WORDS_MIN > COPY_WORDS_MAX - COPY_WORDS_MIN)
        return call_rest(kernel, thread, arguments, server, run.to, run.from, run.bytes);
    copy_fast_words(run.to, run.from, run.bytes);
    return call_finish(kernel, thread, now_ns, argument, server, entry, run.bytes);
}

/* The client that the current thread answers; NULL: it is not so simple. */
static inline struct thread *reply_client(struct kernel *kernel, struct thread *thread, uint64_t id)
{
    struct thread *client = kernel->slots[id % THREADS_MAX].thread; /* an ID of a higher slot is nobody's */

    if (client == NULL || id == 0 || client->message.plain_id != id || client->message.server != thread ||
        is_held(client) || client->message.connection->handles == 1)
        return NULL;
    return client;
}

/* The channel to receive from, if nothing is queued there. */
static inline struct channel *reply_channel(struct thread *thread, uint64_t handle)
{
    const struct handle_entry *entry = entry_of_type(thread, handle, OBJECT_CHANNEL);
    struct channel *channel = entry == NULL ? NULL : (struct channel *)entry->object;

    if (channel == NULL || (entry->rights & RIGHT_MANAGE) == 0 || !list_is_empty(&channel->queue.levels))
        return NULL;
    return channel;
}

/* The message ends but for what client_leave does. */
static inline void message_end(struct thread *client)
{
    struct message *message = &client->message;
    struct connection *connection = message->connection;

    entry_unlink(&message->unanswered_link);
    entry_unlink(&message->lender_link);
    message->id = 0;
    message->plain_id = 0;
    message->channel = NULL;
    message->connection = NULL;
    message->table = NULL;
    message->server = NULL;
    connection->handles--;
    connection->object.references--;
}

/* The same for one that was a call. */
static inline void reply_commit(struct thread *client, uint64_t bytes)
{
    client->control->info.received_bytes = bytes;
    client->control->info.handle_count = 0;
    message_end(client);
}

/* The thread waits for a message. */
static inline void receive_commit(struct thread *thread, struct channel *channel, uint64_t parts, uint32_t count)
{
    channel->last_server_slot = thread->slot;
    channel->last_server_serial = thread->serial;
    /* What is to be made again if what it receives cannot be copied at once: the answer has been given. */
    thread->call.number = SYS_RECEIVE;
    thread->call.argument[1] = parts;
    thread->call.argument[2] = count;
    thread->call.argument[3] = DEADLINE_NONE;
    thread->job.kind = JOB_NONE;
    thread->job.answered = false;
    thread->job.refused_serial = 0;
    thread->state = THREAD_RECEIVE;
    thread->in_call = true;
    thread->channel = channel;
    thread->receive_vector = (struct vector_arguments){.parts = parts, .count = count};
    list_push_back(&channel->receivers, &thread->wait_link);
}

/* The server works for others too, or the client has a deadline. */
static __attribute__((noinline)) struct thread *reply_settle(struct kernel *kernel, struct thread *thread,
                                                             struct thread *client)
{
    struct prioqueue_node *first;

    deadline_remove(&kernel->deadlines, &client->deadline);
    prioqueue_remove(&client->message.server_node);
    first = prioqueue_first(&thread->served);
    thread->priority = thread->base_priority;
    if (first != NULL && first->priority > thread->priority)
        thread->priority = first->priority;
    lending_update(kernel, thread);
    return schedule_hand_over(kernel, thread, client, kernel->now_ns);
}

/* The client lends nothing any more, and runs. */
static inline struct thread *client_leave(struct kernel *kernel, struct thread *thread, uint64_t now_ns,
                                          struct thread *client)
{
    struct prioqueue_node *node = &client->message.server_node;
    struct list *levels = &thread->served.levels;

    /* Whose messages lend it time lend it their priority too. */
    if (client->deadline.queued || levels->previous != &node->level || levels->next != &node->level ||
        node->peers.next != &node->peers)
        return reply_settle(kernel, thread, client);
    list_init(levels);
    node->level.next = NULL;
    node->leader = false;
    node->queued = false;
    thread->priority = thread->base_priority;
    thread->lent = thread->scheduling;
    return schedule_hand_over(kernel, thread, client, now_ns);
}

/* The same for one that called. */
static inline struct thread *reply_end(struct kernel *kernel, struct thread *thread, uint64_t now_ns,
                                       struct thread *client, int64_t status)
{
    struct thread *next = client_leave(kernel, thread, now_ns, client);

    plat_context_result(kernel, context_of(client), status); /* last: little is to be kept over it */
    return next;
}

struct thread *message_fast_reply_receive_short(struct kernel *kernel, struct thread *thread, uint64_t now_ns,
                                                const struct syscall_arguments *arguments)
{
    const uint64_t *argument = arguments->argument;
    uint64_t count = argument[1] & 0xffu;
    struct channel *channel = reply_channel(thread, argument[1] >> 8 & REPLY_RECEIVE_SHORT_CHANNELS);
    struct thread *client;
    uint64_t wanted;
    uint64_t words[MESSAGE_WORDS_MAX];

    if (channel == NULL || count > MESSAGE_WORDS_MAX || !caller_is_plain(kernel, thread))
        goto general;
    client = reply_client(kernel, thread, argument[0]);
    if (client == NULL || !client->message.is_short)
        goto general;
    wanted = client->message.bytes[1] / WORD_BYTES;
    if (count > wanted)
        count = wanted;
    words_put(words, client->message.words[1]); /* what is not answered may have been written before */
    words_take(words, &argument[2], count);
    words_put(client->control->words, words);
    reply_commit(client, count * WORD_BYTES);
    receive_commit(thread, channel, 0, 0);
    return reply_end(kernel, thread, now_ns, client, (int64_t)argument[1] >> 32);
general:
    return message_general(kernel, thread, arguments);
}

/* The thread that waits for a page at an instruction of its own, and that the current one answers; NULL: it is not so
 * simple. */
static inline struct thread *fault_client(struct kernel *kernel, struct thread *thread, uint64_t id)
{
    struct thread *client = message_client(kernel, id);
    const struct message *message;

    if (client == NULL || client->in_call || is_held(client))
        return NULL;
    message = &client->message;
    if (client->state != THREAD_REPLY || message->kind != RECEIVED_FAULT || message->server != thread ||
        message->copier != NULL || message->unblock.node.queued || message->connection->handles == 1)
        return NULL;
    return client;
}

/* What is no plain answer may be a pager's, of no bytes, that has brought a page. */
static __attribute__((noinline)) struct thread *fault_or_general(struct kernel *kernel, struct thread *thread,
                                                                 const struct syscall_arguments *arguments,
                                                                 struct channel *channel)
{
    const uint64_t *argument = arguments->argument;
    uint64_t receive_count = argument[3] >> 16 & 0xffffu;
    struct thread *client;

    if ((argument[3] & 0xffffu) != 0 || channel == NULL || argument[1] != 0 || receive_count > PARTS_MAX ||
        !caller_is_plain(kernel, thread))
        return message_general(kernel, thread, arguments);
    client = fault_client(kernel, thread, argument[0]);
    if (client == NULL)
        return message_general(kernel, thread, arguments);
    space_fault_show(kernel, client->space, client->message.exception.address, client->message.fault.access);
    message_end(client);
    receive_commit(thread, channel, argument[4], (uint32_t)receive_count);
    return client_leave(kernel, thread, kernel->now_ns, client);
}

/* The bytes have been copied. */
static inline struct thread *reply_finish(struct kernel *kernel, struct thread *thread, uint64_t now_ns,
                                          const uint64_t *argument, struct channel *channel, struct thread *client,
                                          uint64_t moved_bytes)
{
    reply_commit(client, moved_bytes);
    receive_commit(thread, channel, argument[4], argument[3] >> 16 & 0xffffu);
    return reply_end(kernel, thread, now_ns, client, (int64_t)argument[1]);
}

/* As call_rest. */
static __attribute__((noinline)) struct thread *reply_rest(struct kernel *kernel, struct thread *thread,
                                                           const struct syscall_arguments *arguments,
                                                           struct thread *client, uint8_t *to, const uint8_t *from,
                                                           uint64_t bytes)
{
    const uint64_t *argument = arguments->argument;
    const struct message *message = &client->message;

    if (to != NULL && bytes < COPY_STEP_BYTES) {
        memmove(to, from, bytes);
    } else {
        bytes = copy_fast_any(kernel, client->space, message->parts[1], message->part_counts[1], thread->space,
                              argument[2], argument[3] & 0xffffu)
                    .moved_bytes;
        if (bytes == COPY_REFUSED)
            return message_general(kernel, thread, arguments);
    }
    return reply_finish(kernel, thread, kernel->now_ns, argument, reply_channel(thread, argument[5]), client, bytes);
}

struct thread *message_fast_reply_receive(struct kernel *kernel, struct thread *thread, uint64_t now_ns,
                                          const struct syscall_arguments *arguments)
{
    const uint64_t *argument = arguments->argument;
    uint64_t counts = argument[3];
    struct channel *channel = reply_channel(thread, argument[5]);
    struct copy_run run = {0};
    struct thread *client;

    if (channel == NULL || (counts >> 16 & 0xffffu) > PARTS_MAX || !caller_is_plain(kernel, thread))
        return fault_or_general(kernel, thread, arguments, channel);
    client = reply_client(kernel, thread, argument[0]);
    if (client == NULL || client->message.is_short)
        return fault_or_general(kernel, thread, arguments, channel);
    if ((counts & 0xffffu) != 1 || client->message.part_counts[1] != 1 ||
        !copy_fast_find(kernel->memory.view_serial, &client->space->views, client->message.parts[1],
                        &thread->space->views, argument[2], &run) ||
        run.any_length >= MESSAGE_BYTES_MAX)
        return reply_rest(kernel, thread, arguments, client, NULL, NULL, 0);
    if (run.bytes - COPY_WORDS_MIN > COPY_WORDS_MAX - COPY_WORDS_MIN)
        return reply_rest(kernel, thread, arguments, client, run.to, run.from, run.bytes);
    copy_fast_words(run.to, run.from, run.bytes);
    return reply_finish(kernel, thread, now_ns, argument, channel, client, run.bytes);
}
