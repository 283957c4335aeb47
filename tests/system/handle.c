/* Handles: the only names of objects, with rights that only shrink. */
#include "test.h"

#define NOTHING 77777 /* a handle number that is not in use */

TEST(numbers_that_are_no_handles_reach_nothing_OBJ_1)
{
    uint64_t random = 3, bits;
    for (int i = 0; i < 1000; i++) {
        int handle = i < 100 ? -i - 1 : (int)(HANDLES_MAX + test_random(&random) % 1000000);
        EXPECT_EQ(sys_notification_wait(handle, &bits, 0), -E_BADF);
        EXPECT_EQ(sys_call(handle, NULL, 0, NULL, 0, 0, 0), -E_BADF);
    }
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, NOTHING), -E_BADF);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, (int)HANDLES_MAX), -E_BADF);
    EXPECT_EQ(sys_handle_info(SYS_SELF_TABLE, NOTHING), -E_BADF);
}

TEST(handle_of_another_type_is_refused_OBJ_1)
{
    uint64_t bits;
    EXPECT_EQ(sys_notification_wait(HANDLE_GRANT, &bits, 0), -E_BADF);
    EXPECT_EQ(sys_receive(HANDLE_SPACE, NULL, 0, 0), -E_BADF);
    EXPECT_EQ(sys_thread_start(HANDLE_TABLE, 0, 0, 0), -E_BADF);
}

static int notification_copy(int notification, uint32_t rights)
{
    return sys_handle_duplicate(SYS_SELF_TABLE, notification, SYS_SELF_TABLE, HANDLE_DYNAMIC, DUPLICATE_LOWEST, rights,
                                0);
}

TEST(duplicate_may_have_fewer_rights_never_more_OBJ_7)
{
    int notification = sys_notification_create(HANDLE_GRANT);
    EXPECT(notification > 0);
    EXPECT_EQ(sys_handle_info(SYS_SELF_TABLE, notification) & 0xff, OBJECT_NOTIFICATION);
    int reader = notification_copy(notification, RIGHT_WAIT | RIGHT_DUPLICATE);
    EXPECT(reader > 0);
    EXPECT_EQ(sys_notification_signal(reader, 1), -E_ACCES);
    int again = notification_copy(reader, RIGHTS_ALL);
    EXPECT(again > 0);
    EXPECT_EQ(sys_handle_info(SYS_SELF_TABLE, again) >> 8, RIGHT_WAIT | RIGHT_DUPLICATE);
    EXPECT_EQ(sys_notification_signal(again, 1), -E_ACCES);
    int last = notification_copy(notification, RIGHT_WAIT);
    EXPECT(last > 0);
    EXPECT_EQ(notification_copy(last, RIGHTS_ALL), -E_ACCES);
    for (int handle = 0; handle < 4; handle++) {
        EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, (const int[]){notification, reader, again, last}[handle]), 0);
    }
}

TEST(handles_are_given_lowest_first_and_reused)
{
    int first = sys_notification_create(HANDLE_GRANT);
    int second = sys_notification_create(HANDLE_GRANT);
    EXPECT(first > 0 && second > first);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, first), 0);
    EXPECT_EQ(sys_notification_create(HANDLE_GRANT), first);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, first), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, second), 0);
}

static int waited_on;
static uint32_t woken;

static void wait_on_it(void *argument)
{
    (void)argument;
    int status = sys_receive(waited_on, NULL, 0, DEADLINE_NONE);
    test_set(&woken, (uint32_t)-status);
}

TEST(closing_a_handle_wakes_who_is_blocked_on_it_OBJ_4)
{
    waited_on = sys_channel_create(HANDLE_GRANT, 1, 0);
    EXPECT(waited_on > 0);
    woken = 0;
    EXPECT_EQ(test_thread(wait_on_it, NULL), 0);
    EXPECT_EQ(sys_thread_sleep((uint64_t)sys_clock_read() + 1000000), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, waited_on), 0);
    test_await(&woken, E_BADF);
}

/* Comes before the test with a thread, which is late to give back what it had. */
TEST(grant_pays_for_its_objects_and_ends_cleanly_OBJ_5)
{
    struct grant_info before, after, small;
    EXPECT_EQ(sys_grant_info(HANDLE_GRANT, &before), 0);
    int grant = sys_grant_create(HANDLE_GRANT, 4);
    EXPECT(grant > 0);
    int handles[200], count = 0;
    while (count < 200 && (handles[count] = sys_table_create(grant)) >= 0) {
        count++;
    }
    EXPECT(count > 0 && count < 200);
    EXPECT_EQ(handles[count], -E_NOMEM);
    EXPECT_EQ(sys_grant_info(grant, &small), 0);
    EXPECT(small.used_pages <= 4);
    int other = sys_notification_create(HANDLE_GRANT);
    EXPECT(other > 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, other), 0);
    while (count > 0) {
        EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, handles[--count]), 0);
    }
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, grant), 0);
    EXPECT_EQ(sys_grant_info(HANDLE_GRANT, &after), 0);
    EXPECT_EQ(after.used_pages, before.used_pages);
}

/* Fills a new table with handles to a notification, until there are `wanted` or one is refused: how many, and why there
 * are no more (0: these are all). */
static int table_filled(int grant, int wanted, int *table, int *why)
{
    int notification = sys_notification_create(HANDLE_GRANT), count = 0;
    *table = sys_table_create(grant);
    *why = *table < 0 ? *table : 0;
    while (*why == 0 && count < wanted) {
        int handle = sys_handle_duplicate(SYS_SELF_TABLE, notification, *table, count, DUPLICATE_LOWEST, RIGHTS_ALL, 0);
        *why = handle < 0 ? handle : 0;
        count += handle == count;
    }
    sys_handle_close(SYS_SELF_TABLE, notification);
    return count;
}

#define MANY 100000

TEST(hundred_thousand_handles_in_one_table_OBJ_6)
{
    int table, why, grant = sys_grant_create(HANDLE_GRANT, 1000);
    struct grant_info info;
    EXPECT(grant > 0);
    test_check(false);
    int count = table_filled(grant, MANY, &table, &why);
    test_check(true);
    EXPECT_EQ(why, 0);
    EXPECT_EQ(count, MANY);
    for (int i = 0; i < MANY; i += 997) {
        EXPECT_EQ(sys_handle_info(table, i) & 0xff, OBJECT_NOTIFICATION);
        EXPECT_EQ(sys_handle_close(table, i), 0);
        EXPECT_EQ(sys_handle_info(table, i), -E_BADF);
    }
    EXPECT_EQ(sys_handle_info(table, MANY - 1) & 0xff, OBJECT_NOTIFICATION);
    EXPECT_EQ(sys_handle_info(table, MANY), -E_BADF);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, table), 0);
    EXPECT_EQ(sys_grant_info(grant, &info), 0);
    EXPECT_EQ(info.used_pages, 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, grant), 0);
}

TEST(a_table_ends_where_its_grant_does_OBJ_6_OBJ_5)
{
    int table, why, grant = sys_grant_create(HANDLE_GRANT, 30);
    struct grant_info info;
    EXPECT(grant > 0);
    test_check(false);
    int count = table_filled(grant, MANY, &table, &why);
    test_check(true);
    EXPECT_EQ(why, -E_NOMEM);
    EXPECT(count > 1000 && count < MANY);
    EXPECT_EQ(sys_handle_info(table, count - 1) & 0xff, OBJECT_NOTIFICATION);
    EXPECT_EQ(sys_handle_info(table, count), -E_BADF);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, table), 0);
    EXPECT_EQ(sys_grant_info(grant, &info), 0);
    EXPECT_EQ(info.used_pages, 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, grant), 0);
}

TEST_MAIN(numbers_that_are_no_handles_reach_nothing_OBJ_1, handle_of_another_type_is_refused_OBJ_1,
          duplicate_may_have_fewer_rights_never_more_OBJ_7, handles_are_given_lowest_first_and_reused,
          grant_pays_for_its_objects_and_ends_cleanly_OBJ_5, closing_a_handle_wakes_who_is_blocked_on_it_OBJ_4,
          hundred_thousand_handles_in_one_table_OBJ_6, a_table_ends_where_its_grant_does_OBJ_6_OBJ_5)
