/* Protocol of the pipe server's control session (HANDLE_PIPE): struct file_request with these operations.
 * The ends themselves speak proto/file.h: read blocks until bytes or the last writer's close, write blocks until room;
 * writes of at most PIPE_ATOMIC_BYTES are atomic; a write without readers is -E_PIPE (the library raises SIGPIPE). */
#ifndef PROTO_PIPE_H
#define PROTO_PIPE_H

#include <proto/file.h>

enum pipe_operation {
    PIPE_CREATE = 100 /* flags: OPEN_NONBLOCK -> 0, transfers: read end, write end */
};

#define PIPE_CONTROL_PATH "/dev/pipe/control" /* opening it gives a control session */
#define PIPE_BYTES 65536u
#define PIPE_ATOMIC_BYTES 4096u
#define PIPES_MAX 1024u

#endif
