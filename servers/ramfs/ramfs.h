/* The state of a ramfs server and its operations. */
#ifndef RAMFS_RAMFS_H
#define RAMFS_RAMFS_H

#include <sys/server.h>

#include "tree.h"

#define RAMFS_SESSIONS_MAX 8192u
#define RAMFS_RUN_BLOCKS 256u /* most blocks fetched at once by a write */

struct ramfs {
    struct server server;
    bool read_only;
    int archive_memory;     /* handle; archive only */
    const uint8_t *archive; /* its mapping */
    int64_t realtime_offset_ns;
    uint8_t zeros[BLOCK_BYTES]; /* what holes read as */
    struct tree tree;
};

static inline struct ramfs *ramfs_of(struct server *server)
{
    return server->context;
}

static inline int64_t ramfs_now_ns(const struct ramfs *ramfs)
{
    return server_realtime_ns(ramfs->realtime_offset_ns);
}

/* files.c */
int64_t ramfs_read(struct server *server, struct server_request *request);
int64_t ramfs_write(struct server *server, struct server_request *request);
int64_t ramfs_seek(struct server *server, struct server_request *request);
int64_t ramfs_stat(struct server *server, struct server_request *request);
int64_t ramfs_truncate(struct server *server, struct server_request *request);
int64_t ramfs_map(struct server *server, struct server_request *request);
void ramfs_close(struct server *server, struct server_session *session);

/* names.c */
extern const struct server_operations ramfs_operations_read_only;
extern const struct server_operations ramfs_operations;

#endif
