/* A call that is preempted and made again has the same effect as one that is not. Besides bytes (preemption_test.c)
 * that is to whom clients lend their priority. */
#include "pair.h"
#include "unit.h"

#define SENT_BYTES (3u * PAGE_BYTES)
#define CLIENT_PRIORITY 30u

struct pool {
    struct pair pair;
    struct thread *other; /* serves the same channel */
};

static struct pool pool_create(bool preempted)
{
    struct pool pool = {.pair = pair_create(0)};

    pool.other = thread_add(&pool.pair.server_process, 10, NULL, NULL);
    thread_priority_set(pool.pair.s->kernel, pool.pair.client, CLIENT_PRIORITY);
    pool.pair.s->fake->preempt_always = preempted;
    return pool;
}

static int64_t receive(struct pool *pool, struct thread *server, uint64_t address, uint64_t deadline_ns)
{
    uint64_t parts = VECTOR(pool->pair.s, server, {DATA, 2 * PAGE_BYTES}, {address, SENT_BYTES});

    return ACT(pool->pair.s, server, RECEIVE, (uint64_t)pool->pair.channel, parts, 2, deadline_ns);
}

static void send(struct pool *pool)
{
    struct pair *pair = &pool->pair;
    uint64_t parts = VECTOR(pair->s, pair->client, {DATA, SENT_BYTES});

    ck_assert_int_eq(ACT(pair->s, pair->client, CALL, (uint64_t)pair->connection, parts, 0, COUNTS(1, 0), NO_DEADLINE),
                     SYSCALL_BLOCKED);
}

/* Until it has failed, in as many turns as it takes. */
static void fails(struct pool *pool, struct thread *server)
{
    for (unsigned turns = 0; !has_result(server); turns++) {
        ck_assert_uint_lt(turns, 10);
        next_of(pool->pair.s);
    }
    ck_assert_int_eq(result_of(server), -E_FAULT);
    ck_assert_int_eq(pool->pair.client->state, THREAD_SEND);
}

/* `last` began to receive after `first`, whose memory is bad; the message that finds `first` waiting goes back. */
static void who_waited_fails(bool preempted)
{
    struct pool pool = pool_create(preempted);
    struct thread *first = pool.pair.server, *last = pool.other;

    ck_assert_int_eq(receive(&pool, first, NOWHERE, NO_DEADLINE), SYSCALL_BLOCKED);
    ck_assert_int_eq(receive(&pool, last, DATA + 2 * PAGE_BYTES, 0), -E_TIMEDOUT);
    send(&pool);
    fails(&pool, first);
    ck_assert_uint_eq(last->priority, CLIENT_PRIORITY);
    ck_assert_uint_eq(first->priority, first->base_priority);
    scenario_destroy(pool.pair.s);
}

START_TEST(a_message_that_no_waiting_thread_could_take_lends_to_the_last_that_began_to_receive_IPC_16_SCH_5)
{
    who_waited_fails(false);
    who_waited_fails(true);
}
END_TEST

/* A message lends to `first` while it queues, and then `last` fails to receive it. */
static void who_comes_fails(bool preempted)
{
    struct pool pool = pool_create(preempted);
    struct thread *first = pool.other, *last = pool.pair.server;

    ck_assert_int_eq(receive(&pool, first, DATA, 0), -E_TIMEDOUT);
    send(&pool);
    ck_assert_uint_eq(first->priority, CLIENT_PRIORITY);
    receive(&pool, last, NOWHERE, NO_DEADLINE);
    fails(&pool, last);
    ck_assert_uint_eq(last->priority, CLIENT_PRIORITY);
    ck_assert_uint_eq(first->priority, first->base_priority);
    ck_assert_int_eq(receive(&pool, first, DATA + 2 * PAGE_BYTES, 0), preempted ? SYSCALL_BLOCKED : 0);
    while (!has_result(first))
        next_of(pool.pair.s);
    ck_assert_uint_eq(first->priority, CLIENT_PRIORITY);
    ck_assert_uint_eq(last->priority, last->base_priority);
    scenario_destroy(pool.pair.s);
}

START_TEST(a_queued_message_that_cannot_be_received_lends_to_who_tried_IPC_16_SCH_5)
{
    who_comes_fails(false);
    who_comes_fails(true);
}
END_TEST

/* The handle that a thread waits by goes while its message is copied: what it waits at is still there. */
static void handle_goes(bool preempted)
{
    struct pool pool = pool_create(preempted);
    struct pair *pair = &pool.pair;
    int second = table_reserve(pair->s->kernel, pair->client->table, HANDLE_DYNAMIC);

    table_fill(pair->client->table, second, object_of(pair->server, pair->channel), RIGHTS_ALL, 0);
    ck_assert_int_eq(receive(&pool, pair->server, DATA + 2 * PAGE_BYTES, NO_DEADLINE), SYSCALL_BLOCKED);
    send(&pool);
    ck_assert(has_result(pair->server) == !preempted);
    ck_assert_int_eq(table_close(pair->s->kernel, pair->server->table, pair->channel), 0);
    while (!has_result(pair->server))
        next_of(pair->s);
    ck_assert_int_eq(result_of(pair->server), 0);
    ck_assert_int_eq(pair->client->state, THREAD_REPLY);
    scenario_destroy(pair->s);
}

START_TEST(a_receiver_needs_its_handle_no_more_once_it_waits_IPC_16)
{
    handle_goes(false);
    handle_goes(true);
}
END_TEST

/* The client of the first that waits fails: it waits on, still before the others. */
static void client_fails(bool preempted)
{
    struct pool pool = pool_create(preempted);
    struct pair *pair = &pool.pair;
    uint64_t parts = VECTOR(pair->s, pair->client, {DATA, 2 * PAGE_BYTES}, {NOWHERE, SENT_BYTES});

    ck_assert_int_eq(receive(&pool, pool.other, DATA + 2 * PAGE_BYTES, NO_DEADLINE), SYSCALL_BLOCKED);
    ck_assert_int_eq(receive(&pool, pair->server, DATA + 2 * PAGE_BYTES, NO_DEADLINE), SYSCALL_BLOCKED);
    ACT(pair->s, pair->client, CALL, (uint64_t)pair->connection, parts, 0, COUNTS(2, 0), NO_DEADLINE);
    while (!has_result(pair->client))
        next_of(pair->s);
    ck_assert_int_eq(result_of(pair->client), -E_FAULT);
    ck_assert(!has_result(pool.other));
    pair->s->fake->preempt_always = false;
    send(&pool);
    ck_assert_int_eq(result_of(pool.other), 0);
    ck_assert(!has_result(pair->server));
    scenario_destroy(pair->s);
}

START_TEST(who_has_waited_longest_stays_first_when_its_client_fails_IPC_13_IPC_16)
{
    client_fails(false);
    client_fails(true);
}
END_TEST

UNIT_MAIN("job", a_message_that_no_waiting_thread_could_take_lends_to_the_last_that_began_to_receive_IPC_16_SCH_5,
          a_queued_message_that_cannot_be_received_lends_to_who_tried_IPC_16_SCH_5,
          a_receiver_needs_its_handle_no_more_once_it_waits_IPC_16,
          who_has_waited_longest_stays_first_when_its_client_fails_IPC_13_IPC_16)
