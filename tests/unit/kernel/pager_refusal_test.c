/* What a pager refuses harms only who owns the buffer, and only the call that met it. MEM-2, IPC-14. */
#include "paged.h"

START_TEST(a_page_that_is_refused_is_an_exception_MEM_2)
{
    struct world world = world_create();
    struct pair *pair = &world.pair;
    struct connection *exceptions = (struct connection *)object_of(pair->client, pair->connection);
    struct thread *handled = thread_add(&pair->client_process, 10, NULL, exceptions);
    struct exception_message message;
    uint64_t contexts;

    paged_map(&world, handled);
    touch(&world, handled, PAGED + 77, ACCESS_WRITE);
    ck_assert(pager_serves(&world, -E_IO));
    receive_at(&world, DATA);
    ck_assert_uint_eq(info_of(pair->server)->kind, RECEIVED_EXCEPTION);
    get(pair->s, pair->server, DATA, &message, sizeof(message));
    ck_assert_uint_eq(message.info.kind, EXCEPTION_FAULT);
    ck_assert_uint_eq(message.info.address, PAGED + 77);
    ck_assert_uint_eq(message.info.access, ACCESS_WRITE);
    /* Who has nobody to tell dies. */
    paged_map(&world, pair->server);
    contexts = pair->s->fake->contexts;
    touch(&world, pair->server, PAGED + 77, ACCESS_WRITE);
    ck_assert(pager_serves(&world, -E_IO));
    ck_assert_uint_lt(pair->s->fake->contexts, contexts);
    scenario_destroy(pair->s);
}
END_TEST

START_TEST(a_refused_page_in_the_middle_of_a_copy_fails_its_owner_only_IPC_14)
{
    for (unsigned page = 0; page < 5; page++) {
        for (unsigned of_server = 0; of_server < 2; of_server++) {
            struct world world = world_create();
            struct pair *pair = &world.pair;
            struct thread *owner = of_server != 0 ? pair->server : pair->client;
            uint64_t send;

            paged_map(&world, owner);
            send = VECTOR(pair->s, pair->client, {of_server != 0 ? DATA : PAGED, SENT_BYTES});
            ACT(pair->s, pair->client, CALL, (uint64_t)pair->connection, send, 0, COUNTS(1, 0), NO_DEADLINE);
            receive_at(&world, of_server != 0 ? PAGED : DATA);
            for (unsigned i = 0; i < page; i++) {
                ck_assert(pager_serves(&world, 0));
                next_of(pair->s);
            }
            ck_assert(pager_serves(&world, -E_IO));
            next_of(pair->s);
            ck_assert_int_eq(result_of(owner), -E_FAULT);
            if (of_server != 0)
                ck_assert_int_eq(pair->client->state, THREAD_SEND);
            else
                ck_assert_int_eq(pair->server->state, THREAD_RECEIVE);
            scenario_destroy(pair->s);
        }
    }
}
END_TEST

START_TEST(two_pages_refused_at_the_same_byte_end_the_copy_IPC_14)
{
    struct world world = world_create();
    struct pair *pair = &world.pair;
    unsigned refused = 0;
    uint64_t send;

    paged_map(&world, pair->client);
    paged_map(&world, pair->server);
    send = VECTOR(pair->s, pair->client, {PAGED, 64});
    ACT(pair->s, pair->client, CALL, (uint64_t)pair->connection, send, 0, COUNTS(1, 0), NO_DEADLINE);
    receive_at(&world, PAGED + PAGE_BYTES);
    while (refused < TURNS_MAX && pager_serves(&world, -E_IO)) {
        refused++;
        next_of(pair->s);
    }
    ck_assert_uint_le(refused, 2);
    ck_assert_int_eq(result_of(pair->server), -E_FAULT);
    ck_assert_int_eq(pair->client->state, THREAD_SEND);
    scenario_destroy(pair->s);
}
END_TEST

/* Only the call that was refused a page fails by it. */
START_TEST(a_page_refused_to_a_call_is_asked_for_again_after_it_MEM_2)
{
    struct world world = world_create();
    struct pair *pair = &world.pair;
    int64_t own = ACT(pair->s, pair->client, NOTIFICATION_CREATE, HANDLE_GRANT);

    paged_map(&world, pair->client);
    thread_priority_set(pair->s->kernel, pair->client, 200);
    ACT(pair->s, pair->client, NOTIFICATION_SIGNAL, (uint64_t)own, 5);
    ACT(pair->s, pair->client, NOTIFICATION_WAIT, (uint64_t)own, PAGED + 8, NO_DEADLINE);
    ck_assert(pager_serves(&world, -E_IO));
    next_of(pair->s);
    ck_assert_int_eq(result_of(pair->client), -E_FAULT);
    touch(&world, pair->client, PAGED + 8, ACCESS_READ);
    ck_assert(pager_serves(&world, 0));
    ck_assert_int_eq(pair->client->state, THREAD_READY);
    scenario_destroy(pair->s);
}
END_TEST

/* The receive is made again after the refusal, finds that its message has gone, and waits; a pulse ends it. */
START_TEST(a_page_refused_to_a_receive_that_waited_on_is_asked_for_again_after_it_MEM_2)
{
    struct world world = world_create();
    struct pair *pair = &world.pair;

    paged_map(&world, pair->server);
    ck_assert(!has_result(pair->client));
    ACT(pair->s, pair->client, CALL, (uint64_t)pair->connection, VECTOR(pair->s, pair->client, {DATA, 16}), 0,
        COUNTS(1, 0), NO_DEADLINE);
    receive_at(&world, PAGED);
    ck_assert_int_eq(pair->server->state, THREAD_SEND);
    ck_assert(pager_serves(&world, -E_IO));
    ck_assert_int_eq(thread_interrupt(pair->s->kernel, pair->client), 0);
    next_of(pair->s);
    ck_assert_int_eq(pair->server->state, THREAD_RECEIVE);
    ck_assert_int_eq(ACT(pair->s, pair->client, PULSE, (uint64_t)pair->connection, 1, 2, -1ull), 0);
    ck_assert_int_eq(pair->server->state, THREAD_READY);
    touch(&world, pair->server, PAGED, ACCESS_READ);
    ck_assert(pager_serves(&world, 0));
    ck_assert_int_eq(pair->server->state, THREAD_READY);
    scenario_destroy(pair->s);
}
END_TEST

/* A channel of the server's, with a notification that a thread of its own process waits for, the bits in the page. */
static struct thread *notified_wait(struct world *world, struct process *process, int *channel)
{
    struct pair *pair = &world->pair;
    struct thread *waiter;
    int64_t notification;

    *process = process_create(pair->s);
    waiter = thread_add(process, 10, NULL, NULL);
    paged_map(world, waiter);
    *channel = channel_add(pair->s, waiter, 4, 0);
    notification = ACT(pair->s, waiter, NOTIFICATION_CREATE, HANDLE_GRANT);
    ck_assert_int_eq(ACT(pair->s, waiter, NOTIFICATION_BIND, (uint64_t)notification, (uint64_t)*channel, 6), 0);
    ACT(pair->s, waiter, NOTIFICATION_WAIT, (uint64_t)notification, PAGED + 8, NO_DEADLINE);
    ck_assert_int_eq(waiter->state, THREAD_NOTIFICATION_WAIT);
    return waiter;
}

/* A pulse to that channel will be due. */
static void notified_timer(struct world *world, struct process *process, int channel, uint64_t deadline_ns)
{
    struct scenario *s = world->pair.s;
    struct thread *setter = thread_add(process, 10, NULL, NULL);
    int connection = connection_add(s, setter, channel, setter, 3);
    int64_t timer = ACT(s, setter, TIMER_CREATE, HANDLE_GRANT, (uint64_t)connection, 1, 0);

    ck_assert_int_eq(ACT(s, setter, TIMER_SET, (uint64_t)timer, deadline_ns, 0), 0);
}

/* It asks for the page itself, and gets its bits. */
static void notified_check(struct world *world, struct thread *waiter)
{
    uint64_t bits = 0;

    thread_priority_set(world->pair.s->kernel, waiter, 250);
    next_of(world->pair.s);
    ck_assert_int_eq(waiter->state, THREAD_SEND);
    ck_assert(pager_serves(world, 0));
    next_of(world->pair.s);
    ck_assert_int_eq(result_of(waiter), 0);
    get(world->pair.s, waiter, PAGED + 8, &bits, sizeof(bits));
    ck_assert_uint_eq(bits, 6);
}

/* The message that fails takes a handle along, and whoever is told of that gets bits into the same page. */
START_TEST(a_page_refused_to_a_call_is_not_refused_to_whom_it_signals_MEM_2)
{
    struct world world = world_create();
    struct pair *pair = &world.pair;
    struct process process;
    int channel;
    struct thread *waiter = notified_wait(&world, &process, &channel);
    int moved = connection_add(pair->s, waiter, channel, pair->client, 3);

    paged_map(&world, pair->client);
    pair->client->control->transfer[0] = (struct transfer){.handle = moved, .rights = RIGHTS_ALL, .move = 1};
    pair->client->control->transfer_count = 1;
    ACT(pair->s, pair->client, CALL, (uint64_t)pair->connection, VECTOR(pair->s, pair->client, {PAGED, 16}), 0,
        COUNTS(1, 0), NO_DEADLINE);
    receive_at(&world, DATA);
    ck_assert(pager_serves(&world, -E_IO));
    thread_priority_set(pair->s->kernel, pair->server, 200);
    next_of(pair->s);
    ck_assert_int_eq(result_of(pair->client), -E_FAULT);
    notified_check(&world, waiter);
    scenario_destroy(pair->s);
}
END_TEST

/* The receive goes on with the next message; an interrupt comes in the middle of that copy. */
START_TEST(a_page_refused_to_a_call_is_not_refused_to_whom_a_timer_signals_in_its_middle_MEM_2)
{
    struct world world = world_create();
    struct pair *pair = &world.pair;
    struct thread *second = thread_add(&pair->client_process, 10, NULL, NULL);
    struct process process;
    int channel;
    struct thread *waiter = notified_wait(&world, &process, &channel);
    uint64_t soon = pair->s->now_ns + 1000;

    paged_map(&world, pair->client);
    ACT(pair->s, pair->client, CALL, (uint64_t)pair->connection, VECTOR(pair->s, pair->client, {PAGED, 16}), 0,
        COUNTS(1, 0), NO_DEADLINE);
    ACT(pair->s, second, CALL, (uint64_t)pair->connection, VECTOR(pair->s, second, {DATA, SENT_BYTES}), 0,
        COUNTS(1, 0), NO_DEADLINE);
    receive_at(&world, DATA);
    notified_timer(&world, &process, channel, soon);
    ck_assert(pager_serves(&world, -E_IO));
    thread_priority_set(pair->s->kernel, pair->server, 200);
    pair->s->fake->preempt_at = pair->s->fake->preempt_polls + 2;
    ck_assert_ptr_null(next_of(pair->s));
    ck_assert_int_eq(result_of(pair->client), -E_FAULT);
    ck_assert(pair->server->again);
    time_pass(pair->s, soon);
    notified_check(&world, waiter);
    thread_priority_set(pair->s->kernel, pair->server, 251);
    next_of(pair->s);
    ck_assert_int_eq(result_of(pair->server), 0);
    scenario_destroy(pair->s);
}
END_TEST

START_TEST(a_receive_whose_channel_goes_with_the_message_that_fails_does_not_wait_IPC_17)
{
    struct world world = world_create();
    struct pair *pair = &world.pair;
    struct thread *helper = thread_add(&pair->server_process, 10, NULL, NULL);
    int moved = table_reserve(pair->s->kernel, pair->client->table, HANDLE_DYNAMIC);

    table_fill(pair->client->table, moved, object_of(pair->server, pair->channel), RIGHTS_ALL, 0);
    paged_map(&world, pair->client);
    pair->client->control->transfer[0] = (struct transfer){.handle = moved, .rights = RIGHTS_ALL, .move = 1};
    pair->client->control->transfer_count = 1;
    ACT(pair->s, pair->client, CALL, (uint64_t)pair->connection, VECTOR(pair->s, pair->client, {PAGED, 16}), 0,
        COUNTS(1, 0), NO_DEADLINE);
    receive_at(&world, DATA);
    ck_assert_int_eq(pair->server->state, THREAD_SEND);
    ck_assert_int_eq(ACT(pair->s, helper, HANDLE_CLOSE, (uint64_t)HANDLE_TABLE, (uint64_t)pair->channel), 0);
    ck_assert(pager_serves(&world, -E_IO));
    thread_priority_set(pair->s->kernel, pair->server, 200);
    next_of(pair->s);
    ck_assert_int_eq(result_of(pair->client), -E_FAULT);
    ck_assert_int_eq(result_of(pair->server), -E_BADF);
    scenario_destroy(pair->s);
}
END_TEST

UNIT_MAIN("pager_refusal", a_page_that_is_refused_is_an_exception_MEM_2,
          a_refused_page_in_the_middle_of_a_copy_fails_its_owner_only_IPC_14,
          two_pages_refused_at_the_same_byte_end_the_copy_IPC_14,
          a_page_refused_to_a_call_is_asked_for_again_after_it_MEM_2,
          a_page_refused_to_a_receive_that_waited_on_is_asked_for_again_after_it_MEM_2,
          a_page_refused_to_a_call_is_not_refused_to_whom_it_signals_MEM_2,
          a_page_refused_to_a_call_is_not_refused_to_whom_a_timer_signals_in_its_middle_MEM_2,
          a_receive_whose_channel_goes_with_the_message_that_fails_does_not_wait_IPC_17)
