/* The entries of the core: each takes the time, acts for the current thread, and settles what is left over. */
#include <kernel/kernel.h>

#include "kernel_state.h"
#include "memory.h"
#include "message_fast.h"
#include "schedule_plain.h"
#include "syscall.h"
#include "timer.h"

#include <abi/errno.h>

size_t kernel_bytes(void)
{
    return (sizeof(struct kernel) + PAGE_BYTES - 1u) / PAGE_BYTES * PAGE_BYTES;
}

int kernel_init(struct kernel *kernel, const struct kernel_config *config)
{
    kernel->platform = config->platform;
    kernel->now_ns = config->now_ns;
    kernel->boot_ns = config->now_ns;
    kernel->realtime_offset_ns = config->realtime_offset_ns;
    kernel->device_table = config->device_table;
    kernel->fast = kernel->fast_wanted = true;
    list_init(&kernel->doomed);
    schedule_init(kernel);
    address_wait_init(kernel);
    return memory_state_init(kernel, config);
}

void *kernel_platform(struct kernel *kernel)
{
    return kernel->platform;
}

void kernel_fast_set(struct kernel *kernel, bool fast)
{
    kernel->fast_wanted = fast;
    kernel->fast = fast && kernel->trace.records == NULL;
}

static inline void kernel_enter(struct kernel *kernel, unsigned cpu, uint64_t now_ns)
{
    KERNEL_ASSERT(kernel, cpu < CPUS_MAX);
    if (now_ns > kernel->now_ns)
        kernel->now_ns = now_ns;
    schedule_account(kernel);
}

/* If the library has looked for signals since the thread was told to, it is told no more. */
static inline void current_look(struct thread *thread)
{
    if (thread->interrupt_pending && thread->control->interrupted == 0)
        thread->interrupt_pending = false;
}

static struct thread *kernel_current(struct kernel *kernel)
{
    struct thread *thread = schedule_current(kernel);

    KERNEL_ASSERT(kernel, thread != NULL);
    current_look(thread);
    return thread;
}

static void call_preempt(struct kernel *kernel, struct thread *thread)
{
    trace_record(kernel, TRACE_PREEMPT, thread, NULL, 0, 0, 0);
    thread->again = true;
}

/* A call that has its result works off as much as it has left behind. False: preempted. */
static bool call_clean(struct kernel *kernel, struct thread *thread)
{
    if (!remains_work(kernel, &thread->job.remains)) {
        call_preempt(kernel, thread);
        return false;
    }
    thread->job.kind = JOB_NONE;
    thread->job.remains = 0;
    return true;
}

/* Makes the current thread's call, or makes it again. False: preempted. */
static bool call_make(struct kernel *kernel, struct thread *thread)
{
    uint64_t taken = kernel->memory.remains.taken;
    int64_t result;
    bool has_result;

    thread->in_call = true;
    thread->again = false;
    if (thread->job.kind == JOB_REMAINS)
        return call_clean(kernel, thread);
    kernel->caller = thread;
    result = syscall_dispatch(kernel, thread, &thread->call);
    kernel->caller = NULL;
    has_result = result != SYSCALL_PREEMPTED && result != SYSCALL_BLOCKED && result != PAGE_ABSENT;
    if (result == SYSCALL_PREEMPTED) {
        call_preempt(kernel, thread);
    } else if (result == PAGE_ABSENT) {
        fault_raise(kernel, thread, 0);
    } else if (has_result) {
        if (thread->job.kind != JOB_NONE || thread->job.channel != NULL || thread->job.refused_serial != 0)
            job_end(kernel, thread);
        plat_context_result(kernel, (struct plat_context *)(void *)thread->context, result);
    }
    if (!list_is_empty(&kernel->doomed))
        thread_kill_doomed(kernel);
    if (schedule_current(kernel) == thread) { /* else it may be dead, and nobody waits for what it left behind */
        thread->job.remains += kernel->memory.remains.taken - taken;
        if (has_result && thread->job.remains != 0) {
            thread->job.kind = JOB_REMAINS;
            return call_clean(kernel, thread);
        }
    }
    return result != SYSCALL_PREEMPTED;
}

struct thread *message_general(struct kernel *kernel, struct thread *thread,
                               const struct syscall_arguments *arguments)
{
    schedule_account(kernel);
    kernel->general_calls++;
    current_look(thread);
    thread->call.number = arguments->number;
    for (unsigned i = 0; i < 6; i++)
        thread->call.argument[i] = arguments->argument[i];
    job_begin(thread);
    thread->job.remains = 0;
    call_make(kernel, thread);
    return NULL;
}

/* The short way of a call that is done at once: it reads no memory of the program's, never blocks, and dooms nobody. */
static inline __attribute__((always_inline)) struct thread *simple_make(struct kernel *kernel, struct thread *thread,
                                                                        const struct syscall_arguments *arguments,
                                                                        int64_t (*make)(struct kernel *,
                                                                                        struct thread *,
                                                                                        const uint64_t *))
{
    if (thread->again)
        return message_general(kernel, thread, arguments);
    current_look(thread);
    thread->in_call = true;
    plat_context_result(kernel, (struct plat_context *)(void *)thread->context,
                        make(kernel, thread, arguments->argument));
    if (!schedule_goes_on(kernel, kernel->now_ns, thread->priority) || !schedule_is_paid(kernel, thread) ||
        kernel->cpu[0].payer != thread->lent || thread->interrupt_pending || kernel->cpu[0].direct != NULL)
        return NULL;
    thread->in_call = false;
    return thread;
}

/* Calls that are no messages. */
static __attribute__((noinline)) struct thread *simple_or_general(struct kernel *kernel, struct thread *thread,
                                                                  const struct syscall_arguments *arguments)
{
    switch (kernel->fast ? arguments->number : 0) {
    case SYS_HANDLE_INFO:
        return simple_make(kernel, thread, arguments, syscall_handle_info);
    case SYS_CLOCK_READ:
        return simple_make(kernel, thread, arguments, syscall_clock_read);
    case SYS_PULSE:
        return simple_make(kernel, thread, arguments, syscall_pulse);
    case SYS_THREAD_YIELD:
        return simple_make(kernel, thread, arguments, syscall_thread_yield);
    case SYS_NOTIFICATION_SIGNAL:
        return simple_make(kernel, thread, arguments, syscall_notification_signal);
    case SYS_MEMORY_SUPPLY:
        return simple_make(kernel, thread, arguments, syscall_memory_supply);
    default:
        return message_general(kernel, thread, arguments);
    }
}

static inline __attribute__((always_inline)) struct thread *syscall_make(struct kernel *kernel, struct thread *thread,
                                                                         uint64_t now_ns,
                                                                         const struct syscall_arguments *arguments)
{
    switch (kernel->fast ? arguments->number : 0) {
    case SYS_CALL:
        return message_fast_call(kernel, thread, now_ns, arguments);
    case SYS_CALL_SHORT:
        return message_fast_call_short(kernel, thread, now_ns, arguments);
    case SYS_REPLY_RECEIVE:
        return message_fast_reply_receive(kernel, thread, now_ns, arguments);
    case SYS_REPLY_RECEIVE_SHORT:
        return message_fast_reply_receive_short(kernel, thread, now_ns, arguments);
    default:
        return simple_or_general(kernel, thread, arguments);
    }
}

static __attribute__((noinline)) struct thread *syscall_make_charged(struct kernel *kernel, struct thread *thread,
                                                                     uint64_t now_ns,
                                                                     const struct syscall_arguments *arguments)
{
    schedule_account(kernel);
    return syscall_make(kernel, thread, now_ns, arguments);
}

/* Time is charged to threads when the CPU goes on, and to contexts before anything could depend on it. */
struct thread *kernel_syscall(struct kernel *kernel, unsigned cpu, uint64_t now_ns,
                              const struct syscall_arguments *arguments)
{
    struct thread *thread = kernel->cpu[0].current;

    KERNEL_ASSERT(kernel, cpu < CPUS_MAX && thread != NULL);
    now_ns = now_ns > kernel->now_ns ? now_ns : kernel->now_ns;
    kernel->now_ns = now_ns;
    return kernel->cpu[0].payer == NULL ? syscall_make(kernel, thread, now_ns, arguments)
                                        : syscall_make_charged(kernel, thread, now_ns, arguments);
}

void kernel_fault(struct kernel *kernel, unsigned cpu, uint64_t now_ns, uint64_t address, uint32_t access)
{
    struct exception_info info = {.kind = EXCEPTION_FAULT, .access = access, .address = address};
    struct thread *thread;
    int error;

    kernel_enter(kernel, cpu, now_ns);
    thread = kernel_current(kernel);
    thread->in_call = false;
    error = space_fault(kernel, thread->space, address, access);
    trace_record(kernel, TRACE_FAULT, thread, NULL, (uint64_t)-error, address, access);
    if (error == -E_NOMEM)
        info.kind = EXCEPTION_NO_MEMORY;
    if (error == PAGE_ABSENT)
        fault_raise(kernel, thread, address);
    else if (error != 0)
        message_exception(kernel, thread, &info);
    thread_kill_doomed(kernel);
}

void kernel_exception(struct kernel *kernel, unsigned cpu, uint64_t now_ns, const struct exception_info *info)
{
    struct thread *thread;

    kernel_enter(kernel, cpu, now_ns);
    thread = kernel_current(kernel);
    thread->in_call = false;
    message_exception(kernel, thread, info);
    thread_kill_doomed(kernel);
}

void kernel_thread_lost(struct kernel *kernel, unsigned cpu, uint64_t now_ns, struct thread *thread)
{
    kernel_enter(kernel, cpu, now_ns);
    thread_kill(kernel, thread);
    thread_kill_doomed(kernel);
}

void kernel_interrupt(struct kernel *kernel, unsigned cpu, uint64_t now_ns, uint32_t number)
{
    kernel_enter(kernel, cpu, now_ns);
    interrupt_fire(kernel, number);
}

void kernel_timer(struct kernel *kernel, unsigned cpu, uint64_t now_ns)
{
    struct thread *thread;

    kernel_enter(kernel, cpu, now_ns);
    kernel->cpu[cpu].armed_ns = DEADLINE_NONE;
    timer_expire_all(kernel);
    thread_kill_doomed(kernel);
    thread = schedule_current(kernel);
    if (thread != NULL)
        thread_upcall_try(kernel, thread);
}

static __attribute__((noinline)) struct thread *next_general(struct kernel *kernel, unsigned cpu, uint64_t now_ns)
{
    struct thread *thread;

    kernel_enter(kernel, cpu, now_ns);
    do {
        thread = schedule_next(kernel);
        if (thread == NULL)
            (void)remains_clear(kernel);
        if (thread == NULL || !thread->again)
            return thread;
    } while (call_make(kernel, thread));
    return NULL;
}

struct thread *kernel_next(struct kernel *kernel, unsigned cpu, uint64_t now_ns)
{
    uint64_t later_ns = now_ns > kernel->now_ns ? now_ns : kernel->now_ns;
    struct thread *thread = kernel->fast ? schedule_plain(kernel, later_ns) : NULL;

    return thread == NULL ? next_general(kernel, cpu, later_ns) : schedule_plain_go(kernel, thread, later_ns);
}

bool kernel_may_wait(struct kernel *kernel, unsigned cpu)
{
    KERNEL_ASSERT(kernel, cpu < CPUS_MAX);
    if (schedule_current(kernel) != NULL || kernel->memory.remains.first != NULL)
        return false;
    schedule_wait_check(kernel);
    return true;
}

void kernel_info_get(struct kernel *kernel, struct kernel_info *info)
{
    *info = (struct kernel_info){
        .total_pages = kernel->frames.count,
        .free_pages = kernel->frames.free_count,
        .boot_ns = kernel->boot_ns,
        .realtime_offset_ns = kernel->realtime_offset_ns,
        .idle_ns = kernel->idle_ns,
        .switches = kernel->switches + kernel->direct_switches,
        .direct_switches = kernel->direct_switches,
        .device_table = kernel->device_table,
    };
    for (unsigned i = 0; i < OBJECT_TYPE_COUNT; i++)
        info->object_count[i] = kernel->memory.object_count[i];
}
