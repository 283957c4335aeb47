/* Large numbers of threads, messages and handles; tables and threads in any mix. The kernel is checked at the end, not
 * after each step. */
#include "unit.h"

#include "linked.h"

#include <abi/handles.h>
#include <stdlib.h>

#define RAM_BYTES (256u << 20)
#define MESSAGES 10000u
#define HANDLES 100000u
#define NOBODY (-1)

static int64_t call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
    return linked_syscall(number, (const uint64_t[6]){a, b, c, d, e, f});
}

static void machine_run(void (*entry)(void *))
{
    struct linked_options options = {.ram_bytes = RAM_BYTES};
    struct linked *linked = linked_create(&options);
    ck_assert_ptr_nonnull(linked);
    ck_assert_int_eq(linked_boot(linked, entry, linked), 0);
    ck_assert_int_eq(linked_run(linked), 0);
    kernel_check(linked_kernel(linked));
    linked_destroy(linked);
}

static int channel, connection;
static uint32_t answers[MESSAGES], answered;
static uint64_t ids[MESSAGES];

static void client(void *argument)
{
    uintptr_t number = (uintptr_t)argument;
    struct part send = {(uintptr_t)&number, sizeof number};
    answers[number] = (uint32_t)call(SYS_CALL, (uint64_t)connection, (uintptr_t)&send, 0, 1, DEADLINE_NONE, 0);
    answered++;
}

static void shuffle(uint64_t *list, uint32_t count)
{
    uint32_t random = 1;
    for (uint32_t i = count - 1; i > 0; i--) {
        random = random * 1664525u + 1013904223u;
        uint32_t other = (random >> 8) % (i + 1);
        uint64_t kept = list[i];
        list[i] = list[other];
        list[other] = kept;
    }
}

static uint64_t numbers_of[MESSAGES]; /* which client sent the message whose ID is at this place of `ids` */

static void serve_many(void *argument)
{
    (void)argument;
    channel = (int)call(SYS_CHANNEL_CREATE, HANDLE_GRANT, 4, 0, 0, 0, 0);
    connection = (int)call(SYS_CONNECTION_CREATE, HANDLE_GRANT, (uint64_t)channel, 1, RIGHTS_ALL, 0, 0);
    static uint64_t order[MESSAGES];
    for (uintptr_t i = 0; i < MESSAGES; i++) {
        int thread = linked_thread_start(client, (void *)i, NOBODY);
        ck_assert_int_gt(thread, 0);
        ck_assert_int_eq(call(SYS_HANDLE_CLOSE, HANDLE_TABLE, (uint64_t)thread, 0, 0, 0, 0), 0);
        order[i] = i;
    }
    for (uint32_t i = 0; i < MESSAGES; i++) {
        struct part room = {(uintptr_t)&numbers_of[i], sizeof numbers_of[i]};
        ck_assert_int_eq(call(SYS_RECEIVE, (uint64_t)channel, (uintptr_t)&room, 1, DEADLINE_NONE, 0, 0), 0);
        ids[i] = linked_control()->info.message_id;
    }
    ck_assert_uint_eq(answered, 0);
    shuffle(order, MESSAGES);
    for (uint32_t i = 0; i < MESSAGES; i++) {
        uint64_t at = order[i];
        ck_assert_int_eq(call(SYS_REPLY, ids[at], numbers_of[at] + 7, 0, 0, 0, 0), 0);
    }
    while (answered < MESSAGES) {
        call(SYS_THREAD_YIELD, 0, 0, 0, 0, 0, 0);
    }
    for (uint32_t i = 0; i < MESSAGES; i++) {
        ck_assert_uint_eq(answers[i], i + 7);
    }
}

START_TEST(ten_thousand_messages_are_answered_in_random_order_IPC_8)
{
    answered = 0;
    machine_run(serve_many);
}
END_TEST

static void fill_table(void *argument)
{
    (void)argument;
    int64_t table = call(SYS_TABLE_CREATE, HANDLE_GRANT, 0, 0, 0, 0, 0);
    ck_assert_int_gt(table, 0);
    for (uint32_t i = 0; i < HANDLES; i++) {
        ck_assert_int_eq(call(SYS_HANDLE_DUPLICATE, HANDLE_TABLE, HANDLE_GRANT, (uint64_t)table, i, RIGHTS_ALL, 0), i);
    }
    ck_assert_int_eq(call(SYS_HANDLE_INFO, (uint64_t)table, HANDLES - 1, 0, 0, 0, 0) & 0xff, OBJECT_GRANT);
    ck_assert_int_eq(call(SYS_HANDLE_CLOSE, (uint64_t)table, HANDLES / 2, 0, 0, 0, 0), 0);
    ck_assert_int_eq(call(SYS_HANDLE_NEXT, (uint64_t)table, HANDLES / 2, 0, 0, 0, 0), HANDLES / 2 + 1);
    ck_assert_int_eq(call(SYS_HANDLE_CLOSE, HANDLE_TABLE, (uint64_t)table, 0, 0, 0, 0), 0);
}

START_TEST(a_hundred_thousand_handles_in_one_table_OBJ_6)
{
    machine_run(fill_table);
}
END_TEST

UNIT_MAIN("many", ten_thousand_messages_are_answered_in_random_order_IPC_8,
          a_hundred_thousand_handles_in_one_table_OBJ_6)
