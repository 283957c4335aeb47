/* A server and a client with a channel between them. */
#ifndef PAIR_H
#define PAIR_H

#include "scenario.h"

#define COOKIE 77u
#define COUNTS(sends, replies) ((sends) | (uint64_t)(replies) << 16)
#define NO_DEADLINE DEADLINE_NONE

struct pair {
    struct scenario *s;
    struct process server_process, client_process;
    struct thread *server, *client;
    int channel, connection;
};

struct pair pair_create(uint32_t channel_flags);
struct pair pair_create_in(struct scenario *scenario, uint32_t channel_flags);
const struct receive_info *info_of(struct thread *thread);
/* The client sends `text`, room for 16 bytes of reply at DATA + 256. */
int64_t call_text(struct pair *pair, struct thread *client, int connection, const char *text, uint64_t deadline_ns);
/* The server receives into DATA, 32 bytes. */
int64_t receive_text(struct pair *pair, struct thread *server);
int64_t reply_text(struct pair *pair, struct thread *server, uint64_t id, int64_t status, const char *text);

#endif
