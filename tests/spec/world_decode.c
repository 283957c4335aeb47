/* What the bytes of an operation stand for in the state that the model is in. */
#include "world_private.h"

#define ANY_PLACE 0xffu

/* The vector that a code stands for, for a thread; `paged`: the object that its parts may lie in, or SPEC_NONE. */
static struct spec_vector vector_of(uint16_t code, int thread, int paged)
{
    static const struct part menu[16] = {
        {0, 0},          {0, 8},           {8, 16},         {100, 1},
        {4090, 20},      {0, 64},          {200, 300},      {4096, 4096},
        {4000, 5000},    {12280, 8},       {12280, 9},      {SPEC_READ_ONLY, 16},
        {SPEC_NOWHERE, 8}, {SPEC_NOWHERE, 0}, {SPEC_READ_ONLY + 4090, 10}, {64, 1ull << 41},
    };
    struct spec_vector vector = {.count = code & 3u};

    if (code >> 14 == 3) {
        vector.unreadable = (code & 4u) != 0;
        vector.count = vector.unreadable ? 1 : 2000;
        return vector;
    }
    for (uint32_t i = 0; i < vector.count; i++) {
        vector.parts[i] = menu[code >> (2 + 4 * i) & 15u];
        if (vector.parts[i].base < SPEC_WINDOW_BYTES && paged != SPEC_NONE &&
            (code >> 14 == 2 || (code >> 14 == 1 && i == 1)))
            vector.parts[i].base += SPEC_PAGED + (uint64_t)paged * SPEC_PAGED_STRIDE;
        else if (vector.parts[i].base < SPEC_WINDOW_BYTES)
            vector.parts[i].base += SPEC_DATA + (uint64_t)thread * SPEC_DATA_STRIDE;
    }
    return vector;
}

uint64_t world_id_of(const struct world *world, uint64_t serial)
{
    for (unsigned i = 0; i < WORLD_IDS; i++) {
        if (world->now.ids[i].id != 0 && world->now.ids[i].serial == serial)
            return world->now.ids[i].id;
    }
    return 0;
}

uint64_t world_serial_of(const struct world *world, uint64_t id)
{
    for (unsigned i = 0; i < WORLD_IDS; i++) {
        if (world->now.ids[i].id != 0 && world->now.ids[i].id == id)
            return world->now.ids[i].serial;
    }
    return UINT64_MAX;
}

void world_id_learn(struct world *world, uint64_t serial, uint64_t id)
{
    world->now.ids[world->now.id_next++ % WORLD_IDS] = (struct world_id){.serial = serial, .id = id};
}

static int type_wanted(uint8_t kind)
{
    switch (kind) {
    case OP_CALL:
    case OP_PULSE:
    case OP_TIMER:
    case OP_BUDGET:
    case OP_LINE:
    case OP_CALL_SHORT:
        return OBJECT_CONNECTION;
    case OP_RECEIVE:
    case OP_REPLY_RECEIVE:
    case OP_REPLY_RECEIVE_SHORT:
    case OP_CONNECTION:
        return OBJECT_CHANNEL;
    case OP_SIGNAL:
    case OP_NOTIFICATION_WAIT:
    case OP_BIND:
        return OBJECT_NOTIFICATION;
    case OP_TIMER_SET:
        return OBJECT_TIMER;
    case OP_LINE_ACKNOWLEDGE:
        return OBJECT_INTERRUPT;
    case OP_BUDGET_SET:
    case OP_BUDGET_BIND:
        return OBJECT_SCHEDULING;
    default:
        return OBJECT_NONE; /* any */
    }
}

/* The pick-th handle of a type; a place where there is none if there are none. */
static int64_t handle_pick(const struct spec *spec, int table, int type, unsigned pick)
{
    int64_t found[SPEC_HANDLES];
    unsigned count = 0;

    for (int i = 0; i < SPEC_HANDLES; i++) {
        int here = spec->tables[table].handles[i].type;

        if (here != OBJECT_NONE && (type == OBJECT_NONE || here == type))
            found[count++] = HANDLE_DYNAMIC + i;
    }
    return count == 0 ? 12345 : found[pick % count];
}

static int64_t decode_handle(const struct spec *spec, int table, int type, uint8_t code)
{
    if (code < HANDLE_RAW)
        return handle_pick(spec, table, type, code);
    if (code == ANY_PLACE)
        return -7;
    if (code == ANY_PLACE - 1u)
        return type == OBJECT_NONE ? -7 : HANDLE_GRANT; /* the model knows no grants: nobody may close it */
    return HANDLE_DYNAMIC + (code - HANDLE_RAW);
}

/* The pick-th of the messages that the thread may answer. */
static bool message_pick(const struct world *world, int table, unsigned pick, struct decoded *decoded)
{
    const struct spec *spec = &world->now.spec;
    uint64_t found[SPEC_THREADS];
    unsigned count = 0;

    for (int i = 0; i < SPEC_THREADS; i++) {
        if (spec->threads[i].state == THREAD_REPLY && spec->threads[i].message.table == table)
            found[count++] = spec->threads[i].message.serial;
    }
    if (count == 0)
        return false;
    decoded->serial = found[pick % count];
    decoded->id = world_id_of(world, decoded->serial);
    return decoded->id != 0;
}

static void decode_message(const struct world *world, int table, uint8_t code, struct decoded *decoded)
{
    const struct world_core *now = &world->now;
    uint64_t last = now->ids[(now->id_next + WORLD_IDS - 1u) % WORLD_IDS].id;

    if (code < MESSAGE_RAW && message_pick(world, table, code, decoded))
        return;
    if (code == 0xff)
        decoded->id = 0;
    else if (code == 0xfe)
        decoded->id = last + (1u << MESSAGE_SLOT_BITS);
    else if (code == 0xfd)
        decoded->id = last ^ 1u;
    else
        decoded->id = now->ids[(now->id_next + WORLD_IDS - 1u - code % 8u) % WORLD_IDS].id;
    decoded->serial = decoded->id == 0 ? 0 : world_serial_of(world, decoded->id);
}

static uint64_t decode_deadline(const struct spec *spec, uint8_t code)
{
    static const uint64_t menu[] = {0, 500, 1500, 5000, 20000, SLICE_NS};

    if (code % 8u < 2)
        return DEADLINE_NONE;
    if (code % 16u == 10)
        return spec->now_ns;
    return code % 8u == 2 ? 0 : spec->now_ns + menu[code % 8u - 2];
}

void world_budget(uint16_t code, uint64_t *budget_ns, uint64_t *period_ns)
{
    static const uint64_t budgets_ns[] = {10000, 11000, 25000, SLICE_NS};
    static const uint64_t periods[] = {1, 2, 10, 1000};

    *budget_ns = budgets_ns[code & 3u];
    *period_ns = *budget_ns * periods[code >> 2 & 3u];
    if (code >> 11 == 31)
        *budget_ns -= 2000; /* too small, or just odd */
    if (code >> 11 == 30)
        *period_ns = *budget_ns - 1;
    if (code >> 11 == 29)
        *period_ns = SCHEDULING_PERIOD_MAX_NS + (code >> 4 & 1u);
}

static void decode_transfers(const struct spec *spec, int table, uint16_t code, struct spec_transfers *transfers)
{
    transfers->count = code & 3u;
    if (transfers->count == 3)
        transfers->count = (code >> 14 & 3u) == 3 ? TRANSFER_MAX + 1u : 0;
    for (uint32_t i = 0; i < transfers->count && i < 2; i++) {
        uint16_t item = code >> (2 + 6 * i) & 63u;

        transfers->items[i] = (struct spec_transfer){
            .handle = handle_pick(spec, table, OBJECT_NONE, item & 31u),
            .rights = (code >> 14 & 1u) != 0 ? RIGHTS_ALL & ~RIGHT_MANAGE : RIGHTS_ALL,
            .move = (item & 32u) != 0,
        };
    }
}

void world_decode(const struct world *world, const struct operation *operation, struct decoded *decoded)
{
    const struct spec *spec = &world->now.spec;
    int table = spec->threads[decoded->thread].table;

    decoded->operation = operation;
    decoded->target = operation->other % world->config.threads;
    decoded->word = operation->other % SPEC_WORDS;
    decoded->handle = decode_handle(spec, table, type_wanted(operation->kind), operation->handle);
    decoded->second = decode_handle(spec, table, OBJECT_CHANNEL, operation->other);
    decode_message(world, table, operation->message, decoded);
    decoded->deadline_ns = decode_deadline(spec, operation->deadline);
    /* One object is only read by copies, and one only written: no copy overlaps itself. */
    decoded->send = vector_of(operation->send, decoded->thread, world->config.paged ? 0 : SPEC_NONE);
    decoded->receive = vector_of(operation->receive, decoded->thread, world->config.paged ? 1 : SPEC_NONE);
    decode_transfers(spec, table, operation->transfer, &decoded->transfers);
}
