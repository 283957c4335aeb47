/* Protocol of an open file: what a client sends to its descriptor (a connection), and any server answers.
 * Message: struct file_request, then data (writes, controls). Reply: status >= 0 or -error, then data.
 * A server must not trust any field; the rights and cookie come from the kernel (receive_info). */
#ifndef PROTO_FILE_H
#define PROTO_FILE_H

#include <stdint.h>

enum file_operation {
    FILE_READ = 1,     /* offset (or FILE_POSITION), length -> bytes read, data. 0: end of file */
    FILE_WRITE = 2,    /* offset (or FILE_POSITION), length, data -> bytes written */
    FILE_SEEK = 3,     /* offset (signed), argument: SEEK_SET 0, CUR 1, END 2 -> new position; -E_SPIPE */
    FILE_STAT = 4,     /* -> 0, struct file_stat */
    FILE_TRUNCATE = 5, /* length -> 0 */
    FILE_SYNC = 6,     /* -> 0 */
    FILE_CONTROL = 7,  /* argument: Linux's ioctl number, data in -> status, data out; -E_NOTTY */
    FILE_POLL = 8,     /* argument: POLL bits wanted (Linux's), flags: notification bits; may transfer a notification
                          (RIGHT_SIGNAL). -> bits that hold now. If none do and a notification came, the server keeps
                          it in the session, replacing an earlier one of the same identity's process, and signals it
                          once when one of the wanted bits (or error, hang-up) becomes true */
    FILE_FLAGS = 9,    /* argument: new flags, flags: mask of those to change (OPEN_APPEND, OPEN_NONBLOCK)
                          -> the flags as they are now, access mode included */
    FILE_MAP = 10,     /* -> 0 and transfers a memory object of the whole file (READ|EXECUTE as it allows), first byte
                          at offset 0; status > 0: byte offset of the file in the object. -E_NODEV: cannot */
    FILE_DIRECTORY_READ = 11 /* directories, root server only: length -> bytes, struct directory_record ... ; 0: end */
};

#define FILE_POSITION UINT64_MAX /* use and advance the session's own position */

/* Open flags: Linux's numbers on x86_64, here on every architecture. */
#define OPEN_READ_ONLY 0u
#define OPEN_WRITE_ONLY 1u
#define OPEN_READ_WRITE 2u
#define OPEN_ACCESS_MASK 3u
#define OPEN_CREATE 0100u
#define OPEN_EXCLUSIVE 0200u
#define OPEN_NO_TERMINAL 0400u
#define OPEN_TRUNCATE 01000u
#define OPEN_APPEND 02000u
#define OPEN_NONBLOCK 04000u
#define OPEN_DIRECTORY 0200000u
#define OPEN_NO_FOLLOW 0400000u
#define OPEN_CLOSE_ON_EXEC 02000000u
#define OPEN_PATH 010000000u

struct file_request {
    uint32_t operation;
    uint32_t flags;
    uint64_t offset;
    uint64_t length;
    uint64_t argument;
};
_Static_assert(sizeof(struct file_request) == 32, "file_request layout");

#define FILE_CONTROL_BYTES_MAX 256u

/* Modes are POSIX's (S_IFMT and permission bits, Linux's numbers). */
struct file_stat {
    uint64_t device; /* number of the port; the root server's own trees: 0 */
    uint64_t inode;
    uint32_t mode;
    uint32_t link_count;
    uint32_t uid;
    uint32_t gid;
    uint64_t size_bytes;
    uint64_t blocks; /* of 512 bytes */
    uint64_t special; /* device number shown for character devices; names nothing */
    int64_t access_time_ns;
    int64_t modify_time_ns;
    int64_t change_time_ns;
};
_Static_assert(sizeof(struct file_stat) == 80, "file_stat layout");

struct directory_record { /* 8-byte aligned */
    uint64_t inode;
    uint64_t next_offset; /* cookie of the entry after this one */
    uint16_t record_bytes;
    uint16_t name_bytes;
    uint32_t mode; /* type bits at least */
    char name[];   /* NUL-terminated, padded */
};
#define NAME_BYTES_MAX 255u
#define PATH_BYTES_MAX 4096u

#endif
