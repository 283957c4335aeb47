/* Short messages: words in registers against words, vectors and nothing at the other side, both ways. */
#include "pair.h"
#include "unit.h"

#include <string.h>

#define WORD_BYTES 8u
#define FILLER 0xeeu
#define AREA 64u /* bytes looked at on the vector side */
#define SHORT_COUNTS(sends, wants) ((sends) | (uint64_t)(wants) << 8)

/* One side of one direction. */
struct end {
    const char *name;
    bool words;
    uint32_t count;      /* words; or parts */
    uint64_t lengths[2]; /* of the parts */
};

static const struct end senders[] = {
    {"words", true, 3, {0}},
    {"vector", false, 2, {5, 19}},
    {"nothing", false, 0, {0}},
};
static const struct end receivers[] = {
    {"words or nothing", false, 0, {0}},
    {"roomy vector", false, 2, {7, 50}},
    {"small vector", false, 2, {6, 5}},
};
static const struct end callers[] = {
    {"words", true, 2, {0}},
    {"vector", false, 2, {7, 13}},
    {"nothing", false, 0, {0}},
};

static const uint64_t words[MESSAGE_WORDS_MAX] = {0x0807060504030201, 0x100f0e0d0c0b0a09, 0x1817161514131211,
                                                  0x201f1e1d1c1b1a19}; /* bytes 1, 2, 3, ... in memory */

static uint64_t end_bytes(const struct end *end)
{
    return end->words ? end->count * WORD_BYTES : end->lengths[0] + end->lengths[1];
}

static uint64_t least(uint64_t left, uint64_t right)
{
    return left < right ? left : right;
}

/* The vector of an end at `address`, filled with bytes 1, 2, 3, ... or with fillers; its parts lie side by side. */
static uint64_t end_vector(struct pair *pair, struct thread *thread, const struct end *end, uint64_t address,
                           bool sends)
{
    uint8_t bytes[AREA];

    for (unsigned i = 0; i < AREA; i++)
        bytes[i] = sends ? (uint8_t)(i + 1) : FILLER;
    put(pair->s, thread, address, bytes, AREA);
    return VECTOR(pair->s, thread, {address, end->lengths[0]}, {address + end->lengths[0], end->lengths[1]});
}

/* Exactly `count` bytes have arrived. */
static void bytes_check(struct pair *pair, struct thread *thread, uint64_t address, uint64_t count)
{
    uint8_t bytes[AREA];

    get(pair->s, thread, address, bytes, AREA);
    for (unsigned i = 0; i < AREA; i++)
        ck_assert_uint_eq(bytes[i], i < count ? i + 1 : FILLER);
}

/* Exactly `count` bytes have arrived in words. */
static void words_check(const uint64_t *found, uint64_t count)
{
    uint64_t wanted[MESSAGE_WORDS_MAX] = {0};

    memcpy(wanted, words, count);
    ck_assert(memcmp(found, wanted, sizeof(wanted)) == 0);
}

static int64_t send(struct pair *pair, const struct end *sender, const struct end *wants)
{
    uint64_t from, to;

    if (sender->words)
        return ACT(pair->s, pair->client, CALL_SHORT, (uint64_t)pair->connection, words[0], words[1], words[2],
                   words[3], SHORT_COUNTS(sender->count, wants->words ? wants->count : 0));
    if (wants->words) /* a short call that sends nothing */
        return ACT(pair->s, pair->client, CALL_SHORT, (uint64_t)pair->connection, 0, 0, 0, 0,
                   SHORT_COUNTS(0, wants->count));
    from = end_vector(pair, pair->client, sender, DATA, true);
    to = end_vector(pair, pair->client, wants, DATA + 256, false);
    return ACT(pair->s, pair->client, CALL, (uint64_t)pair->connection, from, to, COUNTS(sender->count, wants->count),
               DEADLINE_NONE);
}

static int64_t receive(struct pair *pair, const struct end *receiver)
{
    uint64_t to = end_vector(pair, pair->server, receiver, DATA, false);

    return ACT(pair->s, pair->server, RECEIVE, (uint64_t)pair->channel, to, receiver->count, NO_DEADLINE);
}

/* One pairing of the way there; the server waits first, or the message does. */
static void there_check(const struct end *sender, const struct end *receiver, bool server_first)
{
    struct pair pair = pair_create(0);
    const struct receive_info *info = info_of(pair.server);
    bool in_words = sender->words && receiver->count == 0;
    uint64_t wanted = in_words ? end_bytes(sender) : least(end_bytes(sender), end_bytes(receiver));

    pair.s->fake->preempt_always = server_first; /* too little to be preempted in */
    memset(pair.server->control->words, FILLER, sizeof(pair.server->control->words));
    if (server_first)
        ck_assert_int_eq(receive(&pair, receiver), SYSCALL_BLOCKED);
    ck_assert_int_eq(send(&pair, sender, &callers[2]), SYSCALL_BLOCKED);
    if (server_first)
        ck_assert_int_eq(result_of(pair.server), 0);
    else
        ck_assert_int_eq(receive(&pair, receiver), 0);
    ck_assert_uint_eq(info->send_bytes, end_bytes(sender));
    ck_assert_uint_eq(info->reply_bytes, 0);
    ck_assert_uint_eq(info->received_bytes, wanted);
    ck_assert_uint_eq(info->word_count, in_words ? sender->count : 0);
    bytes_check(&pair, pair.server, DATA, in_words ? 0 : wanted);
    if (in_words)
        words_check(pair.server->control->words, wanted);
    else
        ck_assert_uint_eq(pair.server->control->words[0], FILLER * 0x0101010101010101ull);
    scenario_destroy(pair.s);
}

START_TEST(every_sender_reaches_every_receiver_with_exact_lengths_IPC_12)
{
    for (unsigned i = 0; i < 9; i++) {
        there_check(&senders[i / 3], &receivers[i % 3], false);
        there_check(&senders[i / 3], &receivers[i % 3], true);
    }
}
END_TEST

static int64_t reply(struct pair *pair, const struct end *answer, int64_t status)
{
    uint64_t id = info_of(pair->server)->message_id;
    uint64_t from;

    if (answer->words)
        return ACT(pair->s, pair->server, REPLY_SHORT, id, answer->count | (uint64_t)status << 8, words[0], words[1],
                   words[2], words[3]);
    from = end_vector(pair, pair->server, answer, DATA, true);
    return ACT(pair->s, pair->server, REPLY, id, (uint64_t)status, from, answer->count);
}

/* One pairing of the way back. */
static void back_check(const struct end *answer, const struct end *caller, int64_t status)
{
    struct pair pair = pair_create(0);
    uint64_t wanted = least(end_bytes(answer), end_bytes(caller));

    pair.s->fake->preempt_always = true;
    memset(pair.client->control->words, FILLER, sizeof(pair.client->control->words));
    ck_assert_int_eq(send(&pair, &senders[2], caller), SYSCALL_BLOCKED);
    ck_assert_int_eq(receive(&pair, &receivers[0]), 0);
    ck_assert_uint_eq(info_of(pair.server)->reply_bytes, end_bytes(caller));
    ck_assert_int_eq(reply(&pair, answer, status), (int64_t)wanted);
    ck_assert_int_eq(result_of(pair.client), status);
    ck_assert_uint_eq(info_of(pair.client)->received_bytes, wanted);
    if (caller->words) {
        words_check(pair.client->control->words, wanted);
    } else {
        bytes_check(&pair, pair.client, DATA + 256, wanted);
        ck_assert_uint_eq(pair.client->control->words[0], FILLER * 0x0101010101010101ull);
    }
    scenario_destroy(pair.s);
}

START_TEST(every_answer_reaches_every_caller_with_exact_lengths_IPC_12)
{
    static const int64_t statuses[] = {0, 77, -E_NOENT, MESSAGE_BYTES_MAX};

    for (unsigned i = 0; i < 9; i++) {
        for (unsigned j = 0; j < 4; j++)
            back_check(&senders[i / 3], &callers[i % 3], statuses[j]);
    }
}
END_TEST

START_TEST(short_messages_touch_no_memory_of_programs_IPC_12)
{
    struct pair pair = pair_create(0);
    uint64_t free = pair.s->kernel->frames.free_count;

    ck_assert_int_eq(ACT(pair.s, pair.server, RECEIVE, (uint64_t)pair.channel, NOWHERE, 0, NO_DEADLINE),
                     SYSCALL_BLOCKED);
    ck_assert_int_eq(ACT(pair.s, pair.client, CALL_SHORT, (uint64_t)pair.connection, words[0], words[1], words[2],
                         words[3], SHORT_COUNTS(4, 4)), SYSCALL_BLOCKED);
    ck_assert_uint_eq(info_of(pair.server)->word_count, 4);
    words_check(pair.server->control->words, 32);
    ck_assert_int_eq(ACT(pair.s, pair.server, REPLY_SHORT, info_of(pair.server)->message_id, 4, words[0], words[1],
                         words[2], words[3]), 32);
    ck_assert_int_eq(result_of(pair.client), 0);
    words_check(pair.client->control->words, 32);
    ck_assert_uint_eq(pair.s->kernel->frames.free_count, free);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(short_messages_are_read_and_written_by_offset_IPC_12_IPC_10)
{
    struct pair pair = pair_create(0);
    uint64_t id, parts, text = 0;

    ck_assert_int_eq(ACT(pair.s, pair.client, CALL_SHORT, (uint64_t)pair.connection, words[0], words[1], words[2],
                         words[3], SHORT_COUNTS(3, 2)), SYSCALL_BLOCKED);
    ck_assert_int_eq(receive(&pair, &receivers[0]), 0);
    id = info_of(pair.server)->message_id;
    parts = VECTOR(pair.s, pair.server, {DATA + 512, 3}, {DATA + 515, 5});
    ck_assert_int_eq(ACT(pair.s, pair.server, MESSAGE_READ, id, 8, parts, 2), 8);
    get(pair.s, pair.server, DATA + 512, &text, sizeof(text));
    ck_assert_uint_eq(text, words[1]);
    ck_assert_int_eq(ACT(pair.s, pair.server, MESSAGE_READ, id, 20, parts, 2), 4);
    ck_assert_int_eq(ACT(pair.s, pair.server, MESSAGE_READ, id, UINT64_MAX, parts, 2), 0);
    put(pair.s, pair.server, DATA + 512, &words[2], sizeof(words[2]));
    ck_assert_int_eq(ACT(pair.s, pair.server, MESSAGE_WRITE, id, 8, parts, 2), 8);
    ck_assert_int_eq(ACT(pair.s, pair.server, MESSAGE_WRITE, id, 12, parts, 2), 4);
    put(pair.s, pair.server, DATA + 512, &words[1], sizeof(words[1]));
    ck_assert_int_eq(ACT(pair.s, pair.server, MESSAGE_WRITE, id, 8, parts, 2), 8);
    ck_assert_int_eq(ACT(pair.s, pair.server, REPLY_SHORT, id, 1, words[0]), 8);
    words_check(pair.client->control->words, 16);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(a_bad_answer_leaves_a_short_call_waiting_IPC_12_IPC_14)
{
    struct pair pair = pair_create(0);
    uint64_t id, bad;

    ck_assert_int_eq(send(&pair, &senders[0], &callers[0]), SYSCALL_BLOCKED);
    bad = VECTOR(pair.s, pair.server, {READ_ONLY, 8}, {DATA, 8});
    ck_assert_int_eq(ACT(pair.s, pair.server, RECEIVE, (uint64_t)pair.channel, bad, 2, NO_DEADLINE), -E_FAULT);
    ck_assert_int_eq(receive(&pair, &receivers[0]), 0);
    id = info_of(pair.server)->message_id;
    bad = VECTOR(pair.s, pair.server, {NOWHERE, 8});
    ck_assert_int_eq(ACT(pair.s, pair.server, REPLY, id, 0, bad, 1), -E_FAULT);
    ck_assert_int_eq(ACT(pair.s, pair.server, REPLY_SHORT, id, 5), -E_INVAL);
    ck_assert_int_eq(ACT(pair.s, pair.server, REPLY_SHORT, id + 1, 0), -E_SRCH);
    ck_assert_int_eq(ACT(pair.s, pair.server, REPLY_SHORT, id + 1, 5), -E_SRCH); /* as for other replies */
    ck_assert(!has_result(pair.client));
    ck_assert_int_eq(ACT(pair.s, pair.server, REPLY_SHORT, id, 0), 0);
    ck_assert_int_eq(result_of(pair.client), 0);
    words_check(pair.client->control->words, 0);
    ck_assert_int_eq(ACT(pair.s, pair.server, REPLY_SHORT, id, 0), -E_SRCH);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(bad_short_calls_are_refused_IPC_12)
{
    struct pair pair = pair_create(0);
    static const uint64_t counts[] = {5, 255, 5 << 8, 1 << 16, 1ull << 31, 2ull << 32, 1ull << 63};

    for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        ck_assert_int_eq(ACT(pair.s, pair.client, CALL_SHORT, (uint64_t)pair.connection, 0, 0, 0, 0, counts[i]),
                         -E_INVAL);
    for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        ck_assert_int_eq(ACT(pair.s, pair.client, CALL_SHORT, 12345, 0, 0, 0, 0, counts[i]), -E_BADF);
    ck_assert_int_eq(ACT(pair.s, pair.client, CALL_SHORT, 999999, 0, 0, 0, 0, 0), -E_BADF);
    ck_assert_int_eq(ACT(pair.s, pair.client, CALL_SHORT, HANDLE_GRANT, 0, 0, 0, 0, 0), -E_BADF);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(short_calls_are_interrupted_like_any_IPC_12_IPC_19)
{
    struct pair pair = pair_create(0);

    ck_assert_int_eq(send(&pair, &senders[0], &callers[0]), SYSCALL_BLOCKED);
    ck_assert_int_eq(thread_interrupt(pair.s->kernel, pair.client), 0);
    ck_assert_int_eq(result_of(pair.client), -E_INTR);
    pair.client->control->interrupted = 0;
    ck_assert_int_eq(ACT(pair.s, pair.client, CALL_SHORT, (uint64_t)pair.connection, 0, 0, 0, 0,
                         (uint64_t)CALL_UNINTERRUPTIBLE << 32), SYSCALL_BLOCKED);
    ck_assert_int_eq(thread_interrupt(pair.s->kernel, pair.client), 0);
    ck_assert(!has_result(pair.client));
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(an_exception_takes_a_short_answer_as_one_without_registers_IPC_12)
{
    struct pair pair = pair_create(0);
    struct connection *exceptions = (struct connection *)object_of(pair.client, pair.connection);
    struct thread *faulty = thread_add(&pair.client_process, 10, NULL, exceptions);

    ck_assert_int_eq(ACT(pair.s, faulty, CLOCK_READ, 0), (int64_t)pair.s->now_ns);
    kernel_fault(pair.s->kernel, 0, pair.s->now_ns, NOWHERE, ACCESS_READ);
    ck_assert_int_eq(receive(&pair, &receivers[0]), 0);
    ck_assert_uint_eq(info_of(pair.server)->kind, RECEIVED_EXCEPTION);
    ck_assert_uint_eq(info_of(pair.server)->word_count, 0);
    ck_assert_int_eq(reply(&pair, &senders[0], EXCEPTION_RESUME), 24);
    ck_assert_int_eq(faulty->state, THREAD_READY);
    scenario_destroy(pair.s);
}
END_TEST

/* Answers `id` with the first `count` words and receives. */
static int64_t answer_next(struct pair *pair, uint64_t id, uint32_t count, int32_t status)
{
    return ACT(pair->s, pair->server, REPLY_RECEIVE_SHORT, id,
               count | (uint64_t)pair->channel << 8 | (uint64_t)(uint32_t)status << 32, words[0], words[1], words[2],
               words[3]);
}

START_TEST(one_call_answers_in_words_and_receives_the_next_IPC_12_IPC_8)
{
    struct pair pair = pair_create(0);
    struct thread *second = thread_add(&pair.client_process, 10, NULL, NULL);
    uint64_t counts = SHORT_COUNTS(2, 3);
    uint64_t id;

    ck_assert_int_eq(answer_next(&pair, 0, 0, 0), SYSCALL_BLOCKED);
    ck_assert_int_eq(send(&pair, &senders[0], &callers[0]), SYSCALL_BLOCKED);
    ck_assert_int_eq(result_of(pair.server), 0);
    id = info_of(pair.server)->message_id;
    ck_assert_int_eq(ACT(pair.s, second, CALL_SHORT, (uint64_t)pair.connection, words[0], words[1], 0, 0, counts),
                     SYSCALL_BLOCKED);
    ck_assert_int_eq(answer_next(&pair, id, 1, -7), 0);
    ck_assert_int_eq(result_of(pair.client), -7);
    words_check(pair.client->control->words, WORD_BYTES);
    ck_assert_uint_eq(info_of(pair.client)->received_bytes, WORD_BYTES);
    ck_assert_uint_eq(info_of(pair.server)->word_count, 2);
    id = info_of(pair.server)->message_id;
    ck_assert_int_eq(answer_next(&pair, id, 4, INT32_MAX), SYSCALL_BLOCKED);
    ck_assert_int_eq(result_of(second), INT32_MAX);
    words_check(second->control->words, 3 * WORD_BYTES);
    ck_assert_int_eq(send(&pair, &senders[1], &callers[1]), SYSCALL_BLOCKED);
    ck_assert_int_eq(result_of(pair.server), 0);
    ck_assert_int_eq(answer_next(&pair, info_of(pair.server)->message_id, 4, INT32_MIN), SYSCALL_BLOCKED);
    ck_assert_int_eq(result_of(pair.client), INT32_MIN);
    bytes_check(&pair, pair.client, DATA + 256, 20);
    scenario_destroy(pair.s);
}
END_TEST

START_TEST(a_short_answer_that_fails_receives_nothing_IPC_12_IPC_8)
{
    struct pair pair = pair_create(0);
    int channel = pair.channel;
    uint64_t id;

    ck_assert_int_eq(answer_next(&pair, 0, 0, 0), SYSCALL_BLOCKED);
    ck_assert_int_eq(send(&pair, &senders[0], &callers[0]), SYSCALL_BLOCKED);
    id = info_of(pair.server)->message_id;
    ck_assert_int_eq(answer_next(&pair, id, MESSAGE_WORDS_MAX + 1, 0), -E_INVAL);
    ck_assert_int_eq(answer_next(&pair, 0, MESSAGE_WORDS_MAX + 1, 0), -E_INVAL);
    ck_assert_int_eq(answer_next(&pair, id + 1, 1, 0), -E_SRCH);
    pair.channel = 12345;
    ck_assert_int_eq(answer_next(&pair, id, MESSAGE_WORDS_MAX + 1, 0), -E_BADF);
    pair.channel = HANDLE_GRANT;
    ck_assert_int_eq(answer_next(&pair, id, 1, 0), -E_BADF);
    ck_assert(!has_result(pair.client));
    pair.channel = channel;
    ck_assert_int_eq(answer_next(&pair, id, 1, 5), SYSCALL_BLOCKED);
    ck_assert_int_eq(result_of(pair.client), 5);
    scenario_destroy(pair.s);
}
END_TEST

UNIT_MAIN("message_words", every_sender_reaches_every_receiver_with_exact_lengths_IPC_12,
          every_answer_reaches_every_caller_with_exact_lengths_IPC_12,
          short_messages_touch_no_memory_of_programs_IPC_12,
          short_messages_are_read_and_written_by_offset_IPC_12_IPC_10,
          a_bad_answer_leaves_a_short_call_waiting_IPC_12_IPC_14, bad_short_calls_are_refused_IPC_12,
          short_calls_are_interrupted_like_any_IPC_12_IPC_19,
          an_exception_takes_a_short_answer_as_one_without_registers_IPC_12,
          one_call_answers_in_words_and_receives_the_next_IPC_12_IPC_8,
          a_short_answer_that_fails_receives_nothing_IPC_12_IPC_8)
