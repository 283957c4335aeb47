/* Delivery of signals: when a foreign call ends, and when the kernel diverted a thread (upcall). */
#include "signals.h"

#include "entry.h"
#include "foreign_registers.h"
#include "request.h"

void signal_default_take(int signal)
{
    root_ask(ROOT_SIGNAL_DEFAULT, (uint64_t)signal, 0);
}

/* Takes a copy of the action; a one-shot handler is reset. */
static struct signal_action action_take(int signal)
{
    struct process_state *state = process_state();
    process_lock();
    struct signal_action action = state->actions[signal];
    process_unlock();
    if (action.handler > SIGNAL_HANDLER_IGNORE && (action.flags & ACTION_RESET) != 0) {
        struct signal_action plain = action;
        plain.handler = SIGNAL_HANDLER_DEFAULT;
        signal_action_exchange(signal, &plain, NULL);
    }
    return action;
}

/* Delivers one signal. Returns whether a handler was set up in *registers. */
static bool record_deliver(struct registers *registers, const struct signal_record *record,
                           const struct signal_action *action)
{
    struct thread_data *thread = thread_state();
    if (action->handler == SIGNAL_HANDLER_IGNORE) {
        return false;
    }
    if (action->handler == SIGNAL_HANDLER_DEFAULT) {
        signal_default_take(record->signal);
        return false;
    }
    uint64_t old = thread->mask_lent ? thread->mask_old : thread->mask;
    thread->mask_lent = 0;
    if (!signal_frame_push(registers, record, action, old)) {
        signal_default_take(SIGNAL_SEGV);
        os_exit(128 + SIGNAL_SEGV); /* should the root server think otherwise */
    }
    uint64_t blocked = action->mask | ((action->flags & ACTION_NO_DEFER) != 0 ? 0 : SIGNAL_BIT(record->signal));
    signal_mask_change(MASK_BLOCK, blocked);
    return true;
}

/* Gives back a lent mask that no handler took along. Returns whether that may let further signals in. */
static bool mask_take_back(void)
{
    struct thread_data *thread = thread_state();
    if (!thread->mask_lent) {
        return false;
    }
    thread->mask_lent = 0;
    signal_mask_change(MASK_SET, thread->mask_old);
    return true;
}

static int exception_signal(uint32_t kind)
{
    switch (kind) {
    case EXCEPTION_ILLEGAL:
        return SIGNAL_ILL;
    case EXCEPTION_ARITHMETIC:
        return SIGNAL_FPE;
    case EXCEPTION_BREAKPOINT:
        return SIGNAL_TRAP;
    case EXCEPTION_BUS:
        return SIGNAL_BUS;
    default:
        return SIGNAL_SEGV;
    }
}

/* An exception that the program wants to handle: cannot wait, so a blocked or uncaught one is the end. */
static void exception_deliver(struct registers *registers, const struct exception_info *exception)
{
    int signal = exception_signal(exception->kind);
    struct signal_record record = {.signal = signal, .code = 1, .address = exception->address};
    struct signal_action action = action_take(signal);
    bool blocked = (thread_state()->mask & SIGNAL_BIT(signal)) != 0;
    if (blocked || action.handler <= SIGNAL_HANDLER_IGNORE) {
        signal_default_take(signal);
        os_exit(128 + signal);
    }
    record_deliver(registers, &record, &action);
}

bool signal_deliver(struct registers *registers, const struct exception_info *exception)
{
    struct signal_record record;
    bool handled = false;
    if (exception != NULL && exception->kind != 0) {
        exception_deliver(registers, exception);
        handled = true;
    }
    do {
        while (signal_take(&record)) {
            struct signal_action action = action_take(record.signal);
            handled |= record_deliver(registers, &record, &action);
        }
    } while (mask_take_back());
    return handled;
}

void foreign_leave(struct foreign_frame *frame, int64_t result)
{
    struct signal_record record;
    bool interrupted = result == -E_INTR;
    foreign_result_put(frame, (uint64_t)result);
    while (signal_take(&record)) {
        struct signal_action action = action_take(record.signal);
        bool handler = action.handler > SIGNAL_HANDLER_IGNORE;
        if (interrupted && handler) {
            interrupted = false;
            if ((action.flags & ACTION_RESTART) != 0 && !frame->no_restart) {
                foreign_repeat(frame);
            }
        }
        record_deliver(&frame->registers, &record, &action);
    }
    if (mask_take_back()) {
        signal_deliver(&frame->registers, NULL);
    }
    if (interrupted) { /* by nothing that the program sees */
        foreign_repeat(frame);
    }
}

_Noreturn void upcall_enter(void)
{
    struct control *control = sys_control();
    if (control->upcall_exception.kind == EXCEPTION_FOREIGN_CALL) {
        foreign_upcall(control);
    }
    struct registers registers = control->upcall_registers;
    struct exception_info exception = control->upcall_exception;
    control->in_upcall = 0;
    thread_state()->look = 1;
    signal_deliver(&registers, &exception);
    sys_thread_continue(&registers);
}

_Noreturn void signal_return(const struct foreign_frame *frame)
{
    struct registers registers = frame->registers;
    thread_state()->guard = 0;
    if (!signal_frame_pop(foreign_stack(frame), &registers)) {
        signal_default_take(SIGNAL_SEGV);
        os_exit(128 + SIGNAL_SEGV);
    }
    signal_deliver(&registers, NULL);
    sys_thread_continue(&registers);
}
