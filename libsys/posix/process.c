/* Processes: identity, groups, kill, exit. */
#include "request.h"

#include "entry.h"
#include "signals.h"
#include "state.h"

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

/* Closes all handles from `first` on that have these flags. */
static void handles_close(int first, uint32_t flags)
{
    for (int handle = first; (handle = sys_handle_next(SYS_SELF_TABLE, handle, flags)) >= 0; handle++) {
        sys_handle_close(SYS_SELF_TABLE, handle);
    }
}

/* The first thread of a program begins here, sys/start.h. */
_Noreturn void process_enter(uint64_t argument)
{
    struct process_state *state = (struct process_state *)(uintptr_t)argument;
    if ((state->start.flags & START_CLOSE) != 0) {
        handles_close(0, HANDLE_CLOSE_ON_EXEC);
        handles_close(HANDLE_DYNAMIC, 0);
    }
    state->thread_count = 1;
    state->area_used[0] = state->area_mapped[0] = 1;
    state->brk_now = state->brk_mapped = state->start.brk;
    sys_control()->receive_base = HANDLE_DYNAMIC;
    signal_thread_started();
    program_start(state->start.entry, state->start.stack);
}
