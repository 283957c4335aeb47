/* See pair.h. */
#include "pair.h"

#include <string.h>

struct pair pair_create_in(struct scenario *scenario, uint32_t channel_flags)
{
    struct pair pair = {.s = scenario};

    pair.server_process = process_create(pair.s);
    pair.client_process = process_create(pair.s);
    pair.server = thread_add(&pair.server_process, 10, NULL, NULL);
    pair.client = thread_add(&pair.client_process, 10, NULL, NULL);
    pair.channel = channel_add(pair.s, pair.server, 4, channel_flags);
    pair.connection = connection_add(pair.s, pair.server, pair.channel, pair.client, COOKIE);
    return pair;
}

struct pair pair_create(uint32_t channel_flags)
{
    return pair_create_in(scenario_create(), channel_flags);
}

const struct receive_info *info_of(struct thread *thread)
{
    return &thread->control->info;
}

int64_t call_text(struct pair *pair, struct thread *client, int connection, const char *text, uint64_t deadline_ns)
{
    uint64_t send, reply;

    put(pair->s, client, DATA, text, strlen(text) + 1);
    send = VECTOR(pair->s, client, {DATA, strlen(text) + 1});
    reply = VECTOR(pair->s, client, {DATA + 256, 16});
    return ACT(pair->s, client, CALL, (uint64_t)connection, send, reply, COUNTS(1, 1), deadline_ns);
}

int64_t receive_text(struct pair *pair, struct thread *server)
{
    uint64_t parts = VECTOR(pair->s, server, {DATA, 32});

    return ACT(pair->s, server, RECEIVE, (uint64_t)pair->channel, parts, 1, NO_DEADLINE);
}

int64_t reply_text(struct pair *pair, struct thread *server, uint64_t id, int64_t status, const char *text)
{
    uint64_t parts;

    put(pair->s, server, DATA + 512, text, strlen(text) + 1);
    parts = VECTOR(pair->s, server, {DATA + 512, strlen(text) + 1});
    return ACT(pair->s, server, REPLY, id, (uint64_t)status, parts, 1);
}
