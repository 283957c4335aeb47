/* Answers of pagers that go the short way, and those that must not. MEM-2. */
#include "paged.h"

static struct world world;
static struct scenario *s;
static struct thread *client;
static uint64_t parts; /* of the pager: room for a fault */

static void setup(void)
{
    world = world_create();
    s = world.pair.s;
    client = world.pair.client;
    kernel_fast_set(s->kernel, true);
    paged_map(&world, client);
    parts = VECTOR(s, world.pager, {DATA, sizeof(struct fault_message)});
}

/* The pager waits, and the client's fault comes. */
static void setup_asked(void)
{
    setup();
    ACT(s, world.pager, RECEIVE, (uint64_t)world.pager_channel, parts, 1, NO_DEADLINE);
    touch(&world, client, PAGED, ACCESS_READ);
    ck_assert_int_eq(client->state, THREAD_REPLY);
}

/* `thread` answers and receives from `channel`. */
static int64_t answers(struct thread *thread, uint64_t id, uint64_t counts, int channel)
{
    return ACT(s, thread, REPLY_RECEIVE, id, 0, 0, counts, parts, (uint64_t)channel);
}

static int64_t pager_answers(uint64_t counts)
{
    return answers(world.pager, info_of(world.pager)->message_id, counts, world.pager_channel);
}

START_TEST(a_suspended_thread_does_not_run_when_its_page_comes_MEM_2)
{
    setup_asked();
    thread_suspend(s->kernel, client);
    pager_answers(COUNTS(0, 1));
    ck_assert_int_eq(client->state, THREAD_READY);
    ck_assert_ptr_ne(next_of(s), client);
    scenario_destroy(s);
}
END_TEST

START_TEST(an_exception_is_not_answered_like_a_fault_MEM_2)
{
    struct thread *handled;
    int connection;

    setup();
    connection = connection_add(s, world.pager, world.pager_channel, world.pager, 7);
    handled = thread_add(&world.pair.client_process, 10, NULL,
                         (struct connection *)object_of(world.pager, connection));
    ACT(s, world.pager, RECEIVE, (uint64_t)world.pager_channel, parts, 1, NO_DEADLINE);
    touch(&world, handled, NOWHERE, ACCESS_READ);
    ck_assert_uint_eq(info_of(world.pager)->kind, RECEIVED_EXCEPTION);
    pager_answers(COUNTS(0, 1));
    ck_assert_int_eq(handled->state, THREAD_READY);
    ck_assert_ptr_ne(next_of(s), handled); /* others of its priority came before */
    scenario_destroy(s);
}
END_TEST

START_TEST(a_fault_that_has_not_been_received_cannot_be_answered_IPC_9)
{
    int other;

    setup();
    other = channel_add(s, world.pager, 0, 0);
    pager_receive(&world);
    touch(&world, client, PAGED, ACCESS_READ);
    ck_assert_int_eq(client->state, THREAD_SEND);
    ck_assert_ptr_eq(client->message.server, world.pager);
    ck_assert_int_eq(answers(world.pager, client->message.id, COUNTS(0, 1), other), -E_SRCH);
    ck_assert_int_eq(client->state, THREAD_SEND);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_fault_that_used_the_connection_last_closes_it_IPC_22)
{
    uint64_t id;

    setup_asked();
    id = info_of(world.pager)->message_id;
    ck_assert_int_eq(space_unmap(s->kernel, client->space, PAGED, PAGED_BYTES), 0);
    ck_assert_int_eq(ACT(s, world.pager, HANDLE_CLOSE, HANDLE_TABLE, (uint64_t)world.memory), 0);
    ck_assert_int_eq(ACT(s, world.pager, HANDLE_CLOSE, HANDLE_TABLE, (uint64_t)world.pager_connection), 0);
    ck_assert_int_eq(answers(world.pager, id, COUNTS(0, 1), world.pager_channel), 0);
    ck_assert_int_eq(info_of(world.pager)->pulse_code, PULSE_CLOSE);
    ck_assert_uint_eq(info_of(world.pager)->pulse_value, 99);
    ck_assert_int_eq(client->state, THREAD_READY);
    scenario_destroy(s);
}
END_TEST

START_TEST(another_thread_of_the_pager_answers_IPC_7)
{
    struct thread *second;

    setup_asked();
    second = thread_add(&world.pager_process, 4, NULL, NULL);
    ck_assert_int_eq(answers(second, info_of(world.pager)->message_id, COUNTS(0, 1), world.pager_channel),
                     SYSCALL_BLOCKED);
    ck_assert_int_eq(client->state, THREAD_READY);
    ck_assert_uint_eq(world.pager->priority, world.pager->base_priority);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_pager_with_more_to_do_gets_the_next_fault_with_its_answer_MEM_2)
{
    struct fault_message fault;

    setup();
    paged_map(&world, world.pair.server);
    touch(&world, client, PAGED, ACCESS_READ);
    touch(&world, world.pair.server, PAGED + 3 * PAGE_BYTES, ACCESS_READ);
    pager_receive(&world);
    ck_assert_int_eq(pager_answers(COUNTS(0, 1)), 0);
    get(s, world.pager, DATA, &fault, sizeof(fault));
    ck_assert_uint_eq(fault.offset_bytes, 3 * PAGE_BYTES);
    ck_assert_int_eq(client->state, THREAD_READY);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_pagers_bad_arguments_answer_nothing_IPC_14)
{
    setup_asked();
    ck_assert_int_eq(pager_answers(COUNTS(0, PARTS_MAX + 1)), -E_INVAL);
    ck_assert_int_eq(pager_answers(COUNTS(PARTS_MAX + 1, 1)), -E_INVAL);
    ck_assert_int_eq(answers(world.pager, info_of(world.pager)->message_id, COUNTS(0, 1), HANDLE_GRANT), -E_BADF);
    ck_assert_int_eq(client->state, THREAD_REPLY);
    scenario_destroy(s);
}
END_TEST

START_TEST(an_interrupted_pager_answers_and_does_not_wait_IPC_19)
{
    setup_asked();
    thread_interrupt(s->kernel, world.pager);
    ck_assert_int_eq(pager_answers(COUNTS(0, 1)), -E_INTR);
    ck_assert_int_eq(client->state, THREAD_READY);
    scenario_destroy(s);
}
END_TEST

/* A receive that was refused a page waits on, gets a message without bytes, and answers it the short way. */
START_TEST(a_page_refused_to_a_receive_is_asked_for_again_after_a_short_answer_MEM_2)
{
    struct pair *pair;
    uint64_t room, text;

    setup();
    pair = &world.pair;
    paged_map(&world, pair->server);
    text = VECTOR(s, client, {DATA, 16});
    room = VECTOR(s, pair->server, {PAGED, 16});
    ACT(s, client, CALL, (uint64_t)pair->connection, text, 0, COUNTS(1, 0), NO_DEADLINE);
    ACT(s, pair->server, RECEIVE, (uint64_t)pair->channel, room, 1, NO_DEADLINE);
    ck_assert(pager_serves(&world, -E_IO));
    ck_assert_int_eq(thread_interrupt(s->kernel, client), 0);
    next_of(s);
    ck_assert_int_eq(pair->server->state, THREAD_RECEIVE);
    client->control->interrupted = 0;
    ACT(s, client, CALL, (uint64_t)pair->connection, 0, 0, 0, NO_DEADLINE);
    ck_assert_int_eq(result_of(pair->server), 0);
    ACT(s, pair->server, REPLY_RECEIVE, info_of(pair->server)->message_id, 0, 0, COUNTS(0, 1), room,
        (uint64_t)pair->channel);
    ACT(s, client, CALL, (uint64_t)pair->connection, text, 0, COUNTS(1, 0), NO_DEADLINE);
    next_of(s);
    ck_assert_int_eq(pair->server->state, THREAD_SEND);
    ck_assert_uint_eq(pages_come(&world), 1);
    ck_assert_int_eq(result_of(pair->server), 0);
    scenario_destroy(s);
}
END_TEST

UNIT_MAIN("pager_fast", a_suspended_thread_does_not_run_when_its_page_comes_MEM_2,
          an_exception_is_not_answered_like_a_fault_MEM_2,
          a_fault_that_has_not_been_received_cannot_be_answered_IPC_9,
          a_fault_that_used_the_connection_last_closes_it_IPC_22, another_thread_of_the_pager_answers_IPC_7,
          a_pager_with_more_to_do_gets_the_next_fault_with_its_answer_MEM_2,
          a_pagers_bad_arguments_answer_nothing_IPC_14, an_interrupted_pager_answers_and_does_not_wait_IPC_19,
          a_page_refused_to_a_receive_is_asked_for_again_after_a_short_answer_MEM_2)
