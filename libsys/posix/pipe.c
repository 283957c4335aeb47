/* Pipes: both ends come from the pipe server's control session. */
#include <proto/pipe.h>
#include <sys/os.h>

int os_pipe(int fds[2], uint32_t flags)
{
    struct control *control = sys_control();
    fds[0] = fds[1] = -1; /* a bad address shows before there is anything to lose */
    struct file_request request = {.operation = PIPE_CREATE, .flags = flags & OPEN_NONBLOCK};
    struct part send = {(uintptr_t)&request, sizeof request};
    control->receive_base = 0;
    control->received_handles[0] = control->received_handles[1] = -1;
    int64_t status = sys_call(HANDLE_PIPE, &send, 1, NULL, 0, CALL_UNINTERRUPTIBLE, DEADLINE_NONE);
    control->receive_base = HANDLE_DYNAMIC;
    int ends[2] = {control->received_handles[0], control->received_handles[1]};
    if (status == -E_BADF) {
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
