/* Poll registrations of a server: a pool of one-shot notifications, a list per session. A registration belongs to a
 * thread and a session; a later one of the same thread replaces it. If the pool is full, the oldest is signalled, which
 * only makes its owner look again. */
#include <poll.h>

#include "server_private.h"

#define POLL_ALWAYS ((uint32_t)(POLLERR | POLLHUP | POLLNVAL))

static uint32_t session_index(const struct server *server, const struct server_session *session)
{
    return (uint32_t)(session - server->sessions);
}

/* Takes registration `index` out of its session's list and frees it. */
static void registration_free(struct server *server, uint32_t index)
{
    struct server_poll *poll = &server->polls[index];
    uint32_t *link = &server->sessions[poll->session - 1].poll_first;
    while (*link != index + 1) {
        link = &server->polls[*link - 1].next;
    }
    *link = poll->next;
    sys_handle_close(SYS_SELF_TABLE, poll->notification);
    poll->session = 0;
}

static void registration_signal(struct server *server, uint32_t index)
{
    sys_notification_signal(server->polls[index].notification, server->polls[index].bits);
    registration_free(server, index);
}

/* A free place, if need be that of the oldest registration. */
static uint32_t registration_place(struct server *server)
{
    uint32_t oldest = 0;
    for (uint32_t i = 0; i < SERVER_POLLS_MAX; i++) {
        if (server->polls[i].session == 0) {
            return i;
        }
        if (server->polls[i].age < server->polls[oldest].age) {
            oldest = i;
        }
    }
    registration_signal(server, oldest);
    return oldest;
}

static void registration_add(struct server *server, struct server_request *request, uint32_t wanted)
{
    struct server_session *session = request->session;
    for (uint32_t i = session->poll_first; i != 0; i = server->polls[i - 1].next) {
        if (server->polls[i - 1].identity == request->identity) {
            registration_free(server, i - 1);
            break;
        }
    }
    uint32_t index = registration_place(server);
    server->polls[index] = (struct server_poll){.identity = request->identity,
                                                .age = ++server->poll_age,
                                                .bits = request->header.flags,
                                                .notification = request->handles[0],
                                                .wanted = wanted,
                                                .session = session_index(server, session) + 1,
                                                .next = session->poll_first};
    session->poll_first = index + 1;
    request->handles[0] = -1;
}

int64_t server_poll_operation(struct server *server, struct server_request *request)
{
    uint32_t wanted = ((uint32_t)request->header.argument & 0xffffu) | POLL_ALWAYS;
    uint32_t held = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
    if (server->operations->poll != NULL) {
        held = server->operations->poll(server, request->session);
    }
    if ((held & wanted) == 0 && request->handle_count > 0) {
        registration_add(server, request, wanted);
    }
    return held & wanted;
}

void server_poll_wake(struct server *server, struct server_session *session)
{
    if (session->poll_first == 0 || server->operations->poll == NULL) {
        return;
    }
    uint32_t held = server->operations->poll(server, session);
    uint32_t next = 0;
    for (uint32_t i = session->poll_first; i != 0; i = next) {
        next = server->polls[i - 1].next;
        if ((held & server->polls[i - 1].wanted) != 0) {
            registration_signal(server, i - 1);
        }
    }
}

void server_poll_drop(struct server *server, struct server_session *session)
{
    while (session->poll_first != 0) {
        registration_free(server, session->poll_first - 1);
    }
}
