/* Where the first thread of a program begins: tidies the process up, then enters the program. */
#include <sys/os.h>

#include "entry.h"
#include "signals.h"
#include "state.h"

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
