/* Kept messages: queues in order, one pool. */
#include <stdlib.h>
#include <string.h>

#include <abi/errno.h>
#include <sys/server.h>
#include <sys/server_wait.h>

#include "unit.h"

#define PLACES 4u
#define GONE 100u /* message IDs from here on have lost their clients */

struct record {
    struct server_wait wait;
    uint32_t own;
};

static struct record records[PLACES];
static struct server_waits waits;
static struct server_queue queue, other;
static uint64_t answered_id;
static int64_t answered_status;

/* The server's side of messages, faked. */
int64_t server_reply(uint64_t message_id, int64_t status, const void *first, uint64_t first_bytes, const void *second,
                     uint64_t second_bytes)
{
    (void)first, (void)first_bytes, (void)second, (void)second_bytes;
    answered_id = message_id;
    answered_status = status;
    return 0;
}

bool server_waiting(uint64_t message_id)
{
    return message_id < GONE;
}

static void setup(void)
{
    memset(records, 0, sizeof records);
    waits = (struct server_waits){.places = records, .count = PLACES, .place_bytes = sizeof records[0]};
    queue = other = (struct server_queue){0};
}

/* The IDs in the queue, as decimal digits; fails the test if its end is wrong. */
static uint64_t order(const struct server_queue *of)
{
    uint64_t digits = 0;
    const struct server_wait *last = NULL;
    for (const struct server_wait *wait = of->first; wait != NULL; wait = wait->next) {
        digits = digits * 10 + wait->id % 10;
        last = wait;
    }
    ck_assert_ptr_eq(of->last, last);
    return digits;
}

START_TEST(messages_are_kept_in_order_until_the_pool_is_empty)
{
    setup();
    for (uint64_t id = 1; id <= PLACES; id++) {
        struct server_wait *wait = server_wait_add(&waits, &queue, id, 10 * id);
        ck_assert_ptr_nonnull(wait);
        ck_assert_uint_eq(wait->length_bytes, 10 * id);
    }
    ck_assert_uint_eq(order(&queue), 1234);
    ck_assert_ptr_null(server_wait_add(&waits, &queue, 5, 0));
    server_wait_shift(&waits, &queue);
    ck_assert_ptr_nonnull(server_wait_add(&waits, &queue, 5, 0));
    ck_assert_uint_eq(order(&queue), 2345);
    for (unsigned i = 0; i < PLACES; i++) {
        server_wait_shift(&waits, &queue);
    }
    ck_assert_uint_eq(order(&queue), 0);
    ck_assert_ptr_null(queue.first);
}
END_TEST

START_TEST(a_place_is_used_again_and_clean)
{
    setup();
    struct record *record = (struct record *)server_wait_add(&waits, &queue, 1, 0);
    record->own = 7;
    record->wait.done_bytes = 3;
    server_wait_shift(&waits, &queue);
    ck_assert_ptr_eq(server_wait_add(&waits, &other, 2, 0), record);
    ck_assert_uint_eq(record->own, 0);
    ck_assert_uint_eq(record->wait.done_bytes, 0);
}
END_TEST

START_TEST(who_wants_out_is_told_what_was_done_IPC_19)
{
    for (uint64_t id = 1; id <= 3; id++) { /* first, middle, last */
        setup();
        for (uint64_t i = 1; i <= 3; i++) {
            server_wait_add(&waits, &queue, i, 0)->done_bytes = i == 2 ? 20 : 0;
        }
        ck_assert(!server_wait_unblock(&waits, &other, id));
        ck_assert(server_wait_unblock(&waits, &queue, id));
        ck_assert(!server_wait_unblock(&waits, &queue, id));
        ck_assert_uint_eq(answered_id, id);
        ck_assert_int_eq(answered_status, id == 2 ? 20 : -E_INTR);
        ck_assert_uint_eq(order(&queue), id == 1 ? 23 : id == 2 ? 13 : 12);
        ck_assert_ptr_nonnull(server_wait_add(&waits, &queue, 4, 0));
        ck_assert_uint_eq(order(&queue) % 10, 4);
    }
}
END_TEST

START_TEST(the_dead_are_taken_out_wherever_they_are_IPC_17)
{
    static const uint64_t ids[][PLACES] = {{101, 2, 3, 104}, {1, 102, 103, 4}, {101, 102, 103, 104}, {1, 2, 3, 4}};
    static const uint64_t left[] = {23, 14, 0, 1234};
    for (unsigned i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        setup();
        for (unsigned j = 0; j < PLACES; j++) {
            server_wait_add(&waits, &queue, ids[i][j], 0);
        }
        server_wait_prune(&waits, &queue);
        ck_assert_uint_eq(order(&queue), left[i]);
        ck_assert_int_eq(server_wait_add(&waits, &queue, 5, 0) != NULL, left[i] != 1234);
    }
}
END_TEST

UNIT_MAIN("server_wait", messages_are_kept_in_order_until_the_pool_is_empty, a_place_is_used_again_and_clean,
          who_wants_out_is_told_what_was_done_IPC_19, the_dead_are_taken_out_wherever_they_are_IPC_17)
