/* The short ways of calls: taken where all is plain and not where it is not. That they do what the general way does is
 * seen by all other tests of messages, which run both ways. */
#include "pair.h"
#include "scheduling.h"
#include "unit.h"

#include <string.h>

#define PART_BYTES 24u
#define SHORT_COUNTS (4u | 4u << 8)
#define FAR_NS (1ull << 60)

static struct pair pair;
static struct kernel *kernel;
static uint64_t client_parts, server_parts;
static const struct thread *named; /* by the last call, as the one to run */

/* Brings in the pages that messages are in. */
static void touch(struct thread *thread)
{
    for (uint64_t page = 0; page < 4; page++)
        put(pair.s, thread, DATA + page * PAGE_BYTES, "", 1);
    ck_assert_int_eq(space_fault(kernel, thread->space, READ_ONLY, ACCESS_READ), 0);
}

/* A server that waits; `words`: for messages in words. */
static void setup(bool words)
{
    pair = pair_create(CHANNEL_UNBLOCK);
    kernel = pair.s->kernel;
    kernel_fast_set(kernel, true);
    touch(pair.client);
    touch(pair.server);
    client_parts = VECTOR(pair.s, pair.client, {DATA, PART_BYTES}, {DATA + 100, PART_BYTES},
                          {DATA + PAGE_BYTES - 9, 17});
    server_parts = VECTOR(pair.s, pair.server, {DATA, 3 * PART_BYTES}, {DATA + 2 * PAGE_BYTES - 5, 100});
    ck_assert_int_eq(ACT(pair.s, pair.server, RECEIVE, (uint64_t)pair.channel, server_parts, words ? 0 : 2,
                         DEADLINE_NONE),
                     SYSCALL_BLOCKED);
}

static void teardown(void)
{
    scenario_destroy(pair.s);
}

/* Makes `thread` current, as the tests of calls do. */
static void run(struct thread *thread)
{
    ck_assert_int_ge(ACT(pair.s, thread, CLOCK_READ, 0), 0);
    fake_context_get(thread)->results = 0;
}

/* Whether the thread's call goes the short way. */
static bool is_taken(struct thread *thread, const struct syscall_arguments *arguments)
{
    uint64_t general;

    run(thread);
    general = kernel->general_calls;
    named = kernel_syscall(kernel, 0, pair.s->now_ns, arguments);
    kernel_check(kernel);
    return kernel->general_calls == general;
}

static const uint8_t *bytes_of(struct thread *thread, uint64_t address)
{
    void *bytes;
    uint64_t length = 1;

    ck_assert_int_eq(space_access(kernel, thread->space, address, ACCESS_READ, false, &bytes, &length), 0);
    return bytes;
}

static struct syscall_arguments call_of(uint32_t sends, uint32_t replies)
{
    return (struct syscall_arguments){.number = SYS_CALL,
                                      .argument = {(uint64_t)pair.connection, client_parts, client_parts,
                                                   COUNTS(sends, replies), DEADLINE_NONE}};
}

static struct syscall_arguments call_short(void)
{
    return (struct syscall_arguments){.number = SYS_CALL_SHORT,
                                      .argument = {(uint64_t)pair.connection, 1, 2, 3, 4, SHORT_COUNTS}};
}

static struct syscall_arguments reply_of(uint32_t parts)
{
    return (struct syscall_arguments){.number = SYS_REPLY_RECEIVE,
                                      .argument = {info_of(pair.server)->message_id, 7, server_parts,
                                                   COUNTS(parts, 2), server_parts, (uint64_t)pair.channel}};
}

static struct syscall_arguments reply_short(void)
{
    return (struct syscall_arguments){.number = SYS_REPLY_RECEIVE_SHORT,
                                      .argument = {info_of(pair.server)->message_id, 4 | (uint64_t)pair.channel << 8, 5,
                                                   6, 7, 8}};
}

static bool take_call(void)
{
    struct syscall_arguments arguments = call_of(1, 1);

    return is_taken(pair.client, &arguments);
}

static bool take_short(void)
{
    struct syscall_arguments arguments = call_short();

    return is_taken(pair.client, &arguments);
}

static bool take_reply(void)
{
    struct syscall_arguments arguments = reply_of(1);

    return is_taken(pair.server, &arguments);
}

static bool take_reply_short(void)
{
    struct syscall_arguments arguments = reply_short();

    return is_taken(pair.server, &arguments);
}

START_TEST(plain_calls_and_answers_go_the_short_way_IPC_4)
{
    for (uint32_t parts = 0; parts < 3; parts++) {
        struct syscall_arguments arguments;

        setup(false);
        arguments = call_of(parts, 2 - parts);
        ck_assert(is_taken(pair.client, &arguments));
        ck_assert_ptr_eq(named, pair.server);
        ck_assert_ptr_eq(next_of(pair.s), pair.server);
        ck_assert_int_eq(result_of(pair.server), 0);
        arguments = reply_of(parts);
        ck_assert(is_taken(pair.server, &arguments));
        ck_assert_ptr_eq(named, pair.client);
        ck_assert_ptr_eq(next_of(pair.s), pair.client);
        ck_assert_int_eq(result_of(pair.client), 7);
        ck_assert_int_eq(pair.server->state, THREAD_RECEIVE);
        teardown();
    }
    setup(true);
    ck_assert(take_short());
    ck_assert(take_reply_short());
    ck_assert_uint_eq(pair.client->control->words[3], 8);
    ck_assert(take_short());
    teardown();
}
END_TEST

/* Where the timer is to be armed, for the end of the slice or for a deadline, kernel_next has to be asked. */
START_TEST(the_next_thread_is_named_only_where_it_is_plain_SCH_1)
{
    struct syscall_arguments arguments;

    setup(true);
    time_pass(pair.s, pair.s->now_ns + 2 * SLICE_NS); /* the timer is not armed any more: nobody else is ready */
    arguments = (struct syscall_arguments){.number = SYS_PULSE, .argument = {(uint64_t)pair.connection, 1, 2, 10}};
    ck_assert(is_taken(pair.client, &arguments));
    ck_assert_ptr_null(named);
    ck_assert_ptr_eq(next_of(pair.s), pair.client);
    ck_assert(is_taken(pair.client, &arguments));
    ck_assert_ptr_eq(named, pair.client);
    thread_priority_set(kernel, pair.server, 11);
    ck_assert(is_taken(pair.client, &arguments));
    ck_assert_ptr_null(named);
    ck_assert_ptr_eq(next_of(pair.s), pair.server);
    teardown();
    setup(false);
    arguments = call_of(1, 1);
    arguments.argument[4] = FAR_NS;
    ck_assert(is_taken(pair.client, &arguments));
    ck_assert_ptr_null(named);
    ck_assert_ptr_eq(next_of(pair.s), pair.server);
    teardown();
}
END_TEST

/* A context of 1 ms in 10 for the thread. */
static struct scheduling *context_bind(struct thread *thread)
{
    int64_t handle = ACT(pair.s, thread, SCHEDULING_CREATE, HANDLE_GRANT, 1000000, 10000000, UINT64_MAX, 0, 0);

    ck_assert_int_eq(ACT(pair.s, thread, SCHEDULING_BIND, (uint64_t)handle, UINT64_MAX, 1), 0);
    return (struct scheduling *)object_of(thread, (int)handle);
}

START_TEST(threads_with_budgets_go_the_short_way_IPC_4_SCH_3)
{
    struct scheduling *context;

    setup(true);
    context = context_bind(pair.client);
    ck_assert(take_short());
    ck_assert_ptr_eq(named, pair.server);
    ck_assert_ptr_eq(pair.server->lent, context);
    ck_assert_ptr_eq(kernel->cpu[0].payer, context);
    pair.s->now_ns += 300000;
    ck_assert(take_reply_short());
    ck_assert_ptr_eq(named, pair.client);
    ck_assert_ptr_null(pair.server->lent);
    ck_assert_int_eq(context->available_ns, 700000);
    ck_assert(take_short());
    pair.s->now_ns += 700000;
    ck_assert(take_reply_short());
    ck_assert_ptr_null(named);
    ck_assert_ptr_null(next_of(pair.s));
    teardown();
}
END_TEST

START_TEST(bytes_go_through_parts_and_across_pages_IPC_2)
{
    uint8_t text[65], found[65];
    struct syscall_arguments arguments;

    setup(false);
    for (unsigned i = 0; i < sizeof(text); i++)
        text[i] = (uint8_t)(i + 1);
    put(pair.s, pair.client, DATA, text, 24);
    put(pair.s, pair.client, DATA + 100, text + 24, 24);
    put(pair.s, pair.client, DATA + PAGE_BYTES - 9, text + 48, 17);
    server_parts = VECTOR(pair.s, pair.server, {DATA + 2 * PAGE_BYTES - 31, 40}, {DATA + 300, 0}, {DATA, 60});
    pair.server->receive_vector = (struct vector_arguments){.parts = server_parts, .count = 3};
    arguments = call_of(3, 3);
    ck_assert(is_taken(pair.client, &arguments));
    get(pair.s, pair.server, DATA + 2 * PAGE_BYTES - 31, found, 40);
    get(pair.s, pair.server, DATA, found + 40, 25);
    ck_assert_mem_eq(found, text, sizeof(text));
    ck_assert_uint_eq(info_of(pair.server)->send_bytes, 65);
    ck_assert_uint_eq(info_of(pair.server)->reply_bytes, 65);
    ck_assert_uint_eq(info_of(pair.server)->received_bytes, 65);
    teardown();
}
END_TEST

/* What makes a call unusual. */
static void client_suspends_server(void)
{
    thread_suspend(kernel, pair.server);
}

static void client_transfers(void)
{
    pair.client->control->transfer_count = 1;
}

static void client_interrupted(void)
{
    run(pair.client);
    thread_interrupt(kernel, pair.client);
}

static void server_leaves(void)
{
    thread_interrupt(kernel, pair.server);
    pair.server->control->interrupted = 0;
}

static void short_way_closed(void)
{
    struct handle_entry *entry = table_place(pair.client->table, (uint64_t)pair.connection);

    entry->rights &= ~(uint32_t)(RIGHT_READ | RIGHT_WRITE);
}

START_TEST(an_unusual_call_is_left_to_the_general_way_IPC_4)
{
    static void (*const unusual[])(void) = {client_suspends_server, client_transfers, client_interrupted,
                                            server_leaves, short_way_closed};

    for (unsigned i = 0; i < sizeof(unusual) / sizeof(unusual[0]); i++) {
        setup(false);
        unusual[i]();
        ck_assert(!take_call());
        pair.client->control->transfer_count = 0;
        teardown();
        setup(true);
        unusual[i]();
        ck_assert(!take_short());
        pair.client->control->transfer_count = 0;
        teardown();
    }
}
END_TEST

START_TEST(bad_arguments_are_left_to_the_general_way_IPC_14)
{
    static const struct {
        unsigned place;
        uint64_t value;
    } bad[] = {
        {0, 999999}, {0, HANDLE_GRANT}, {1, NOWHERE}, {1, UINT64_MAX - 7}, {2, NOWHERE}, {1, DATA + PAGE_BYTES - 8},
        {3, COUNTS(5, 1)}, {3, COUNTS(1, 5)}, {3, COUNTS(1, 1) | 2ull << 32}, {4, 0}, {4, 1000},
    };

    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct syscall_arguments arguments;

        setup(false);
        arguments = call_of(1, 1);
        arguments.argument[bad[i].place] = bad[i].value;
        ck_assert(!is_taken(pair.client, &arguments));
        teardown();
    }
}
END_TEST

/* A part of the client that the short way must not touch. */
static bool part_taken(uint64_t base, uint64_t length)
{
    struct syscall_arguments arguments;
    bool taken;

    setup(false);
    client_parts = VECTOR(pair.s, pair.client, {base, length});
    arguments = call_of(1, 0);
    taken = is_taken(pair.client, &arguments);
    teardown();
    return taken;
}

START_TEST(bad_buffers_are_left_to_the_general_way_IPC_14)
{
    ck_assert(part_taken(DATA, PART_BYTES));
    ck_assert(part_taken(READ_ONLY, PART_BYTES));
    ck_assert(part_taken(NOWHERE, 0));
    ck_assert(!part_taken(NOWHERE, 1));
    ck_assert(!part_taken(UINT64_MAX - 3, 20));
    ck_assert(!part_taken(DATA, MESSAGE_BYTES_MAX));
    ck_assert(!part_taken(DATA, UINT64_MAX));
    ck_assert(!part_taken(DATA + DATA_PAGES * (uint64_t)PAGE_BYTES - 8, 9));
}
END_TEST

START_TEST(a_deadline_goes_along_and_ends_with_the_answer_IPC_5)
{
    struct syscall_arguments arguments;

    setup(false);
    arguments = call_of(1, 1);
    arguments.argument[4] = FAR_NS;
    ck_assert(is_taken(pair.client, &arguments));
    ck_assert_uint_eq(deadline_next(&kernel->deadlines), FAR_NS);
    ck_assert(take_reply());
    ck_assert_uint_eq(deadline_next(&kernel->deadlines), DEADLINE_NONE);
    ck_assert(is_taken(pair.client, &arguments));
    time_pass(pair.s, FAR_NS); /* the server is asked, and lets the client go */
    ck_assert(!has_result(pair.client));
    ck_assert(!take_reply());
    teardown();
}
END_TEST

static void reply_transfers(void)
{
    pair.server->control->transfer_count = 1;
}

static void another_queues(void)
{
    struct thread *other = thread_add(&pair.client_process, 10, NULL, NULL);

    call_text(&pair, other, pair.connection, "other", NO_DEADLINE);
}

static void client_suspended(void)
{
    thread_suspend(kernel, pair.client);
}

static void connection_closed(void)
{
    struct thread *other = thread_add(&pair.client_process, 10, NULL, NULL);

    ck_assert_int_eq(ACT(pair.s, other, HANDLE_CLOSE, UINT64_MAX, (uint64_t)pair.connection), 0);
}

static void client_wants_out(void)
{
    thread_interrupt(kernel, pair.client);
}

START_TEST(an_unusual_answer_is_left_to_the_general_way_IPC_4)
{
    static void (*const unusual[])(void) = {reply_transfers, another_queues, client_suspended, connection_closed,
                                            client_wants_out};

    for (unsigned i = 0; i < 2 * sizeof(unusual) / sizeof(unusual[0]); i++) {
        setup(i % 2 == 1);
        ck_assert(i % 2 == 1 ? take_short() : take_call());
        unusual[i / 2]();
        ck_assert(!(i % 2 == 1 ? take_reply_short() : take_reply()));
        pair.server->control->transfer_count = 0;
        teardown();
    }
}
END_TEST

START_TEST(another_thread_of_the_server_answers_the_general_way_IPC_7)
{
    struct thread *other;
    struct syscall_arguments arguments;

    setup(false);
    other = thread_add(&pair.server_process, 10, NULL, NULL);
    ck_assert(take_call());
    arguments = reply_of(1);
    ck_assert(!is_taken(other, &arguments));
    ck_assert_int_eq(result_of(pair.client), 7);
    teardown();
}
END_TEST

/* A server with several clients, of the same and of another priority. */
START_TEST(a_server_that_holds_messages_goes_the_short_way_IPC_4_SCH_5)
{
    struct syscall_arguments arguments;
    struct thread *second, *third;
    uint64_t first_id;

    setup(true);
    second = thread_add(&pair.client_process, pair.client->priority, NULL, NULL);
    third = thread_add(&pair.client_process, (uint8_t)(pair.client->priority + 5), NULL, NULL);
    arguments = call_short();
    ck_assert(take_short());
    first_id = info_of(pair.server)->message_id;
    ck_assert_int_eq(ACT(pair.s, pair.server, RECEIVE, (uint64_t)pair.channel, 0, 0, DEADLINE_NONE), SYSCALL_BLOCKED);
    ck_assert(is_taken(second, &arguments));
    ck_assert(take_reply_short());
    ck_assert_int_eq(pair.server->priority, pair.client->priority > pair.server->base_priority
                                                ? pair.client->priority
                                                : pair.server->base_priority);
    ck_assert(!is_taken(third, &arguments));
    ck_assert_int_eq(pair.server->priority, third->priority);
    ck_assert(take_reply_short());
    ck_assert_int_eq(result_of(third), 0);
    ck_assert(is_taken(second, &arguments));
    arguments = reply_short();
    arguments.argument[0] = first_id;
    ck_assert(is_taken(pair.server, &arguments));
    ck_assert_int_eq(result_of(pair.client), 0);
    teardown();
}
END_TEST

/* Both control pages after a call and its answer, the short way or the general one. */
static void exchange(bool fast, bool words, struct control pages[2])
{
    struct syscall_arguments arguments;

    setup(words);
    kernel_fast_set(kernel, fast);
    memset(&pair.server->control->info, 0xee, sizeof(struct receive_info));
    memset(&pair.client->control->info, 0xee, sizeof(struct receive_info));
    arguments = words ? call_short() : call_of(2, 1);
    ck_assert(is_taken(pair.client, &arguments) == fast);
    arguments = words ? reply_short() : reply_of(1);
    ck_assert(is_taken(pair.server, &arguments) == fast);
    memcpy(&pages[0], pair.server->control, sizeof(struct control));
    memcpy(&pages[1], pair.client->control, sizeof(struct control));
    teardown();
}

START_TEST(both_ways_leave_the_same_control_pages_IPC_4)
{
    for (unsigned words = 0; words < 2; words++) {
        struct control fast[2], general[2];

        exchange(true, words != 0, fast);
        exchange(false, words != 0, general);
        ck_assert_mem_eq(fast, general, sizeof(fast));
    }
}
END_TEST

START_TEST(an_uninterruptible_call_stays_one_IPC_19)
{
    for (unsigned words = 0; words < 2; words++) {
        struct syscall_arguments arguments;

        setup(words != 0);
        arguments = words != 0 ? call_short() : call_of(1, 1);
        arguments.argument[words != 0 ? 5 : 3] |= (uint64_t)CALL_UNINTERRUPTIBLE << 32;
        ck_assert(is_taken(pair.client, &arguments));
        thread_interrupt(kernel, pair.client);
        ck_assert(!pair.client->message.unblocking);
        teardown();
    }
}
END_TEST

/* The long message of another client, after an answer that went the short way. */
START_TEST(what_comes_after_an_answer_may_come_in_pieces_IPC_15)
{
    struct thread *other;
    uint64_t room, parts;
    struct channel *channel;

    setup(false);
    other = thread_add(&pair.client_process, 10, NULL, NULL);
    room = VECTOR(pair.s, pair.server, {DATA + 4 * PAGE_BYTES, 5 * PAGE_BYTES});
    parts = VECTOR(pair.s, other, {DATA + 8 * PAGE_BYTES, 3 * PAGE_BYTES});
    put(pair.s, other, DATA + 11 * PAGE_BYTES - 4, "end", 4);
    ck_assert(take_call());
    channel = pair.client->message.channel;
    channel_server_set(kernel, channel, other);
    server_parts = room;
    ck_assert(is_taken(pair.server, &(struct syscall_arguments){
                                        .number = SYS_REPLY_RECEIVE,
                                        .argument = {info_of(pair.server)->message_id, 7, 0, COUNTS(0, 1), room,
                                                     (uint64_t)pair.channel}}));
    ck_assert_ptr_eq(channel_server(kernel, channel), pair.server);
    pair.s->fake->preempt_always = true;
    ck_assert_int_eq(ACT(pair.s, other, CALL, (uint64_t)pair.connection, parts, 0, COUNTS(1, 0), DEADLINE_NONE),
                     SYSCALL_BLOCKED);
    ck_assert(pair.server->again);
    pair.s->fake->preempt_always = false;
    ck_assert_ptr_eq(next_of(pair.s), pair.server);
    ck_assert_int_eq(result_of(pair.server), 0);
    ck_assert_uint_eq(info_of(pair.server)->received_bytes, 3 * PAGE_BYTES);
    ck_assert_str_eq((const char *)bytes_of(pair.server, DATA + 7 * PAGE_BYTES - 4), "end");
    teardown();
}
END_TEST

START_TEST(a_stale_or_foreign_id_is_left_to_the_general_way_IPC_7_IPC_9)
{
    struct syscall_arguments arguments;

    setup(false);
    ck_assert(take_call());
    arguments = reply_of(1);
    arguments.argument[0] += 1ull << MESSAGE_SLOT_BITS;
    ck_assert(!is_taken(pair.server, &arguments));
    arguments.argument[0] = 0xffff;
    ck_assert(!is_taken(pair.server, &arguments));
    arguments = reply_of(1);
    arguments.argument[5] = (uint64_t)pair.connection + 1000;
    ck_assert(!is_taken(pair.server, &arguments));
    ck_assert(take_reply());
    ck_assert(take_call());
    arguments = reply_of(1);
    arguments.argument[0] = 0;
    ck_assert(!is_taken(pair.server, &arguments));
    teardown();
}
END_TEST

UNIT_MAIN("message_fast", plain_calls_and_answers_go_the_short_way_IPC_4,
          the_next_thread_is_named_only_where_it_is_plain_SCH_1, threads_with_budgets_go_the_short_way_IPC_4_SCH_3,
          bytes_go_through_parts_and_across_pages_IPC_2,
          an_unusual_call_is_left_to_the_general_way_IPC_4, bad_arguments_are_left_to_the_general_way_IPC_14,
          bad_buffers_are_left_to_the_general_way_IPC_14, a_deadline_goes_along_and_ends_with_the_answer_IPC_5,
          an_unusual_answer_is_left_to_the_general_way_IPC_4,
          another_thread_of_the_server_answers_the_general_way_IPC_7,
          a_server_that_holds_messages_goes_the_short_way_IPC_4_SCH_5,
          both_ways_leave_the_same_control_pages_IPC_4, an_uninterruptible_call_stays_one_IPC_19,
          what_comes_after_an_answer_may_come_in_pieces_IPC_15,
          a_stale_or_foreign_id_is_left_to_the_general_way_IPC_7_IPC_9)
