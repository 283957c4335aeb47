/* One operation: decoded, made by the core through its entries, and by the model. */
#include "world_private.h"

#include <stdio.h>
#include <string.h>

#define ROOM_KEPT (2u * TRANSFER_MAX) /* places that one operation may fill in a table */

/* Whether a preempted copy of the thread goes on at once, so that the model need not know of it. */
static bool goes_on(const struct world *world, int thread)
{
    const struct spec *spec = &world->now.spec;

    for (int i = 0; i < world->config.threads; i++) {
        if (spec_priority(spec, i) > spec_priority(spec, thread))
            return false;
        if (spec->threads[i].suspended && spec->threads[i].state == THREAD_RECEIVE)
            return false;
    }
    /* The order of the ready is not known before the copy's end, and so not who is found without budget. */
    for (int i = 0; i < SPEC_BUDGETS; i++) {
        if (spec->budgets[i].exists && spec->budgets[i].empty)
            return false;
    }
    return spec->now_ns < spec->slice_end_ns;
}

/* The thread that acts; SPEC_NONE: there is none that could. */
static int actor_pick(const struct world *world, uint8_t pick)
{
    const struct spec *spec = &world->now.spec;
    int ready[SPEC_THREADS];
    unsigned count = 0;

    if (world->config.natural)
        return spec->current;
    for (int i = 0; i < world->config.threads; i++) {
        if (spec_thread_is_ready(spec, i) && spec->threads[i].budget_wait == SPEC_NONE &&
            spec_shortage(spec, i) == SPEC_NONE)
            ready[count++] = i;
    }
    return count == 0 ? SPEC_NONE : ready[pick % count];
}

/* Gives the CPU to a ready thread, whatever the scheduler says. */
static void actor_force(struct world *world, int index)
{
    struct kernel *kernel = world->kernel;
    struct thread *thread = world->threads[index];
    struct thread *current = schedule_current(kernel);

    if (current == thread)
        return;
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
    spec_force(&world->now.spec, index);
}

/* Puts a vector where the thread's program would have it; its address. */
static uint64_t vector_put(struct world *world, int thread, const struct spec_vector *vector, unsigned place)
{
    if (vector->unreadable)
        return SPEC_NOWHERE;
    memcpy(world->vectors[thread] + place * 256u, vector->parts, sizeof(vector->parts));
    return WORLD_VECTORS + (uint64_t)thread * PAGE_BYTES + place * 256u;
}

static void transfers_put(struct world *world, const struct decoded *it)
{
    struct control *control = world->controls[it->thread];

    control->transfer_count = it->transfers.count;
    for (uint32_t i = 0; i < it->transfers.count && i < TRANSFER_MAX; i++)
        control->transfer[i] = (struct transfer){.handle = (int32_t)it->transfers.items[i].handle,
                                                 .rights = it->transfers.items[i].rights,
                                                 .move = it->transfers.items[i].move};
}

/* The program writes into its memory. */
static void bytes_stamp(struct world *world, int thread)
{
    for (unsigned i = 0; i < 64; i++) {
        unsigned offset = i < 32 ? i : PAGE_BYTES - 48u + i;
        uint8_t byte = (uint8_t)(world->now.spec.step * 13u + offset * 5u + (unsigned)thread);

        world->windows[thread][offset / PAGE_BYTES][offset % PAGE_BYTES] = byte;
        world->now.spec.threads[thread].window[offset] = byte;
    }
}

static void core_call(struct world *world, uint64_t number, const uint64_t argument[6])
{
    struct syscall_arguments arguments = {.number = number};

    memcpy(arguments.argument, argument, sizeof(arguments.argument));
    kernel_syscall(world->kernel, 0, world->now.spec.now_ns, &arguments);
}
#define CORE(name, ...) core_call(world, SYS_##name, (const uint64_t[6]){__VA_ARGS__})

static void do_message(struct world *world, const struct decoded *it)
{
    struct spec *spec = &world->now.spec;
    const struct operation *op = it->operation;
    uint32_t flags = op->flags & 1u;
    int64_t status = op->value % 4u;
    uint64_t send = vector_put(world, it->thread, &it->send, 0);
    uint64_t receive = vector_put(world, it->thread, &it->receive, 1);
    uint64_t handle = (uint64_t)it->handle;

    transfers_put(world, it);
    switch (op->kind) {
    case OP_CALL:
        CORE(CALL, handle, send, receive, it->send.count | it->receive.count << 16 | (uint64_t)flags << 32,
             it->deadline_ns);
        spec_call(spec, it->handle, &it->send, &it->receive, flags, it->deadline_ns, &it->transfers);
        break;
    case OP_RECEIVE:
        CORE(RECEIVE, handle, receive, it->receive.count, it->deadline_ns);
        spec_receive(spec, it->handle, &it->receive, it->deadline_ns);
        break;
    case OP_REPLY:
        CORE(REPLY, it->id, (uint64_t)status, send, it->send.count);
        spec_reply(spec, it->serial, status, &it->send, &it->transfers);
        break;
    case OP_REPLY_RECEIVE:
        CORE(REPLY_RECEIVE, it->id, (uint64_t)status, send, it->send.count | it->receive.count << 16, receive, handle);
        spec_reply_receive(spec, it->serial, status, &it->send, &it->receive, it->handle, &it->transfers);
        break;
    case OP_MESSAGE_READ:
        CORE(MESSAGE_READ, it->id, op->value, receive, it->receive.count);
        spec_access(spec, it->serial, 0, op->value, &it->receive);
        break;
    default:
        CORE(MESSAGE_WRITE, it->id, op->value, send, it->send.count);
        spec_access(spec, it->serial, 1, op->value, &it->send);
    }
}

static void do_object(struct world *world, const struct decoded *it)
{
    struct spec *spec = &world->now.spec;
    const struct operation *op = it->operation;
    uint64_t handle = (uint64_t)it->handle;
    int64_t priority = op->value % 4u == 0 ? (int64_t)(op->value >> 4) % 24 : -1;
    int64_t code = op->value == UINT16_MAX ? -3 : op->value;
    uint64_t rights = (op->value & 1u) != 0 ? RIGHTS_ALL : op->value & 0x1ffu;

    switch (op->kind) {
    case OP_PULSE:
        CORE(PULSE, handle, (uint64_t)code, spec->step, (uint64_t)priority);
        spec_pulse(spec, it->handle, code, spec->step, priority);
        break;
    case OP_CLOSE:
        CORE(HANDLE_CLOSE, UINT64_MAX, handle);
        spec_close(spec, it->handle);
        break;
    case OP_DUPLICATE:
        CORE(HANDLE_DUPLICATE, UINT64_MAX, handle, UINT64_MAX, HANDLE_DYNAMIC, rights, 0);
        spec_duplicate(spec, it->handle, (uint32_t)rights);
        break;
    case OP_CHANNEL:
        CORE(CHANNEL_CREATE, HANDLE_GRANT, op->value % 4u, op->flags & 7u);
        spec_channel_create(spec, op->value % 4u, op->flags & 7u);
        break;
    case OP_CONNECTION:
        CORE(CONNECTION_CREATE, HANDLE_GRANT, handle, spec->step, rights);
        spec_connection_create(spec, it->handle, spec->step, rights);
        break;
    case OP_NOTIFICATION:
        CORE(NOTIFICATION_CREATE, HANDLE_GRANT);
        spec_notification_create(spec);
        break;
    case OP_TIMER:
        CORE(TIMER_CREATE, HANDLE_GRANT, handle, op->value, spec->step);
        spec_timer_create(spec, it->handle, op->value, spec->step);
        break;
    default: {
        uint64_t period_ns = op->value % 4u == 0 ? 0 : op->value;

        CORE(TIMER_SET, handle, it->deadline_ns, period_ns);
        spec_timer_set(spec, it->handle, it->deadline_ns, period_ns);
    }
    }
}

static void do_budget(struct world *world, const struct decoded *it)
{
    struct spec *spec = &world->now.spec;
    const struct operation *op = it->operation;
    uint64_t handle = (uint64_t)it->handle;
    int64_t listener = (op->flags & 1u) != 0 ? -1 : it->handle;
    uint64_t thread = (uint64_t)(WORLD_THREAD_HANDLES + it->target);
    uint64_t bind = (op->flags & 7u) == 1 ? 0 : (op->flags & 7u) == 7 ? 2 : 1;
    uint64_t budget_ns, period_ns;

    world_budget(op->value, &budget_ns, &period_ns);
    switch (op->kind) {
    case OP_BUDGET:
        CORE(SCHEDULING_CREATE, HANDLE_GRANT, budget_ns, period_ns, (uint64_t)listener, op->value, spec->step);
        spec_budget_create(spec, budget_ns, period_ns, listener, op->value, spec->step);
        break;
    case OP_BUDGET_SET:
        CORE(SCHEDULING_SET, handle, budget_ns, period_ns);
        spec_budget_set(spec, it->handle, budget_ns, period_ns);
        break;
    default:
        CORE(SCHEDULING_BIND, handle, thread, bind);
        spec_budget_bind(spec, it->handle, it->target, bind);
    }
}

static void do_wait(struct world *world, const struct decoded *it)
{
    struct spec *spec = &world->now.spec;
    const struct operation *op = it->operation;
    uint64_t handle = (uint64_t)it->handle;
    uint64_t word = SPEC_WORD_BASE + 4u * (uint64_t)it->word;
    uint64_t bits = SPEC_DATA + (uint64_t)it->thread * SPEC_DATA_STRIDE + 256u;

    if ((op->flags & 1u) != 0)
        bits = SPEC_NOWHERE;
    switch (op->kind) {
    case OP_SIGNAL:
        CORE(NOTIFICATION_SIGNAL, handle, op->value);
        spec_signal(spec, it->handle, op->value);
        break;
    case OP_NOTIFICATION_WAIT:
        CORE(NOTIFICATION_WAIT, handle, bits, it->deadline_ns);
        spec_notification_wait(spec, it->handle, bits, it->deadline_ns);
        break;
    case OP_ADDRESS_WAIT:
        CORE(ADDRESS_WAIT, word, op->value % 2u, it->deadline_ns);
        spec_address_wait(spec, it->word, op->value % 2u, it->deadline_ns);
        break;
    case OP_ADDRESS_WAKE:
        CORE(ADDRESS_WAKE, word, op->value % 4u);
        spec_address_wake(spec, it->word, op->value % 4u);
        break;
    case OP_SLEEP:
        CORE(THREAD_SLEEP, it->deadline_ns);
        spec_sleep(spec, it->deadline_ns);
        break;
    default:
        CORE(THREAD_YIELD, 0);
        spec_yield(spec);
    }
}

static void do_thread(struct world *world, const struct decoded *it)
{
    struct spec *spec = &world->now.spec;
    const struct operation *op = it->operation;
    uint64_t handle = (uint64_t)(WORLD_THREAD_HANDLES + it->target);
    struct exception_info info = {.kind = EXCEPTION_ILLEGAL, .address = op->value};

    switch (op->kind) {
    case OP_EXIT:
        CORE(THREAD_EXIT, 0);
        spec_exit(spec);
        break;
    case OP_KILL:
        CORE(THREAD_KILL, handle);
        spec_kill(spec, it->target);
        break;
    case OP_SUSPEND:
        CORE(THREAD_SUSPEND, handle);
        spec_suspend(spec, it->target);
        break;
    case OP_RESUME:
        CORE(THREAD_RESUME, handle);
        spec_resume(spec, it->target);
        break;
    case OP_INTERRUPT:
        CORE(THREAD_INTERRUPT, handle);
        spec_interrupt(spec, it->target);
        break;
    case OP_PRIORITY:
        CORE(THREAD_SET, handle, THREAD_PRIORITY, op->value % 300u);
        spec_priority_set(spec, it->target, op->value % 300u);
        break;
    default:
        kernel_exception(world->kernel, 0, spec->now_ns, &info);
        spec_exception(spec, &info);
    }
}

static void do_program(struct world *world, const struct decoded *it)
{
    struct spec *spec = &world->now.spec;
    const struct operation *op = it->operation;

    if (op->kind == OP_SEEN) {
        world->controls[it->thread]->interrupted = 0;
        spec_interrupt_seen(spec, it->thread);
    } else {
        uint32_t value = op->value % 2u;
        int table = spec->threads[it->thread].table;

        memcpy(world->words[table] + 4 * it->word, &value, sizeof(value));
        spec->words[table][it->word] = value;
    }
}

static void do_machine(struct world *world, const struct operation *op)
{
    static const uint64_t passes[] = {0, 1, 500, 1000, 3000, 10000, SLICE_NS / 2, SLICE_NS};
    struct spec *spec = &world->now.spec;
    int target = op->other % world->config.threads;

    if (op->kind == OP_LOST && spec->threads[target].state != THREAD_DEAD) {
        kernel_thread_lost(world->kernel, 0, spec->now_ns, world->threads[target]);
        spec_lost(spec, target);
    } else {
        uint64_t now_ns = spec->now_ns + passes[op->deadline % 8u];

        kernel_timer(world->kernel, 0, now_ns);
        spec_time(spec, now_ns);
    }
}

static void operation_do(struct world *world, const struct decoded *it)
{
    uint8_t kind = it->operation->kind;

    if (kind <= OP_MESSAGE_WRITE)
        do_message(world, it);
    else if (kind <= OP_TIMER && kind != OP_SIGNAL && kind != OP_NOTIFICATION_WAIT)
        do_object(world, it);
    else if (kind >= OP_BUDGET)
        do_budget(world, it);
    else if (kind == OP_TIMER_SET)
        do_object(world, it);
    else if (kind == OP_WORD || kind == OP_SEEN)
        do_program(world, it);
    else if (kind <= OP_YIELD)
        do_wait(world, it);
    else
        do_thread(world, it);
}

/* Whether the model has room for all that the operation may make. */
static bool has_room(const struct world *world, uint8_t kind)
{
    const struct spec *spec = &world->now.spec;

    if (kind > OP_CONNECTION && kind != OP_NOTIFICATION && kind != OP_TIMER && kind != OP_BUDGET)
        return true;
    if (kind == OP_CLOSE)
        return true;
    for (int i = 0; i < world->config.tables; i++) {
        if (spec_room(spec, i) < (int)ROOM_KEPT)
            return false;
    }
    return spec_channel_free(spec) != SPEC_NONE && spec_connection_free(spec) != SPEC_NONE &&
           spec_notification_free(spec) != SPEC_NONE && spec_timer_free(spec) != SPEC_NONE &&
           spec_budget_free(spec) != SPEC_NONE;
}

/* A new object of this step: from now on both sides know which is which. */
static void object_learn(struct world *world, int thread, uint8_t kind)
{
    const struct spec *spec = &world->now.spec;
    const struct spec_thread *it = &spec->threads[thread];
    const struct spec_handle *handle;
    struct handle_entry entry;

    if (kind != OP_CHANNEL && kind != OP_CONNECTION && kind != OP_NOTIFICATION && kind != OP_TIMER &&
        kind != OP_BUDGET)
        return;
    if (it->result < HANDLE_DYNAMIC || table_entry_get(world->tables[it->table], it->result, &entry) != 0)
        return;
    handle = &spec->tables[it->table].handles[it->result - HANDLE_DYNAMIC];
    world->now.objects[handle->type][handle->index] = entry.object;
}

static void step_do(struct world *world, const struct operation *given)
{
    struct operation operation = *given;
    struct decoded decoded = {.thread = SPEC_NONE};
    struct spec *spec = &world->now.spec;

    operation.kind %= OP_KINDS;
    spec->step++;
    decoded.thread = actor_pick(world, operation.thread);
    if (decoded.thread == SPEC_NONE || operation.kind == OP_LOST || operation.kind == OP_TIME) {
        do_machine(world, &operation);
    } else {
        if (!has_room(world, operation.kind))
            operation.kind = OP_CLOSE;
        actor_force(world, decoded.thread);
        if (world->config.stamp)
            bytes_stamp(world, decoded.thread);
        world->actor = world->threads[decoded.thread];
        world->may_preempt = goes_on(world, decoded.thread);
        world_decode(world, &operation, &decoded);
        operation_do(world, &decoded);
        object_learn(world, decoded.thread, operation.kind);
    }
}

/* If a copy was preempted, a receiver that waited and then could not take the message has run meanwhile, and who was to
 * be handed the CPU has not got it. Then who goes before whom, within a priority, is as the core has it. */
static void order_open(struct spec *spec)
{
    if (spec->direct != SPEC_NONE)
        spec->threads[spec->direct].ready_place.sequence = ++spec->sequence;
    spec->direct = SPEC_NONE;
    for (int i = 0; i < SPEC_THREADS; i++)
        spec->threads[i].ready_place.step = spec->step;
}

static enum world_result step_checked(struct world *world, const struct operation *operation)
{
    struct kernel *kernel = world->kernel;
    uint64_t passed_over = world->now.spec.passed_over;
    const struct thread *next;
    int found = SPEC_NONE;
    bool open;
    int due;

    world->preempted = false;
    world->direct_lost = false;
    step_do(world, operation);
    world_ready_follow(world);
    do
        next = kernel_next(kernel, 0, world->now.spec.now_ns);
    while (next == NULL && schedule_current(kernel) != NULL);
    for (int i = 0; i < world->config.threads; i++)
        found = next == world->threads[i] ? i : found;
    open = world->direct_lost || (world->preempted && passed_over != world->now.spec.passed_over);
    if (open)
        order_open(&world->now.spec);
    due = spec_next(&world->now.spec, world->preempted ? found : SPEC_NONE);
    if (open)
        world->now.spec.slice_end_ns = kernel->cpu[0].slice_end_ns;
    world->may_preempt = false;
    kernel_check(kernel);
    if (found != due)
        return world_differs(world, "thread %d is chosen to run and not %d", found, due);
    return world_compare(world);
}

enum world_result world_step(struct world *world, const struct operation *operation)
{
    enum world_result result;

    world->explain[0] = '\0';
    if (world_is_over(world))
        return WORLD_SAME;
    world->panic_armed = true;
    if (setjmp(world->panic) != 0) {
        world->panic_armed = false;
        return WORLD_DIFFERS;
    }
    result = step_checked(world, operation);
    world->panic_armed = false;
    return result;
}

enum world_result world_end(struct world *world)
{
    for (uint8_t i = 0; i < world->config.threads; i++) {
        struct operation lost = {.kind = OP_LOST, .other = i};

        if (world_step(world, &lost) != WORLD_SAME)
            return WORLD_DIFFERS;
    }
    for (unsigned type = OBJECT_TABLE; type < OBJECT_TYPE_COUNT; type++) {
        if (world->kernel->memory.object_count[type] != 0 && world_compare(world) != WORLD_SAME)
            return WORLD_DIFFERS;
    }
    return WORLD_SAME;
}
