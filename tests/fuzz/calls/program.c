/* The target `calls`: any system call from several threads, with the invariants as the oracle. See program.h. */
#include "program.h"

#include "machine.h"
#include "target.h"
#include "value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const event_names[] = {"time", "fault", "exception", "lost",      "part",
                                          "transfer", "word", "seen",   "interrupt", "next", "preempt"};

static bool is_ready(struct thread *thread)
{
    return thread != NULL && !thread->suspended && (thread->state == THREAD_READY || thread->state == THREAD_RUNNING);
}

static struct thread *thread_at(struct kernel *kernel, uint8_t index)
{
    struct thread *thread = kernel->slots[index % kernel->slot_used].thread;

    return thread == NULL || thread->state == THREAD_NEW || thread->state == THREAD_DEAD ? NULL : thread;
}

/* The thread that a record names, if it can run and is not in the middle of a call; else the one that the scheduler
 * would run; or NULL. */
static struct thread *thread_choose(struct scenario *scenario, uint8_t index)
{
    struct thread *thread = thread_at(scenario->kernel, index);

    return is_ready(thread) && !thread->again ? thread : kernel_next(scenario->kernel, 0, scenario->now_ns);
}

static int64_t call_run(struct scenario *scenario, struct thread *thread, const struct record *record)
{
    const uint8_t *kinds = value_kinds(record->operation);
    uint64_t argument[RECORD_ARGUMENTS];

    for (unsigned i = 0; i < RECORD_ARGUMENTS; i++)
        argument[i] = value_decode(scenario, thread, kinds[i], record->argument[i]);
    return act_do(scenario, thread, record->operation, argument);
}

static void part_write(struct scenario *scenario, struct thread *thread, const uint8_t *argument)
{
    uint64_t base = value_decode(scenario, thread, VALUE_ADDRESS, argument[1]);
    struct part part = {base + argument[2], argument[3] | (uint64_t)argument[4] << 8};

    space_copy_out(scenario->kernel, thread->space, machine_part_address(argument[0], argument[0] / MACHINE_VECTORS),
                   &part, sizeof(part));
}

static void transfer_write(struct scenario *scenario, struct thread *thread, const uint8_t *argument)
{
    struct control *control = thread->control;

    control->transfer_count = argument[0] % 8 == 7 ? UINT32_MAX : argument[0] % (TRANSFER_MAX + 1);
    control->receive_base = argument[0] & 0x80 ? HANDLE_DYNAMIC + 8 : (int32_t)(argument[0] & 0x40u);
    for (unsigned i = 0; i < TRANSFER_MAX; i++) {
        uint8_t byte = argument[1 + i];

        control->transfer[i] = (struct transfer){
            .handle = (int32_t)value_decode(scenario, thread, VALUE_HANDLE, byte & 0x80 ? byte | 0x60 : byte & 0x3f),
            .rights = argument[5] >= 0x80 ? argument[5] : RIGHTS_ALL,
            .move = byte >> 6 & 1u,
            .flags = argument[5] & 1u,
        };
    }
}

static void word_write(struct scenario *scenario, struct thread *thread, const uint8_t *argument)
{
    uint32_t word = argument[1];

    space_copy_out(scenario->kernel, thread->space, value_decode(scenario, thread, VALUE_WORD, argument[0] & 1u), &word,
                   sizeof(word));
}

/* What the current thread does by itself. */
static void thread_event_run(struct scenario *scenario, const struct record *record)
{
    struct thread *thread = kernel_next(scenario->kernel, 0, scenario->now_ns);
    struct exception_info info = {.kind = 1u + record->argument[0] % EXCEPTION_HOST, .access = ACCESS_READ};

    if (thread == NULL)
        return;
    info.address = value_decode(scenario, thread, VALUE_ADDRESS, record->argument[1]);
    if (record->operation == EVENT_EXCEPTION)
        kernel_exception(scenario->kernel, 0, scenario->now_ns, &info);
    else
        kernel_fault(scenario->kernel, 0, scenario->now_ns, info.address, 1u << record->argument[0] % 3);
}

static void event_run(struct scenario *scenario, const struct record *record)
{
    struct kernel *kernel = scenario->kernel;
    struct thread *thread = thread_at(kernel, record->thread);

    switch (record->operation) {
    case EVENT_TIME:
        scenario->now_ns += record->argument[0] * 100u + (uint64_t)record->argument[1] * 100000u;
        kernel_timer(kernel, 0, scenario->now_ns);
        break;
    case EVENT_FAULT:
    case EVENT_EXCEPTION:
        thread_event_run(scenario, record);
        break;
    case EVENT_INTERRUPT:
        kernel_interrupt(kernel, 0, scenario->now_ns, record->argument[0]);
        break;
    case EVENT_PREEMPT:
        scenario->fake->preempt_at = scenario->fake->preempt_polls + 1 + record->argument[0] % 16;
        break;
    case EVENT_NEXT:
        kernel_next(kernel, 0, scenario->now_ns);
        break;
    default:
        if (thread == NULL)
            break;
        if (record->operation == EVENT_LOST)
            kernel_thread_lost(kernel, 0, scenario->now_ns, thread);
        else if (record->operation == EVENT_PART)
            part_write(scenario, thread, record->argument);
        else if (record->operation == EVENT_TRANSFER)
            transfer_write(scenario, thread, record->argument);
        else if (record->operation == EVENT_WORD)
            word_write(scenario, thread, record->argument);
        else
            thread->control->interrupted = 0;
    }
}

/* Before the step, so that the last line of a run that ends the process is the culprit. */
static void trace_step(const struct record *record, struct thread *thread)
{
    const char *name = record->operation < SYSCALL_LIMIT ? value_call_name(record->operation)
                                                         : event_names[record->operation - SYSCALL_LIMIT];

    fprintf(stderr, "thread %2d %-20s", thread == NULL ? record->thread : (int)thread->slot, name);
    for (unsigned i = 0; i < RECORD_ARGUMENTS; i++)
        fprintf(stderr, " %02x", record->argument[i]);
}

static void trace_result(int64_t result)
{
    if (result == SYSCALL_BLOCKED)
        fprintf(stderr, " blocked\n");
    else
        fprintf(stderr, " = %lld\n", (long long)result);
}

#define GENERAL_FROM 0xc0u /* threads from here on make their calls without the kernel's short ways */

static bool record_run(struct scenario *scenario, const struct record *record, bool trace)
{
    struct thread *thread = NULL;
    int64_t result = 0;

    if (record->operation < SYSCALL_LIMIT) {
        thread = thread_choose(scenario, record->thread);
        if (thread == NULL)
            return false;
    }
    if (trace)
        trace_step(record, thread);
    kernel_fast_set(scenario->kernel, record->thread < GENERAL_FROM);
    if (thread != NULL)
        result = call_run(scenario, thread, record);
    else
        event_run(scenario, record);
    if (trace)
        trace_result(result);
    if (target_checks_steps)
        kernel_check(scenario->kernel);
    return true;
}

/* Operations of messages more often than others. */
static const uint8_t common[] = {SYS_CALL, SYS_CALL, SYS_RECEIVE, SYS_RECEIVE, SYS_REPLY, SYS_REPLY_RECEIVE,
                                 SYS_MESSAGE_READ, SYS_MESSAGE_WRITE, SYS_PULSE, SYS_HANDLE_CLOSE, SYS_HANDLE_DUPLICATE,
                                 SYS_THREAD_KILL, SYS_THREAD_SUSPEND, SYS_THREAD_RESUME, SYS_THREAD_INTERRUPT,
                                 SYS_THREAD_SET, SYS_TIMER_SET, SYS_SPACE_MAP, EVENT_TRANSFER, EVENT_TIME, EVENT_LOST,
                                 EVENT_PREEMPT, EVENT_FAULT, SYS_MEMORY_PAGED, SYS_MEMORY_SUPPLY, SYS_MEMORY_SUPPLY};

const struct target target = {.record_bytes = RECORD_BYTES, .records_max = RECORDS_MAX, .operations = OPERATION_COUNT,
                              .common = common, .common_count = sizeof(common)};

bool target_checks_steps = true;

static struct machine *machine;

void target_prepare(void)
{
    if (machine == NULL)
        machine = machine_create();
}

unsigned target_run(const uint8_t *bytes, size_t size, bool trace)
{
    unsigned count = size / RECORD_BYTES < RECORDS_MAX ? (unsigned)(size / RECORD_BYTES) : RECORDS_MAX;
    unsigned done = 0;
    const char *left;

    machine_reset(machine);
    for (unsigned i = 0; i < count && !machine->scenario->fake->stopped; i++) {
        struct record record;

        memcpy(&record, bytes + i * RECORD_BYTES, RECORD_BYTES);
        record.operation %= OPERATION_COUNT;
        /* A program with very many threads or objects says no more than one with some. */
        if (record.operation == SYS_THREAD_CREATE && machine->scenario->kernel->slot_used == MACHINE_THREADS_MAX)
            continue;
        done += record_run(machine->scenario, &record, trace);
    }
    left = machine_end(machine);
    if (left != NULL) {
        fprintf(stderr, "fuzz: %s are left when all threads have died\n", left);
        abort();
    }
    return done;
}
