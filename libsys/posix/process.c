/* Processes: identity, groups, kill, exit. */
#include "request.h"

_Noreturn void os_exit(int status)
{
    for (;;) {
        root_ask(ROOT_PROCESS_EXIT, (uint64_t)(status & 0xff), 0);
    }
}

int os_kill(int pid, int signal)
{
    return (int)root_ask(ROOT_KILL, (uint64_t)(int64_t)pid, (uint64_t)(int64_t)signal);
}

int os_ids(struct process_ids *ids)
{
    struct root_message message = {.request = {.operation = ROOT_IDS},
                                   .reply = ids,
                                   .reply_bytes = sizeof *ids,
                                   .call_flags = CALL_UNINTERRUPTIBLE,
                                   .receive_base = HANDLE_DYNAMIC};
    return (int)root_send(&message);
}

int os_setpgid(int pid, int group)
{
    return (int)root_ask(ROOT_SETPGID, (uint64_t)(int64_t)pid, (uint64_t)(int64_t)group);
}

int os_getpgid(int pid)
{
    return (int)root_ask(ROOT_GETPGID, (uint64_t)(int64_t)pid, 0);
}

int os_setsid(void)
{
    return (int)root_ask(ROOT_SETSID, 0, 0);
}

int os_shutdown(int status)
{
    return (int)root_ask(ROOT_SHUTDOWN, (uint64_t)(int64_t)status, 0);
}
