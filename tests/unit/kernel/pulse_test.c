/* Pulses, close notices, death notices. */
#include "scenario.h"
#include "unit.h"

struct post {
    struct scenario *s;
    struct process server_process, client_process;
    struct thread *server, *client;
    int channel, connection;
};

static struct post post_create(uint32_t slots)
{
    struct post post = {.s = scenario_create()};

    post.server_process = process_create(post.s);
    post.client_process = process_create(post.s);
    post.server = thread_add(&post.server_process, 10, NULL, NULL);
    post.client = thread_add(&post.client_process, 20, NULL, NULL);
    post.channel = channel_add(post.s, post.server, slots, 0);
    post.connection = connection_add(post.s, post.server, post.channel, post.client, 55);
    return post;
}

static int64_t pulse_send_one(struct post *post, uint64_t code, uint64_t value, int64_t priority)
{
    return ACT(post->s, post->client, PULSE, (uint64_t)post->connection, code, value, (uint64_t)priority);
}

static const struct receive_info *received(struct post *post)
{
    ck_assert_int_eq(ACT(post->s, post->server, RECEIVE, (uint64_t)post->channel, 0, 0, 0), 0);
    return &post->server->control->info;
}

START_TEST(a_pulse_carries_code_value_cookie_and_never_blocks_IPC_20)
{
    struct post post = post_create(1);
    const struct receive_info *info;

    ck_assert_int_eq(pulse_send_one(&post, 3, 1ull << 60, -1), 0);
    info = received(&post);
    ck_assert_uint_eq(info->kind, RECEIVED_PULSE);
    ck_assert_int_eq(info->pulse_code, 3);
    ck_assert_uint_eq(info->pulse_value, 1ull << 60);
    ck_assert_uint_eq(info->cookie, 55);
    ck_assert_uint_eq(info->identity, post.client->identity);
    ck_assert_uint_eq(info->priority, 20);
    scenario_destroy(post.s);
}
END_TEST

START_TEST(a_full_pool_is_a_clear_error_and_loses_nothing_IPC_20)
{
    struct post post = post_create(2);

    ck_assert_int_eq(pulse_send_one(&post, 1, 1, -1), 0);
    ck_assert_int_eq(pulse_send_one(&post, 1, 2, -1), 0);
    ck_assert_int_eq(pulse_send_one(&post, 1, 3, -1), -E_AGAIN);
    ck_assert_uint_eq(received(&post)->pulse_value, 1);
    ck_assert_int_eq(pulse_send_one(&post, 1, 4, -1), 0);
    ck_assert_uint_eq(received(&post)->pulse_value, 2);
    ck_assert_uint_eq(received(&post)->pulse_value, 4);
    scenario_destroy(post.s);
}
END_TEST

START_TEST(pulses_and_messages_share_one_order_of_priority_IPC_20)
{
    struct post post = post_create(4);

    ck_assert_int_eq(pulse_send_one(&post, 1, 5, 5), 0);
    ck_assert_int_eq(pulse_send_one(&post, 1, 20, 20), 0);
    ck_assert_int_eq(pulse_send_one(&post, 1, 21, 21), -E_PERM);
    thread_priority_set(post.s->kernel, post.client, 12);
    ACT(post.s, post.client, CALL, (uint64_t)post.connection, 0, 0, 0, DEADLINE_NONE);
    ck_assert_uint_eq(received(&post)->pulse_value, 20);
    ck_assert_uint_eq(received(&post)->kind, RECEIVED_MESSAGE);
    ck_assert_uint_eq(received(&post)->pulse_value, 5);
    scenario_destroy(post.s);
}
END_TEST

START_TEST(programs_cannot_forge_the_kernels_pulses_IPC_20)
{
    struct post post = post_create(4);

    ck_assert_int_eq(pulse_send_one(&post, (uint64_t)(int64_t)PULSE_CLOSE, 0, -1), -E_INVAL);
    ck_assert_int_eq(pulse_send_one(&post, 1ull << 32, 0, -1), -E_INVAL);
    ck_assert_int_eq(pulse_send_one(&post, 0, 0, 256), -E_INVAL);
    ck_assert_int_eq(pulse_send_one(&post, 0, 0, -2), -E_INVAL);
    scenario_destroy(post.s);
}
END_TEST

START_TEST(the_last_handle_of_a_connection_tells_the_channel_IPC_21)
{
    struct post post = post_create(0);
    int twin = (int)ACT(post.s, post.client, HANDLE_DUPLICATE, UINT64_MAX, (uint64_t)post.connection, UINT64_MAX,
                        HANDLE_DYNAMIC, RIGHTS_ALL, 0);

    ACT(post.s, post.client, HANDLE_CLOSE, UINT64_MAX, (uint64_t)post.connection);
    ck_assert_int_eq(ACT(post.s, post.server, RECEIVE, (uint64_t)post.channel, 0, 0, 0), -E_TIMEDOUT);
    ACT(post.s, post.client, HANDLE_CLOSE, UINT64_MAX, (uint64_t)twin);
    ck_assert_int_eq(received(&post)->pulse_code, PULSE_CLOSE);
    ck_assert_uint_eq(post.server->control->info.pulse_value, 55);
    ck_assert_uint_eq(post.s->kernel->memory.object_count[OBJECT_CONNECTION], 0);
    scenario_destroy(post.s);
}
END_TEST

START_TEST(a_connection_in_flight_or_in_a_call_is_not_closed_IPC_21)
{
    struct post post = post_create(0);
    struct thread *other = thread_add(&post.client_process, 10, NULL, NULL);
    struct control *control = post.client->control;

    control->transfer_count = 1;
    control->transfer[0] = (struct transfer){.handle = post.connection, .rights = RIGHTS_ALL, .move = 1};
    ACT(post.s, post.client, CALL, (uint64_t)post.connection, 0, 0, 0, DEADLINE_NONE);
    ck_assert_uint_eq(received(&post)->kind, RECEIVED_MESSAGE);
    ck_assert_uint_eq(post.server->control->info.handle_count, 1);
    ACT(post.s, post.server, HANDLE_CLOSE, UINT64_MAX, (uint64_t)post.server->control->received_handles[0]);
    ck_assert_int_eq(ACT(post.s, other, HANDLE_CLOSE, UINT64_MAX, (uint64_t)post.connection), -E_BADF);
    ck_assert_int_eq(ACT(post.s, post.server, RECEIVE, (uint64_t)post.channel, 0, 0, 0), -E_TIMEDOUT);
    ck_assert_int_eq(ACT(post.s, post.server, REPLY, post.server->control->info.message_id, 0, 0, 0), 0);
    ck_assert_int_eq(received(&post)->pulse_code, PULSE_CLOSE);
    scenario_destroy(post.s);
}
END_TEST

START_TEST(a_threads_death_is_told_to_its_exception_connection_IPC_21)
{
    struct post post = post_create(0);
    struct connection *exceptions = (struct connection *)object_of(post.client, post.connection);
    struct thread *victim = thread_add(&post.client_process, 10, NULL, exceptions);
    uint64_t identity = victim->identity;

    thread_kill(post.s->kernel, victim);
    scenario_check(post.s);
    ck_assert_int_eq(received(&post)->pulse_code, PULSE_THREAD_DEATH);
    ck_assert_uint_eq(post.server->control->info.pulse_value, identity);
    ck_assert_uint_eq(post.s->kernel->memory.object_count[OBJECT_THREAD], 2);
    scenario_destroy(post.s);
}
END_TEST

START_TEST(queued_pulses_go_with_their_channel_OBJ_4)
{
    struct post post = post_create(3);
    struct connection *exceptions = (struct connection *)object_of(post.client, post.connection);
    struct thread *victim = thread_add(&post.client_process, 10, NULL, exceptions);

    thread_kill(post.s->kernel, victim);
    ck_assert_int_eq(pulse_send_one(&post, 1, 1, -1), 0);
    ACT(post.s, post.server, HANDLE_CLOSE, UINT64_MAX, (uint64_t)post.channel);
    ck_assert_uint_eq(post.s->kernel->memory.object_count[OBJECT_THREAD], 2);
    ck_assert_int_eq(pulse_send_one(&post, 1, 1, -1), -E_BADF);
    scenario_destroy(post.s);
}
END_TEST

START_TEST(a_waiting_server_gets_a_pulse_at_once_IPC_20)
{
    struct post post = post_create(0);

    ACT(post.s, post.server, RECEIVE, (uint64_t)post.channel, 0, 0, DEADLINE_NONE);
    ck_assert_int_eq(pulse_send_one(&post, 9, 8, -1), 0);
    ck_assert_int_eq(result_of(post.server), 0);
    ck_assert_int_eq(post.server->control->info.pulse_code, 9);
    ck_assert_int_eq(pulse_send_one(&post, 9, 8, -1), -E_AGAIN);
    scenario_destroy(post.s);
}
END_TEST

UNIT_MAIN("pulse", a_pulse_carries_code_value_cookie_and_never_blocks_IPC_20,
          a_full_pool_is_a_clear_error_and_loses_nothing_IPC_20,
          pulses_and_messages_share_one_order_of_priority_IPC_20, programs_cannot_forge_the_kernels_pulses_IPC_20,
          the_last_handle_of_a_connection_tells_the_channel_IPC_21,
          a_connection_in_flight_or_in_a_call_is_not_closed_IPC_21,
          a_threads_death_is_told_to_its_exception_connection_IPC_21, queued_pulses_go_with_their_channel_OBJ_4,
          a_waiting_server_gets_a_pulse_at_once_IPC_20)
