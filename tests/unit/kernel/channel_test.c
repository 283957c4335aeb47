/* Channels and their life. */
#include "scenario.h"
#include "unit.h"

START_TEST(closing_a_channel_wakes_who_receives_on_it_OBJ_4)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    struct thread *b = thread_add(&process, 10, NULL, NULL);
    int channel = channel_add(s, a, 0, 0);

    ACT(s, a, RECEIVE, (uint64_t)channel, 0, 0, DEADLINE_NONE);
    ck_assert_int_eq(ACT(s, b, HANDLE_CLOSE, HANDLE_TABLE, (uint64_t)channel), 0);
    ck_assert_int_eq(result_of(a), -E_BADF);
    ck_assert_uint_eq(s->kernel->memory.object_count[OBJECT_CHANNEL], 0);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_channel_lives_while_its_receive_right_is_in_flight_OBJ_4)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s), other_process = process_create(s);
    struct thread *giver = thread_add(&process, 10, NULL, NULL);
    struct thread *taker = thread_add(&other_process, 10, NULL, NULL);
    int given = channel_add(s, giver, 0, 0);
    int channel = channel_add(s, taker, 0, 0);
    int connection = connection_add(s, taker, channel, giver, 1);
    struct channel *object = (struct channel *)object_of(giver, given);

    giver->control->transfer_count = 1;
    giver->control->transfer[0] = (struct transfer){.handle = given, .rights = RIGHTS_ALL, .move = 1};
    ACT(s, giver, CALL, (uint64_t)connection, 0, 0, 0, DEADLINE_NONE);
    ck_assert(!object->dead);
    ck_assert_int_eq(ACT(s, taker, RECEIVE, (uint64_t)channel, 0, 0, DEADLINE_NONE), 0);
    ck_assert_uint_eq(taker->control->info.handle_count, 1);
    ck_assert(!object->dead);
    ck_assert_uint_eq(object->manage_handles, 1);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_moved_channel_dies_with_a_message_that_is_dropped_OBJ_4)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s), other_process = process_create(s);
    struct thread *giver = thread_add(&process, 10, NULL, NULL);
    struct thread *taker = thread_add(&other_process, 10, NULL, NULL);
    int given = channel_add(s, giver, 0, 0);
    int channel = channel_add(s, taker, 0, 0);
    int connection = connection_add(s, taker, channel, giver, 1);

    giver->control->transfer_count = 1;
    giver->control->transfer[0] = (struct transfer){.handle = given, .rights = RIGHTS_ALL, .move = 1};
    ACT(s, giver, CALL, (uint64_t)connection, 0, 0, 0, s->now_ns + 5);
    time_pass(s, s->now_ns + 5);
    ck_assert_int_eq(result_of(giver), -E_TIMEDOUT);
    ck_assert_uint_eq(s->kernel->memory.object_count[OBJECT_CHANNEL], 1);
    scenario_destroy(s);
}
END_TEST

START_TEST(receiving_and_connecting_need_their_rights_OBJ_1)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    int channel = channel_add(s, a, 0, 0);
    int weak = (int)ACT(s, a, HANDLE_DUPLICATE, UINT64_MAX, (uint64_t)channel, UINT64_MAX, HANDLE_DYNAMIC,
                        RIGHT_SIGNAL, 0);
    int receiver = (int)ACT(s, a, HANDLE_DUPLICATE, UINT64_MAX, (uint64_t)channel, UINT64_MAX, HANDLE_DYNAMIC,
                            RIGHT_MANAGE, 0);
    int connection;
    uint64_t cookie;

    ck_assert_int_eq(ACT(s, a, RECEIVE, (uint64_t)weak, 0, 0, 0), -E_ACCES);
    ck_assert_int_eq(ACT(s, a, CONNECTION_CREATE, HANDLE_GRANT, (uint64_t)receiver, 1, RIGHTS_ALL), -E_ACCES);
    connection = (int)ACT(s, a, CONNECTION_CREATE, HANDLE_GRANT, (uint64_t)weak, 99, RIGHT_READ);
    ck_assert_int_ge(connection, HANDLE_DYNAMIC);
    ck_assert_int_eq(ACT(s, a, CONNECTION_INFO, (uint64_t)weak, (uint64_t)connection, DATA), -E_ACCES);
    ck_assert_int_eq(ACT(s, a, CONNECTION_INFO, (uint64_t)channel, (uint64_t)connection, DATA), 0);
    get(s, a, DATA, &cookie, sizeof(cookie));
    ck_assert_uint_eq(cookie, 99);
    scenario_destroy(s);
}
END_TEST

START_TEST(a_channels_slots_are_paid_by_its_grant_OBJ_5)
{
    struct scenario *s = scenario_create();
    struct process process = process_create(s);
    struct thread *a = thread_add(&process, 10, NULL, NULL);
    uint64_t grant = (uint64_t)ACT(s, a, GRANT_CREATE, HANDLE_GRANT, 4);
    struct grant_info info;

    ck_assert_int_eq(ACT(s, a, CHANNEL_CREATE, grant, PULSES_MAX, 0), -E_NOMEM);
    ck_assert_int_eq(ACT(s, a, CHANNEL_CREATE, grant, PULSES_MAX + 1, 0), -E_INVAL);
    ck_assert_int_eq(ACT(s, a, CHANNEL_CREATE, grant, 1, 4), -E_INVAL);
    ck_assert_int_ge(ACT(s, a, CHANNEL_CREATE, grant, 10, 0), 0);
    ck_assert_int_eq(ACT(s, a, GRANT_INFO, grant, DATA), 0);
    get(s, a, DATA, &info, sizeof(info));
    ck_assert_uint_gt(info.used_pages, 1);
    scenario_destroy(s);
}
END_TEST

UNIT_MAIN("channel", closing_a_channel_wakes_who_receives_on_it_OBJ_4,
          a_channel_lives_while_its_receive_right_is_in_flight_OBJ_4,
          a_moved_channel_dies_with_a_message_that_is_dropped_OBJ_4, receiving_and_connecting_need_their_rights_OBJ_1,
          a_channels_slots_are_paid_by_its_grant_OBJ_5)
