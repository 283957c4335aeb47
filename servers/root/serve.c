/* Which function serves which operation of processes. */
#include "root.h"

void serve_process(struct root *root, struct root_call *call)
{
    void (*serve)(struct root *, struct root_call *) = NULL;
    switch (call->message.request.operation) {
    case ROOT_PROCESS_CREATE: serve = serve_create; break;
    case ROOT_PROCESS_START: serve = serve_start; break;
    case ROOT_PROCESS_EXEC: serve = serve_exec; break;
    case ROOT_THREAD_CREATE: serve = serve_thread_create; break;
    case ROOT_PROCESS_EXIT: serve = serve_exit; break;
    case ROOT_WAIT: serve = serve_wait; break;
    case ROOT_KILL: serve = serve_kill; break;
    case ROOT_KILL_THREAD: serve = serve_kill_thread; break;
    case ROOT_SIGNAL_FETCH: serve = serve_signal_fetch; break;
    case ROOT_SIGNAL_DISPOSITION: serve = serve_signal_disposition; break;
    case ROOT_SIGNAL_DEFAULT: serve = serve_signal_default; break;
    case ROOT_SIGNAL_PENDING: serve = serve_signal_pending; break;
    case ROOT_IDS: serve = serve_ids; break;
    case ROOT_SETPGID: serve = serve_setpgid; break;
    case ROOT_GETPGID: serve = serve_getpgid; break;
    case ROOT_SETSID: serve = serve_setsid; break;
    case ROOT_GETSID: serve = serve_getsid; break;
    case ROOT_SETIDS: serve = serve_setids; break;
    case ROOT_SET_NAME: serve = serve_set_name; break;
    case ROOT_ALARM: serve = serve_alarm; break;
    case ROOT_USAGE: serve = serve_usage; break;
    case ROOT_EXECUTABLE: serve = serve_executable; break;
    case ROOT_SHUTDOWN: serve = serve_shutdown; break;
    default: break;
    }
    bool over = call->process->state == PROCESS_ZOMBIE || call->process->state == PROCESS_GONE;
    if (serve == NULL || (over && serve != serve_wait)) {
        root_reply(root, call, serve == NULL ? -E_NOSYS : -E_SRCH, NULL, 0);
        return;
    }
    serve(root, call);
}
