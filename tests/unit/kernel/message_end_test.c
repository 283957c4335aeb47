/* How messages end without an answer: death, timeouts, clients that want out. */
#include "pair.h"
#include "unit.h"

START_TEST(clients_of_a_dying_server_get_an_error_at_once_IPC_17)
{
    struct pair pair = pair_create(0);
    struct thread *queued = thread_add(&pair.client_process, 10, NULL, NULL);

    call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE);
    receive_text(&pair, pair.server);
    call_text(&pair, queued, pair.connection, "x", NO_DEADLINE);
    ACT(pair.s, pair.server, THREAD_EXIT, 0);
    ck_assert_int_eq(result_of(pair.client), -E_SRCH);
    ck_assert_int_eq(result_of(queued), -E_SRCH);
    ck_assert_int_eq(call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE), -E_BADF);
    ck_assert_uint_eq(pair.s->kernel->memory.object_count[OBJECT_TABLE], 1);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(a_client_killed_in_any_state_leaves_no_trace_IPC_17)
{
    struct pair pair = pair_create(0);
    uint64_t id;
    struct kernel_info before, after;

    for (unsigned i = 0; i < 1000; i++) {
        struct process process = process_create(pair.s);
        struct thread *client = thread_add(&process, 10, NULL, NULL);
        int connection = connection_add(pair.s, pair.server, pair.channel, client, i);

        if (i == 300) {
            thread_kill(pair.s->kernel, client);
            receive_text(&pair, pair.server);
            kernel_info_get(pair.s->kernel, &before);
            continue;
        }
        if (i % 3 == 2)
            receive_text(&pair, pair.server);
        call_text(&pair, client, connection, "x", NO_DEADLINE);
        if (i % 3 == 1)
            receive_text(&pair, pair.server);
        id = i % 3 == 0 ? 1 : info_of(pair.server)->message_id;
        thread_kill(pair.s->kernel, client);
        ck_assert_int_eq(reply_text(&pair, pair.server, id, 0, ""), -E_SRCH);
        ck_assert_int_eq(receive_text(&pair, pair.server), 0);
        ck_assert_int_eq(info_of(pair.server)->pulse_code, PULSE_CLOSE);
        ck_assert_uint_eq(info_of(pair.server)->pulse_value, i);
    }
    kernel_info_get(pair.s->kernel, &after);
    ck_assert_uint_eq(after.free_pages, before.free_pages);
    ck_assert_mem_eq(after.object_count, before.object_count, sizeof(after.object_count));
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(timeouts_poll_and_expire_in_every_state_IPC_18)
{
    struct pair pair = pair_create(0);
    uint64_t soon = pair.s->now_ns + 1000;

    ck_assert_int_eq(call_text(&pair, pair.client, pair.connection, "x", 0), -E_TIMEDOUT);
    ck_assert_int_eq(ACT(pair.s, pair.server, RECEIVE, (uint64_t)pair.channel, 0, 0, 0), -E_TIMEDOUT);
    call_text(&pair, pair.client, pair.connection, "x", soon);
    ck_assert_int_eq(ACT(pair.s, pair.server, RECEIVE, (uint64_t)pair.channel, 0, 0, 0), 0);
    time_pass(pair.s, soon - 1);
    ck_assert(!has_result(pair.client));
    time_pass(pair.s, soon);
    ck_assert_int_eq(result_of(pair.client), -E_TIMEDOUT);
    ck_assert_int_eq(reply_text(&pair, pair.server, info_of(pair.server)->message_id, 0, ""), -E_SRCH);
    call_text(&pair, pair.client, pair.connection, "x", soon + 1000);
    time_pass(pair.s, soon + 1000);
    ck_assert_int_eq(result_of(pair.client), -E_TIMEDOUT);
    ck_assert_int_eq(ACT(pair.s, pair.server, RECEIVE, (uint64_t)pair.channel, 0, 0, soon + 2000), SYSCALL_BLOCKED);
    time_pass(pair.s, soon + 2000);
    ck_assert_int_eq(result_of(pair.server), -E_TIMEDOUT);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(an_unanswered_client_leaves_at_once_without_unblock_IPC_19)
{
    struct pair pair = pair_create(0);

    call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE);
    receive_text(&pair, pair.server);
    ck_assert_int_eq(thread_interrupt(pair.s->kernel, pair.client), 0);
    ck_assert_int_eq(result_of(pair.client), -E_INTR);
    ck_assert_uint_eq(pair.client->control->interrupted, 1);
    ck_assert_int_eq(reply_text(&pair, pair.server, info_of(pair.server)->message_id, 0, ""), -E_SRCH);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(an_unblocking_channel_is_told_once_and_decides_IPC_19)
{
    struct pair pair = pair_create(CHANNEL_UNBLOCK);
    uint64_t id, soon = pair.s->now_ns + 1000;

    call_text(&pair, pair.client, pair.connection, "x", soon);
    receive_text(&pair, pair.server);
    id = info_of(pair.server)->message_id;
    thread_interrupt(pair.s->kernel, pair.client);
    time_pass(pair.s, soon);
    ck_assert(!has_result(pair.client));
    ck_assert_int_eq(receive_text(&pair, pair.server), 0);
    ck_assert_uint_eq(info_of(pair.server)->kind, RECEIVED_PULSE);
    ck_assert_int_eq(info_of(pair.server)->pulse_code, PULSE_UNBLOCK);
    ck_assert_uint_eq(info_of(pair.server)->pulse_value, id);
    ck_assert_int_eq(ACT(pair.s, pair.server, RECEIVE, (uint64_t)pair.channel, 0, 0, 0), -E_TIMEDOUT);
    ck_assert_int_eq(reply_text(&pair, pair.server, id, 9, ""), 1);
    ck_assert_int_eq(result_of(pair.client), 9);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(a_kill_wins_over_unblock_and_the_server_is_told_IPC_19)
{
    struct pair pair = pair_create(CHANNEL_UNBLOCK);
    uint64_t id;

    call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE);
    receive_text(&pair, pair.server);
    id = info_of(pair.server)->message_id;
    thread_interrupt(pair.s->kernel, pair.client);
    thread_kill(pair.s->kernel, pair.client);
    scenario_check(pair.s);
    ck_assert_int_eq(reply_text(&pair, pair.server, id, 0, ""), -E_SRCH);
    ck_assert_int_eq(receive_text(&pair, pair.server), 0);
    ck_assert_int_eq(info_of(pair.server)->pulse_code, PULSE_UNBLOCK);
    ck_assert_uint_eq(info_of(pair.server)->pulse_value, id);
    ck_assert_int_eq(receive_text(&pair, pair.server), 0);
    ck_assert_int_eq(info_of(pair.server)->pulse_code, PULSE_CLOSE);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(an_uninterruptible_call_stays_IPC_19)
{
    struct pair pair = pair_create(0);
    uint64_t flags = (uint64_t)CALL_UNINTERRUPTIBLE << 32;

    ACT(pair.s, pair.client, CALL, (uint64_t)pair.connection, 0, 0, flags, NO_DEADLINE);
    thread_interrupt(pair.s->kernel, pair.client);
    ck_assert(!has_result(pair.client));
    receive_text(&pair, pair.server);
    ck_assert_int_eq(reply_text(&pair, pair.server, info_of(pair.server)->message_id, 3, ""), 0);
    ck_assert_int_eq(result_of(pair.client), 3);
    /* What it was not told then, the next wait tells. */
    ck_assert_int_eq(call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE), -E_INTR);
    ck_assert_int_eq(call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE), SYSCALL_BLOCKED);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(what_goes_with_a_message_was_closed_by_its_client_IPC_18)
{
    struct pair pair = pair_create(0);
    struct thread *bystander = thread_add(&pair.server_process, 20, NULL, NULL);
    int second = connection_add(pair.s, pair.server, pair.channel, pair.client, 5);
    struct control *control = pair.client->control;

    control->transfer_count = 1;
    control->transfer[0] = (struct transfer){.handle = second, .rights = RIGHTS_ALL, .move = 1};
    call_text(&pair, pair.client, pair.connection, "x", pair.s->now_ns + 1000);
    ck_assert_ptr_eq(next_of(pair.s), bystander);
    time_pass(pair.s, pair.s->now_ns + 1000);
    ck_assert_int_eq(result_of(pair.client), -E_TIMEDOUT);
    ck_assert_int_eq(receive_text(&pair, pair.server), 0);
    ck_assert_int_eq(info_of(pair.server)->pulse_code, PULSE_CLOSE);
    ck_assert_uint_eq(info_of(pair.server)->cookie, 5);
    ck_assert_uint_eq(info_of(pair.server)->identity, pair.client->identity);
    ck_assert_uint_eq(info_of(pair.server)->priority, pair.client->base_priority);
    scenario_destroy(pair.s);
}
END_TEST

UNIT_MAIN("message_end", clients_of_a_dying_server_get_an_error_at_once_IPC_17,
          a_client_killed_in_any_state_leaves_no_trace_IPC_17, timeouts_poll_and_expire_in_every_state_IPC_18,
          an_unanswered_client_leaves_at_once_without_unblock_IPC_19,
          an_unblocking_channel_is_told_once_and_decides_IPC_19,
          a_kill_wins_over_unblock_and_the_server_is_told_IPC_19, an_uninterruptible_call_stays_IPC_19,
          what_goes_with_a_message_was_closed_by_its_client_IPC_18)
