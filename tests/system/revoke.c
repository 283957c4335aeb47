/* Taking back all that was paid from a grant. */
#include "test.h"

#define LIMIT_PAGES 64u

static int channel;
static uint32_t finished;
static int64_t answer;
static int connection;

static void caller(void *argument)
{
    (void)argument;
    answer = sys_call(connection, NULL, 0, NULL, 0, 0, DEADLINE_NONE);
    test_set(&finished, 1);
}

TEST(a_revoked_grants_objects_are_gone_and_its_room_is_back_OBJ_7)
{
    struct grant_info info;
    int grant = sys_grant_create(HANDLE_GRANT, LIMIT_PAGES);
    EXPECT(grant >= 0);
    int below = sys_grant_create(grant, LIMIT_PAGES);
    int memory = sys_memory_create(below, 3 * PAGE_BYTES);
    int duplicate = sys_handle_duplicate(SYS_SELF_TABLE, memory, SYS_SELF_TABLE, HANDLE_DYNAMIC, DUPLICATE_LOWEST,
                                         RIGHTS_ALL, 0);
    int notification = sys_notification_create(grant);
    EXPECT(below >= 0 && memory >= 0 && duplicate >= 0 && notification >= 0);
    EXPECT_EQ(sys_grant_info(grant, &info), 0);
    EXPECT(info.used_pages > 0);
    EXPECT_EQ(sys_grant_revoke(grant), 0);
    const int handles[] = {below, memory, duplicate, notification};
    for (unsigned i = 0; i < sizeof handles / sizeof handles[0]; i++) {
        EXPECT_EQ(sys_handle_info(SYS_SELF_TABLE, handles[i]), -E_BADF);
    }
    EXPECT_EQ(sys_grant_info(grant, &info), 0);
    EXPECT_EQ(info.used_pages, 0);
    memory = sys_memory_create(grant, PAGE_BYTES);
    EXPECT(memory >= 0);
    sys_handle_close(SYS_SELF_TABLE, memory);
    sys_handle_close(SYS_SELF_TABLE, grant);
}

TEST(a_client_of_a_revoked_server_is_told_at_once_OBJ_7_IPC_17)
{
    int grant = sys_grant_create(HANDLE_GRANT, LIMIT_PAGES);
    channel = sys_channel_create(grant, 4, 0);
    connection = sys_connection_create(grant, channel, 1, RIGHTS_ALL);
    EXPECT(connection >= 0);
    finished = 0;
    EXPECT_EQ(test_thread(caller, NULL), 0);
    EXPECT_EQ(sys_receive(channel, NULL, 0, DEADLINE_NONE), 0);
    EXPECT_EQ(sys_grant_revoke(grant), 0);
    test_await(&finished, 1);
    EXPECT(answer == -E_SRCH || answer == -E_BADF);
    EXPECT_EQ(sys_receive(channel, NULL, 0, 0), -E_BADF);
    sys_handle_close(SYS_SELF_TABLE, grant);
}

TEST_MAIN(a_revoked_grants_objects_are_gone_and_its_room_is_back_OBJ_7,
          a_client_of_a_revoked_server_is_told_at_once_OBJ_7_IPC_17)
