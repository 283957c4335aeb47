/* Copies that are preempted at each of their points: they go on where they stood, with the same bytes, others run in
 * between, and whatever happens to either side meanwhile ends them cleanly. IPC-16, IPC-17. */
#include "pair.h"
#include "unit.h"

#include <string.h>

#define SENT_BYTES 18003u  /* over several pages, from odd addresses */
#define REPLY_BYTES 13001u
#define REPLY_AT (DATA + 20u * PAGE_BYTES)
#define POINTS_MAX 40u

struct exchange {
    struct pair pair;
    uint8_t sent[SENT_BYTES], reply[REPLY_BYTES];
    uint64_t id;
};

static void exchange_create(struct exchange *exchange)
{
    exchange->pair = pair_create(0);
    for (unsigned i = 0; i < SENT_BYTES; i++)
        exchange->sent[i] = (uint8_t)(i * 31 + i / 256);
    for (unsigned i = 0; i < REPLY_BYTES; i++)
        exchange->reply[i] = (uint8_t)(i * 7 + i / 128);
    put(exchange->pair.s, exchange->pair.client, DATA + 3, exchange->sent, 5001);
    put(exchange->pair.s, exchange->pair.client, DATA + 3 * PAGE_BYTES - 1, exchange->sent + 5001, SENT_BYTES - 5001);
    put(exchange->pair.s, exchange->pair.server, REPLY_AT + 7, exchange->reply, REPLY_BYTES);
}

static int64_t exchange_call(struct exchange *exchange, uint64_t deadline_ns)
{
    struct pair *pair = &exchange->pair;
    uint64_t send = VECTOR(pair->s, pair->client, {DATA + 3, 5001}, {NOWHERE, 0},
                           {DATA + 3 * PAGE_BYTES - 1, SENT_BYTES - 5001});
    uint64_t reply = VECTOR(pair->s, pair->client, {REPLY_AT + 1, 4097}, {REPLY_AT + 3 * PAGE_BYTES, REPLY_BYTES});

    return ACT(pair->s, pair->client, CALL, (uint64_t)pair->connection, send, reply, COUNTS(3, 2), deadline_ns);
}

static int64_t exchange_receive(struct exchange *exchange)
{
    struct pair *pair = &exchange->pair;
    uint64_t parts = VECTOR(pair->s, pair->server, {DATA + 5, 1}, {DATA + PAGE_BYTES - 9, 9000},
                            {DATA + 6 * PAGE_BYTES + 1, 2 * SENT_BYTES});

    return ACT(pair->s, pair->server, RECEIVE, (uint64_t)pair->channel, parts, 3, NO_DEADLINE);
}

static int64_t exchange_reply(struct exchange *exchange)
{
    struct pair *pair = &exchange->pair;
    uint64_t parts = VECTOR(pair->s, pair->server, {REPLY_AT + 7, 11}, {REPLY_AT + 18, REPLY_BYTES - 11});

    return ACT(pair->s, pair->server, REPLY, exchange->id, 55, parts, 2);
}

static void received_check(struct exchange *exchange)
{
    struct pair *pair = &exchange->pair;
    uint8_t bytes[SENT_BYTES];

    get(pair->s, pair->server, DATA + 5, bytes, 1);
    get(pair->s, pair->server, DATA + PAGE_BYTES - 9, bytes + 1, 9000);
    get(pair->s, pair->server, DATA + 6 * PAGE_BYTES + 1, bytes + 9001, SENT_BYTES - 9001);
    ck_assert_mem_eq(bytes, exchange->sent, SENT_BYTES);
    ck_assert_uint_eq(info_of(pair->server)->received_bytes, SENT_BYTES);
    exchange->id = info_of(pair->server)->message_id;
}

static void answered_check(struct exchange *exchange)
{
    struct pair *pair = &exchange->pair;
    uint8_t bytes[REPLY_BYTES];

    ck_assert_int_eq(result_of(pair->client), 55);
    ck_assert_uint_eq(info_of(pair->client)->received_bytes, REPLY_BYTES);
    get(pair->s, pair->client, REPLY_AT + 1, bytes, 4097);
    get(pair->s, pair->client, REPLY_AT + 3 * PAGE_BYTES, bytes + 4097, REPLY_BYTES - 4097);
    ck_assert_mem_eq(bytes, exchange->reply, REPLY_BYTES);
}

/* The core is told to stop at its next n-th preemption point. */
static void preempt_at(struct exchange *exchange, uint64_t n)
{
    struct fake_platform *fake = exchange->pair.s->fake;

    fake->preempt_at = n == 0 ? 0 : fake->preempt_polls + n;
}

/* Were there fewer points? */
static bool points_are_over(struct exchange *exchange)
{
    struct fake_platform *fake = exchange->pair.s->fake;

    return fake->preempt_at == 0 || fake->preempt_polls < fake->preempt_at;
}

/* A thread of higher priority than the copying one gets the CPU at once, and the copy goes on after it. */
static void outsider_runs(struct exchange *exchange)
{
    struct pair *pair = &exchange->pair;
    struct thread *outsider = thread_add(&pair->client_process, 200, NULL, NULL);

    ck_assert_ptr_eq(next_of(pair->s), outsider);
    ck_assert_int_eq(ACT(pair->s, outsider, CLOCK_READ, 0), (int64_t)pair->s->now_ns);
    ck_assert_ptr_eq(next_of(pair->s), outsider);
    thread_kill(pair->s->kernel, outsider);
    scenario_check(pair->s);
}

enum order { SERVER_FIRST, CLIENT_FIRST };

/* Up to a received message, preempted at point n. False: it has not got so many. */
static bool deliver(struct exchange *exchange, enum order order, uint64_t n, bool outsider)
{
    struct pair *pair = &exchange->pair;

    if (order == SERVER_FIRST)
        ck_assert_int_eq(exchange_receive(exchange), SYSCALL_BLOCKED);
    else
        ck_assert_int_eq(exchange_call(exchange, NO_DEADLINE), SYSCALL_BLOCKED);
    preempt_at(exchange, n);
    if (order == SERVER_FIRST)
        exchange_call(exchange, NO_DEADLINE);
    else
        exchange_receive(exchange);
    if (points_are_over(exchange))
        return false;
    ck_assert(!has_result(pair->server));
    ck_assert_int_eq(pair->client->state, THREAD_SEND);
    if (outsider)
        outsider_runs(exchange);
    return true;
}

static void a_message_arrives(enum order order)
{
    uint64_t points = 0;

    for (bool more = true; more; points++) {
        struct exchange exchange;

        ck_assert_uint_lt(points, POINTS_MAX);
        exchange_create(&exchange);
        more = deliver(&exchange, order, points + 1, true);
        next_of(exchange.pair.s);
        ck_assert_int_eq(result_of(exchange.pair.server), 0);
        received_check(&exchange);
        preempt_at(&exchange, 0);
        exchange_reply(&exchange);
        answered_check(&exchange);
        scenario_destroy(exchange.pair.s);
    }
    ck_assert_uint_ge(points, SENT_BYTES / COPY_STEP_BYTES);
}

START_TEST(a_message_is_received_over_preemptions_IPC_16)
{
    a_message_arrives(CLIENT_FIRST);
}
END_TEST

START_TEST(a_message_to_a_waiting_server_arrives_over_preemptions_IPC_16)
{
    a_message_arrives(SERVER_FIRST);
}
END_TEST

START_TEST(an_answer_arrives_over_preemptions_IPC_16)
{
    uint64_t points = 0;

    for (bool more = true; more; points++) {
        struct exchange exchange;

        ck_assert_uint_lt(points, POINTS_MAX);
        exchange_create(&exchange);
        deliver(&exchange, CLIENT_FIRST, 0, false);
        received_check(&exchange);
        preempt_at(&exchange, points + 1);
        exchange_reply(&exchange);
        more = !points_are_over(&exchange);
        if (more) {
            ck_assert(!has_result(exchange.pair.server));
            outsider_runs(&exchange);
        }
        next_of(exchange.pair.s);
        ck_assert_int_eq(result_of(exchange.pair.server), REPLY_BYTES);
        answered_check(&exchange);
        scenario_destroy(exchange.pair.s);
    }
    ck_assert_uint_ge(points, REPLY_BYTES / COPY_STEP_BYTES);
}
END_TEST

START_TEST(a_copy_stopped_at_every_point_makes_progress_IPC_16)
{
    struct exchange exchange;
    struct pair *pair = &exchange.pair;
    unsigned turns = 0;

    exchange_create(&exchange);
    pair->s->fake->preempt_always = true;
    exchange_receive(&exchange);
    exchange_call(&exchange, NO_DEADLINE);
    for (; !has_result(pair->server); turns++)
        next_of(pair->s);
    received_check(&exchange);
    for (exchange_reply(&exchange); !has_result(pair->client); turns++)
        next_of(pair->s);
    answered_check(&exchange);
    ck_assert_uint_le(turns, POINTS_MAX);
    scenario_destroy(pair->s);
}
END_TEST

START_TEST(parts_of_a_message_are_read_and_written_over_preemptions_IPC_10_IPC_16)
{
    for (uint64_t point = 0; point < 4; point++) {
        struct exchange exchange;
        struct pair *pair = &exchange.pair;
        uint8_t bytes[SENT_BYTES];
        uint64_t parts;

        exchange_create(&exchange);
        deliver(&exchange, CLIENT_FIRST, 0, false);
        received_check(&exchange);
        parts = VECTOR(pair->s, pair->server, {DATA + 12 * PAGE_BYTES + 1, SENT_BYTES});
        preempt_at(&exchange, point);
        ACT(pair->s, pair->server, MESSAGE_READ, exchange.id, 13, parts, 1);
        ck_assert(has_result(pair->server) == (point == 0));
        next_of(pair->s);
        ck_assert_int_eq(result_of(pair->server), SENT_BYTES - 13);
        get(pair->s, pair->server, DATA + 12 * PAGE_BYTES + 1, bytes, SENT_BYTES - 13);
        ck_assert_mem_eq(bytes, exchange.sent + 13, SENT_BYTES - 13);
        preempt_at(&exchange, point);
        ACT(pair->s, pair->server, MESSAGE_WRITE, exchange.id, 4090, parts, 1);
        next_of(pair->s);
        ck_assert_int_eq(result_of(pair->server), 4097 + REPLY_BYTES - 4090);
        get(pair->s, pair->client, REPLY_AT + 3 * PAGE_BYTES, bytes, 8000);
        ck_assert_mem_eq(bytes, exchange.sent + 13 + 7, 8000);
        scenario_destroy(pair->s);
    }
}
END_TEST

START_TEST(another_space_is_read_over_preemptions_IPC_16)
{
    for (uint64_t point = 1; point < 5; point++) {
        struct exchange exchange;
        struct pair *pair = &exchange.pair;
        uint8_t bytes[5001];
        int place;

        exchange_create(&exchange);
        place = table_reserve(pair->s->kernel, pair->server->table, HANDLE_DYNAMIC);
        table_fill(pair->server->table, place, space_object(pair->client->space), RIGHTS_ALL, 0);
        preempt_at(&exchange, point);
        ACT(pair->s, pair->server, SPACE_READ, (uint64_t)place, DATA + 3, DATA + 1, 17 * PAGE_BYTES);
        ck_assert(!has_result(pair->server));
        outsider_runs(&exchange);
        next_of(pair->s);
        ck_assert_int_eq(result_of(pair->server), 17 * PAGE_BYTES);
        get(pair->s, pair->server, DATA + 1, bytes, sizeof(bytes));
        ck_assert_mem_eq(bytes, exchange.sent, sizeof(bytes));
        scenario_destroy(pair->s);
    }
}
END_TEST

/* What may happen while a copy stands still. */
enum mishap {
    CLIENT_KILLED,
    CLIENT_TIMES_OUT,
    CLIENT_INTERRUPTED,
    CLIENT_MEMORY_GONE,
    SERVER_KILLED,
    SERVER_MEMORY_GONE,
    SERVER_SUSPENDED,
    CHANNEL_CLOSED,
    MISHAPS
};
#define TIMEOUT_NS 50000000ull

static void happen(struct exchange *exchange, enum mishap mishap)
{
    struct pair *pair = &exchange->pair;
    struct kernel *kernel = pair->s->kernel;

    switch (mishap) {
    case CLIENT_KILLED:
        thread_kill(kernel, pair->client);
        break;
    case CLIENT_TIMES_OUT:
        time_pass(pair->s, TIMEOUT_NS);
        break;
    case CLIENT_INTERRUPTED:
        ck_assert_int_eq(thread_interrupt(kernel, pair->client), 0);
        break;
    case CLIENT_MEMORY_GONE:
        ck_assert_int_eq(space_unmap(kernel, pair->client->space, DATA, 40 * PAGE_BYTES), 0);
        break;
    case SERVER_KILLED:
        thread_kill(kernel, pair->server);
        break;
    case SERVER_MEMORY_GONE:
        ck_assert_int_eq(space_unmap(kernel, pair->server->space, DATA, 40 * PAGE_BYTES), 0);
        break;
    case SERVER_SUSPENDED:
        ck_assert_int_eq(thread_suspend(kernel, pair->server), 0);
        break;
    default:
        ck_assert_int_eq(table_close(kernel, pair->server->table, pair->channel), 0);
        break;
    }
    scenario_check(pair->s);
    if (mishap != SERVER_KILLED)
        thread_priority_set(kernel, pair->server, 100); /* to be the next */
}

static void received_after(struct exchange *exchange, enum mishap mishap)
{
    struct pair *pair = &exchange->pair;
    struct thread *server = pair->server, *client = pair->client;

    switch (mishap) {
    case CLIENT_KILLED:
        ck_assert_int_eq(result_of(server), 0);
        ck_assert_int_eq(info_of(server)->pulse_code, PULSE_CLOSE);
        break;
    case CLIENT_TIMES_OUT:
    case CLIENT_INTERRUPTED:
    case CLIENT_MEMORY_GONE:
        ck_assert_int_eq(result_of(client), mishap == CLIENT_TIMES_OUT     ? -E_TIMEDOUT
                                            : mishap == CLIENT_INTERRUPTED ? -E_INTR
                                                                           : -E_FAULT);
        ck_assert_int_eq(server->state, THREAD_RECEIVE);
        break;
    case SERVER_KILLED:
        ck_assert_int_eq(result_of(client), -E_SRCH);
        break;
    case SERVER_MEMORY_GONE:
        ck_assert_int_eq(result_of(server), -E_FAULT);
        ck_assert_int_eq(client->state, THREAD_SEND);
        ck_assert(client->message.queue_node.queued);
        break;
    case SERVER_SUSPENDED:
        ck_assert(!has_result(server));
        thread_resume(pair->s->kernel, server);
        next_of(pair->s);
        ck_assert_int_eq(result_of(server), 0);
        received_check(exchange);
        break;
    default:
        ck_assert_int_eq(result_of(server), -E_BADF);
        ck_assert_int_eq(result_of(client), -E_SRCH);
        break;
    }
}

START_TEST(whatever_happens_in_the_middle_of_a_receive_ends_it_cleanly_IPC_16_IPC_17)
{
    for (unsigned order = SERVER_FIRST; order <= CLIENT_FIRST; order++) {
        for (unsigned mishap = 0; mishap < MISHAPS; mishap++) {
            for (uint64_t point = 1; point < 4; point++) {
                struct exchange exchange;

                exchange_create(&exchange);
                ck_assert(deliver(&exchange, order, point, false));
                if (mishap == CLIENT_TIMES_OUT)
                    deadline_insert(&exchange.pair.s->kernel->deadlines, &exchange.pair.client->deadline, TIMEOUT_NS);
                happen(&exchange, mishap);
                next_of(exchange.pair.s);
                received_after(&exchange, mishap);
                scenario_destroy(exchange.pair.s);
            }
        }
    }
}
END_TEST

static void answered_after(struct exchange *exchange, enum mishap mishap)
{
    struct pair *pair = &exchange->pair;
    struct thread *server = pair->server, *client = pair->client;

    switch (mishap) {
    case CLIENT_KILLED:
        ck_assert_int_eq(result_of(server), -E_SRCH);
        break;
    case CLIENT_TIMES_OUT:
    case CLIENT_INTERRUPTED:
        ck_assert_int_eq(result_of(client), mishap == CLIENT_TIMES_OUT ? -E_TIMEDOUT : -E_INTR);
        ck_assert_int_eq(result_of(server), -E_SRCH);
        break;
    case CLIENT_MEMORY_GONE:
        ck_assert_int_eq(result_of(client), -E_FAULT);
        ck_assert_int_ge(result_of(server), 0);
        break;
    case SERVER_KILLED:
        ck_assert_int_eq(result_of(client), -E_SRCH);
        break;
    case SERVER_MEMORY_GONE:
        ck_assert_int_eq(result_of(server), -E_FAULT);
        ck_assert_int_eq(client->state, THREAD_REPLY);
        ck_assert_int_eq(ACT(pair->s, server, REPLY, exchange->id, 9, 0, 0), 0);
        ck_assert_int_eq(result_of(client), 9);
        break;
    case SERVER_SUSPENDED:
        thread_resume(pair->s->kernel, server);
        next_of(pair->s);
        ck_assert_int_eq(result_of(server), REPLY_BYTES);
        answered_check(exchange);
        break;
    default:
        ck_assert_int_eq(result_of(server), -E_SRCH);
        ck_assert_int_eq(result_of(client), -E_SRCH);
        break;
    }
}

START_TEST(whatever_happens_in_the_middle_of_an_answer_ends_it_cleanly_IPC_16_IPC_17)
{
    for (unsigned mishap = 0; mishap < MISHAPS; mishap++) {
        for (uint64_t point = 1; point < 4; point++) {
            struct exchange exchange;

            exchange_create(&exchange);
            deliver(&exchange, CLIENT_FIRST, 0, false);
            received_check(&exchange);
            if (mishap == CLIENT_TIMES_OUT)
                deadline_insert(&exchange.pair.s->kernel->deadlines, &exchange.pair.client->deadline, TIMEOUT_NS);
            preempt_at(&exchange, point);
            exchange_reply(&exchange);
            happen(&exchange, mishap);
            next_of(exchange.pair.s);
            answered_after(&exchange, mishap);
            scenario_destroy(exchange.pair.s);
        }
    }
}
END_TEST

START_TEST(a_message_being_answered_is_nobody_elses_IPC_7_IPC_16)
{
    struct exchange exchange;
    struct pair *pair = &exchange.pair;
    struct thread *other;

    exchange_create(&exchange);
    deliver(&exchange, CLIENT_FIRST, 0, false);
    received_check(&exchange);
    preempt_at(&exchange, 2);
    exchange_reply(&exchange);
    other = thread_add(&pair->server_process, 50, NULL, NULL);
    ck_assert_int_eq(ACT(pair->s, other, REPLY, exchange.id, 1, 0, 0), -E_SRCH);
    thread_kill(pair->s->kernel, other);
    next_of(pair->s);
    ck_assert_int_eq(result_of(pair->server), REPLY_BYTES);
    answered_check(&exchange);
    scenario_destroy(pair->s);
}
END_TEST

START_TEST(a_message_whose_receiver_fails_goes_to_another_that_waits_IPC_13_IPC_16)
{
    struct exchange exchange;
    struct pair *pair = &exchange.pair;
    struct thread *other;
    uint64_t parts;

    exchange_create(&exchange);
    ck_assert(deliver(&exchange, CLIENT_FIRST, 2, false));
    other = thread_add(&pair->server_process, 50, NULL, NULL);
    parts = VECTOR(pair->s, other, {DATA + 30 * PAGE_BYTES, SENT_BYTES});
    ck_assert_int_eq(ACT(pair->s, other, RECEIVE, (uint64_t)pair->channel, parts, 1, NO_DEADLINE), SYSCALL_BLOCKED);
    ck_assert_int_eq(pair->client->state, THREAD_SEND);
    thread_kill(pair->s->kernel, pair->server);
    scenario_check(pair->s);
    ck_assert_int_eq(result_of(other), 0);
    ck_assert_uint_eq(info_of(other)->received_bytes, SENT_BYTES);
    ck_assert_int_eq(pair->client->state, THREAD_REPLY);
    scenario_destroy(pair->s);
}
END_TEST

UNIT_MAIN("preemption", a_message_is_received_over_preemptions_IPC_16,
          a_message_to_a_waiting_server_arrives_over_preemptions_IPC_16, an_answer_arrives_over_preemptions_IPC_16,
          a_copy_stopped_at_every_point_makes_progress_IPC_16,
          parts_of_a_message_are_read_and_written_over_preemptions_IPC_10_IPC_16,
          another_space_is_read_over_preemptions_IPC_16,
          whatever_happens_in_the_middle_of_a_receive_ends_it_cleanly_IPC_16_IPC_17,
          whatever_happens_in_the_middle_of_an_answer_ends_it_cleanly_IPC_16_IPC_17,
          a_message_being_answered_is_nobody_elses_IPC_7_IPC_16,
          a_message_whose_receiver_fails_goes_to_another_that_waits_IPC_13_IPC_16)
