/* Where the short ways end: what is nearly plain, one condition at a time, and what must be as the general way leaves
 * it. Of pagers' answers: pager_fast_test.c. */
#include "pair.h"
#include "unit.h"

#include <string.h>

#define SHORT_COUNTS (4u | 4u << 8)
#define UPCALL (LIBSYS_BASE + 64)
#define ROOM (DATA + 4u * PAGE_BYTES)

static struct pair pair;
static struct kernel *kernel;
static uint64_t parts_at;

/* The client's and the server's vectors are 64 bytes at DATA; the server waits, for words or with its vector. */
static void setup(uint32_t channel_flags, bool words)
{
    pair = pair_create(channel_flags);
    kernel = pair.s->kernel;
    kernel_fast_set(kernel, true);
    put(pair.s, pair.client, DATA, "x", 1);
    put(pair.s, pair.server, DATA, "y", 1);
    parts_at = VECTOR(pair.s, pair.client, {DATA, 64});
    put(pair.s, pair.server, parts_at, &(struct part){DATA, 64}, sizeof(struct part));
    ACT(pair.s, pair.server, RECEIVE, (uint64_t)pair.channel, parts_at, words ? 0 : 1, NO_DEADLINE);
}

/* As a machine does it: whom the call names runs on, and only if it names nobody the kernel is asked who is next. */
static int64_t enter(struct thread *thread, uint64_t number, const uint64_t argument[6])
{
    struct syscall_arguments arguments = {.number = number};
    const struct thread *named;

    if (schedule_current(kernel) != thread)
        ck_assert_int_ge(ACT(pair.s, thread, CLOCK_READ, 0), 0);
    memcpy(arguments.argument, argument, sizeof(arguments.argument));
    fake_context_get(thread)->results = 0;
    named = kernel_syscall(kernel, 0, pair.s->now_ns, &arguments);
    if (named == NULL)
        (void)kernel_next(kernel, 0, pair.s->now_ns);
    scenario_check(pair.s);
    return has_result(thread) ? fake_context_get(thread)->result : SYSCALL_BLOCKED;
}
#define ENTER(thread, number, ...) enter((thread), SYS_##number, (const uint64_t[6]){__VA_ARGS__})

static int64_t call_short(struct thread *client, uint64_t counts)
{
    return ENTER(client, CALL_SHORT, (uint64_t)pair.connection, 1, 2, 3, 4, counts);
}

static int64_t call(struct thread *client, uint64_t flags)
{
    return ENTER(client, CALL, (uint64_t)pair.connection, parts_at, parts_at, COUNTS(1, 1) | flags << 32, NO_DEADLINE);
}

static int64_t answer_short(int64_t status, uint64_t channel)
{
    return ENTER(pair.server, REPLY_RECEIVE_SHORT, info_of(pair.server)->message_id,
                 4 | channel << 8 | (uint64_t)status << 32, 5, 6, 7, 8);
}

static int64_t answer(int64_t status, uint64_t counts, uint64_t channel)
{
    return ENTER(pair.server, REPLY_RECEIVE, info_of(pair.server)->message_id, (uint64_t)status, parts_at, counts,
                 parts_at, channel);
}

START_TEST(counts_that_cannot_be_are_refused_IPC_14)
{
    static const uint64_t bad[] = {5 | 4 << 8,          4 | 5 << 8,          8,         8 << 8, 255, 1 << 16,
                                   4 | 4 << 8 | 1 << 24, 2ull << 32, 3ull << 32, 1ull << 63};

    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        setup(0, true);
        ck_assert_int_eq(call_short(pair.client, bad[i]), -E_INVAL);
        ck_assert_int_eq(pair.server->state, THREAD_RECEIVE);
        scenario_destroy(pair.s);
    }
}
END_TEST

START_TEST(an_answers_room_that_is_too_long_is_refused_IPC_14)
{
    const struct part lengths[] = {{DATA, MESSAGE_BYTES_MAX + 1}, {DATA, UINT64_MAX}};

    for (unsigned i = 0; i < 2; i++) {
        uint64_t room;

        setup(0, false);
        room = VECTOR(pair.s, pair.client, lengths[i]);
        ck_assert_int_eq(ACT(pair.s, pair.client, CALL, (uint64_t)pair.connection, parts_at, room, COUNTS(1, 1),
                             NO_DEADLINE),
                         -E_INVAL);
        ck_assert_int_eq(pair.server->state, THREAD_RECEIVE);
        scenario_destroy(pair.s);
    }
}
END_TEST

START_TEST(a_handle_of_another_type_is_no_channel_IPC_14)
{
    uint64_t memory; /* as a channel, with nothing queued */

    setup(0, true);
    call_short(pair.client, SHORT_COUNTS);
    memory = (uint64_t)ACT(pair.s, pair.server, MEMORY_CREATE, HANDLE_GRANT, PAGE_BYTES);
    ck_assert_int_eq(answer_short(0, memory), -E_BADF);
    ck_assert_int_eq(answer(0, COUNTS(1, 1), memory), -E_BADF);
    ck_assert_int_eq(answer_short(0, HANDLE_GRANT), -E_BADF);
    ck_assert_int_eq(answer(0, COUNTS(1, 1), HANDLE_GRANT), -E_BADF);
    ck_assert_int_eq(answer(0, COUNTS(1, 1), HANDLE_SPACE), -E_BADF);
    ck_assert_int_eq(pair.client->state, THREAD_REPLY);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(more_parts_than_there_can_be_are_refused_before_the_answer_IPC_14)
{
    setup(0, false);
    call(pair.client, 0);
    ck_assert_int_eq(answer(0, COUNTS(1, PARTS_MAX + 1), (uint64_t)pair.channel), -E_INVAL);
    ck_assert_int_eq(answer(0, COUNTS(PARTS_MAX + 1, 1), (uint64_t)pair.channel), -E_INVAL);
    ck_assert_int_eq(pair.client->state, THREAD_REPLY);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(a_status_below_zero_arrives_as_it_is_IPC_3)
{
    for (unsigned general = 0; general < 2; general++) {
        setup(0, true);
        kernel_fast_set(kernel, general == 0);
        call_short(pair.client, SHORT_COUNTS);
        answer_short(-E_IO, (uint64_t)pair.channel);
        ck_assert_int_eq(result_of(pair.client), -E_IO);
        call(pair.client, 0);
        answer(-E_IO, COUNTS(1, 1), (uint64_t)pair.channel);
        ck_assert_int_eq(result_of(pair.client), -E_IO);
        scenario_destroy(pair.s);
    }
}
END_TEST

/* It was told while it could not be interrupted: when the slice ends it is looked at again. */
START_TEST(a_client_with_an_interrupt_to_come_is_looked_at_after_a_slice_IPC_19)
{
    for (unsigned words = 0; words < 2; words++) {
        setup(0, words != 0);
        kernel->libsys_entry_upcall = UPCALL;
        pair.client->upcall_ready = true;
        time_pass(pair.s, pair.s->now_ns + 2 * SLICE_NS);
        ck_assert_ptr_eq(next_of(pair.s), pair.client); /* nobody else is ready: no slice ends */
        pair.s->fake->timer_deadline_ns = DEADLINE_NONE;
        if (words != 0)
            call_short(pair.client, SHORT_COUNTS | (uint64_t)CALL_UNINTERRUPTIBLE << 32);
        else
            call(pair.client, CALL_UNINTERRUPTIBLE);
        thread_interrupt(kernel, pair.client);
        ck_assert_int_eq(pair.client->state, THREAD_REPLY);
        if (words != 0)
            answer_short(0, (uint64_t)pair.channel);
        else
            answer(0, COUNTS(1, 1), (uint64_t)pair.channel);
        ck_assert_ptr_eq(schedule_current(kernel), pair.client);
        ck_assert_uint_gt(pair.s->fake->timer_deadline_ns, pair.s->now_ns);
        ck_assert_uint_le(pair.s->fake->timer_deadline_ns, pair.s->now_ns + SLICE_NS);
        time_pass(pair.s, pair.s->fake->timer_deadline_ns);
        ck_assert_uint_eq(pair.client->control->in_upcall, 1);
        scenario_destroy(pair.s);
    }
}
END_TEST

/* It is in no call any more. */
START_TEST(a_thread_that_was_answered_can_be_diverted_IPC_19)
{
    setup(0, true);
    kernel->libsys_entry_upcall = UPCALL;
    pair.client->upcall_ready = true;
    call_short(pair.client, SHORT_COUNTS);
    answer_short(0, (uint64_t)pair.channel);
    ck_assert_ptr_eq(schedule_current(kernel), pair.client);
    thread_interrupt(kernel, pair.client);
    time_pass(pair.s, pair.s->now_ns + SLICE_NS);
    ck_assert_uint_eq(pair.client->control->in_upcall, 1);
    scenario_destroy(pair.s);
}
END_TEST

/* Who queues at another channel of the server goes on lending. */
START_TEST(an_answer_leaves_what_others_lend_SCH_5)
{
    for (unsigned above = 0; above < 2; above++) {
        struct thread *other;
        int channel, connection;

        setup(0, true);
        thread_priority_set(kernel, pair.server, 5);
        thread_priority_set(kernel, pair.client, 20);
        other = thread_add(&pair.client_process, (uint8_t)(20 + above), NULL, NULL);
        thread_interrupt(kernel, pair.server);
        pair.server->control->interrupted = 0;
        channel = channel_add(pair.s, pair.server, 0, 0);
        connection = connection_add(pair.s, pair.server, channel, other, 5);
        ck_assert_int_eq(ACT(pair.s, pair.server, RECEIVE, (uint64_t)channel, 0, 0, 0), -E_TIMEDOUT);
        ACT(pair.s, pair.server, RECEIVE, (uint64_t)pair.channel, 0, 0, NO_DEADLINE);
        call_short(pair.client, SHORT_COUNTS);
        call_text(&pair, other, connection, "queued", NO_DEADLINE);
        ck_assert_int_eq(pair.server->priority, 20 + above);
        answer_short(0, (uint64_t)pair.channel);
        ck_assert_int_eq(pair.server->priority, 20 + above);
        ck_assert_int_eq(result_of(pair.client), 0);
        scenario_destroy(pair.s);
    }
}
END_TEST

/* A long message that goes before it has been received; the next one goes where the answer's call said. */
START_TEST(a_receive_after_an_answer_is_made_again_with_its_own_vector_IPC_15_IPC_17)
{
    struct thread *other;
    uint64_t room, parts;
    char text[5];

    setup(0, true);
    other = thread_add(&pair.client_process, 10, NULL, NULL);
    room = VECTOR(pair.s, pair.server, {ROOM, 3 * PAGE_BYTES});
    parts = VECTOR(pair.s, other, {DATA + 8 * PAGE_BYTES, 3 * PAGE_BYTES});
    call(pair.client, 0);
    ACT(pair.s, pair.server, REPLY_RECEIVE, info_of(pair.server)->message_id, 0, 0, COUNTS(0, 1), room,
        (uint64_t)pair.channel);
    pair.s->fake->preempt_always = true;
    ACT(pair.s, other, CALL, (uint64_t)pair.connection, parts, 0, COUNTS(1, 0), NO_DEADLINE);
    ck_assert(pair.server->again);
    pair.s->fake->preempt_always = false;
    thread_kill(kernel, other);
    call_text(&pair, pair.client, pair.connection, "next", NO_DEADLINE);
    ck_assert_int_eq(result_of(pair.server), 0);
    ck_assert_uint_eq(info_of(pair.server)->received_bytes, sizeof(text));
    get(pair.s, pair.server, ROOM, text, sizeof(text));
    ck_assert_str_eq(text, "next");
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(time_is_charged_to_who_had_it_SCH_7)
{
    for (unsigned general = 0; general < 2; general++) {
        uint64_t client_ns, server_ns, switches;

        setup(0, true);
        kernel_fast_set(kernel, general == 0);
        ck_assert_int_ge(ACT(pair.s, pair.client, CLOCK_READ, 0), 0);
        client_ns = pair.client->cpu_ns;
        server_ns = pair.server->cpu_ns;
        switches = kernel->direct_switches;
        pair.s->now_ns += 100;
        call_short(pair.client, SHORT_COUNTS);
        pair.s->now_ns += 30;
        answer_short(0, (uint64_t)pair.channel);
        pair.s->now_ns += 7;
        call_short(pair.client, SHORT_COUNTS);
        ck_assert_uint_eq(pair.client->cpu_ns - client_ns, 107);
        ck_assert_uint_eq(pair.server->cpu_ns - server_ns, 30);
        ck_assert_uint_eq(kernel->direct_switches - switches, 3);
        time_pass(pair.s, pair.s->now_ns + 50);
        ck_assert_uint_eq(pair.server->cpu_ns - server_ns, 80);
        scenario_destroy(pair.s);
    }
}
END_TEST

UNIT_MAIN("message_fast_limits", counts_that_cannot_be_are_refused_IPC_14,
          an_answers_room_that_is_too_long_is_refused_IPC_14, a_handle_of_another_type_is_no_channel_IPC_14,
          more_parts_than_there_can_be_are_refused_before_the_answer_IPC_14,
          a_status_below_zero_arrives_as_it_is_IPC_3,
          a_client_with_an_interrupt_to_come_is_looked_at_after_a_slice_IPC_19,
          a_thread_that_was_answered_can_be_diverted_IPC_19, an_answer_leaves_what_others_lend_SCH_5,
          a_receive_after_an_answer_is_made_again_with_its_own_vector_IPC_15_IPC_17,
          time_is_charged_to_who_had_it_SCH_7)
