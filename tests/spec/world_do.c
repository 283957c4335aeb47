/* Operations of threads: made by the core through its entries, and by the model. */
#include "world_private.h"

#include <string.h>

/* Puts a vector where the thread's program would have it; its address. */
static uint64_t vector_put(struct world *world, int thread, const struct spec_vector *vector, unsigned place)
{
    if (vector->unreadable)
        return SPEC_NOWHERE;
    memcpy(world->vectors[thread] + place * (WORLD_VECTOR_BYTES / 2u), vector->parts, sizeof(vector->parts));
    return WORLD_VECTORS + (uint64_t)thread * PAGE_BYTES + place * (WORLD_VECTOR_BYTES / 2u);
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

static void core_call(struct world *world, uint64_t number, const uint64_t argument[6])
{
    struct syscall_arguments arguments = {.number = number};

    memcpy(arguments.argument, argument, sizeof(arguments.argument));
    world->named = kernel_syscall(world->kernel, 0, world->now.spec.now_ns, &arguments);
    world_stops_note(world);
}
#define CORE(name, ...) core_call(world, SYS_##name, (const uint64_t[6]){__VA_ARGS__})

/* Of an answer: mostly 0 to 3, sometimes below 0. */
static int64_t status_of(const struct operation *op)
{
    int64_t status = op->value % 4u;

    return op->value >> 12 == 15 ? -status : status;
}

static void do_message(struct world *world, const struct decoded *it)
{
    struct spec *spec = &world->now.spec;
    const struct operation *op = it->operation;
    uint32_t flags = op->flags & 1u;
    int64_t status = status_of(op);
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

/* One to four words are usual, none and five happen. The fifth stands for more than there can be. */
static struct spec_vector words_make(const struct world *world, uint16_t code)
{
    struct spec_vector words = {.is_words = true, .count = (code >> 2) % 16u == 0 ? 5 : code % 5u};

    for (unsigned i = 0; i < words.count && i < MESSAGE_WORDS_MAX; i++)
        words.words[i] = (world->now.spec.step << 8 | (i + 1)) * 0x0101010101ull;
    return words;
}

static void do_short(struct world *world, const struct decoded *it)
{
    static const struct spec_vector none;
    struct spec *spec = &world->now.spec;
    const struct operation *op = it->operation;
    struct spec_vector words = words_make(world, op->send);
    struct spec_vector room = {.is_words = true, .count = (op->receive >> 2) % 16u == 15 ? 5 : op->receive % 5u};
    uint32_t flags = op->flags == 7 ? 6 : op->flags & 1u;
    int64_t status = status_of(op);
    const uint64_t *word = words.words;
    uint64_t handle = (uint64_t)it->handle;

    transfers_put(world, it);
    switch (op->kind) {
    case OP_CALL_SHORT:
        CORE(CALL_SHORT, handle, word[0], word[1], word[2], word[3],
             words.count | room.count << 8 | (uint64_t)flags << 32);
        spec_call(spec, it->handle, &words, &room, flags, DEADLINE_NONE, &it->transfers);
        break;
    case OP_REPLY_SHORT:
        CORE(REPLY_SHORT, it->id, words.count | (uint64_t)status << 8, word[0], word[1], word[2], word[3]);
        spec_reply(spec, it->serial, status, &words, &it->transfers);
        break;
    default:
        handle &= REPLY_RECEIVE_SHORT_CHANNELS;
        CORE(REPLY_RECEIVE_SHORT, it->id, words.count | handle << 8 | (uint64_t)status << 32, word[0], word[1],
             word[2], word[3]);
        spec_reply_receive(spec, it->serial, status, &words, &none, it->handle, &it->transfers);
    }
}

static uint64_t grant_of(const struct operation *op)
{
    return (op->other & 0x80u) != 0 ? WORLD_GRANT : HANDLE_GRANT;
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
        CORE(CHANNEL_CREATE, grant_of(op), op->value % 4u, op->flags & 7u);
        spec_channel_create(spec, op->value % 4u, op->flags & 7u);
        break;
    case OP_CONNECTION:
        CORE(CONNECTION_CREATE, grant_of(op), handle, spec->step, rights);
        spec_connection_create(spec, it->handle, spec->step, rights);
        break;
    case OP_NOTIFICATION:
        CORE(NOTIFICATION_CREATE, grant_of(op));
        spec_notification_create(spec);
        break;
    case OP_TIMER:
        CORE(TIMER_CREATE, grant_of(op), handle, op->value, spec->step);
        spec_timer_create(spec, it->handle, op->value, spec->step);
        break;
    default: {
        uint64_t period_ns = op->value % 4u == 0 ? 0 : op->value;

        CORE(TIMER_SET, handle, it->deadline_ns, period_ns);
        spec_timer_set(spec, it->handle, it->deadline_ns, period_ns);
    }
    }
}

static void do_revoke(struct world *world)
{
    CORE(GRANT_REVOKE, WORLD_GRANT);
    spec_revoke(&world->now.spec);
}

static void do_line(struct world *world, const struct decoded *it)
{
    struct spec *spec = &world->now.spec;
    const struct operation *op = it->operation;
    uint64_t handle = (uint64_t)it->handle;
    uint64_t line = op->other % (SPEC_INTERRUPTS + 1u) < SPEC_INTERRUPTS ? op->other % (SPEC_INTERRUPTS + 1u)
                                                                         : INTERRUPTS_MAX;
    int64_t code = op->value == UINT16_MAX ? -3 : op->value;

    if (op->kind == OP_LINE) {
        CORE(INTERRUPT_CREATE, grant_of(op), line, handle, (uint64_t)code);
        spec_interrupt_create(spec, line, it->handle, code);
    } else {
        CORE(INTERRUPT_ACK, handle);
        spec_interrupt_acknowledge(spec, it->handle);
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
        CORE(SCHEDULING_CREATE, grant_of(op), budget_ns, period_ns, (uint64_t)listener, op->value, spec->step);
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
    else if (world->config.paged && (op->flags & 2u) != 0)
        bits = SPEC_PAGED + SPEC_PAGED_STRIDE + op->value % SPEC_PAGED_PAGES * PAGE_BYTES + 256u;
    switch (op->kind) {
    case OP_SIGNAL:
        CORE(NOTIFICATION_SIGNAL, handle, op->value);
        spec_signal(spec, it->handle, op->value);
        break;
    case OP_NOTIFICATION_WAIT:
        CORE(NOTIFICATION_WAIT, handle, bits, it->deadline_ns);
        spec_notification_wait(spec, it->handle, bits, it->deadline_ns);
        break;
    case OP_BIND:
        CORE(NOTIFICATION_BIND, handle, (uint64_t)it->second, op->value % 8u);
        spec_notification_bind(spec, it->handle, it->second, op->value % 8u);
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
        world_stops_note(world);
        spec_exception(spec, &info);
    }
}

/* The object and the page that a thread has waited for longest; false: none does. */
static bool fault_first(const struct spec *spec, int *object, uint64_t *page)
{
    uint64_t first = UINT64_MAX;

    for (int i = 0; i < SPEC_THREADS; i++) {
        const struct spec_message *message = &spec->threads[i].message;

        if (!spec->threads[i].exists || message->serial == 0 || message->kind != RECEIVED_FAULT ||
            message->serial > first)
            continue;
        first = message->serial;
        *object = (int)(message->fault.value - WORLD_PAGED_VALUE);
        *page = message->fault.offset_bytes / PAGE_BYTES;
    }
    return first != UINT64_MAX;
}

static void do_page(struct world *world, const struct decoded *it)
{
    struct spec *spec = &world->now.spec;
    const struct operation *op = it->operation;
    int object = op->other % SPEC_PAGED_OBJECTS;
    uint64_t page = op->value % (SPEC_PAGED_PAGES + 1u);
    uint64_t count = (op->value >> 4) % 8u == 0 ? (op->value >> 7) % 4u : 1;

    if (op->kind == OP_TOUCH) {
        uint32_t access = (op->flags & 1u) != 0 ? ACCESS_WRITE : ACCESS_READ;
        uint64_t address = SPEC_PAGED + (uint64_t)object * SPEC_PAGED_STRIDE + page * PAGE_BYTES + op->value % 64u * 8u;

        kernel_fault(world->kernel, 0, spec->now_ns, address, access);
        world_stops_note(world);
        spec_touch(spec, address, access);
        return;
    }
    if ((op->other & 0x80u) == 0)
        (void)fault_first(spec, &object, &page);
    CORE(MEMORY_SUPPLY, (uint64_t)(WORLD_PAGED_HANDLES + object), page * PAGE_BYTES,
         WORLD_PAGED_HANDLES + SPEC_PAGED_OBJECTS, page * PAGE_BYTES, count * PAGE_BYTES);
    spec_supply(spec, object, page, count);
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

void world_do(struct world *world, const struct decoded *it)
{
    uint8_t kind = it->operation->kind;

    world->now.spec.revocable = grant_of(it->operation) == WORLD_GRANT;
    if (kind <= OP_MESSAGE_WRITE)
        do_message(world, it);
    else if (kind <= OP_TIMER && kind != OP_SIGNAL && kind != OP_NOTIFICATION_WAIT)
        do_object(world, it);
    else if (kind == OP_REVOKE)
        do_revoke(world);
    else if (kind == OP_TOUCH || kind == OP_SUPPLY)
        do_page(world, it);
    else if (kind >= OP_LINE)
        do_line(world, it);
    else if (kind == OP_BIND)
        do_wait(world, it);
    else if (kind >= OP_CALL_SHORT)
        do_short(world, it);
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
