/* The event trace: what is recorded of a call, and a ring that wraps, fills and loses. TOO-1. */
#include "unit.h"

#include "scenario.h"

#include <string.h>

#define ROOM 64u
#define LOW 10u
#define HIGH 40u

static struct trace_record ring[ROOM], taken[ROOM];

/* A server in receive and a client that has called it. */
struct pair {
    struct scenario *scenario;
    struct thread *server, *client;
    int channel, connection;
};

static struct pair pair_create(void)
{
    struct pair pair = {.scenario = scenario_create()};
    struct process serving = process_create(pair.scenario), calling = process_create(pair.scenario);
    pair.server = thread_add(&serving, LOW, NULL, NULL);
    pair.client = thread_add(&calling, HIGH, NULL, NULL);
    pair.channel = channel_add(pair.scenario, pair.server, 4, 0);
    pair.connection = connection_add(pair.scenario, pair.server, pair.channel, pair.client, 7);
    return pair;
}

static void round_trip(struct pair *pair)
{
    put(pair->scenario, pair->client, DATA, "question", 8);
    uint64_t question = VECTOR(pair->scenario, pair->client, {DATA, 8});
    uint64_t room = VECTOR(pair->scenario, pair->server, {DATA, 64});
    ACT(pair->scenario, pair->server, RECEIVE, (uint64_t)pair->channel, room, 1, DEADLINE_NONE);
    ACT(pair->scenario, pair->client, CALL, (uint64_t)pair->connection, question, 0, 1, DEADLINE_NONE);
    ACT(pair->scenario, pair->server, REPLY, pair->server->control->info.message_id, 5, 0, 0);
}

/* The first record of a kind; fails the test if there is none. */
static const struct trace_record *record_of(uint64_t count, enum trace_kind kind)
{
    for (uint64_t i = 0; i < count; i++) {
        if (taken[i].kind == kind) {
            return &taken[i];
        }
    }
    ck_abort_msg("no record of kind %d", (int)kind);
}

START_TEST(a_call_is_recorded_from_its_start_to_its_answer_TOO_1)
{
    struct pair pair = pair_create();
    ck_assert_int_eq(kernel_trace_attach(pair.scenario->kernel, ring, ROOM), 0);
    round_trip(&pair);
    uint64_t count = kernel_trace_take(pair.scenario->kernel, taken, ROOM);
    const struct trace_record *call = record_of(count, TRACE_CALL), *receive = record_of(count, TRACE_RECEIVE);
    const struct trace_record *reply = record_of(count, TRACE_REPLY);
    ck_assert_uint_eq(call->thread, pair.scenario->kernel->slots[pair.client->slot].serial);
    ck_assert_uint_eq(call->bytes, 8);
    ck_assert_uint_eq(call->priority, HIGH);
    ck_assert_uint_eq(receive->other, call->thread);
    ck_assert_uint_eq(receive->bytes, 8);
    ck_assert_uint_eq(receive->object, call->object);
    ck_assert_uint_eq(reply->thread, receive->thread);
    ck_assert_uint_eq(reply->object, call->object);
    ck_assert_uint_eq(reply->argument, 5);
    ck_assert(call < receive && receive < reply);
    scenario_destroy(pair.scenario);
}
END_TEST

START_TEST(an_inherited_priority_names_its_lender_TOO_1_SCH_5)
{
    struct pair pair = pair_create();
    kernel_trace_attach(pair.scenario->kernel, ring, ROOM);
    round_trip(&pair);
    uint64_t count = kernel_trace_take(pair.scenario->kernel, taken, ROOM);
    const struct trace_record *raised = record_of(count, TRACE_PRIORITY);
    const struct trace_record *lowered = raised + 1;
    ck_assert_uint_eq(raised->thread, pair.scenario->kernel->slots[pair.server->slot].serial);
    ck_assert_uint_eq(raised->other, pair.scenario->kernel->slots[pair.client->slot].serial);
    ck_assert_uint_eq(raised->priority, LOW);
    ck_assert_uint_eq(raised->argument, HIGH);
    while (lowered < taken + count && lowered->kind != TRACE_PRIORITY) {
        lowered++;
    }
    ck_assert(lowered < taken + count);
    ck_assert_uint_eq(lowered->other, 0);
    ck_assert_uint_eq(lowered->argument, LOW);
    scenario_destroy(pair.scenario);
}
END_TEST

/* A client lends its context to the server until it has the answer. */
START_TEST(a_lent_budget_is_recorded_from_its_start_to_its_end_TOO_1_SCH_3)
{
    struct pair pair = pair_create();
    int64_t budget =
        ACT(pair.scenario, pair.client, SCHEDULING_CREATE, HANDLE_GRANT, 1000000, 2000000, UINT64_MAX, 0, 0);

    ck_assert_int_eq(ACT(pair.scenario, pair.client, SCHEDULING_BIND, (uint64_t)budget, UINT64_MAX, 1), 0);
    kernel_trace_attach(pair.scenario->kernel, ring, ROOM);
    round_trip(&pair);
    uint64_t count = kernel_trace_take(pair.scenario->kernel, taken, ROOM);
    const struct trace_record *begun = record_of(count, TRACE_LEND);
    const struct trace_record *ended = begun + 1;
    ck_assert_uint_eq(begun->thread, pair.scenario->kernel->slots[pair.server->slot].serial);
    ck_assert_uint_eq(begun->other, pair.scenario->kernel->slots[pair.client->slot].serial);
    ck_assert_uint_eq(begun->argument, 1);
    while (ended < taken + count && ended->kind != TRACE_LEND) {
        ended++;
    }
    ck_assert(ended < taken + count);
    ck_assert_uint_eq(ended->thread, begun->thread);
    ck_assert_uint_eq(ended->other, 0);
    ck_assert_uint_eq(ended->argument, 0);
    scenario_destroy(pair.scenario);
}
END_TEST

START_TEST(records_come_out_in_order_however_the_ring_wraps_TOO_1)
{
    struct pair pair = pair_create();
    uint64_t sequence = 0;
    kernel_trace_attach(pair.scenario->kernel, ring, 17);
    for (unsigned i = 0; i < 50; i++) {
        uint64_t count;
        round_trip(&pair);
        while ((count = kernel_trace_take(pair.scenario->kernel, taken, 5)) > 0) {
            for (uint64_t j = 0; j < count; j++) {
                ck_assert_uint_eq(taken[j].sequence, sequence++);
            }
        }
        ck_assert_uint_eq(kernel_trace_pending(pair.scenario->kernel), 0);
    }
    ck_assert_uint_eq(kernel_trace_lost(pair.scenario->kernel), 0);
    scenario_destroy(pair.scenario);
}
END_TEST

START_TEST(a_full_ring_loses_the_new_and_counts_it_TOO_1)
{
    struct pair pair = pair_create();
    struct kernel *kernel = pair.scenario->kernel;
    kernel_trace_attach(kernel, ring, 3);
    round_trip(&pair);
    uint64_t lost = kernel_trace_lost(kernel);
    ck_assert_uint_gt(lost, 0);
    ck_assert_uint_eq(kernel_trace_pending(kernel), 3);
    ck_assert_uint_eq(kernel_trace_take(kernel, taken, ROOM), 3);
    ck_assert_uint_eq(taken[2].sequence, 2);
    ACT(pair.scenario, pair.client, THREAD_SLEEP, DEADLINE_NONE);
    ck_assert_uint_gt(kernel_trace_take(kernel, taken, ROOM), 0);
    ck_assert_uint_eq(taken[0].sequence, 3 + lost);
    scenario_destroy(pair.scenario);
}
END_TEST

START_TEST(a_name_is_recorded_and_a_bad_one_refused_TOO_1)
{
    struct pair pair = pair_create();
    kernel_trace_attach(pair.scenario->kernel, ring, ROOM);
    put(pair.scenario, pair.client, DATA, "client\0\0\0\0\0\0\0\0\0\0", 16);
    ck_assert_int_eq(ACT(pair.scenario, pair.client, THREAD_SET, UINT64_MAX, THREAD_NAME, DATA), 0);
    ck_assert_int_eq(ACT(pair.scenario, pair.client, THREAD_SET, UINT64_MAX, THREAD_NAME, NOWHERE), -E_FAULT);
    const struct trace_record *name = record_of(kernel_trace_take(pair.scenario->kernel, taken, ROOM), TRACE_NAME);
    ck_assert_uint_eq(name->thread, pair.scenario->kernel->slots[pair.client->slot].serial);
    ck_assert_int_eq(memcmp(&name->object, "client\0", 7), 0);
    scenario_destroy(pair.scenario);
}
END_TEST

START_TEST(memory_without_records_is_refused_and_no_ring_records_nothing)
{
    struct pair pair = pair_create();
    struct kernel *kernel = pair.scenario->kernel;
    ck_assert_int_eq(kernel_trace_attach(kernel, ring, 0), -E_INVAL);
    ck_assert_int_eq(kernel_trace_attach(kernel, NULL, 1), -E_INVAL);
    round_trip(&pair);
    ck_assert_uint_eq(kernel_trace_pending(kernel), 0);
    kernel_trace_attach(kernel, ring, ROOM);
    ck_assert_int_eq(kernel_trace_attach(kernel, NULL, 0), 0);
    round_trip(&pair);
    ck_assert_uint_eq(kernel_trace_take(kernel, taken, ROOM), 0);
    scenario_destroy(pair.scenario);
}
END_TEST

UNIT_MAIN("trace", a_call_is_recorded_from_its_start_to_its_answer_TOO_1,
          an_inherited_priority_names_its_lender_TOO_1_SCH_5,
          a_lent_budget_is_recorded_from_its_start_to_its_end_TOO_1_SCH_3,
          records_come_out_in_order_however_the_ring_wraps_TOO_1,
          a_full_ring_loses_the_new_and_counts_it_TOO_1, a_name_is_recorded_and_a_bad_one_refused_TOO_1,
          memory_without_records_is_refused_and_no_ring_records_nothing)
