/* For tests of the VFS: processes with credentials, calls whose replies are kept, and a file server that answers a
 * port's requests from a small tree in memory. One world per test process. */
#ifndef FAKE_PORT_H
#define FAKE_PORT_H

#include "fake_sys.h"
#include "vfs_parts.h"
#include <sys/os.h>

#define FAKE_CALLS_MAX 2048
#define FAKE_CALL_BYTES 8192
#define FAKE_FILES_MAX 12000
#define FAKE_PROCESSES_MAX 16
#define FAKE_TOP 1u /* inode of a server's top directory */

struct fake_call {
    bool answered;
    int64_t status;
    uint64_t data_bytes;
    uint8_t data[FAKE_CALL_BYTES];
    uint32_t transfer_count;
    struct transfer transfer;
};

struct fake_entry {
    bool used;
    uint64_t directory;
    uint64_t inode;
    char name[NAME_BYTES_MAX + 1];
};

struct fake_server {
    struct vfs_port *port;
    uint32_t number;
    uint32_t pid;
    uint64_t inodes;
    uint64_t cookies;
    uint32_t answer_flags;           /* of every answer */
    uint32_t asked[PORT_CLOSE + 1];  /* requests by kind */
    uint32_t asked_all;
    bool idle;                       /* leaves requests unanswered */
    bool next_exists;                /* the next PORT_CREATE says -E_EXIST */
    struct port_request last;        /* the last request */
    char last_name[NAME_BYTES_MAX + 1];
    uint64_t closed_cookie;
    struct file_stat files[FAKE_FILES_MAX]; /* by inode */
    char *targets[FAKE_FILES_MAX];
    struct fake_entry entries[FAKE_FILES_MAX];
    uint32_t entry_count;
};

/* A fresh VFS with pid 1 as uid 0. */
struct vfs *fake_vfs(void);
/* A process with these effective ids (real ones too), its context a copy of pid 1's. */
void fake_person(uint32_t pid, uint32_t uid, uint32_t gid);
void fake_person_end(uint32_t pid);
struct vfs_process_context *fake_context(uint32_t pid);

/* Sends a request; the reply may be missing yet. */
struct fake_call *fake_send(uint32_t pid, uint64_t cookie, const struct root_request *request, const char *path,
                            const void *data, uint32_t data_bytes);
/* Sends it, lets the servers work, and returns the status. */
int64_t fake_call(uint32_t pid, uint32_t operation, uint32_t flags, uint64_t argument, const char *path,
                  const char *data);
/* The same by a directory's descriptor. */
int64_t fake_call_at(uint32_t pid, uint64_t cookie, uint32_t operation, uint32_t flags, uint64_t argument,
                     const char *path, const char *data);
struct fake_call *fake_last(void); /* the last call sent */
int64_t fake_open(uint32_t pid, const char *path, uint32_t flags, uint32_t mode);
uint64_t fake_opened_cookie(void); /* of the descriptor that the last call got */
int64_t fake_stat(uint32_t pid, const char *path, struct file_stat *stat);
int64_t fake_file(uint64_t cookie, uint32_t operation, uint64_t offset, uint64_t length, uint64_t argument);
void fake_work(void); /* all servers that are not idle answer all requests */

/* A server that exports a port; mounted nowhere. */
struct fake_server *fake_server(uint32_t pid, const char *port);
int64_t fake_mount(const char *port, const char *path, uint32_t flags);
/* A server mounted at "/". */
struct fake_server *fake_root_server(void);
uint64_t fake_add(struct fake_server *server, uint64_t directory, const char *name, uint32_t mode, uint32_t uid,
                  uint32_t gid);
uint64_t fake_add_link(struct fake_server *server, uint64_t directory, const char *name, const char *target);
uint64_t fake_find(const struct fake_server *server, uint64_t directory, const char *name); /* inode or 0 */
void fake_remove(struct fake_server *server, uint64_t directory, const char *name);
/* Fetches one request without answering. false: none. */
bool fake_fetch(struct fake_server *server, struct port_request *request);
int64_t fake_answer(struct fake_server *server, const struct port_answer *answer, const void *data);

#define TEXT_FILE (VFS_TYPE_FILE | 0644u)
#define TEXT_DIRECTORY (VFS_TYPE_DIRECTORY | 0755u)

#endif
