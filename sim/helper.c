/* The helper thread: waits for the timer and for the devices' files, at a host priority above the programs', and kicks
 * the kernel thread. The timer's file is set lazily: a deadline later than what it is set to waits for it to expire. */
#include "machine_state.h"

#include <abi/errno.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define NS_PER_S 1000000000ull
#define HELPER_NICE (-1) /* if permitted */
#define HELPER_FIFO 3

/* Under timer_lock. */
static void timer_file_set(struct machine *machine, uint64_t deadline_ns)
{
    struct itimerspec spec = {0};
    if (deadline_ns != DEADLINE_NONE) {
        uint64_t at = deadline_ns == 0 ? 1 : deadline_ns; /* 0 would disarm */
        at = at > INT64_MAX ? INT64_MAX : at;
        spec.it_value = (struct timespec){.tv_sec = (time_t)(at / NS_PER_S), .tv_nsec = (long)(at % NS_PER_S)};
    }
    atomic_store(&machine->timer_armed, deadline_ns);
    timerfd_settime(machine->timer_fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

void helper_timer_set(struct machine *machine, uint64_t deadline_ns)
{
    atomic_store(&machine->timer_wanted, deadline_ns);
    if (deadline_ns < atomic_load(&machine->timer_armed)) {
        pthread_mutex_lock(&machine->timer_lock);
        timer_file_set(machine, deadline_ns);
        pthread_mutex_unlock(&machine->timer_lock);
    }
}

static void timer_expire(struct machine *machine)
{
    uint64_t expirations;
    if (read(machine->timer_fd, &expirations, sizeof(expirations)) != sizeof(expirations)) {
        return;
    }
    pthread_mutex_lock(&machine->timer_lock);
    uint64_t wanted = atomic_load(&machine->timer_wanted);
    bool due = wanted <= machine_now_ns();
    timer_file_set(machine, due ? DEADLINE_NONE : wanted);
    pthread_mutex_unlock(&machine->timer_lock);
    if (due) {
        atomic_store(&machine->timer_expired, true);
        machine_kick(machine);
    }
}

static void watches_call(struct machine *machine, const struct pollfd *polled, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct machine_watch *watch = &machine->watches[i];
        if (polled[i].fd >= 0 && polled[i].revents != 0) {
            watch->ready(watch->argument, polled[i].revents);
        }
    }
}

static void *helper_main(void *argument)
{
    struct machine *machine = argument;
    struct pollfd polled[MACHINE_WATCHES_MAX + 2];
    prctl(PR_SET_NAME, "baton-helper");
    unshare(CLONE_FILES); /* a table of descriptors with one user is cheaper for the kernel thread's host calls */
    struct sched_param parameter = {.sched_priority = HELPER_FIFO};
    if (!machine->config.realtime || pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameter) != 0) {
        setpriority(PRIO_PROCESS, 0, 0); /* the kernel thread's nice value was inherited, or not yet set */
        setpriority(PRIO_PROCESS, 0, HELPER_NICE);
    }
    while (!atomic_load(&machine->helper_ends)) {
        unsigned count = atomic_load(&machine->watch_count);
        for (unsigned i = 0; i < count; i++) {
            short events = atomic_load(&machine->watches[i].events);
            polled[i] = (struct pollfd){.fd = events != 0 ? machine->watches[i].fd : -1, .events = events};
        }
        polled[count] = (struct pollfd){.fd = machine->timer_fd, .events = POLLIN};
        polled[count + 1] = (struct pollfd){.fd = machine->wake_fd, .events = POLLIN};
        if (poll(polled, count + 2, -1) < 0) {
            continue;
        }
        if (polled[count].revents != 0) {
            timer_expire(machine);
        }
        eventfd_t wakes;
        if (polled[count + 1].revents != 0) {
            eventfd_read(machine->wake_fd, &wakes);
        }
        watches_call(machine, polled, count);
    }
    return NULL;
}

int helper_start(struct machine *machine)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int result = pthread_create(&machine->helper, NULL, helper_main, machine);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    machine->helper_runs = result == 0;
    return -result;
}

void helper_stop(struct machine *machine)
{
    if (machine->helper_runs) {
        atomic_store(&machine->helper_ends, true);
        eventfd_write(machine->wake_fd, 1);
        pthread_join(machine->helper, NULL);
        machine->helper_runs = false;
    }
}

int machine_watch_add(struct machine *machine, int fd, short events, void (*ready)(void *argument, short revents),
                      void *argument)
{
    unsigned count = atomic_load(&machine->watch_count);
    if (count == MACHINE_WATCHES_MAX) {
        return -E_MFILE;
    }
    struct machine_watch *watch = &machine->watches[count];
    watch->fd = fd;
    watch->ready = ready;
    watch->argument = argument;
    atomic_store(&watch->events, events);
    atomic_store(&machine->watch_count, count + 1);
    return (int)count;
}

void machine_watch_set(struct machine *machine, int watch, short events)
{
    atomic_store(&machine->watches[watch].events, events);
    eventfd_write(machine->wake_fd, 1);
}
