/* Signals as Linux's programs see them. */
#include "linux_call.h"

#include "foreign_registers.h"
#include "request.h"
#include "signals.h"

#define SET_BYTES 8u
#define ALARM_NS LINUX_NS_PER_S
#define NS_PER_US 1000ull
#define SIGINFO_WORDS 32

struct linux_sigaction {
    uint64_t handler, flags, restorer, mask;
};

int64_t linux_rt_sigaction(struct foreign_frame *frame, const uint64_t a[6])
{
    const struct linux_sigaction *in = (const struct linux_sigaction *)(uintptr_t)a[1];
    struct linux_sigaction *out = (struct linux_sigaction *)(uintptr_t)a[2];
    struct signal_action action, old;
    (void)frame;
    if (a[3] != SET_BYTES || a[0] == 0 || a[0] > SIGNALS_MAX) {
        return -E_INVAL;
    }
    if (in != NULL) {
        action = (struct signal_action){in->handler, in->flags, in->restorer, in->mask};
    }
    int status = signal_action_exchange((int)a[0], in != NULL ? &action : NULL, &old);
    if (status == 0 && out != NULL) {
        *out = (struct linux_sigaction){old.handler, old.flags, old.restorer, old.mask};
    }
    return status;
}

int64_t linux_rt_sigprocmask(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    if (a[3] != SET_BYTES) {
        return -E_INVAL;
    }
    uint64_t old = signal_mask_get();
    if (a[1] != 0) {
        if (a[0] > MASK_SET) {
            return -E_INVAL;
        }
        signal_mask_change((unsigned)a[0], *(const uint64_t *)(uintptr_t)a[1]);
    }
    if (a[2] != 0) {
        *(uint64_t *)(uintptr_t)a[2] = old;
    }
    return 0;
}

int64_t linux_rt_sigreturn(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)a;
    signal_return(frame);
}

int64_t linux_rt_sigsuspend(struct foreign_frame *frame, const uint64_t a[6])
{
    frame->no_restart = 1;
    return a[1] != SET_BYTES ? -E_INVAL : signal_suspend(*(const uint64_t *)(uintptr_t)a[0]);
}

int64_t linux_pause(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)a;
    frame->no_restart = 1;
    return signal_suspend(signal_mask_get());
}

int64_t linux_rt_sigpending(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    if (a[1] > SET_BYTES) {
        return -E_INVAL;
    }
    *(uint64_t *)(uintptr_t)a[0] = signal_pending();
    return 0;
}

/* siginfo_t: signal, errno, code, padding, then what a kill or a child's end says. */
static void info_put(uint64_t address, const struct signal_record *record)
{
    int32_t *out = (int32_t *)(uintptr_t)address;
    for (int i = 0; i < SIGINFO_WORDS; i++) {
        out[i] = 0;
    }
    out[0] = record->signal;
    out[2] = record->code;
    out[4] = record->pid;
    out[5] = (int32_t)record->uid;
    out[6] = record->status;
}

int64_t linux_rt_sigtimedwait(struct foreign_frame *frame, const uint64_t a[6])
{
    struct signal_record record;
    uint64_t deadline_ns = DEADLINE_NONE;
    frame->no_restart = 1;
    if (a[3] != SET_BYTES) {
        return -E_INVAL;
    }
    if (a[2] != 0) {
        int status = linux_time_ns((const struct linux_time *)(uintptr_t)a[2], &deadline_ns);
        if (status != 0) {
            return status;
        }
        deadline_ns = deadline_ns == 0 ? 0 : linux_deadline(deadline_ns);
    }
    int signal = signal_wait(*(const uint64_t *)(uintptr_t)a[0], &record, deadline_ns);
    if (signal > 0 && a[1] != 0) {
        info_put(a[1], &record);
    }
    return signal;
}

struct linux_stack {
    uint64_t base;
    uint32_t flags, padding;
    uint64_t bytes;
};

int64_t linux_sigaltstack(struct foreign_frame *frame, const uint64_t a[6])
{
    const struct linux_stack *in = (const struct linux_stack *)(uintptr_t)a[0];
    struct linux_stack *out = (struct linux_stack *)(uintptr_t)a[1];
    struct signal_stack stack, old;
    if (in != NULL) {
        stack = (struct signal_stack){.base = in->base, .bytes = in->bytes, .flags = in->flags};
    }
    int status = signal_stack_exchange(in != NULL ? &stack : NULL, &old, foreign_stack(frame));
    if (status == 0 && out != NULL) {
        *out = (struct linux_stack){.base = old.base, .flags = old.flags, .bytes = old.bytes};
    }
    return status;
}

static int alarm_exchange(uint64_t first_ns, uint64_t interval_ns, struct alarm_state *old)
{
    const struct root_message message = {.request = {.operation = ROOT_ALARM, .argument = {first_ns, interval_ns}},
                                         .reply = old, .reply_bytes = sizeof *old, .call_flags = CALL_UNINTERRUPTIBLE};
    return (int)root_send(&message);
}

int64_t linux_alarm(struct foreign_frame *frame, const uint64_t a[6])
{
    struct alarm_state old = {0};
    (void)frame;
    int status = alarm_exchange((a[0] & UINT32_MAX) * ALARM_NS, 0, &old);
    return status < 0 ? status : (int64_t)((old.remaining_ns + ALARM_NS - 1) / ALARM_NS);
}

static void interval_put(struct linux_time out[2], const struct alarm_state *state)
{
    out[0] = (struct linux_time){(int64_t)(state->interval_ns / LINUX_NS_PER_S),
                                 (int64_t)(state->interval_ns % LINUX_NS_PER_S / NS_PER_US)};
    out[1] = (struct linux_time){(int64_t)(state->remaining_ns / LINUX_NS_PER_S),
                                 (int64_t)(state->remaining_ns % LINUX_NS_PER_S / NS_PER_US)};
}

static int interval_ns(const struct linux_time *time, uint64_t *ns)
{
    const struct linux_time scaled = {time->seconds, time->fraction * (int64_t)NS_PER_US};
    return linux_time_ns(&scaled, ns);
}

/* Only ITIMER_REAL (0). */
int64_t linux_setitimer(struct foreign_frame *frame, const uint64_t a[6])
{
    const struct linux_time *in = (const struct linux_time *)(uintptr_t)a[1];
    struct alarm_state old = {0};
    uint64_t interval, first;
    (void)frame;
    if (a[0] != 0 || in == NULL || interval_ns(&in[0], &interval) != 0 || interval_ns(&in[1], &first) != 0) {
        return -E_INVAL;
    }
    int status = alarm_exchange(first, interval, &old);
    if (status == 0 && a[2] != 0) {
        interval_put((struct linux_time *)(uintptr_t)a[2], &old);
    }
    return status;
}

/* The root server's alarm can only be exchanged: stop it, then start it with what was left. */
int64_t linux_getitimer(struct foreign_frame *frame, const uint64_t a[6])
{
    struct alarm_state now = {0}, none;
    (void)frame;
    if (a[0] != 0) {
        return -E_INVAL;
    }
    int status = alarm_exchange(0, 0, &now);
    if (status == 0 && now.remaining_ns != 0) {
        status = alarm_exchange(now.remaining_ns, now.interval_ns, &none);
    }
    if (status == 0) {
        interval_put((struct linux_time *)(uintptr_t)a[1], &now);
    }
    return status;
}
