/* See choose.h. */
#include "choose.h"

/* How often each kind is tried. */
static const uint8_t weights[OP_KINDS] = {
    [OP_CALL] = 50,        [OP_RECEIVE] = 40,      [OP_REPLY] = 36,     [OP_REPLY_RECEIVE] = 20,
    [OP_MESSAGE_READ] = 14, [OP_MESSAGE_WRITE] = 14,[OP_PULSE] = 16,     [OP_CLOSE] = 6,
    [OP_DUPLICATE] = 4,    [OP_CHANNEL] = 2,       [OP_CONNECTION] = 8, [OP_NOTIFICATION] = 4,
    [OP_SIGNAL] = 6,       [OP_NOTIFICATION_WAIT] = 6, [OP_TIMER] = 5,  [OP_TIMER_SET] = 5,
    [OP_ADDRESS_WAIT] = 5, [OP_ADDRESS_WAKE] = 4,  [OP_WORD] = 2,       [OP_SLEEP] = 5,
    [OP_YIELD] = 5,        [OP_EXIT] = 1,          [OP_KILL] = 2,       [OP_SUSPEND] = 3,
    [OP_RESUME] = 6,       [OP_INTERRUPT] = 7,     [OP_PRIORITY] = 7,   [OP_EXCEPTION] = 3,
    [OP_SEEN] = 4,         [OP_LOST] = 1,          [OP_TIME] = 30,
    [OP_BUDGET] = 2,       [OP_BUDGET_SET] = 5,    [OP_BUDGET_BIND] = 5,
    [OP_LINE] = 4,         [OP_LINE_ACKNOWLEDGE] = 1, [OP_LINE_FIRES] = 6,
    [OP_REVOKE] = 5,       [OP_TOUCH] = 8,         [OP_SUPPLY] = 10,
    [OP_BIND] = 7,         [OP_CALL_SHORT] = 20,  [OP_REPLY_SHORT] = 14,  [OP_REPLY_RECEIVE_SHORT] = 10,
};

struct random random_of(uint64_t seed)
{
    return (struct random){.state = seed * 0x9e3779b97f4a7c15ull + 0xd1b54a32d192ed03ull,
                           .bulk = seed % 4 == 0 || seed % 8 == 1,
                           .calm = seed % 4 == 1};
}

uint32_t random_below(struct random *random, uint32_t bound)
{
    uint64_t mixed = random->state += 0x9e3779b97f4a7c15ull;

    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9ull;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebull;
    mixed ^= mixed >> 31;
    return (uint32_t)((mixed >> 32) * bound >> 32);
}

static uint8_t kind_choose(struct random *random)
{
    uint32_t total = 0;
    uint32_t drawn;
    uint8_t kind = 0;

    for (unsigned i = 0; i < OP_KINDS; i++)
        total += weights[i];
    drawn = random_below(random, total);
    while (drawn >= weights[kind])
        drawn -= weights[kind++];
    return kind;
}

/* At least a page, and sometimes a bad part at the end: to be preempted in and to fail late. */
static uint16_t bulk_choose(struct random *random)
{
    uint16_t code = (uint16_t)((2 + random_below(random, 2)) | (7 + random_below(random, 2)) << 2 | 7u << 6);

    return code | (uint16_t)((random_below(random, 3) == 0 ? 10 + random_below(random, 4) : 1) << 10);
}

/* Mostly a few parts that are in order; sometimes bad ones. */
static uint16_t vector_choose(struct random *random)
{
    uint32_t drawn = random_below(random, 60);
    uint16_t code = (uint16_t)random_below(random, 4);

    if (random->bulk && random_below(random, 2) == 0)
        return bulk_choose(random);
    if (drawn == 0)
        return (uint16_t)(3u << 14 | random_below(random, 8));
    for (unsigned i = 0; i < 3; i++) {
        uint32_t part = random_below(random, drawn < 12 ? 16 : 10);

        if (part >= 7 && part <= 8 && random_below(random, 3) != 0)
            part = 1; /* long ones cost time */
        code |= (uint16_t)(part << (2 + 4 * i));
    }
    return code;
}

/* No part, one, or two: short ones that are in order. */
static uint16_t plain_vector(struct random *random)
{
    static const uint8_t parts[] = {1, 2, 3, 4, 5, 6};
    uint16_t code = (uint16_t)(random_below(random, 6) % 3);

    for (unsigned i = 0; i < 2; i++)
        code |= (uint16_t)(parts[random_below(random, sizeof(parts))] << (2 + 4 * i));
    return code;
}

static bool may_answer(const struct spec *spec, int thread)
{
    for (int i = 0; i < SPEC_THREADS; i++) {
        if (spec->threads[i].state == THREAD_REPLY && spec->threads[i].message.server == thread)
            return true;
    }
    return false;
}

static bool someone_receives(const struct spec *spec)
{
    for (int i = 0; i < SPEC_THREADS; i++) {
        if (spec->threads[i].exists && spec->threads[i].state == THREAD_RECEIVE)
            return true;
    }
    return false;
}

/* What a thread would do next that serves when it can and else calls. */
static uint8_t plain_kind(const struct spec *spec, struct random *random, int thread)
{
    bool is_short = random_below(random, 2) == 0;

    if (may_answer(spec, thread))
        return is_short ? OP_REPLY_RECEIVE_SHORT : OP_REPLY_RECEIVE;
    if (someone_receives(spec) && random_below(random, 6) != 0)
        return is_short ? OP_CALL_SHORT : OP_CALL;
    return OP_RECEIVE;
}

static struct operation plain_choose(const struct spec *spec, struct random *random)
{
    bool deadline = random_below(random, 12) == 0;
    struct operation operation = {
        .handle = (uint8_t)random_below(random, HANDLE_RAW),
        .message = (uint8_t)random_below(random, MESSAGE_RAW),
        .deadline = (uint8_t)(!deadline ? 0 : random_below(random, 8) == 0 ? 10 : 6 + random_below(random, 2)),
        .send = plain_vector(random),
        .receive = random_below(random, 2) == 0 ? 0 : plain_vector(random),
        .value = (uint16_t)random_below(random, 65536),
    };
    int ready[SPEC_THREADS];
    unsigned count = 0;

    for (int i = 0; i < SPEC_THREADS; i++) {
        if (spec_thread_is_ready(spec, i))
            ready[count++] = i;
    }
    if (count == 0)
        return (struct operation){.kind = OP_INTERRUPT, .other = (uint8_t)random_below(random, 256)};
    operation.thread = (uint8_t)random_below(random, count);
    operation.kind = plain_kind(spec, random, ready[operation.thread]);
    /* Who waits after a short answer gets something long, in whose middle it is stopped. */
    if (random->bulk && operation.kind == OP_CALL && random_below(random, 3) == 0)
        operation.send = bulk_choose(random);
    if (random->bulk && operation.kind != OP_CALL && random_below(random, 2) == 0)
        operation.receive = bulk_choose(random);
    return operation;
}

/* Whether a handle is on its way in a message. */
static bool handles_move(const struct spec *spec)
{
    bool move = false;

    for (int i = 0; i < SPEC_THREADS; i++)
        move |= spec->threads[i].exists && spec->threads[i].message.handle_count != 0;
    return move;
}

/* A thread that waits for a page, or SPEC_NONE. */
static int faulting(const struct spec *spec)
{
    for (int i = 0; i < SPEC_THREADS; i++) {
        if (spec->threads[i].exists && spec->threads[i].message.serial != 0 &&
            spec->threads[i].message.kind == RECEIVED_FAULT)
            return i;
    }
    return SPEC_NONE;
}

/* A client in the middle of whose message a copy stands, or SPEC_NONE. */
static int copied(const struct spec *spec)
{
    for (int i = 0; i < SPEC_THREADS; i++) {
        if (spec->threads[i].exists && spec->threads[i].message.serial != 0 &&
            spec->threads[i].message.copier != SPEC_NONE)
            return i;
    }
    return SPEC_NONE;
}

/* What somebody waits for ends, or is not as before when it goes on. */
static void disturb(struct random *random, int thread, struct operation *operation)
{
    static const uint8_t kinds[] = {OP_KILL, OP_LOST, OP_INTERRUPT, OP_INTERRUPT, OP_SUSPEND};

    if (thread == SPEC_NONE || random_below(random, 16) != 0)
        return;
    operation->kind = kinds[random_below(random, sizeof(kinds))];
    operation->other = (uint8_t)thread;
}

/* Vectors in paged memory, and pages and answers for who waits for them. */
static void paged_choose(const struct spec *spec, struct random *random, struct operation *operation)
{
    static const uint16_t where[] = {0, 0, 1u << 14, 2u << 14};

    if (operation->send >> 14 == 0)
        operation->send |= where[random_below(random, 4)];
    if (operation->receive >> 14 == 0)
        operation->receive |= where[random_below(random, 4)];
    if (operation->kind == OP_NOTIFICATION_WAIT && random_below(random, 2) == 0)
        operation->flags = 2;
    if (random_below(random, 16) == 0)
        operation->kind = OP_TOUCH;
    if (faulting(spec) == SPEC_NONE)
        return;
    if (operation->kind == OP_REPLY_RECEIVE && random_below(random, 2) == 0)
        operation->send = 0; /* a pager's usual answer */
    if ((operation->kind == OP_REPLY || operation->kind == OP_REPLY_RECEIVE) && random_below(random, 2) == 0)
        operation->value &= 0xfffcu;
    if (random_below(random, 8) == 0)
        operation->kind = random_below(random, 2) == 0 ? OP_RECEIVE : OP_REPLY;
}

static unsigned ready_count(const struct spec *spec)
{
    unsigned count = 0;

    for (int i = 0; i < SPEC_THREADS; i++)
        count += spec_thread_is_ready(spec, i) && !spec->threads[i].again;
    return count;
}

/* Nobody can act: only time helps, or the machine. */
static struct operation idle_choose(struct random *random)
{
    uint32_t drawn = random_below(random, 16);

    return (struct operation){
        .kind = drawn < 11 ? OP_TIME : drawn < 14 ? OP_LINE_FIRES : OP_LOST,
        .other = (uint8_t)random_below(random, 256),
        .deadline = (uint8_t)(3 + random_below(random, 5)),
    };
}

/* The last that can act gets others going, or there would soon be nothing to see. */
static void rescue_choose(struct random *random, struct operation *operation)
{
    static const uint8_t kinds[] = {OP_INTERRUPT, OP_INTERRUPT, OP_RESUME, OP_REPLY, OP_REPLY, OP_RECEIVE, OP_PULSE,
                                    OP_SIGNAL, OP_ADDRESS_WAKE, OP_SUPPLY, OP_TIME};

    operation->kind = kinds[random_below(random, sizeof(kinds))];
    operation->message %= MESSAGE_RAW;
    if (operation->kind == OP_RECEIVE)
        operation->deadline = 2; /* polls */
}

struct operation choose_operation(const struct spec *spec, struct random *random)
{
    struct operation operation;
    unsigned ready = ready_count(spec);

    if (ready == 0)
        return idle_choose(random);

    if (random->calm && random_below(random, 6) != 0)
        return plain_choose(spec, random);
    operation = (struct operation){
        .kind = kind_choose(random),
        .thread = (uint8_t)random_below(random, 256),
        .handle = (uint8_t)(random_below(random, 30) == 0 ? random_below(random, 256)
                                                          : random_below(random, HANDLE_RAW)),
        .other = (uint8_t)random_below(random, 256),
        .message = (uint8_t)(random_below(random, 8) == 0 ? random_below(random, 256)
                                                          : random_below(random, MESSAGE_RAW)),
        .deadline = (uint8_t)(random_below(random, 3) != 0 ? 0 : random_below(random, 16)),
        .flags = (uint8_t)(random_below(random, 4) == 0 ? random_below(random, 8) : 0),
        .send = vector_choose(random),
        .receive = vector_choose(random),
        .transfer = (uint16_t)(random_below(random, 5) == 0 ? random_below(random, 65536) : 0),
        .value = (uint16_t)random_below(random, 65536),
    };

    if (operation.kind == OP_PRIORITY || operation.kind == OP_MESSAGE_READ || operation.kind == OP_MESSAGE_WRITE)
        operation.value %= 24;
    if (operation.kind == OP_TIMER_SET && random_below(random, 4) != 0) {
        operation.deadline = (uint8_t)(2 + random_below(random, 6));
        operation.value |= 1u << 14; /* a period that is long enough */
    }
    if (operation.kind == OP_TIME)
        operation.deadline = (uint8_t)random_below(random, 8);
    if ((operation.kind == OP_KILL || operation.kind == OP_EXIT) && random_below(random, 3) != 0)
        operation.kind = OP_YIELD;
    if (operation.kind == OP_CLOSE && random_below(random, 3) != 0)
        operation.handle = 255;
    if (spec->budgets[1].exists && spec->budgets[1].refill_count != 0 && random_below(random, 2) == 0) {
        operation.kind = OP_TIME; /* many small uses within a period */
        operation.deadline = (uint8_t)(1 + random_below(random, 3));
    }
    if (spec->paged[0].exists)
        paged_choose(spec, random, &operation);
    disturb(random, faulting(spec), &operation);
    disturb(random, copied(spec), &operation);
    if (ready == 1 && random_below(random, 2) == 0)
        rescue_choose(random, &operation);
    if (handles_move(spec) && random_below(random, 12) == 0)
        operation.kind = OP_REVOKE;
    return operation;
}
