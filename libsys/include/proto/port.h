/* Protocol between the root server and a server that exports a file system through a port.
 *
 * The server opens /port/NAME with OPEN_CREATE: the descriptor it gets *is* the port's channel (all rights), and the
 * open's status is the port's number. Clients' sessions (proto/file.h) arrive on the same channel, told apart by
 * cookie.
 * When the root server wants something it sends PORT_PULSE there. The server then calls the root server (HANDLE_ROOT)
 * with ROOT_PORT_NEXT (struct root_request, argument[0] = port number) + struct port_answer (+ data), repeatedly,
 * until the status is 0: each call delivers the answer to the last request (id 0: none) and fetches the next one.
 * Answers may come later and in any order. */
#ifndef PROTO_PORT_H
#define PROTO_PORT_H

#include <proto/file.h>

#define PORT_PULSE 1 /* pulse code: requests are waiting */

enum port_operation {
    PORT_LOOKUP = 1,  /* inode: directory, name -> stat */
    PORT_GETATTR = 2, /* inode -> stat */
    PORT_SETATTR = 3, /* inode, mask: PORT_SET_*, stat fields -> stat */
    PORT_OPEN = 4,    /* inode, flags: OPEN_* -> cookie (never 0) of a new session; truncates if told to */
    PORT_CREATE = 5,  /* inode: directory, name, mode, uid, gid, flags -> stat; regular files, FIFOs; does not open */
    PORT_MKDIR = 6,   /* inode, name, mode, uid, gid -> stat */
    PORT_SYMLINK = 7, /* inode, name, data: target -> stat */
    PORT_LINK = 8,    /* inode: directory, name, inode2: file -> stat */
    PORT_UNLINK = 9,  /* inode: directory, name; the file lives on while sessions are open */
    PORT_RMDIR = 10,  /* inode: directory, name */
    PORT_RENAME = 11, /* inode, name, inode2, data: new name; replaces as POSIX says */
    PORT_READLINK = 12, /* inode -> data: target */
    PORT_READDIR = 13,  /* inode, argument: offset cookie (0: start), length -> data: struct directory_record ...;
                           no data: end. Without "." and ".." */
    PORT_STATFS = 14,   /* -> data: struct port_statfs */
    PORT_CLOSE = 15     /* argument: cookie of an open that the client never got; drop the session */
};

#define PORT_SET_MODE 1u
#define PORT_SET_UID 2u
#define PORT_SET_GID 4u
#define PORT_SET_SIZE 8u
#define PORT_SET_ACCESS_TIME 16u
#define PORT_SET_MODIFY_TIME 32u

#define PORT_DATA_BYTES_MAX 4096u

struct port_request { /* what ROOT_PORT_NEXT's reply holds if its status is 1, followed by name, then data */
    uint64_t id;
    uint32_t operation;
    uint32_t flags;
    uint64_t inode;
    uint64_t inode2;
    uint64_t argument;
    uint64_t length;
    uint64_t identity; /* of the client on whose behalf */
    uint32_t mask;
    uint32_t name_bytes; /* without NUL */
    uint32_t data_bytes;
    uint32_t reserved;
    struct file_stat stat; /* mode, uid, gid, size, times as the operation needs */
};
_Static_assert(sizeof(struct port_request) == 72 + 80, "port_request layout");

struct port_answer { /* follows struct root_request in ROOT_PORT_NEXT, then data */
    uint64_t id; /* 0: no answer, only fetch */
    int64_t status; /* 0 or -error */
    uint64_t cookie;
    uint32_t data_bytes;
    uint32_t flags; /* PORT_ANSWER_* */
    struct file_stat stat;
};
_Static_assert(sizeof(struct port_answer) == 32 + 80, "port_answer layout");
#define PORT_ANSWER_UNCACHEABLE 1u /* do not keep this lookup or listing in the directory cache */

struct port_statfs {
    uint64_t block_bytes, blocks, blocks_free, files, files_free, name_bytes_max;
};

#endif
