/* Sending requests: to the root server (proto/root.h) and to open files (proto/file.h). */
#ifndef POSIX_REQUEST_H
#define POSIX_REQUEST_H

#include <sys/os.h>

/* A request to the root server. Unset fields are zero. */
struct root_message {
    struct root_request request; /* path_bytes and data_bytes are filled in */
    const char *path;            /* NUL-terminated, or NULL */
    const void *data;            /* request.data_bytes of them */
    void *reply;
    uint64_t reply_bytes;
    struct transfer transfer[TRANSFER_MAX]; /* handles to send */
    uint32_t transfer_count;
    uint32_t call_flags;  /* CALL_* */
    int connection;       /* 0: HANDLE_ROOT */
    int32_t receive_base; /* where handles in the reply go; 0 is a descriptor's place */
    int32_t *received;    /* NULL, or TRANSFER_MAX places for their numbers; -1: not sent */
};

/* Sends it and waits for the answer: status >= 0 or -error. -E_NAMETOOLONG: the path exceeds PATH_BYTES_MAX. */
int64_t root_send(const struct root_message *message);

/* The same for what needs no more than an operation and two arguments. Uninterruptible. */
int64_t root_ask(uint32_t operation, uint64_t argument0, uint64_t argument1);

/* The connection that a path relative to `at` goes to, for root_message.connection. */
static inline int root_base(int at)
{
    return at == OS_AT_CWD ? HANDLE_ROOT : at;
}

/* Sends a request to an open file. -E_BADF: not a descriptor; -E_INVAL: more than FILE_DATA_PARTS_MAX parts of data. */
int64_t file_send(int fd, const struct file_request *request, const struct part *data, uint32_t data_count,
                  const struct part *reply, uint32_t reply_count, uint32_t call_flags);

/* Parts of data that file_send takes. */
#define FILE_DATA_PARTS_MAX 7u

uint64_t string_length(const char *string);

#endif
