/* Clocks and sleeps. Realtime cannot be set: it is the host's. */
#include "linux_call.h"

#include "foreign.h"
#include "signals.h"

#define CLOCK_REALTIME 0u
#define CLOCK_MONOTONIC 1u
#define CLOCK_PROCESS_CPU 2u
#define CLOCK_THREAD_CPU 3u
#define CLOCK_MONOTONIC_RAW 4u
#define CLOCK_REALTIME_COARSE 5u
#define CLOCK_MONOTONIC_COARSE 6u
#define CLOCK_BOOT 7u
#define TIMER_ABSOLUTE 1u

uint64_t linux_realtime_offset(void)
{
    struct kernel_info info;
    return sys_kernel_info(&info) == 0 ? info.realtime_offset_ns : 0;
}

uint64_t linux_deadline(uint64_t relative_ns)
{
    uint64_t now_ns = (uint64_t)sys_clock_read();
    return relative_ns >= DEADLINE_NONE - now_ns ? DEADLINE_NONE - 1 : now_ns + relative_ns;
}

int linux_time_ns(const struct linux_time *time, uint64_t *ns)
{
    if (time->seconds < 0 || time->fraction < 0 || time->fraction >= (int64_t)LINUX_NS_PER_S) {
        return -E_INVAL;
    }
    if ((uint64_t)time->seconds > DEADLINE_NONE / LINUX_NS_PER_S / 2) {
        *ns = DEADLINE_NONE / 2;
        return 0;
    }
    *ns = (uint64_t)time->seconds * LINUX_NS_PER_S + (uint64_t)time->fraction;
    return 0;
}

static int clock_ns(uint64_t clock, uint64_t *ns)
{
    struct usage_record usage;
    *ns = (uint64_t)sys_clock_read();
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
        *ns += linux_realtime_offset();
        return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOT:
        return 0;
    case CLOCK_PROCESS_CPU:
    case CLOCK_THREAD_CPU:
        *ns = os_usage(0, &usage) == 0 ? usage.user_ns + usage.system_ns : 0;
        return 0;
    default:
        return -E_INVAL;
    }
}

static void time_store(uint64_t address, uint64_t ns, uint64_t unit_ns)
{
    struct linux_time *out = (struct linux_time *)(uintptr_t)address;
    *out = (struct linux_time){(int64_t)(ns / LINUX_NS_PER_S), (int64_t)(ns % LINUX_NS_PER_S / unit_ns)};
}

int64_t linux_clock_gettime(struct foreign_frame *frame, const uint64_t a[6])
{
    uint64_t ns;
    (void)frame;
    int status = clock_ns(a[0], &ns);
    if (status == 0) {
        time_store(a[1], ns, 1);
    }
    return status;
}

int64_t linux_clock_getres(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    if (a[0] > CLOCK_BOOT) {
        return -E_INVAL;
    }
    if (a[1] != 0) {
        time_store(a[1], 1, 1);
    }
    return 0;
}

int64_t linux_clock_settime(struct foreign_frame *frame, const uint64_t a[6])
{
    (void)frame;
    return a[0] == CLOCK_REALTIME ? -E_PERM : -E_INVAL;
}

int64_t linux_gettimeofday(struct foreign_frame *frame, const uint64_t a[6])
{
    uint64_t ns;
    (void)frame;
    clock_ns(CLOCK_REALTIME, &ns);
    if (a[0] != 0) {
        time_store(a[0], ns, 1000);
    }
    if (a[1] != 0) {
        *(uint64_t *)(uintptr_t)a[1] = 0; /* struct timezone: none */
    }
    return 0;
}

int64_t linux_time(struct foreign_frame *frame, const uint64_t a[6])
{
    uint64_t ns;
    (void)frame;
    clock_ns(CLOCK_REALTIME, &ns);
    if (a[0] != 0) {
        *(int64_t *)(uintptr_t)a[0] = (int64_t)(ns / LINUX_NS_PER_S);
    }
    return (int64_t)(ns / LINUX_NS_PER_S);
}

static int64_t sleep_until(uint64_t deadline_ns, uint64_t remaining_address)
{
    int status;
    do {
        status = sys_thread_sleep(deadline_ns);
    } while (status == -E_INTR && !signal_is_due());
    if (status == -E_INTR && remaining_address != 0) {
        uint64_t now_ns = (uint64_t)sys_clock_read();
        time_store(remaining_address, deadline_ns > now_ns ? deadline_ns - now_ns : 0, 1);
    }
    return status;
}

int64_t linux_nanosleep(struct foreign_frame *frame, const uint64_t a[6])
{
    uint64_t ns;
    frame->no_restart = 1;
    int status = linux_time_ns((const struct linux_time *)(uintptr_t)a[0], &ns);
    return status != 0 ? status : sleep_until(linux_deadline(ns), a[1]);
}

int64_t linux_clock_nanosleep(struct foreign_frame *frame, const uint64_t a[6])
{
    uint64_t ns;
    frame->no_restart = 1;
    int status = linux_time_ns((const struct linux_time *)(uintptr_t)a[2], &ns);
    if (status != 0 || (a[0] != CLOCK_REALTIME && a[0] != CLOCK_MONOTONIC && a[0] != CLOCK_BOOT)) {
        return -E_INVAL;
    }
    if ((a[1] & TIMER_ABSOLUTE) == 0) {
        return sleep_until(linux_deadline(ns), a[3]);
    }
    uint64_t offset_ns = a[0] == CLOCK_REALTIME ? linux_realtime_offset() : 0;
    return sleep_until(ns > offset_ns ? ns - offset_ns : 0, 0);
}
