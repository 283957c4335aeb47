/* Calls, receives and replies. */
#include "pair.h"
#include "unit.h"

START_TEST(call_blocks_until_the_reply_IPC_1)
{
    struct pair pair = pair_create(0);
    char text[16];

    ck_assert_int_eq(call_text(&pair, pair.client, pair.connection, "ask", NO_DEADLINE), SYSCALL_BLOCKED);
    ck_assert_int_eq(pair.client->state, THREAD_SEND);
    ck_assert_int_eq(receive_text(&pair, pair.server), 0);
    ck_assert_int_eq(pair.client->state, THREAD_REPLY);
    get(pair.s, pair.server, DATA, text, 4);
    ck_assert_str_eq(text, "ask");
    ck_assert(!has_result(pair.client));
    ck_assert_int_eq(reply_text(&pair, pair.server, info_of(pair.server)->message_id, 42, "answer"), 7);
    ck_assert_int_eq(result_of(pair.client), 42);
    get(pair.s, pair.client, DATA + 256, text, 7);
    ck_assert_str_eq(text, "answer");
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(receive_tells_cookie_identity_priority_and_lengths_IPC_6)
{
    struct pair pair = pair_create(0);
    const struct receive_info *info = info_of(pair.server);

    thread_priority_set(pair.s->kernel, pair.client, 23);
    call_text(&pair, pair.client, pair.connection, "ask", NO_DEADLINE);
    ck_assert_int_eq(receive_text(&pair, pair.server), 0);
    ck_assert_uint_eq(info->kind, RECEIVED_MESSAGE);
    ck_assert_uint_eq(info->cookie, COOKIE);
    ck_assert_uint_eq(info->identity, pair.client->identity);
    ck_assert_uint_eq(info->priority, 23);
    ck_assert_uint_eq(info->send_bytes, 4);
    ck_assert_uint_eq(info->reply_bytes, 16);
    ck_assert_uint_eq(info->received_bytes, 4);
    ck_assert_uint_eq(info->rights, RIGHTS_ALL);
    ck_assert_uint_ne(info->message_id, 0);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(call_to_a_waiting_server_and_reply_switch_without_ready_queue_IPC_4)
{
    struct pair pair = pair_create(0);
    struct cpu *cpu = &pair.s->kernel->cpu[0];
    uint64_t parts = VECTOR(pair.s, pair.server, {DATA, 32});
    uint64_t insertions, direct;

    ck_assert_int_eq(receive_text(&pair, pair.server), SYSCALL_BLOCKED);
    ck_assert_ptr_eq(next_of(pair.s), pair.client);
    insertions = cpu->insertions;
    direct = pair.s->kernel->direct_switches;
    call_text(&pair, pair.client, pair.connection, "a", NO_DEADLINE);
    ck_assert_ptr_eq(next_of(pair.s), pair.server);
    for (unsigned i = 0; i < 10; i++) {
        uint64_t id = info_of(pair.server)->message_id;

        ck_assert_int_eq(ACT(pair.s, pair.server, REPLY_RECEIVE, id, 0, 0, COUNTS(0, 1), parts,
                             (uint64_t)pair.channel),
                         SYSCALL_BLOCKED);
        ck_assert_ptr_eq(next_of(pair.s), pair.client);
        call_text(&pair, pair.client, pair.connection, "a", NO_DEADLINE);
        ck_assert_ptr_eq(next_of(pair.s), pair.server);
        ck_assert_int_eq(result_of(pair.server), 0);
    }
    ck_assert_uint_eq(cpu->insertions, insertions);
    ck_assert_uint_eq(pair.s->kernel->direct_switches, direct + 21);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(a_short_copy_is_no_error_and_both_learn_the_length_IPC_5)
{
    struct pair pair = pair_create(0);
    uint64_t parts = VECTOR(pair.s, pair.server, {DATA, 2});
    char text[8] = "xxxxxxx";

    put(pair.s, pair.server, DATA, text, 8);
    call_text(&pair, pair.client, pair.connection, "12345", NO_DEADLINE);
    ck_assert_int_eq(ACT(pair.s, pair.server, RECEIVE, (uint64_t)pair.channel, parts, 1, NO_DEADLINE), 0);
    ck_assert_uint_eq(info_of(pair.server)->received_bytes, 2);
    ck_assert_uint_eq(info_of(pair.server)->send_bytes, 6);
    get(pair.s, pair.server, DATA, text, 8);
    ck_assert_mem_eq(text, "12xxxxxx", 7);
    ck_assert_int_eq(reply_text(&pair, pair.server, info_of(pair.server)->message_id, 0, "much more than fits"), 16);
    ck_assert_uint_eq(info_of(pair.client)->received_bytes, 16);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(a_wrong_stale_or_foreign_id_changes_nothing_IPC_7)
{
    struct pair pair = pair_create(0);
    struct process other_process = process_create(pair.s);
    struct thread *other = thread_add(&other_process, 10, NULL, NULL);
    struct thread *helper = thread_add(&pair.server_process, 10, NULL, NULL);
    uint64_t id;

    call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE);
    receive_text(&pair, pair.server);
    id = info_of(pair.server)->message_id;
    ck_assert_int_eq(reply_text(&pair, pair.server, 0, 0, ""), -E_SRCH);
    ck_assert_int_eq(reply_text(&pair, pair.server, id + 1, 0, ""), -E_SRCH);
    ck_assert_int_eq(reply_text(&pair, pair.server, id ^ 1ull << 40, 0, ""), -E_SRCH);
    ck_assert_int_eq(reply_text(&pair, other, id, 0, ""), -E_SRCH);
    ck_assert_int_eq(pair.client->state, THREAD_REPLY);
    ck_assert_int_eq(reply_text(&pair, helper, id, 5, ""), 1);
    ck_assert_int_eq(result_of(pair.client), 5);
    ck_assert_int_eq(reply_text(&pair, pair.server, id, 0, ""), -E_SRCH);
    call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE);
    receive_text(&pair, pair.server);
    ck_assert_int_eq(reply_text(&pair, pair.server, id, 0, ""), -E_SRCH);
    ck_assert_int_eq(pair.client->state, THREAD_REPLY);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(ten_thousand_messages_are_answered_in_any_order_IPC_8_IPC_7)
{
    enum { CLIENTS = 10000, FRAMES_WANTED = 24576 };
    struct pair pair = pair_create_in(scenario_create_frames(FRAMES_WANTED), 0);
    static struct thread *clients[CLIENTS];
    static uint64_t ids[CLIENTS];

    pair.s->unchecked = true;
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = thread_add(&pair.client_process, 10, NULL, NULL);
        ACT(pair.s, clients[i], CALL, (uint64_t)pair.connection, 0, 0, 0, NO_DEADLINE);
        ck_assert_int_eq(receive_text(&pair, pair.server), 0);
        ids[i] = info_of(pair.server)->message_id;
    }
    scenario_check(pair.s);
    for (unsigned i = 0; i < CLIENTS; i++) {
        unsigned which = i * 3709u % CLIENTS;

        ck_assert_int_eq(ACT(pair.s, pair.server, REPLY, ids[which], which, 0, 0), 0);
        ck_assert_int_eq(result_of(clients[which]), which);
    }
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(an_id_is_not_used_again_within_2_to_the_40_IPC_9)
{
    struct pair pair = pair_create(0);
    struct thread_slot *slot = &pair.s->kernel->slots[pair.client->slot];
    uint64_t before = 0;

    for (unsigned i = 0; i < 100; i++) {
        call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE);
        receive_text(&pair, pair.server);
        ck_assert_uint_gt(info_of(pair.server)->message_id, before);
        before = info_of(pair.server)->message_id;
        reply_text(&pair, pair.server, before, 0, "");
        slot->generation += i == 50 ? 1ull << 40 : 0;
    }
    /* The slot's count outlives its thread. */
    ck_assert_uint_gt(slot->generation, 1ull << 40);
    thread_kill(pair.s->kernel, pair.client);
    scenario_check(pair.s);
    pair.client = thread_add(&pair.server_process, 10, NULL, NULL);
    ck_assert_ptr_eq(slot->thread, pair.client);
    ck_assert_uint_gt(slot->generation, 1ull << 40);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(unanswered_buffers_are_read_and_written_by_offset_IPC_10)
{
    struct pair pair = pair_create(0);
    uint64_t into = VECTOR(pair.s, pair.server, {DATA, 4});
    uint64_t id;
    char text[8] = {0};

    call_text(&pair, pair.client, pair.connection, "0123456789", NO_DEADLINE);
    receive_text(&pair, pair.server);
    id = info_of(pair.server)->message_id;
    ck_assert_int_eq(ACT(pair.s, pair.server, MESSAGE_READ, id, 3, into, 1), 4);
    get(pair.s, pair.server, DATA, text, 4);
    ck_assert_str_eq(text, "3456");
    ck_assert_int_eq(ACT(pair.s, pair.server, MESSAGE_READ, id, 9, into, 1), 2);
    ck_assert_int_eq(ACT(pair.s, pair.server, MESSAGE_READ, id, 11, into, 1), 0);
    ck_assert_int_eq(ACT(pair.s, pair.server, MESSAGE_READ, id, UINT64_MAX, into, 1), 0);
    put(pair.s, pair.server, DATA, "abcd", 4);
    ck_assert_int_eq(ACT(pair.s, pair.server, MESSAGE_WRITE, id, 14, into, 1), 2);
    get(pair.s, pair.client, DATA + 256 + 14, text, 2);
    ck_assert_mem_eq(text, "ab", 2);
    ck_assert_int_eq(ACT(pair.s, pair.server, MESSAGE_WRITE, id, 16, into, 1), 0);
    ck_assert_int_eq(ACT(pair.s, pair.server, MESSAGE_READ, id + 1, 0, into, 1), -E_SRCH);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(queued_senders_are_served_by_priority_then_in_order_IPC_13)
{
    static const uint8_t priorities[] = {5, 9, 5, 200, 9};
    static const unsigned order[] = {3, 1, 4, 0, 2};
    struct pair pair = pair_create(0);
    struct thread *clients[5];

    for (unsigned i = 0; i < 5; i++) {
        clients[i] = thread_add(&pair.client_process, priorities[i], NULL, NULL);
        call_text(&pair, clients[i], pair.connection, "x", NO_DEADLINE);
    }
    for (unsigned i = 0; i < 5; i++) {
        ck_assert_int_eq(receive_text(&pair, pair.server), 0);
        ck_assert_uint_eq(info_of(pair.server)->identity, clients[order[i]]->identity);
    }
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(a_changed_priority_moves_a_queued_sender_IPC_13)
{
    struct pair pair = pair_create(0);
    struct thread *late = thread_add(&pair.client_process, 10, NULL, NULL);

    call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE);
    call_text(&pair, late, pair.connection, "x", NO_DEADLINE);
    thread_priority_set(pair.s->kernel, late, 11);
    scenario_check(pair.s);
    receive_text(&pair, pair.server);
    ck_assert_uint_eq(info_of(pair.server)->identity, late->identity);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(many_threads_receive_on_one_channel_IPC_13)
{
    struct pair pair = pair_create(0);
    struct thread *second = thread_add(&pair.server_process, 10, NULL, NULL);
    struct thread *other = thread_add(&pair.client_process, 10, NULL, NULL);

    receive_text(&pair, pair.server);
    receive_text(&pair, second);
    call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE);
    call_text(&pair, other, pair.connection, "x", NO_DEADLINE);
    ck_assert_int_eq(result_of(pair.server), 0);
    ck_assert_int_eq(result_of(second), 0);
    ck_assert_uint_ne(info_of(pair.server)->message_id, info_of(second)->message_id);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(a_bad_client_buffer_fails_the_client_only_IPC_14)
{
    struct pair pair = pair_create(0);
    uint64_t bad = VECTOR(pair.s, pair.client, {DATA, 8}, {NOWHERE, 8});
    uint64_t good = VECTOR(pair.s, pair.client, {DATA, 8});
    uint64_t read_only = VECTOR(pair.s, pair.client, {READ_ONLY, 8});
    struct thread *other = thread_add(&pair.client_process, 10, NULL, NULL);

    /* To a server that waits: it waits on. */
    receive_text(&pair, pair.server);
    ck_assert_int_eq(ACT(pair.s, pair.client, CALL, (uint64_t)pair.connection, bad, 0, COUNTS(2, 0), NO_DEADLINE),
                     -E_FAULT);
    ck_assert_int_eq(ACT(pair.s, pair.client, CALL, (uint64_t)pair.connection, NOWHERE, 0, COUNTS(1, 0), NO_DEADLINE),
                     -E_FAULT);
    ck_assert_int_eq(pair.server->state, THREAD_RECEIVE);
    call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE);
    ck_assert_int_eq(result_of(pair.server), 0);
    /* Queued: the server gets the next one. */
    reply_text(&pair, pair.server, info_of(pair.server)->message_id, 0, "");
    ACT(pair.s, pair.client, CALL, (uint64_t)pair.connection, bad, 0, COUNTS(2, 0), NO_DEADLINE);
    call_text(&pair, other, pair.connection, "x", NO_DEADLINE);
    ck_assert_int_eq(receive_text(&pair, pair.server), 0);
    ck_assert_int_eq(result_of(pair.client), -E_FAULT);
    ck_assert_uint_eq(info_of(pair.server)->identity, other->identity);
    reply_text(&pair, pair.server, info_of(pair.server)->message_id, 0, "");
    /* The reply area: the server's reply succeeds. */
    ACT(pair.s, pair.client, CALL, (uint64_t)pair.connection, good, read_only, COUNTS(1, 1), NO_DEADLINE);
    receive_text(&pair, pair.server);
    ck_assert_int_ge(reply_text(&pair, pair.server, info_of(pair.server)->message_id, 0, "text"), 0);
    ck_assert_int_eq(result_of(pair.client), -E_FAULT);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(a_bad_server_buffer_fails_the_server_only_IPC_14)
{
    struct pair pair = pair_create(0);
    uint64_t read_only = VECTOR(pair.s, pair.server, {READ_ONLY, 8});
    uint64_t bad = VECTOR(pair.s, pair.server, {NOWHERE, 8});
    uint64_t id;

    ACT(pair.s, pair.server, RECEIVE, (uint64_t)pair.channel, read_only, 1, NO_DEADLINE);
    call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE);
    ck_assert_int_eq(result_of(pair.server), -E_FAULT);
    ck_assert_int_eq(pair.client->state, THREAD_SEND);
    ck_assert_int_eq(ACT(pair.s, pair.server, RECEIVE, (uint64_t)pair.channel, NOWHERE, 1, NO_DEADLINE), -E_FAULT);
    ck_assert_int_eq(pair.client->state, THREAD_SEND);
    ck_assert_int_eq(receive_text(&pair, pair.server), 0);
    id = info_of(pair.server)->message_id;
    ck_assert_int_eq(ACT(pair.s, pair.server, REPLY, id, 0, bad, 1), -E_FAULT);
    ck_assert_int_eq(pair.client->state, THREAD_REPLY);
    ck_assert_int_eq(reply_text(&pair, pair.server, id, 0, "x"), 2);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(a_server_runs_at_its_callers_priority_and_along_chains_SCH_5)
{
    struct pair pair = pair_create(0);
    struct process far_process = process_create(pair.s);
    struct thread *far = thread_add(&far_process, 5, NULL, NULL);
    int far_channel = channel_add(pair.s, far, 0, 0);
    int far_connection = connection_add(pair.s, far, far_channel, pair.server, 1);
    struct thread *high = thread_add(&pair.client_process, 90, NULL, NULL);
    uint64_t low_id;

    call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE);
    receive_text(&pair, pair.server);
    low_id = info_of(pair.server)->message_id;
    ck_assert_uint_eq(pair.server->priority, 10);
    ACT(pair.s, far, RECEIVE, (uint64_t)far_channel, 0, 0, NO_DEADLINE);
    ACT(pair.s, pair.server, CALL, (uint64_t)far_connection, 0, 0, 0, NO_DEADLINE);
    ck_assert_uint_eq(far->priority, 10);
    /* The busy server is raised at send time, and so is the one that it waits for. */
    call_text(&pair, high, pair.connection, "x", NO_DEADLINE);
    ck_assert_uint_eq(pair.server->priority, 90);
    ck_assert_uint_eq(far->priority, 90);
    ACT(pair.s, far, REPLY, info_of(far)->message_id, 0, 0, 0);
    ck_assert_uint_eq(far->priority, 5);
    reply_text(&pair, pair.server, low_id, 0, "");
    ck_assert_uint_eq(pair.server->priority, 90);
    receive_text(&pair, pair.server);
    reply_text(&pair, pair.server, info_of(pair.server)->message_id, 0, "");
    ck_assert_uint_eq(pair.server->priority, 10);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(reply_receive_serves_the_next_client_in_one_call_IPC_11)
{
    struct pair pair = pair_create(0);
    struct thread *second = thread_add(&pair.client_process, 10, NULL, NULL);
    uint64_t parts = VECTOR(pair.s, pair.server, {DATA, 32});
    uint64_t id;

    call_text(&pair, pair.client, pair.connection, "one", NO_DEADLINE);
    call_text(&pair, second, pair.connection, "two", NO_DEADLINE);
    receive_text(&pair, pair.server);
    id = info_of(pair.server)->message_id;
    ck_assert_int_eq(ACT(pair.s, pair.server, REPLY_RECEIVE, id, 6, 0, COUNTS(0, 1), parts, (uint64_t)pair.channel), 0);
    ck_assert_int_eq(result_of(pair.client), 6);
    ck_assert_uint_eq(info_of(pair.server)->identity, second->identity);
    ck_assert_int_eq(ACT(pair.s, pair.server, REPLY_RECEIVE, id, 6, 0, COUNTS(0, 1), parts, (uint64_t)pair.channel),
                     -E_SRCH);
    ck_assert_int_eq(ACT(pair.s, pair.server, REPLY_RECEIVE, id, 6, 0, COUNTS(0, 1), parts, 12345), -E_BADF);
    ck_assert_int_eq(second->state, THREAD_REPLY);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(a_call_needs_read_or_write_right_OBJ_1)
{
    struct pair pair = pair_create(0);
    int weak = (int)ACT(pair.s, pair.client, HANDLE_DUPLICATE, UINT64_MAX, (uint64_t)pair.connection, UINT64_MAX,
                        HANDLE_DYNAMIC, RIGHT_SIGNAL, 0);
    int reader = (int)ACT(pair.s, pair.client, HANDLE_DUPLICATE, UINT64_MAX, (uint64_t)pair.connection, UINT64_MAX,
                          HANDLE_DYNAMIC, RIGHT_READ, 0);

    ck_assert_int_eq(call_text(&pair, pair.client, weak, "x", NO_DEADLINE), -E_ACCES);
    ck_assert_int_eq(call_text(&pair, pair.client, 12345, "x", NO_DEADLINE), -E_BADF);
    ck_assert_int_eq(call_text(&pair, pair.client, HANDLE_GRANT, "x", NO_DEADLINE), -E_BADF);
    call_text(&pair, pair.client, reader, "x", NO_DEADLINE);
    receive_text(&pair, pair.server);
    ck_assert_uint_eq(info_of(pair.server)->rights, RIGHT_READ);
    scenario_destroy(pair.s);
}
END_TEST

UNIT_MAIN("message", call_blocks_until_the_reply_IPC_1, receive_tells_cookie_identity_priority_and_lengths_IPC_6,
          call_to_a_waiting_server_and_reply_switch_without_ready_queue_IPC_4,
          a_short_copy_is_no_error_and_both_learn_the_length_IPC_5, a_wrong_stale_or_foreign_id_changes_nothing_IPC_7,
          ten_thousand_messages_are_answered_in_any_order_IPC_8_IPC_7,
          an_id_is_not_used_again_within_2_to_the_40_IPC_9, unanswered_buffers_are_read_and_written_by_offset_IPC_10,
          queued_senders_are_served_by_priority_then_in_order_IPC_13, a_changed_priority_moves_a_queued_sender_IPC_13,
          many_threads_receive_on_one_channel_IPC_13, a_bad_client_buffer_fails_the_client_only_IPC_14,
          a_bad_server_buffer_fails_the_server_only_IPC_14,
          a_server_runs_at_its_callers_priority_and_along_chains_SCH_5,
          reply_receive_serves_the_next_client_in_one_call_IPC_11, a_call_needs_read_or_write_right_OBJ_1)
