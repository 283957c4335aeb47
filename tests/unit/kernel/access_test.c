/* MESSAGE_READ and MESSAGE_WRITE where memory is bad on both sides. */
#include "scenario.h"
#include "unit.h"

START_TEST(a_server_with_bad_memory_does_not_harm_a_client_with_bad_memory_IPC_14)
{
    struct scenario *s = scenario_create();
    struct process server_process = process_create(s);
    struct process client_process = process_create(s);
    struct thread *server = thread_add(&server_process, 10, NULL, NULL);
    struct thread *client = thread_add(&client_process, 10, NULL, NULL);
    int channel = channel_add(s, server, 0, 0);
    uint64_t connection = (uint64_t)connection_add(s, server, channel, client, 1);
    uint64_t id;

    ACT(s, client, CALL, connection, 0, VECTOR(s, client, {NOWHERE, 8}), 1u << 16, DEADLINE_NONE);
    ck_assert_int_eq(ACT(s, server, RECEIVE, (uint64_t)channel, 0, 0, DEADLINE_NONE), 0);
    id = server->control->info.message_id;
    ck_assert_int_eq(ACT(s, server, MESSAGE_WRITE, id, 0, VECTOR(s, server, {NOWHERE, 8}), 1), -E_FAULT);
    ck_assert_uint_eq(client->state, THREAD_REPLY);
    ck_assert_int_eq(ACT(s, server, MESSAGE_WRITE, id, 0, VECTOR(s, server, {DATA, 8}), 1), -E_SRCH);
    ck_assert_int_eq(result_of(client), -E_FAULT);
    scenario_destroy(s);
}
END_TEST

UNIT_MAIN("access", a_server_with_bad_memory_does_not_harm_a_client_with_bad_memory_IPC_14)
