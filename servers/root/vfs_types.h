/* The VFS's structures and limits. All live in fixed pools inside struct vfs: nothing is allocated after the start, and
 * pool memory that was never used is never touched. */
#ifndef ROOT_VFS_TYPES_H
#define ROOT_VFS_TYPES_H

#include <abi/errno.h>
#include <proto/file.h>
#include <proto/port.h>
#include <proto/root.h>
#include <sys/call.h>

#include "root.h"
#include "vfs_list.h"

#define VFS_NODES_MAX 4096u
#define VFS_NODE_BUCKETS 1024u
#define VFS_ENTRIES_MAX 8192u
#define VFS_ENTRY_BUCKETS 2048u
#define VFS_CHUNKS_MAX 128u
#define VFS_PORTS_MAX 64u
#define VFS_PORT_PULSE_SLOTS 64u
#define VFS_PULSE_PRIORITY 64 /* that of ordinary processes: a busy client must not keep close pulses from a server */
#define VFS_MOUNTS_MAX 64u
#define VFS_NAMESPACES_MAX 64u
#define VFS_SESSIONS_MAX 4096u
#define VFS_TEXTS_MAX 64u
#define VFS_TEXT_BYTES 16384u
#define VFS_OPERATIONS_MAX 512u
#define VFS_LINKS_MAX 40u
#define VFS_TRIES_MAX 4u /* times an open starts again because the server's tree changed under it */

/* Types of a mode. */
#define VFS_TYPE_MASK 0170000u
#define VFS_TYPE_FIFO 0010000u
#define VFS_TYPE_CHARACTER 0020000u
#define VFS_TYPE_DIRECTORY 0040000u
#define VFS_TYPE_FILE 0100000u
#define VFS_TYPE_LINK 0120000u
#define VFS_MODE_STICKY 01000u
#define VFS_MODE_SETGID 02000u
#define VFS_MODE_SETUID 04000u
#define VFS_MODE_BITS 07777u

/* Access asked for, as in a mode's lowest three bits. */
#define VFS_READ 4u
#define VFS_WRITE 2u
#define VFS_EXECUTE 1u

struct vfs;
struct vfs_operation;

/* A server's exported file system. Dead ones stay until no node names them. */
struct vfs_port {
    bool used;
    bool dead;
    bool pulsed;         /* the server was told that requests wait */
    uint32_t number;     /* given at run time, never 0, never reused; the device number of its files */
    uint32_t pid;        /* of the server */
    uint32_t node_count; /* nodes that name this port */
    int channel;         /* root's handle: connect only */
    int connection;      /* for pulses */
    struct vfs_list waiting; /* operations whose request was not fetched yet */
    struct vfs_list flying;  /* operations whose request was fetched */
    char name[NAME_BYTES_MAX + 1];
};

/* A vnode: one file of a port, or (port NULL) of the root server's own trees. */
struct vfs_node {
    struct vfs_list hash;
    struct vfs_list unused;   /* while references == 0 */
    struct vfs_list children; /* directory cache: entries of this directory */
    struct vfs_list names;    /* directory cache: entries that lead here */
    struct vfs_list chunks;   /* cached listing */
    struct vfs_port *port;
    uint64_t inode;
    struct file_stat stat; /* as last heard; type, mode and owner can be relied on */
    bool stat_known;
    bool removed;       /* a directory that rmdir or rename took away */
    bool target_known;  /* text holds a symbolic link's target */
    uint16_t text_bytes;
    uint32_t references;
    uint64_t changes;        /* directories: counts what made cached entries or the listing untrue */
    uint32_t mount_points;   /* mounts whose parent this is, in any namespace */
    struct vfs_node *parent; /* directories: referenced; NULL: top or not known */
    char text[NAME_BYTES_MAX + 1]; /* directories: own name in the parent; links: the target if it fits */
};

/* An entry of the directory cache. */
struct vfs_entry {
    struct vfs_list hash;
    struct vfs_list recent;
    struct vfs_list sibling; /* parent->children */
    struct vfs_list name_of; /* node->names */
    struct vfs_node *parent;
    struct vfs_node *node; /* NULL: known not to exist */
    uint8_t name_bytes;
    char name[NAME_BYTES_MAX + 1];
};

/* A piece of a cached listing: what PORT_READDIR answered for one offset. */
struct vfs_chunk {
    struct vfs_list recent;
    struct vfs_list of_node;
    struct vfs_node *node;
    uint64_t offset;
    uint32_t bytes; /* 0: the end */
    uint64_t data[PORT_DATA_BYTES_MAX / sizeof(uint64_t)];
};

/* Where a path has led to: a file, and the mount through which it was reached. Holds a reference to both. */
struct vfs_place {
    struct vfs_mount *mount;
    struct vfs_node *node;
};

struct vfs_mount {
    struct vfs_list link; /* namespace->mounts */
    struct vfs_namespace *space;
    struct vfs_place parent;      /* directory of the mount point; no node: at "/" */
    struct vfs_node *top;         /* referenced */
    struct vfs_mount *covered_by; /* at "/": the later mount there */
    uint32_t references;          /* places */
    uint32_t flags;               /* ROOT_READ_ONLY */
    char name[NAME_BYTES_MAX + 1];
};

struct vfs_namespace {
    struct vfs_list link; /* free list */
    struct vfs_list mounts;
    struct vfs_mount *root; /* uppermost mount at "/" */
    uint32_t references;    /* process contexts */
};

/* The VFS's part of a process's record. */
struct vfs_process_context {
    struct vfs_namespace *space;
    struct vfs_place working;
    struct vfs_place root; /* no node: the namespace's */
    uint32_t umask;
};

struct vfs_credentials {
    uint32_t pid;
    uint32_t uid, gid; /* effective */
    uint32_t real_uid, real_gid;
};

enum vfs_session_kind { VFS_SESSION_FREE, VFS_SESSION_DIRECTORY, VFS_SESSION_PATH, VFS_SESSION_TEXT };

/* A descriptor that the root server itself serves: directories, OPEN_PATH, texts. */
struct vfs_session {
    struct vfs_list link; /* free list */
    enum vfs_session_kind kind;
    uint32_t generation;
    uint32_t flags; /* OPEN_* */
    struct vfs_place place;
    uint64_t position; /* texts: byte; directories: see vfs_directory.c */
    struct vfs_text *text;
};

struct vfs_text {
    struct vfs_list link; /* free list */
    uint32_t bytes;
    char data[VFS_TEXT_BYTES];
};

#define VFS_WALK_FOLLOW 1u    /* a symbolic link at the end is followed */
#define VFS_WALK_CREATE 2u    /* the last name need not exist */
#define VFS_WALK_DIRECTORY 4u /* with CREATE: what will be made is a directory: a trailing slash is right */
#define VFS_WALK_EMPTY 8u     /* the empty path is the base itself */
#define VFS_WALK_DEAD 16u     /* a mount of a dead port may be the end */

enum vfs_last { VFS_LAST_NAME, VFS_LAST_ROOT, VFS_LAST_DOT, VFS_LAST_DOT_DOT };

/* A path walk: the rest of the path, and where it stands. */
struct vfs_walk {
    uint32_t flags;
    uint32_t links;    /* symbolic links followed */
    uint32_t position; /* in path */
    uint32_t path_bytes;
    enum vfs_last last;
    bool fresh;    /* the target's attributes were heard during this walk */
    bool slash;    /* the last name was followed by a slash */
    struct vfs_place at;     /* while walking: the directory reached. At the end: the parent of the last name */
    struct vfs_place target; /* at the end: what was found; no node: nothing has that name */
    void (*done)(struct vfs_operation *operation, int status);
    uint32_t name_bytes;
    char name[NAME_BYTES_MAX + 1];
    char path[PATH_BYTES_MAX + 1];
};

/* A client's operation under way: the continuation. */
struct vfs_operation {
    struct vfs_list link;   /* free list, or its port's list */
    struct vfs_list active; /* vfs->active */
    struct vfs *vfs;
    void *call; /* the client's, for host.reply; NULL: nobody waits for a reply */
    uint64_t identity;
    uint64_t reply_bytes; /* room that the client has */
    uint64_t session_cookie;
    bool cancelled; /* the client has gone; whatever was begun at a server is ended, nothing new is begun */
    bool flying;
    uint32_t tries;
    struct root_request request;
    struct vfs_credentials credentials;
    uint32_t umask;
    struct vfs_namespace *space;
    struct vfs_place root; /* where absolute paths begin */
    struct vfs_place base; /* where relative paths begin */
    struct vfs_place base2;
    struct vfs_node *node;     /* referenced: of the request under way */
    struct file_stat wanted;   /* ROOT_SETATTR */

    /* The request to a port. */
    struct vfs_port *port; /* not NULL: queued there or flying */
    struct port_request wire;
    struct port_answer answer;
    uint64_t changes; /* node->changes when the request was sent */
    void (*resume)(struct vfs_operation *operation, int status);
    uint32_t name_bytes;
    char name[NAME_BYTES_MAX + 1];

    struct vfs_walk *current; /* under way */
    struct vfs_walk walk;
    struct vfs_walk walk2; /* its path begins as the client's data, whatever that means to the operation */
    uint32_t data_bytes;
    uint64_t data[PORT_DATA_BYTES_MAX / sizeof(uint64_t) + 1]; /* to the port, then its answer's; then a NUL */
};

/* What the VFS asks of the rest of the root server. */
struct vfs_host {
    void *context;
    int channel; /* the root server's own, with RIGHT_MANAGE */
    int grant;   /* pays for channels and connections */
    uint64_t cookie_directory; /* classes of cookies, in their place (top byte) */
    uint64_t cookie_text;
    uint64_t cookie_mask; /* the bits that hold the class */
    /* Answers a call. Not 0: the handles could not be moved, the call was answered with that error. */
    int (*reply)(void *context, void *call, int64_t status, const void *data, uint64_t data_bytes,
                 const struct transfer *transfers, uint32_t transfer_count);
    /* Is there such a process? Its credentials, and its names' context: NULL once it has ended. */
    bool (*process)(void *context, uint32_t pid, struct vfs_credentials *credentials,
                    struct vfs_process_context **names);
    /* The lowest process number above `after`, or 0. */
    uint32_t (*process_next)(void *context, uint32_t after);
    /* Writes a text of /proc (enum vfs_proc_file); pid 0: not of a process. Bytes written or -error. */
    int64_t (*text)(void *context, uint32_t pid, uint32_t file, char *buffer, uint64_t length_bytes);
    /* The lowest descriptor of the process at or above `from`, or -1. */
    int64_t (*descriptor_next)(void *context, uint32_t pid, uint32_t from);
    /* A duplicate of a process's descriptor in root's own table, or -error; *rights: what it allows. */
    int (*descriptor)(void *context, uint32_t pid, uint32_t number, uint32_t *rights);
    int64_t (*now_ns)(void *context); /* since 1970 */
};

/* Texts of /proc; those up to VFS_PROC_GLOBALS belong to no process. The name is the file's. */
#define VFS_PROC_FILES(F)                                                                                            \
    F(MEMINFO, "meminfo") F(UPTIME, "uptime") F(STAT, "stat") F(LOADAVG, "loadavg") F(VERSION, "version")            \
    F(CPUINFO, "cpuinfo") F(FILESYSTEMS, "filesystems") F(MOUNTS, "mounts") F(VFS, "vfs")                 \
    F(PID_STAT, "stat") F(PID_STATUS, "status") F(PID_CMDLINE, "cmdline") F(PID_COMM, "comm") F(PID_STATM, "statm")  \
    F(PID_MAPS, "maps") F(PID_MOUNTS, "mounts") F(PID_EXE, "exe") F(PID_CWD, "cwd") F(PID_ROOT, "root")

enum vfs_proc_file {
#define VFS_PROC_MEMBER(id, name) VFS_PROC_##id,
    VFS_PROC_FILES(VFS_PROC_MEMBER)
#undef VFS_PROC_MEMBER
    VFS_PROC_COUNT,
    VFS_PROC_GLOBALS = VFS_PROC_PID_STAT
};

struct vfs_counters {
    uint64_t requests;       /* sent to ports, all */
    uint64_t lookups;        /* of them PORT_LOOKUP */
    uint64_t listings;       /* of them PORT_READDIR */
    uint64_t file_transfers; /* reads and writes of anything but directories and texts that came here: stays 0 */
};

struct vfs {
    struct vfs_host host;
    struct vfs_counters counters;
    uint32_t next_port_number;
    uint64_t next_request_id;
    struct vfs_namespace *first_space;

    struct vfs_list node_hash[VFS_NODE_BUCKETS];
    struct vfs_list node_unused; /* least recently used first */
    struct vfs_list node_free;
    uint32_t node_used;

    struct vfs_list entry_hash[VFS_ENTRY_BUCKETS];
    struct vfs_list entry_recent; /* least recently used first */
    struct vfs_list entry_free;
    uint32_t entry_used;

    struct vfs_list chunk_recent; /* least recently used first */
    struct vfs_list chunk_free;
    uint32_t chunk_used;

    struct vfs_list mount_free, space_free, session_free, text_free, operation_free, active;
    uint32_t mount_used, space_used, session_used, text_used, operation_used;

    struct vfs_port ports[VFS_PORTS_MAX];
    struct vfs_mount mounts[VFS_MOUNTS_MAX];
    struct vfs_namespace spaces[VFS_NAMESPACES_MAX];
    struct vfs_session sessions[VFS_SESSIONS_MAX];
    struct vfs_node nodes[VFS_NODES_MAX];
    struct vfs_entry entries[VFS_ENTRIES_MAX];
    struct vfs_chunk chunks[VFS_CHUNKS_MAX];
    struct vfs_text texts[VFS_TEXTS_MAX];
    struct vfs_operation operations[VFS_OPERATIONS_MAX];
    struct {
        struct port_request request;
        uint8_t bytes[NAME_BYTES_MAX + PORT_DATA_BYTES_MAX];
    } outgoing; /* while a port's request is replied */
};

/* A client's message, as vfs_dispatch takes it. */
struct vfs_message {
    void *call;
    uint64_t identity;
    uint32_t pid;    /* of the process whose names and credentials count */
    uint64_t cookie; /* of the connection it came by */
    uint64_t reply_bytes;
    const struct root_request *request;
    const char *path; /* request->path_bytes */
    const void *data; /* request->data_bytes; 8-byte aligned */
    int handle;       /* a handle that came with it, or -1; stays the caller's */
};

#endif
