/* Pipes: both ends come from the pipe server's control session. */
#include <proto/pipe.h>
#include <sys/os.h>

/* Asks for a pipe; 0 or -error, the ends in `ends`. */
static int64_t pipe_ask(int ends[2], uint32_t flags)
{
    struct control *control = sys_control();
    struct file_request request = {.operation = PIPE_CREATE, .flags = flags & OPEN_NONBLOCK};
    struct part send = {(uintptr_t)&request, sizeof request};
    control->receive_base = 0;
    control->received_handles[0] = control->received_handles[1] = -1;
    int64_t status = sys_call(HANDLE_PIPE, &send, 1, NULL, 0, CALL_UNINTERRUPTIBLE, DEADLINE_NONE);
    control->receive_base = HANDLE_DYNAMIC;
    ends[0] = control->received_handles[0];
    ends[1] = control->received_handles[1];
    return status;
}

/* A new control session in place of one whose server died. */
static void control_session_open(void)
{
    int fd = os_open(OS_AT_CWD, PIPE_CONTROL_PATH, OPEN_READ_WRITE, 0);
    if (fd >= 0) {
        sys_handle_duplicate(SYS_SELF_TABLE, fd, SYS_SELF_TABLE, HANDLE_PIPE, DUPLICATE_EXACT, RIGHTS_ALL, 0);
        os_close(fd);
    }
}

int os_pipe(int fds[2], uint32_t flags)
{
    int ends[2];
    fds[0] = fds[1] = -1; /* a bad address shows before there is anything to lose */
    int64_t status = pipe_ask(ends, flags);
    if (status == -E_BADF || status == -E_SRCH) {
        control_session_open();
        status = pipe_ask(ends, flags);
    }
    if (status == -E_BADF || status == -E_SRCH) {
        return -E_NFILE; /* there is no pipe server */
    }
    if (status < 0) {
        return (int)status;
    }
    if (ends[0] < 0 || ends[1] < 0) {
        if (ends[0] >= 0) {
            sys_handle_close(SYS_SELF_TABLE, ends[0]);
        }
        return -E_MFILE;
    }
    for (int i = 0; i < 2; i++) {
        if ((flags & OPEN_CLOSE_ON_EXEC) != 0) {
            sys_handle_flags(SYS_SELF_TABLE, ends[i], HANDLE_CLOSE_ON_EXEC, HANDLE_CLOSE_ON_EXEC);
        }
        fds[i] = ends[i];
    }
    return 0;
}
