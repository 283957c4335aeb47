/* See scenario.h. */
#include "scenario.h"

#include "lending.h"

#include <check.h>
#include <stdlib.h>

#define FRAMES 4096u
#define THREAD_IDENTITY_BASE 1000u

struct scenario *scenario_create(void)
{
    return scenario_create_frames(FRAMES);
}

struct scenario *scenario_create_frames(uint64_t frames)
{
    struct scenario *scenario = calloc(1, sizeof(*scenario));
    struct kernel_config config;

    scenario->fake = fake_create(frames, NULL, 0, &config);
    scenario->kernel = scenario->fake->kernel;
    scenario->now_ns = 1000000;
    config.now_ns = scenario->now_ns;
    ck_assert_int_eq(kernel_init(scenario->kernel, &config), 0);
    kernel_fast_set(scenario->kernel, getenv("BATON_GENERAL") == NULL);
    return scenario;
}

void scenario_check(struct scenario *scenario)
{
    kernel_check(scenario->kernel);
}

void scenario_destroy(struct scenario *scenario)
{
    scenario_check(scenario);
    fake_destroy(scenario->fake);
    free(scenario);
}

static void region_add(const struct process *process, uint64_t address, uint32_t pages, uint32_t prot)
{
    struct kernel *kernel = process->scenario->kernel;
    struct memory *memory;
    uint64_t at = address;

    ck_assert_int_eq(memory_create(kernel, kernel->memory.root_grant, pages * (uint64_t)PAGE_BYTES, &memory), 0);
    ck_assert_int_eq(space_map(kernel, process->space, &at, pages * (uint64_t)PAGE_BYTES, memory, RIGHTS_ALL, 0,
                               prot | MAP_FLAG_FIXED),
                     0);
    object_release(kernel, (struct object *)memory);
}

static void handle_put(const struct process *process, int handle, void *object)
{
    ck_assert_int_eq(table_reserve_at(process->scenario->kernel, process->table, handle), 0);
    table_fill(process->table, handle, object, RIGHTS_ALL, 0);
}

struct process process_create(struct scenario *scenario)
{
    struct process process = {.scenario = scenario};
    struct kernel *kernel = scenario->kernel;
    struct grant *grant = kernel->memory.root_grant;

    ck_assert_int_eq(space_create(kernel, grant, &process.space), 0);
    ck_assert_int_eq(table_create(kernel, grant, &process.table), 0);
    region_add(&process, DATA, DATA_PAGES, PROT_R | PROT_W);
    region_add(&process, READ_ONLY, READ_ONLY_PAGES, PROT_R);
    handle_put(&process, HANDLE_TABLE, process.table);
    handle_put(&process, HANDLE_SPACE, process.space);
    handle_put(&process, HANDLE_GRANT, grant);
    object_release(kernel, (struct object *)process.space);
    object_release(kernel, (struct object *)process.table);
    return process;
}

struct thread *thread_add(const struct process *process, uint8_t priority, int *handle, struct connection *exceptions)
{
    struct scenario *scenario = process->scenario;
    struct kernel *kernel = scenario->kernel;
    struct thread_arguments arguments = {
        .grant = kernel->memory.root_grant,
        .space = process->space,
        .table = process->table,
        .control_address = CONTROL + scenario->controls_used * PAGE_BYTES,
        .exception = exceptions,
        .identity = THREAD_IDENTITY_BASE + scenario->controls_used++,
        .priority = priority,
    };
    struct thread *thread;
    int place;

    ck_assert_int_eq(memory_create(kernel, arguments.grant, PAGE_BYTES, &arguments.control_memory), 0);
    ck_assert_int_eq(thread_create(kernel, &arguments, &thread), 0);
    object_release(kernel, (struct object *)arguments.control_memory);
    place = table_reserve(kernel, process->table, HANDLE_DYNAMIC);
    ck_assert_int_ge(place, 0);
    if (handle != NULL) {
        table_fill(process->table, place, &thread->object, RIGHTS_ALL, 0);
        *handle = place;
    }
    ck_assert_int_eq(thread_start(kernel, thread, 0, 0, 0), 0);
    object_release(kernel, &thread->object);
    return thread;
}

/* Makes `thread` the current one. */
static void become_current(struct scenario *scenario, struct thread *thread)
{
    struct kernel *kernel = scenario->kernel;
    struct thread *current = kernel_next(kernel, 0, scenario->now_ns);

    if (current == NULL)
        current = schedule_current(kernel); /* in the middle of a copy */
    if (current == thread)
        return;
    ck_assert_int_eq(thread->state, THREAD_READY);
    if (current != NULL) {
        schedule_remove(kernel, current);
        current->state = THREAD_READY;
        schedule_add(kernel, current);
    }
    schedule_remove(kernel, thread);
    thread->state = THREAD_RUNNING;
    thread->in_call = false;
    kernel->cpu[0].current = thread;
    kernel->cpu[0].running = thread;
    kernel->cpu[0].payer = lending_payer(kernel, thread);
}

int64_t act_do(struct scenario *scenario, struct thread *thread, uint64_t number, const uint64_t argument[6])
{
    struct syscall_arguments arguments = {.number = number};
    int64_t result = SYSCALL_BLOCKED;

    for (unsigned i = 0; i < 6; i++)
        arguments.argument[i] = argument[i];
    become_current(scenario, thread);
    fake_context_get(thread)->results = 0;
    object_reference(&thread->object);
    kernel_syscall(scenario->kernel, 0, scenario->now_ns, &arguments);
    if (thread->state != THREAD_DEAD && has_result(thread))
        result = fake_context_get(thread)->result;
    object_release(scenario->kernel, &thread->object);
    if (!scenario->unchecked)
        scenario_check(scenario);
    return result;
}

bool has_result(struct thread *thread)
{
    ck_assert_uint_le(fake_context_get(thread)->results, 1);
    return fake_context_get(thread)->results != 0;
}

int64_t result_of(struct thread *thread)
{
    ck_assert(has_result(thread));
    return fake_context_get(thread)->result;
}

void time_pass(struct scenario *scenario, uint64_t now_ns)
{
    scenario->now_ns = now_ns;
    kernel_timer(scenario->kernel, 0, now_ns);
    scenario_check(scenario);
}

struct thread *next_of(struct scenario *scenario)
{
    struct thread *thread = kernel_next(scenario->kernel, 0, scenario->now_ns);

    if (thread == NULL)
        (void)kernel_may_wait(scenario->kernel, 0); /* it finds who is forgotten */
    scenario_check(scenario);
    return thread;
}

void put(struct scenario *scenario, struct thread *thread, uint64_t address, const void *bytes, uint64_t length)
{
    ck_assert_int_eq(space_copy_out(scenario->kernel, thread->space, address, bytes, length), 0);
}

void get(struct scenario *scenario, struct thread *thread, uint64_t address, void *bytes, uint64_t length)
{
    ck_assert_int_eq(space_copy_in(scenario->kernel, thread->space, bytes, address, length), 0);
}

uint64_t vector_put(struct scenario *scenario, struct thread *thread, const struct part *parts, uint32_t count)
{
    uint64_t room = 8u * PAGE_BYTES / sizeof(struct part);
    uint64_t at;

    if (scenario->vectors_used + count > room)
        scenario->vectors_used = 0;
    at = VECTORS + scenario->vectors_used * sizeof(struct part);
    scenario->vectors_used += count;
    put(scenario, thread, at, parts, count * sizeof(struct part));
    return at;
}

int channel_add(struct scenario *scenario, struct thread *server, uint32_t pulses, uint32_t flags)
{
    int64_t handle = ACT(scenario, server, CHANNEL_CREATE, HANDLE_GRANT, pulses, flags);

    ck_assert_int_ge(handle, HANDLE_DYNAMIC);
    return (int)handle;
}

int connection_add(struct scenario *scenario, struct thread *server, int channel, struct thread *client,
                   uint64_t cookie)
{
    struct kernel *kernel = scenario->kernel;
    struct connection *connection;
    int place;

    ck_assert_int_eq(connection_create(kernel, kernel->memory.root_grant, (struct channel *)object_of(server, channel),
                                       cookie, &connection),
                     0);
    place = table_reserve(kernel, client->table, HANDLE_DYNAMIC);
    ck_assert_int_ge(place, 0);
    table_fill(client->table, place, &connection->object, RIGHTS_ALL, 0);
    object_release(kernel, &connection->object);
    return place;
}

struct object *object_of(struct thread *thread, int handle)
{
    struct handle_entry entry;

    ck_assert_int_eq(table_entry_get(thread->table, handle, &entry), 0);
    return entry.object;
}
