/* Waiting for descriptors: poll and select on os_poll. */
#include "linux_call.h"

#include "foreign.h"
#include "signals.h"

#define POLL_IN 0x001
#define POLL_PRIORITY 0x002
#define POLL_OUT 0x004
#define POLL_ERROR 0x008
#define POLL_HANGUP 0x010
#define POLL_INVALID 0x020
#define POLLS_MAX 1024u
#define SELECT_WORD_BITS 64u
#define SELECT_FDS_MAX 1024u
#define SELECT_POLLS_MAX 256u
#define NS_PER_MS 1000000ull
#define NS_PER_US 1000ull

/* struct pollfd has the layout of struct os_poll. */
int64_t linux_poll(struct foreign_frame *frame, const uint64_t a[6])
{
    int timeout_ms = (int)a[2];
    frame->no_restart = 1;
    if (a[1] > POLLS_MAX) {
        return -E_INVAL;
    }
    uint64_t deadline_ns = timeout_ms < 0    ? DEADLINE_NONE
                           : timeout_ms == 0 ? 0
                                             : linux_deadline((uint64_t)timeout_ms * NS_PER_MS);
    return os_poll((struct os_poll *)(uintptr_t)a[0], (uint32_t)a[1], deadline_ns);
}

/* Deadline of a timespec or timeval at an address, 0: none. */
static int deadline_read(uint64_t address, uint64_t unit_ns, uint64_t *deadline_ns)
{
    uint64_t ns;
    *deadline_ns = DEADLINE_NONE;
    if (address == 0) {
        return 0;
    }
    const struct linux_time *in = (const struct linux_time *)(uintptr_t)address;
    struct linux_time time = {in->seconds, in->fraction * (int64_t)unit_ns};
    if (unit_ns != 1 && in->fraction >= (int64_t)(LINUX_NS_PER_S / unit_ns)) { /* select: µs may overflow into s */
        time.seconds += in->fraction / (int64_t)(LINUX_NS_PER_S / unit_ns);
        time.fraction %= (int64_t)LINUX_NS_PER_S;
    }
    int status = linux_time_ns(&time, &ns);
    if (status == 0) {
        *deadline_ns = ns == 0 ? 0 : linux_deadline(ns);
    }
    return status;
}

int64_t linux_ppoll(struct foreign_frame *frame, const uint64_t a[6])
{
    uint64_t deadline_ns;
    frame->no_restart = 1;
    if (a[1] > POLLS_MAX) {
        return -E_INVAL;
    }
    int status = deadline_read(a[2], 1, &deadline_ns);
    if (status != 0) {
        return status;
    }
    if (a[3] != 0) {
        signal_mask_lend(*(const uint64_t *)(uintptr_t)a[3]);
    }
    return os_poll((struct os_poll *)(uintptr_t)a[0], (uint32_t)a[1], deadline_ns);
}

static bool bit_get(uint64_t set, uint32_t fd)
{
    return set != 0 && ((const uint64_t *)(uintptr_t)set)[fd / SELECT_WORD_BITS] >> fd % SELECT_WORD_BITS & 1;
}

static bool bit_put(uint64_t set, uint32_t fd, bool value)
{
    if (set == 0) {
        return false;
    }
    uint64_t *word = &((uint64_t *)(uintptr_t)set)[fd / SELECT_WORD_BITS];
    bool counts = value && (*word >> fd % SELECT_WORD_BITS & 1) != 0;
    if (!counts) {
        *word &= ~(1ull << fd % SELECT_WORD_BITS);
    }
    return counts;
}

/* Results into the sets; how many bits are set, or -E_BADF. */
static int64_t select_finish(const struct os_poll *polls, uint32_t count, const uint64_t a[6])
{
    int64_t ready = 0;
    for (uint32_t i = 0; i < count; i++) {
        if ((polls[i].result & POLL_INVALID) != 0) {
            return -E_BADF;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t fd = (uint32_t)polls[i].fd;
        int result = polls[i].result;
        ready += bit_put(a[1], fd, (result & (POLL_IN | POLL_HANGUP | POLL_ERROR)) != 0);
        ready += bit_put(a[2], fd, (result & (POLL_OUT | POLL_ERROR)) != 0);
        ready += bit_put(a[3], fd, (result & POLL_PRIORITY) != 0);
    }
    return ready;
}

static int64_t select_until(const uint64_t a[6], uint64_t deadline_ns)
{
    struct os_poll polls[SELECT_POLLS_MAX];
    uint32_t count = 0;
    if (a[0] > SELECT_FDS_MAX) {
        return -E_INVAL;
    }
    for (uint32_t fd = 0; fd < a[0]; fd++) {
        int events = (bit_get(a[1], fd) ? POLL_IN : 0) | (bit_get(a[2], fd) ? POLL_OUT : 0) |
                     (bit_get(a[3], fd) ? POLL_PRIORITY : 0);
        if (events != 0 && count == SELECT_POLLS_MAX) {
            return -E_NOMEM;
        }
        if (events != 0) {
            polls[count++] = (struct os_poll){.fd = (int32_t)fd, .events = (int16_t)events};
        }
    }
    int status = os_poll(polls, count, deadline_ns);
    return status < 0 ? status : select_finish(polls, count, a);
}

int64_t linux_select(struct foreign_frame *frame, const uint64_t a[6])
{
    uint64_t deadline_ns;
    frame->no_restart = 1;
    int status = deadline_read(a[4], NS_PER_US, &deadline_ns);
    return status != 0 ? status : select_until(a, deadline_ns);
}

int64_t linux_pselect6(struct foreign_frame *frame, const uint64_t a[6])
{
    const uint64_t *mask = (const uint64_t *)(uintptr_t)a[5]; /* { address of the set, its size } */
    uint64_t deadline_ns;
    frame->no_restart = 1;
    int status = deadline_read(a[4], 1, &deadline_ns);
    if (status != 0) {
        return status;
    }
    if (mask != NULL && mask[0] != 0) {
        signal_mask_lend(*(const uint64_t *)(uintptr_t)mask[0]);
    }
    return select_until(a, deadline_ns);
}
