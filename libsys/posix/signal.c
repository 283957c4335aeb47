/* Signals: actions, masks and waiting. Delivery is in signal_deliver.c. */
#include "signals.h"

#include "request.h"

#define MASK_FORCED (SIGNAL_BIT(SIGNAL_KILL) | SIGNAL_BIT(SIGNAL_STOP))

static uint32_t child_flags(const struct signal_action *action)
{
    uint32_t flags = 0;
    if (action->handler == SIGNAL_HANDLER_IGNORE || (action->flags & ACTION_NO_CHILD_WAIT) != 0) {
        flags |= SIGNAL_NO_CHILD_WAIT;
    }
    if ((action->flags & ACTION_NO_CHILD_STOP) != 0) {
        flags |= SIGNAL_NO_CHILD_STOP;
    }
    return flags;
}

/* From now on the kernel may divert the calling thread to deliver signals. */
static void upcall_allow(void)
{
    struct thread_data *thread = thread_state();
    if (!thread->upcall_ready) {
        thread->upcall_ready = sys_thread_set(SYS_SELF_THREAD, THREAD_UPCALL_READY, 1) == 0;
    }
}

/* Tells the root server what is ignored and caught, if it does not know yet. The lock is held. */
static void disposition_tell(struct process_state *state)
{
    uint64_t ignored = 0, caught = 0;
    for (unsigned signal = 1; signal <= SIGNALS_MAX; signal++) {
        uint64_t handler = state->actions[signal].handler;
        ignored |= handler == SIGNAL_HANDLER_IGNORE ? SIGNAL_BIT(signal) : 0;
        caught |= handler > SIGNAL_HANDLER_IGNORE ? SIGNAL_BIT(signal) : 0;
    }
    uint32_t flags = child_flags(&state->actions[SIGNAL_CHLD]);
    if (state->told && ignored == state->ignored_told && caught == state->caught_told && flags == state->flags_told) {
        return;
    }
    struct root_message message = {
        .request = {.operation = ROOT_SIGNAL_DISPOSITION, .argument = {ignored, caught, flags}},
        .call_flags = CALL_UNINTERRUPTIBLE,
        .receive_base = HANDLE_DYNAMIC,
    };
    root_send(&message);
    upcall_allow();
    state->told = 1;
    state->ignored_told = ignored;
    state->caught_told = caught;
    state->flags_told = flags;
}

/* Blocked signals stay pending only in a process that has told its disposition. */
static void disposition_tell_once(void)
{
    struct process_state *state = process_state();
    if (!state->told) {
        process_lock();
        disposition_tell(state);
        process_unlock();
    }
}

int signal_action_exchange(int signal, const struct signal_action *action, struct signal_action *old)
{
    struct process_state *state = process_state();
    if (signal < 1 || signal > (int)SIGNALS_MAX) {
        return -E_INVAL;
    }
    if (action != NULL && (signal == SIGNAL_KILL || signal == SIGNAL_STOP)) {
        return -E_INVAL;
    }
    process_lock();
    if (old != NULL) {
        *old = state->actions[signal];
    }
    if (action != NULL) {
        struct signal_action now = *action;
        now.mask &= ~MASK_FORCED;
        state->actions[signal] = now;
        disposition_tell(state);
    }
    process_unlock();
    return 0;
}

uint64_t signal_mask_get(void)
{
    return thread_state()->mask;
}

uint64_t signal_mask_change(unsigned how, uint64_t mask)
{
    struct thread_data *thread = thread_state();
    uint64_t old = thread->mask;
    if (how == MASK_BLOCK) {
        mask = old | mask;
    } else if (how == MASK_UNBLOCK) {
        mask = old & ~mask;
    }
    thread->mask = mask & ~MASK_FORCED;
    if (thread->mask != 0) {
        disposition_tell_once();
    }
    return old;
}

void signal_mask_lend(uint64_t mask)
{
    struct thread_data *thread = thread_state();
    if (!thread->mask_lent) {
        thread->mask_old = thread->mask;
        thread->mask_lent = 1;
    }
    signal_mask_change(MASK_SET, mask);
}

/* Asks for the next pending signal that `mask` does not block. */
static int signal_fetch(uint64_t mask, struct signal_record *record)
{
    struct root_message message = {
        .request = {.operation = ROOT_SIGNAL_FETCH, .argument = {mask}},
        .reply = record,
        .reply_bytes = sizeof *record,
        .call_flags = CALL_UNINTERRUPTIBLE,
        .receive_base = HANDLE_DYNAMIC,
    };
    record->signal = 0;
    thread_state()->mask_told = mask;
    int64_t signal = root_send(&message);
    return signal > 0 && signal <= (int64_t)SIGNALS_MAX ? (int)signal : 0;
}

/* Whether there may be something to fetch. */
static bool signal_is_noticed(const struct thread_data *thread)
{
    return sys_control()->interrupted != 0 || (thread->mask_told & ~thread->mask) != 0;
}

/* A signal that was fetched and blocked before it was delivered becomes pending again. */
static void noted_give_back(struct thread_data *thread)
{
    int signal = thread->noted.signal;
    if (signal != 0 && (thread->mask & SIGNAL_BIT(signal)) != 0) {
        thread->noted.signal = 0;
        signal_raise(signal);
    }
}

bool signal_take(struct signal_record *record)
{
    struct thread_data *thread = thread_state();
    noted_give_back(thread);
    if (thread->noted.signal != 0) {
        *record = thread->noted;
        thread->noted.signal = 0;
        thread->look = 1; /* there may be more behind it */
        return true;
    }
    if (!thread->look && !signal_is_noticed(thread)) {
        return false;
    }
    sys_control()->interrupted = 0;
    int signal = signal_fetch(thread->mask, record);
    thread->look = signal != 0;
    record->signal = signal;
    return signal != 0;
}

bool signal_is_due(void)
{
    struct thread_data *thread = thread_state();
    noted_give_back(thread);
    if (thread->noted.signal == 0) {
        sys_control()->interrupted = 0;
        signal_fetch(thread->mask, &thread->noted);
    }
    return thread->noted.signal != 0;
}

int signal_suspend(uint64_t mask)
{
    signal_mask_lend(mask);
    while (!signal_is_due()) {
        sys_thread_sleep(DEADLINE_NONE);
    }
    return -E_INTR;
}

uint64_t signal_pending(void)
{
    struct thread_data *thread = thread_state();
    int64_t pending = root_ask(ROOT_SIGNAL_PENDING, 0, 0);
    uint64_t noted = thread->noted.signal != 0 ? SIGNAL_BIT(thread->noted.signal) : 0;
    return ((pending < 0 ? 0 : (uint64_t)pending) | noted) & thread->mask;
}

int signal_wait(uint64_t set, struct signal_record *record, uint64_t deadline_ns)
{
    struct thread_data *thread = thread_state();
    disposition_tell_once();
    for (;;) {
        sys_control()->interrupted = 0;
        struct signal_record next = thread->noted;
        thread->noted.signal = 0;
        if (next.signal == 0) {
            signal_fetch(thread->mask & ~set, &next);
        }
        if (next.signal != 0 && (set & SIGNAL_BIT(next.signal)) != 0) {
            *record = next;
            return next.signal;
        }
        if (next.signal != 0) {
            thread->noted = next;
            return -E_INTR;
        }
        int status = sys_thread_sleep(deadline_ns);
        if (status != -E_INTR) {
            return -E_AGAIN;
        }
    }
}

void signal_raise(int signal)
{
    uint64_t identity = sys_control()->identity;
    struct root_message message = {
        .request = {.operation = ROOT_KILL_THREAD,
                    .argument = {IDENTITY_PID(identity), IDENTITY_TID(identity), (uint64_t)signal}},
        .call_flags = CALL_UNINTERRUPTIBLE,
        .receive_base = HANDLE_DYNAMIC,
    };
    root_send(&message);
}

bool signal_stack_holds(const struct thread_data *thread, uint64_t sp)
{
    return thread->altstack_bytes != 0 && sp - thread->altstack_base - 1 < thread->altstack_bytes;
}

void signal_stack_set(const struct signal_stack *stack)
{
    struct thread_data *thread = thread_state();
    bool off = (stack->flags & ALTSTACK_DISABLE) != 0;
    thread->altstack_base = off ? 0 : stack->base;
    thread->altstack_bytes = off ? 0 : stack->bytes;
    thread->altstack_flags = off ? 0 : stack->flags & ALTSTACK_AUTO_DISARM;
}

int signal_stack_exchange(const struct signal_stack *stack, struct signal_stack *old, uint64_t sp)
{
    struct thread_data *thread = thread_state();
    bool on = signal_stack_holds(thread, sp);
    if (old != NULL) {
        *old = (struct signal_stack){thread->altstack_base, thread->altstack_bytes,
                                     thread->altstack_bytes == 0 ? ALTSTACK_DISABLE
                                     : on                        ? ALTSTACK_ON | thread->altstack_flags
                                                                 : thread->altstack_flags};
    }
    if (stack == NULL) {
        return 0;
    }
    if (on) {
        return -E_PERM;
    }
    uint32_t mode = stack->flags & ~ALTSTACK_AUTO_DISARM;
    if (mode != 0 && mode != ALTSTACK_DISABLE && mode != ALTSTACK_ON) {
        return -E_INVAL;
    }
    if (mode != ALTSTACK_DISABLE &&
        (stack->bytes < ALTSTACK_BYTES_MIN || stack->base > UINT64_MAX - stack->bytes)) {
        return -E_NOMEM;
    }
    signal_stack_set(stack);
    return 0;
}

void signal_actions_inherit(struct process_state *state)
{
    const struct process_state *own = process_state();
    for (unsigned signal = 1; signal <= SIGNALS_MAX; signal++) {
        if (own->actions[signal].handler == SIGNAL_HANDLER_IGNORE) {
            state->actions[signal].handler = SIGNAL_HANDLER_IGNORE;
        }
    }
}

void signal_thread_started(void)
{
    if (process_state()->told) {
        upcall_allow();
    } else if (thread_state()->mask != 0) {
        disposition_tell_once();
    }
}

void signal_forked(void)
{
    struct thread_data *thread = thread_state();
    thread->noted.signal = 0; /* the parent's */
    thread->mask_told = 0;
    thread->look = 0;
    thread->upcall_ready = 0;
    signal_thread_started();
}
