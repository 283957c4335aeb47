/* Channels bound to notifications: when they signal, what is refused, how bindings end. Bits alone: wait_test.c. */
#include "pair.h"
#include "unit.h"

#define OWN_TABLE UINT64_MAX
#define BITS 0x50u

static uint64_t notification_add(struct pair *pair)
{
    return (uint64_t)ACT(pair->s, pair->server, NOTIFICATION_CREATE, HANDLE_GRANT);
}

static int64_t bind_do(struct pair *pair, uint64_t notification, uint64_t channel, uint64_t bits)
{
    return ACT(pair->s, pair->server, NOTIFICATION_BIND, notification, channel, bits);
}

static uint64_t copy_with(struct pair *pair, uint64_t handle, uint32_t rights)
{
    return (uint64_t)ACT(pair->s, pair->server, HANDLE_DUPLICATE, OWN_TABLE, handle, OWN_TABLE, HANDLE_DYNAMIC, rights,
                         0);
}

static void close_handle(struct pair *pair, uint64_t handle)
{
    ck_assert_int_eq(ACT(pair->s, pair->server, HANDLE_CLOSE, OWN_TABLE, handle), 0);
}

/* The bits that the server finds without waiting; 0: none. */
static uint64_t bits_now(struct pair *pair, uint64_t notification)
{
    uint64_t bits = 0;

    if (ACT(pair->s, pair->server, NOTIFICATION_WAIT, notification, DATA + 2048, 0) == 0)
        get(pair->s, pair->server, DATA + 2048, &bits, sizeof(bits));
    return bits;
}

static int64_t pulse_client(struct pair *pair, int code)
{
    return ACT(pair->s, pair->client, PULSE, (uint64_t)pair->connection, (uint64_t)code, 0, UINT64_MAX);
}

START_TEST(what_is_queued_signals_the_bits_IPC_25)
{
    struct pair pair = pair_create(0);
    uint64_t n = notification_add(&pair);

    ck_assert_int_eq(bind_do(&pair, n, (uint64_t)pair.channel, BITS), 0);
    ck_assert_uint_eq(bits_now(&pair, n), 0);
    ck_assert_int_eq(pulse_client(&pair, 1), 0);
    ck_assert_uint_eq(bits_now(&pair, n), BITS);
    ck_assert_uint_eq(bits_now(&pair, n), 0);
    ck_assert_int_eq(receive_text(&pair, pair.server), 0);
    ck_assert_uint_eq(info_of(pair.server)->kind, RECEIVED_PULSE);
    ck_assert_int_eq(call_text(&pair, pair.client, pair.connection, "hello", DEADLINE_NONE), SYSCALL_BLOCKED);
    ck_assert_uint_eq(bits_now(&pair, n), BITS);
    ck_assert_int_eq(receive_text(&pair, pair.server), 0);
    ck_assert_uint_eq(info_of(pair.server)->kind, RECEIVED_MESSAGE);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(the_kernels_pulses_signal_too_IPC_25)
{
    struct pair pair = pair_create(0);
    uint64_t n = notification_add(&pair);
    struct connection *exceptions = (struct connection *)object_of(pair.client, pair.connection);
    struct thread *lost = thread_add(&pair.client_process, 10, NULL, exceptions);

    ck_assert_int_eq(bind_do(&pair, n, (uint64_t)pair.channel, BITS), 0);
    kernel_thread_lost(pair.s->kernel, 0, pair.s->now_ns, lost);
    ck_assert_uint_eq(bits_now(&pair, n), BITS);
    ck_assert_int_eq(receive_text(&pair, pair.server), 0);
    ck_assert_int_eq(info_of(pair.server)->pulse_code, PULSE_THREAD_DEATH);
    ck_assert_int_eq(ACT(pair.s, pair.client, HANDLE_CLOSE, OWN_TABLE, (uint64_t)pair.connection), 0);
    ck_assert_uint_eq(bits_now(&pair, n), BITS);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(what_a_receiver_takes_signals_nothing_IPC_25)
{
    struct pair pair = pair_create(0);
    struct thread *receiver = thread_add(&pair.server_process, 10, NULL, NULL);
    uint64_t n = notification_add(&pair);

    ck_assert_int_eq(bind_do(&pair, n, (uint64_t)pair.channel, BITS), 0);
    ck_assert_int_eq(receive_text(&pair, receiver), SYSCALL_BLOCKED);
    ck_assert_int_eq(pulse_client(&pair, 1), 0);
    ck_assert_int_eq(result_of(receiver), 0);
    ck_assert_uint_eq(bits_now(&pair, n), 0);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(what_is_queued_already_signals_at_once_IPC_25)
{
    struct pair pair = pair_create(0);
    uint64_t n = notification_add(&pair);

    ck_assert_int_eq(pulse_client(&pair, 1), 0);
    ck_assert_int_eq(bind_do(&pair, n, (uint64_t)pair.channel, BITS), 0);
    ck_assert_uint_eq(bits_now(&pair, n), BITS);
    ck_assert_int_eq(bind_do(&pair, n, (uint64_t)pair.channel, 1), 0); /* other bits */
    ck_assert_uint_eq(bits_now(&pair, n), 1);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(a_waiter_wakes_for_any_of_several_channels_IPC_25)
{
    struct pair pair = pair_create(0);
    struct thread *waiter = thread_add(&pair.server_process, 10, NULL, NULL);
    uint64_t n = notification_add(&pair);
    int other = channel_add(pair.s, pair.server, 2, 0);
    int to_other = connection_add(pair.s, pair.server, other, pair.client, 1);
    uint64_t bits;

    ck_assert_int_eq(bind_do(&pair, n, (uint64_t)pair.channel, 1), 0);
    ck_assert_int_eq(bind_do(&pair, n, (uint64_t)other, 2), 0);
    ck_assert_int_eq(ACT(pair.s, waiter, NOTIFICATION_WAIT, n, DATA, pair.s->now_ns + 5000), SYSCALL_BLOCKED);
    ck_assert_int_eq(ACT(pair.s, pair.client, PULSE, (uint64_t)to_other, 1, 0, UINT64_MAX), 0);
    ck_assert_int_eq(result_of(waiter), 0);
    get(pair.s, waiter, DATA, &bits, sizeof(bits));
    ck_assert_uint_eq(bits, 2);
    ck_assert_int_eq(ACT(pair.s, waiter, NOTIFICATION_WAIT, n, DATA, pair.s->now_ns + 5000), SYSCALL_BLOCKED);
    time_pass(pair.s, pair.s->now_ns + 6000);
    ck_assert_int_eq(result_of(waiter), -E_TIMEDOUT);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(bad_bindings_are_refused_and_change_nothing_IPC_25)
{
    struct pair pair = pair_create(0);
    uint64_t n = notification_add(&pair), other = notification_add(&pair), channel = (uint64_t)pair.channel;
    uint64_t signals = copy_with(&pair, n, RIGHT_SIGNAL), manages = copy_with(&pair, n, RIGHT_MANAGE);
    uint64_t connects = copy_with(&pair, channel, RIGHT_SIGNAL);
    uint64_t unheard = notification_add(&pair), unheard_manages = copy_with(&pair, unheard, RIGHT_MANAGE);

    close_handle(&pair, unheard);
    ck_assert_int_eq(bind_do(&pair, 999999, channel, 1), -E_BADF);
    ck_assert_int_eq(bind_do(&pair, channel, channel, 1), -E_BADF);
    ck_assert_int_eq(bind_do(&pair, n, n, 1), -E_BADF);
    ck_assert_int_eq(bind_do(&pair, signals, channel, 1), -E_ACCES);
    ck_assert_int_eq(bind_do(&pair, n, connects, 1), -E_ACCES);
    ck_assert_int_eq(bind_do(&pair, unheard_manages, channel, 1), -E_BADF);
    ck_assert_int_eq(bind_do(&pair, n, channel, 0), 0); /* not bound anyway */
    ck_assert_int_eq(bind_do(&pair, manages, channel, 1), 0);
    ck_assert_int_eq(bind_do(&pair, other, channel, 1), -E_BUSY);
    ck_assert_int_eq(bind_do(&pair, other, channel, 0), -E_BUSY);
    ck_assert_int_eq(pulse_client(&pair, 1), 0);
    ck_assert_uint_eq(bits_now(&pair, other), 0);
    ck_assert_uint_eq(bits_now(&pair, n), 1);
    ck_assert_int_eq(bind_do(&pair, n, channel, 0), 0);
    ck_assert_int_eq(bind_do(&pair, other, channel, 4), 0);
    ck_assert_uint_eq(bits_now(&pair, other), 4);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(a_dying_channel_signals_a_last_time_and_is_forgotten_IPC_25_OBJ_4)
{
    struct pair pair = pair_create(0);
    struct thread *waiter = thread_add(&pair.server_process, 10, NULL, NULL);
    uint64_t n = notification_add(&pair), waits = copy_with(&pair, n, RIGHT_WAIT);

    ck_assert_int_eq(bind_do(&pair, n, (uint64_t)pair.channel, 1), 0);
    close_handle(&pair, n); /* the channel is the last that signals */
    ck_assert_int_eq(ACT(pair.s, waiter, NOTIFICATION_WAIT, waits, DATA, DEADLINE_NONE), SYSCALL_BLOCKED);
    close_handle(&pair, (uint64_t)pair.channel);
    ck_assert_int_eq(result_of(waiter), 0);
    ck_assert_int_eq(ACT(pair.s, waiter, NOTIFICATION_WAIT, waits, DATA, DEADLINE_NONE), -E_BADF);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(unbinding_the_last_that_signals_wakes_the_waiter_IPC_25_IPC_24)
{
    struct pair pair = pair_create(0);
    struct thread *waiter = thread_add(&pair.server_process, 10, NULL, NULL);
    uint64_t n = notification_add(&pair), waits = copy_with(&pair, n, RIGHT_WAIT);

    ck_assert_int_eq(bind_do(&pair, waits, (uint64_t)pair.channel, 1), 0);
    close_handle(&pair, n);
    ck_assert_int_eq(ACT(pair.s, waiter, NOTIFICATION_WAIT, waits, DATA, DEADLINE_NONE), SYSCALL_BLOCKED);
    ck_assert_int_eq(bind_do(&pair, waits, (uint64_t)pair.channel, 0), 0);
    ck_assert_int_eq(result_of(waiter), -E_BADF);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(a_notification_nobody_can_wait_for_lets_its_channels_go_IPC_25_OBJ_4)
{
    struct pair pair = pair_create(0);
    uint64_t n = notification_add(&pair), signals = copy_with(&pair, n, RIGHT_SIGNAL), next = notification_add(&pair);
    int others[3];

    ck_assert_int_eq(bind_do(&pair, n, (uint64_t)pair.channel, 1), 0);
    for (unsigned i = 0; i < 3; i++) {
        others[i] = channel_add(pair.s, pair.server, 1, 0);
        ck_assert_int_eq(bind_do(&pair, n, (uint64_t)others[i], 1), 0);
    }
    close_handle(&pair, n);
    ck_assert_int_eq(pulse_client(&pair, 1), 0);
    ck_assert_int_eq(bind_do(&pair, next, (uint64_t)pair.channel, 2), 0);
    ck_assert_int_eq(bind_do(&pair, next, (uint64_t)others[1], 4), 0);
    ck_assert_uint_eq(bits_now(&pair, next), 2);
    close_handle(&pair, signals);
    close_handle(&pair, next);
    ck_assert_uint_eq(pair.s->kernel->memory.object_count[OBJECT_NOTIFICATION], 0);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(a_message_whose_receiver_dies_in_mid_copy_signals_again_IPC_25_IPC_17)
{
    struct pair pair = pair_create(0);
    struct thread *receiver = thread_add(&pair.server_process, 10, NULL, NULL);
    uint64_t n = notification_add(&pair);
    uint64_t parts = VECTOR(pair.s, pair.client, {DATA, 3 * PAGE_BYTES});
    uint64_t room = VECTOR(pair.s, receiver, {DATA + 8 * PAGE_BYTES, 3 * PAGE_BYTES});

    ck_assert_int_eq(bind_do(&pair, n, (uint64_t)pair.channel, BITS), 0);
    ck_assert_int_eq(ACT(pair.s, pair.client, CALL, (uint64_t)pair.connection, parts, 0, COUNTS(1, 0), NO_DEADLINE),
                     SYSCALL_BLOCKED);
    ck_assert_uint_eq(bits_now(&pair, n), BITS);
    pair.s->fake->preempt_always = true;
    ck_assert_int_eq(ACT(pair.s, receiver, RECEIVE, (uint64_t)pair.channel, room, 1, NO_DEADLINE), SYSCALL_BLOCKED);
    ck_assert(receiver->again);
    ck_assert_uint_eq(bits_now(&pair, n), 0);
    kernel_thread_lost(pair.s->kernel, 0, pair.s->now_ns, receiver);
    ck_assert_uint_eq(bits_now(&pair, n), BITS);
    scenario_destroy(pair.s);
}
END_TEST

UNIT_MAIN("notification", what_is_queued_signals_the_bits_IPC_25, the_kernels_pulses_signal_too_IPC_25,
          what_a_receiver_takes_signals_nothing_IPC_25, what_is_queued_already_signals_at_once_IPC_25,
          a_waiter_wakes_for_any_of_several_channels_IPC_25, bad_bindings_are_refused_and_change_nothing_IPC_25,
          a_dying_channel_signals_a_last_time_and_is_forgotten_IPC_25_OBJ_4,
          unbinding_the_last_that_signals_wakes_the_waiter_IPC_25_IPC_24,
          a_notification_nobody_can_wait_for_lets_its_channels_go_IPC_25_OBJ_4,
          a_message_whose_receiver_dies_in_mid_copy_signals_again_IPC_25_IPC_17)
