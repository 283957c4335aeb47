/* Protocol of the root server: names and processes.
 * Message: struct root_request, then path (path_bytes, without NUL), then path2 or data (data_bytes).
 * Reply: status >= 0 or -error, then the operation's struct or bytes; handles as transfers.
 *
 * Path operations go to HANDLE_ROOT (paths relative to the working directory) or to a directory's descriptor (relative
 * to it). Numbers start at ROOT_OPERATION_FIRST, above all file operations, so that a directory's descriptor can tell
 * the two protocols apart. Process operations go to HANDLE_ROOT (the caller's process) except those marked
 * [process handle]. */
#ifndef PROTO_ROOT_H
#define PROTO_ROOT_H

#include <proto/file.h>

#define ROOT_OPERATION_FIRST 1000u

enum root_operation {
    /* Paths. */
    ROOT_OPEN = 1001,     /* flags: OPEN_*, argument[0]: mode -> transfers the descriptor; status: 0, or a port's
                             number */
    ROOT_STAT = 1002,     /* flags: ROOT_NO_FOLLOW -> struct file_stat */
    ROOT_ACCESS = 1003,   /* argument[0]: R 4, W 2, X 1 -> 0 */
    ROOT_MKDIR = 1004,    /* argument[0]: mode */
    ROOT_UNLINK = 1005,   /* flags: ROOT_DIRECTORY for rmdir */
    ROOT_RENAME = 1006,   /* data: new path; a transferred directory descriptor: base of the new path */
    ROOT_LINK = 1007,     /* data: new path; transfer as above; flags: ROOT_NO_FOLLOW */
    ROOT_SYMLINK = 1008,  /* path: the link, data: its target */
    ROOT_READLINK = 1009, /* -> bytes of the target; status: length */
    ROOT_SETATTR = 1010, /* argument[0]: PORT_SET_* mask, [1] mode, [2] uid, [3] gid, [4] size; data: two int64 times in
                          ns (access, modify); flags: ROOT_NO_FOLLOW, ROOT_BY_INODE: no path; argument[5]: address of
                          the file by data instead: two uint64 device, inode after the times */
    ROOT_STATFS = 1011,  /* -> struct port_statfs */
    ROOT_CHDIR = 1012,   /* path; empty path on a directory descriptor: fchdir */
    ROOT_GETCWD = 1013,  /* -> bytes of the path; status: length */
    ROOT_UMASK = 1014,   /* argument[0]: mask -> old mask */
    ROOT_MOUNT = 1015,   /* path: where; data: port name; argument[0]: inode of the tree's top; flags: ROOT_READ_ONLY */
    ROOT_UNMOUNT = 1016, /* path */
    ROOT_MKNOD = 1017,   /* argument[0]: mode; FIFOs and regular files only, else -E_PERM */
    /* File server side. */
    ROOT_PORT_NEXT = 1030, /* proto/port.h */
    ROOT_PORT_INVALIDATE = 1031, /* argument[0]: port, [1]: inode of a directory (all its entries and listing),
                                    data: name (only this entry) */
    /* Processes. */
    ROOT_PROCESS_CREATE = 1050, /* -> transfers: process handle, grant, space, table (blank); status: pid. It inherits
                                 credentials, working directory, umask, group, session, ignored signals, name; with
                                 flags ROOT_KEEP_CAUGHT (fork) also the caught signals */
    ROOT_PROCESS_START = 1051,  /* [process handle] argument: pc, sp, argument, control address; transfers the memory of
                                 the control page -> 0. The first thread runs */
    ROOT_PROCESS_EXEC = 1052,   /* argument as START, [4]: bytes of the name at the front of data, [5]: signals that the
                                 new program blocks; transfers the new space and the memory of the control page; path:
                                 the program's absolute or given path; data: command line (NUL-separated, cut at
                                 PATH_BYTES_MAX). On success the caller and all other threads are gone and the new one
                                 runs; signals that are pending and not blocked are acted on by default */
    ROOT_THREAD_CREATE = 1053,  /* argument as START; transfers the memory of the control page -> tid; same space
                                   and table as the caller */
    ROOT_PROCESS_EXIT = 1054,   /* argument[0]: exit status 0..255; no reply */
    ROOT_WAIT = 1055,           /* argument[0]: pid, as waitpid's; flags: WAIT_* -> pid or 0, struct wait_result. Or
                                   sent to a [process handle] with argument[0] 0 */
    ROOT_KILL = 1056,           /* argument[0]: pid as kill(2)'s, [1]: signal */
    ROOT_KILL_THREAD = 1057,    /* argument[0]: pid, [1]: tid, [2]: signal */
    ROOT_SIGNAL_FETCH = 1058,   /* argument[0]: blocked mask (bit n-1 = signal n) of this thread -> next signal or 0,
                                 struct signal_record. The root server remembers the mask and interrupts no thread for
                                 what it blocks: who unblocks signals of the mask that it told last fetches again */
    ROOT_SIGNAL_DISPOSITION = 1059, /* argument[0]: ignored mask, [1]: caught mask, [2]: SIGNAL_* flags */
    ROOT_SIGNAL_DEFAULT = 1060, /* argument[0]: signal: take its default action on the caller's process; returns 0 if
                                   that was to stop, once continued */
    ROOT_SIGNAL_PENDING = 1061, /* -> mask */
    ROOT_IDS = 1062,            /* -> struct process_ids */
    ROOT_SETPGID = 1063,        /* argument[0]: pid (0: self), [1]: pgid (0: pid) */
    ROOT_GETPGID = 1064,        /* argument[0]: pid -> pgid */
    ROOT_SETSID = 1065,         /* -> sid */
    ROOT_GETSID = 1066,         /* argument[0]: pid -> sid */
    ROOT_SETIDS = 1067,         /* argument[0]: uid or -1, [1] euid, [2] gid, [3] egid */
    ROOT_SET_NAME = 1068,       /* data: name of the process, at most 15 bytes. With a path, also for a process handle:
                                   the program's path, and data as EXEC's with argument[4] */
    ROOT_ALARM = 1069,          /* argument[0]: first ns from now (0: stop), [1]: interval ns; -> struct alarm_state of
                                   before */
    ROOT_USAGE = 1070,          /* flags: 0 self, 1 children -> struct usage_record */
    ROOT_EXECUTABLE = 1071,     /* -> bytes: absolute path of the program running; status: length */
    ROOT_SHUTDOWN = 1072        /* argument[0]: status; uid 0: the machine stops */
};

#define ROOT_NO_FOLLOW 1u
#define ROOT_DIRECTORY 2u
#define ROOT_READ_ONLY 4u
#define ROOT_BY_INODE 8u
#define ROOT_KEEP_CAUGHT 16u

struct root_request {
    uint32_t operation;
    uint32_t flags;
    uint32_t path_bytes;
    uint32_t data_bytes;
    uint64_t argument[6];
};
_Static_assert(sizeof(struct root_request) == 64, "root_request layout");

/* Identity of a thread, as the kernel delivers it: pid in the low half, tid in the high half. */
#define IDENTITY_PID(identity) ((uint32_t)(identity))
#define IDENTITY_TID(identity) ((uint32_t)((identity) >> 32))

#define WAIT_NO_HANG 1u
#define WAIT_STOPPED 2u
#define WAIT_CONTINUED 8u
#define WAIT_EXITED 4u
#define WAIT_KEEP 0x01000000u /* leave it waitable */

struct usage_record {
    uint64_t user_ns;
    uint64_t system_ns;
    uint64_t peak_pages;
};
struct wait_result {
    int32_t status; /* Linux's wait status word */
    uint32_t uid;
    struct usage_record usage;
};
struct signal_record {
    int32_t signal;
    int32_t code; /* Linux's si_code */
    int32_t pid;
    uint32_t uid;
    int32_t status;
    uint32_t reserved;
    uint64_t address;
};
struct process_ids {
    uint32_t pid, parent_pid, group, session;
    uint32_t uid, euid, gid, egid;
};
struct alarm_state {
    uint64_t remaining_ns;
    uint64_t interval_ns;
};
#define SIGNAL_NO_CHILD_WAIT 1u /* SIGCHLD ignored or SA_NOCLDWAIT: children leave no zombies */
#define SIGNAL_NO_CHILD_STOP 2u

#endif
