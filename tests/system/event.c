/* Events: a server reaches a client only through the notification that this client gave, and as long as it lives. */
#include "test.h"

#include <sys/os.h>

#define EVENT_RIGHTS (RIGHT_SIGNAL | RIGHT_TRANSFER)
#define BITS 5u
#define GOOD 7
#define SIGNAL_KILL 9
#define CONNECTION_FD 20 /* where the client, a child, finds the connection */

static int channel;

/* The client's side. */
static int event_create(void)
{
    return sys_notification_create(HANDLE_GRANT);
}

static int64_t event_register(int event)
{
    struct control *control = sys_control();
    control->transfer[0] = (struct transfer){.handle = event, .rights = EVENT_RIGHTS};
    control->transfer_count = 1;
    control->receive_base = HANDLE_DYNAMIC;
    return sys_call(CONNECTION_FD, NULL, 0, NULL, 0, 0, DEADLINE_NONE);
}

static bool event_came(int event)
{
    uint64_t bits = 0;
    return sys_notification_wait(event, &bits, DEADLINE_NONE) == 0 && bits == BITS;
}

/* The server's side: starts a client, which does as `run` says and exits with its result. The client's pid. */
static int client_start(int (*run)(void))
{
    channel = sys_channel_create(HANDLE_GRANT, 4, 0);
    int connection = sys_connection_create(HANDLE_GRANT, channel, 1, RIGHTS_ALL);
    os_duplicate(connection, CONNECTION_FD, DUPLICATE_EXACT, 0);
    int pid = os_fork();
    if (pid == 0) {
        os_exit(run());
    }
    os_close(CONNECTION_FD);
    sys_handle_close(SYS_SELF_TABLE, connection);
    return pid;
}

static int client_end(int pid)
{
    struct wait_result result;
    int status = os_wait(pid, &result, 0) == pid ? result.status : -1;
    sys_handle_close(SYS_SELF_TABLE, channel);
    return status;
}

static unsigned notifications_count(void)
{
    unsigned count = 0;
    for (int handle = sys_handle_next(SYS_SELF_TABLE, 0, 0); handle >= 0;
         handle = sys_handle_next(SYS_SELF_TABLE, handle + 1, 0)) {
        count += (sys_handle_info(SYS_SELF_TABLE, handle) & 0xff) == OBJECT_NOTIFICATION;
    }
    return count;
}

/* Receives the registration: the event; *id: of the message. */
static int event_receive(uint64_t *id)
{
    sys_control()->receive_base = HANDLE_DYNAMIC;
    if (sys_receive(channel, NULL, 0, DEADLINE_NONE) != 0 || sys_control()->info.handle_count != 1) {
        return -1;
    }
    *id = sys_control()->info.message_id;
    return sys_control()->received_handles[0];
}

static int wait_client(void)
{
    int event = event_create();
    return event_register(event) == 0 && event_came(event) ? GOOD : 1;
}

TEST(server_signals_only_through_the_event_it_was_given_IPC_23)
{
    uint64_t id = 0, bits;
    unsigned before = notifications_count();
    int pid = client_start(wait_client);
    EXPECT_EQ(notifications_count(), before); /* the client's is there, but nothing here names it */
    int event = event_receive(&id);
    EXPECT(event >= HANDLE_DYNAMIC);
    EXPECT_EQ(notifications_count(), before + 1);
    EXPECT_EQ(sys_reply(id, 0, NULL, 0), 0);
    EXPECT_EQ(sys_notification_wait(event, &bits, 0), -E_ACCES);
    EXPECT_EQ(sys_notification_signal(event, BITS), 0);
    EXPECT_EQ(client_end(pid), GOOD << 8);
    sys_handle_close(SYS_SELF_TABLE, event);
}

/* What it is given back has no more rights than what it gave. */
static int taking_client(void)
{
    uint64_t bits;
    int event = event_create();
    if (event_register(event) != 0 || sys_control()->info.handle_count != 1) {
        return 1;
    }
    int back = sys_control()->received_handles[0];
    if (sys_handle_info(SYS_SELF_TABLE, back) >> 8 != EVENT_RIGHTS) {
        return 2;
    }
    return sys_notification_wait(back, &bits, 0) == -E_ACCES && sys_notification_signal(back, BITS) == 0 &&
                   event_came(event)
               ? GOOD
               : 3;
}

TEST(rights_of_an_event_do_not_grow_IPC_23_OBJ_7)
{
    uint64_t id = 0;
    int pid = client_start(taking_client);
    int event = event_receive(&id);
    EXPECT_EQ(sys_handle_info(SYS_SELF_TABLE, event) >> 8, EVENT_RIGHTS);
    EXPECT_EQ(sys_handle_duplicate(SYS_SELF_TABLE, event, SYS_SELF_TABLE, HANDLE_DYNAMIC, DUPLICATE_LOWEST, RIGHTS_ALL,
                                   0),
              -E_ACCES);
    EXPECT_EQ(sys_notification_bind(event, channel, 1), -E_ACCES);
    struct control *control = sys_control();
    control->transfer[0] = (struct transfer){.handle = event, .rights = RIGHTS_ALL, .move = 1};
    control->transfer_count = 1;
    EXPECT_EQ(sys_reply(id, 0, NULL, 0), 0);
    EXPECT_EQ(sys_notification_signal(event, BITS), -E_BADF);
    EXPECT_EQ(client_end(pid), GOOD << 8);
}

static int closing_client(void)
{
    int event = event_create();
    if (event_register(event) != 0 || sys_handle_close(SYS_SELF_TABLE, event) != 0) {
        return 1;
    }
    return sys_call(CONNECTION_FD, NULL, 0, NULL, 0, 0, DEADLINE_NONE) == 0 ? GOOD : 2;
}

TEST(event_that_its_client_closed_is_harmless_to_signal_IPC_23)
{
    uint64_t id = 0;
    int pid = client_start(closing_client);
    int event = event_receive(&id);
    EXPECT_EQ(sys_reply(id, 0, NULL, 0), 0);
    EXPECT_EQ(sys_receive(channel, NULL, 0, DEADLINE_NONE), 0); /* it has closed its own */
    EXPECT_EQ(sys_notification_signal(event, BITS), 0);
    EXPECT_EQ(sys_reply(sys_control()->info.message_id, 0, NULL, 0), 0);
    EXPECT_EQ(client_end(pid), GOOD << 8);
    EXPECT_EQ(sys_notification_signal(event, BITS), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, event), 0);
}

TEST(event_of_a_dead_client_is_harmless_to_signal_IPC_23)
{
    uint64_t id = 0;
    int pid = client_start(wait_client);
    int event = event_receive(&id);
    EXPECT_EQ(sys_reply(id, 0, NULL, 0), 0);
    EXPECT_EQ(os_kill(pid, SIGNAL_KILL), 0);
    EXPECT_EQ(client_end(pid), SIGNAL_KILL);
    EXPECT_EQ(sys_notification_signal(event, BITS), 0);
    EXPECT_EQ(sys_handle_close(SYS_SELF_TABLE, event), 0);
}

TEST_MAIN(server_signals_only_through_the_event_it_was_given_IPC_23, rights_of_an_event_do_not_grow_IPC_23_OBJ_7,
          event_that_its_client_closed_is_harmless_to_signal_IPC_23,
          event_of_a_dead_client_is_harmless_to_signal_IPC_23)
