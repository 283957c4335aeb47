/* What the files of the server framework share. */
#ifndef SERVER_PRIVATE_H
#define SERVER_PRIVATE_H

#include <sys/server.h>

/* FILE_POLL: bits that hold, or registers the notification that came. */
int64_t server_poll_operation(struct server *server, struct server_request *request);
/* Forgets the registrations of a session. */
void server_poll_drop(struct server *server, struct server_session *session);
/* Fetches and answers the root server's requests until there are none. */
void server_names_serve(struct server *server);
/* Lookup, getattr, readdir and readlink of a fixed tree; -E_INVAL or -E_ROFS for the rest. */
int server_fixed_name(struct server *server, struct server_name *name);
/* FILE_STAT of a session on a fixed tree. */
int64_t server_fixed_stat(struct server *server, struct server_request *request);

#endif
