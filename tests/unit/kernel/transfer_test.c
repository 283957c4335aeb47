/* Handles that move in messages. */
#include "pair.h"
#include "unit.h"

START_TEST(handles_move_both_ways_with_rights_never_above_the_senders_IPC_22)
{
    struct pair pair = pair_create(0);
    int notification = (int)ACT(pair.s, pair.client, NOTIFICATION_CREATE, HANDLE_GRANT);
    int weak = (int)ACT(pair.s, pair.client, HANDLE_DUPLICATE, UINT64_MAX, (uint64_t)notification, UINT64_MAX,
                        HANDLE_DYNAMIC, RIGHT_SIGNAL | RIGHT_DUPLICATE, 0);
    struct control *client = pair.client->control;
    struct control *server = pair.server->control;
    struct handle_entry entry;

    client->transfer_count = 2;
    client->transfer[0] = (struct transfer){.handle = weak, .rights = RIGHTS_ALL};
    client->transfer[1] = (struct transfer){.handle = notification, .rights = RIGHTS_ALL, .move = 1};
    server->receive_base = 300;
    call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE);
    ck_assert_uint_eq(client->transfer_count, 0);
    ck_assert_int_eq(table_entry_get(pair.client->table, notification, &entry), -E_BADF);
    receive_text(&pair, pair.server);
    ck_assert_uint_eq(server->info.handle_count, 2);
    ck_assert_int_eq(server->received_handles[0], 300);
    ck_assert_int_eq(table_entry_get(pair.server->table, 300, &entry), 0);
    ck_assert_uint_eq(entry.rights, RIGHT_SIGNAL | RIGHT_DUPLICATE);
    ck_assert_ptr_eq(entry.object, object_of(pair.client, weak));
    server->transfer_count = 1;
    server->transfer[0] = (struct transfer){.handle = server->received_handles[1], .rights = RIGHT_WAIT, .move = 1,
                                            .flags = HANDLE_CLOSE_ON_EXEC};
    client->receive_base = 7;
    reply_text(&pair, pair.server, server->info.message_id, 0, "");
    ck_assert_uint_eq(client->info.handle_count, 1);
    ck_assert_int_eq(client->received_handles[0], 7);
    ck_assert_int_eq(table_entry_get(pair.client->table, 7, &entry), 0);
    ck_assert_uint_eq(entry.rights, RIGHT_WAIT);
    ck_assert_uint_eq(entry.flags, HANDLE_CLOSE_ON_EXEC);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(a_transfer_without_the_right_fails_before_anything_happens_IPC_22)
{
    struct pair pair = pair_create(0);
    int weak = (int)ACT(pair.s, pair.client, HANDLE_DUPLICATE, UINT64_MAX, HANDLE_GRANT, UINT64_MAX, HANDLE_DYNAMIC,
                        RIGHT_MANAGE, 0);
    struct control *client = pair.client->control;

    client->transfer_count = 1;
    client->transfer[0] = (struct transfer){.handle = weak, .rights = RIGHTS_ALL};
    ck_assert_int_eq(call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE), -E_ACCES);
    client->transfer[0].move = 1;
    ck_assert_int_eq(call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE), -E_ACCES);
    client->transfer[0].handle = -5;
    ck_assert_int_eq(call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE), -E_BADF);
    client->transfer_count = TRANSFER_MAX + 1;
    ck_assert_int_eq(call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE), -E_INVAL);
    client->transfer_count = 2;
    client->transfer[0] = (struct transfer){.handle = HANDLE_GRANT, .rights = RIGHTS_ALL, .move = 1};
    client->transfer[1] = client->transfer[0];
    ck_assert_int_eq(call_text(&pair, pair.client, pair.connection, "x", NO_DEADLINE), -E_INVAL);
    object_of(pair.client, HANDLE_GRANT);
    scenario_destroy(pair.s);
}
END_TEST

UNIT_MAIN("transfer", handles_move_both_ways_with_rights_never_above_the_senders_IPC_22,
          a_transfer_without_the_right_fails_before_anything_happens_IPC_22)
